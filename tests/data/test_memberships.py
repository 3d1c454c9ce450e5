"""Members by date: a file of stays becomes lists that every reader of lists finds, and the commands show who was in on a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.cli.main import main
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.data.universe import base_universe, membership_intervals, named_universe
from bokgi.services.shelf import Shelf
from bokgi.services.universes import taken_universe, universe_on, universe_rows
from tests.data.store_cases import daily_bars, incoming_of

STAYS = """종목코드,종목명,편입일,제외일
000010,가,2020-01-02,
000020,나,2020-01-02,2021-06-11
000030,다,2021-06-11,
000020,나,2022-06-10,2023-01-02
"""
FILE = "kospi200_history.csv"


def taken(home: Path, text: str, name: str = FILE) -> Outcome:
    file = home / name
    file.write_text(text, encoding="utf-8")
    (entry,) = import_path(Store(home), file).entries
    return entry.outcome


@pytest.mark.parametrize(
    ("day", "members"),
    [
        (date(2021, 6, 10), ("000010", "000020")),
        (date(2021, 6, 11), ("000010", "000030")),
        (date(2022, 6, 9), ("000010", "000030")),
        (date(2022, 6, 10), ("000010", "000020", "000030")),
        (date(2023, 1, 2), ("000010", "000030")),
    ],
)
def test_a_stay_counts_from_its_first_day_until_the_day_it_was_out(tmp_path: Path, day: date, members: tuple[str, ...]) -> None:
    assert taken(tmp_path, STAYS) is Outcome.TAKEN
    found = universe_on(Shelf(tmp_path), "KOSPI200", day)
    assert tuple(row["code"] for row in found["members"]) == members


def test_the_stays_come_back_as_they_were_given(tmp_path: Path) -> None:
    taken(tmp_path, STAYS)
    spans = membership_intervals(Master.read(tmp_path).member_lists("KOSPI200"))
    assert spans["000010"] == ((date(2020, 1, 2), None),)
    assert spans["000020"] == ((date(2020, 1, 2), date(2021, 6, 11)), (date(2022, 6, 10), date(2023, 1, 2)))
    row = next(row for row in universe_rows(Shelf(tmp_path)) if row["name"] == "KOSPI200")
    assert (row["versions"], row["members"], row["first"], row["last"]) == (4, 2, "2020-01-02", "2023-01-02")


def test_a_backtest_takes_the_members_of_its_first_day(tmp_path: Path) -> None:
    taken(tmp_path, STAYS)
    store = Store(tmp_path)
    days = [date(2021, 6, 7) + timedelta(days=count) for count in range(5)]
    for code in ("000010", "000020", "000030"):
        store.write(incoming_of(daily_bars(code, dict.fromkeys(days, 1_000.0)), DAILY))
    master = Master.read(tmp_path)
    before = base_universe(store, master, DAILY, date(2021, 6, 7), date(2021, 6, 11))
    after = base_universe(store, master, DAILY, date(2021, 6, 11), date(2021, 6, 11))
    assert (before.codes, after.codes) == (("000010", "000020"), ("000010", "000030"))


def test_a_list_of_ones_own_can_be_named(tmp_path: Path) -> None:
    taken(tmp_path, STAYS, "mine.csv")
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("000030", {date(2021, 6, 11): 1_000.0}), DAILY))
    found = named_universe(store, Master.read(tmp_path), DAILY, "mine", date(2021, 6, 11), date(2021, 6, 11))
    assert (found.codes, found.without_bars) == (("000030",), ("000010",))


def test_a_corrected_file_takes_the_place_of_the_earlier_one_and_leaves_published_lists(tmp_path: Path) -> None:
    (tmp_path / "kospi200_members_2019-05-02.csv").write_text("code,name\n000040,라\n", encoding="utf-8")
    import_path(Store(tmp_path), tmp_path / "kospi200_members_2019-05-02.csv")
    taken(tmp_path, STAYS)
    taken(tmp_path, "code,from,until\n000010,2020-01-03,\n")
    lists = Master.read(tmp_path).member_lists("KOSPI200")
    assert [(each.published, each.codes) for each in lists] == [(date(2019, 5, 2), ("000040",)), (date(2020, 1, 3), ("000010",))]


def test_a_published_list_leaves_the_ones_before_it(tmp_path: Path) -> None:
    """Also where the day in its name is the one from which it holds."""
    for day in ("2024-06-14", "2024-12-13"):
        assert taken(tmp_path, f"종목코드,종목명,적용일\n000010,가,{day}\n", f"KOSPI200_{day}.csv") is Outcome.TAKEN
    assert [one.effective for one in Master.read(tmp_path).member_lists("KOSPI200")] == [date(2024, 6, 14), date(2024, 12, 13)]


@pytest.mark.parametrize(
    "rows",
    [
        "000010,2020-01-02,\n000010,2021-01-04,\n",  # two stays at once
        "000010,2020-01-02,2020-01-02\n",  # out on the day it came in
        "000010,,2021-01-04\n",  # no first day
        "000010,2020-01-02,soon\n",  # a last day that is none
        "000010,2020-01-02,2021-01-04\n",  # nobody is left
    ],
)
def test_stays_that_cannot_be_are_refused_whole(tmp_path: Path, rows: str) -> None:
    assert taken(tmp_path, f"code,from,until\n{rows}") is Outcome.REFUSED
    assert Master.read(tmp_path).list_names() == ()


def test_what_a_file_would_change_is_what_it_changes(tmp_path: Path) -> None:
    """Said before by a preview that stores nothing, then done; and the lists of other names stay as they are."""
    shelf = Shelf(tmp_path)
    taken(tmp_path, STAYS)
    file = tmp_path / "kospi200_corrected.csv"
    file.write_text("code,from,until\n000010,2020-01-02,\n000040,2023-01-02,\n", encoding="utf-8")
    before = Master.read(tmp_path).member_lists("KOSPI200")
    said = taken_universe(shelf, file, None, preview=True)
    assert Master.read(tmp_path).member_lists("KOSPI200") == before
    assert (said["is_new"], said["lists_before"], said["lists_after"]) == (False, 4, 2)
    assert (said["added"], said["changed"], said["removed"]) == ([], ["2020-01-02", "2023-01-02"], ["2021-06-11", "2022-06-10"])
    assert (said["joined"], said["left"]) == ([{"code": "000040", "name": ""}], [{"code": "000030", "name": "다"}])
    assert taken_universe(shelf, file, None, preview=False) == said | {"preview": False}
    after = Master.read(tmp_path).member_lists("KOSPI200")
    assert [(str(each.effective), each.codes) for each in after] == [("2020-01-02", ("000010",)), ("2023-01-02", ("000010", "000040"))]
    assert {each.source for each in after} == {file.name}
    again = taken_universe(shelf, file, None, preview=True)
    assert (again["added"], again["changed"], again["removed"], again["joined_count"], again["left_count"]) == ([], [], [], 0, 0)


def test_the_lists_of_a_home_from_before_sources_were_kept_are_still_read(tmp_path: Path) -> None:
    taken(tmp_path, STAYS)
    path = tmp_path / "master/members.parquet"
    pl.read_parquet(path).drop("source").write_parquet(path)
    (row,) = (row for row in universe_rows(Shelf(tmp_path)) if row["kind"] == "list")
    assert (row["versions"], row["source"]) == (4, None)
    assert taken(tmp_path, "code,from,until\n000010,2020-01-02,\n", "mine.csv") is Outcome.TAKEN
    assert {row["name"]: row["source"] for row in universe_rows(Shelf(tmp_path)) if row["kind"] == "list"} == {
        "KOSPI200": None,
        "mine": "mine.csv",
    }


def test_two_who_bring_lists_at_once_lose_neither(tmp_path: Path) -> None:
    files = [tmp_path / f"list{number}.csv" for number in range(12)]
    for file in files:
        file.write_text("code,from,until\n000010,2020-01-02,\n", encoding="utf-8")
    with ThreadPoolExecutor(4) as workers:
        list(workers.map(lambda file: taken_universe(Shelf(tmp_path), file, None, preview=False), files))
    assert set(Master.read(tmp_path).list_names()) == {file.stem for file in files}


def run(capsys: pytest.CaptureFixture[str], home: Path, *words: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        main(["data", "universe", *words, "--home", str(home)])
    return ended.value.code, capsys.readouterr().out


def test_the_commands_import_list_and_show(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text(STAYS, encoding="utf-8")
    code, said = run(capsys, tmp_path, "import", str(tmp_path / "own.csv"), "--name", "mine")
    assert (code, said.splitlines()) == (
        0,
        [
            "MINE: 2 members in the newest of 4 lists (2020-01-02~2023-01-02).",
            "  new lists: 2020-01-02, 2021-06-11, 2022-06-10, 2023-01-02",
        ],
    )
    (tmp_path / "corrected.csv").write_text("code,from,until\n000010,2020-01-02,\n000040,2023-01-02,\n", encoding="utf-8")
    code, said = run(capsys, tmp_path, "import", str(tmp_path / "corrected.csv"), "--name", "mine", "--preview")
    assert (code, said.splitlines()) == (
        0,
        [
            "MINE: 2 members in the newest of 2 lists (2020-01-02~2023-01-02). Preview, nothing was stored.",
            "  changed lists: 2020-01-02, 2023-01-02",
            "  removed lists: 2021-06-11, 2022-06-10",
            "  joining 1: 000040",
            "  leaving 1: 000030 다",
        ],
    )
    listed = run(capsys, tmp_path, "list")[1]
    assert "MINE" in listed
    assert "own.csv" in listed
    code, said = run(capsys, tmp_path, "show", "MINE", "--date", "2021-06-10")
    assert code == 0
    assert "MINE on 2021-06-10: 2 members (list of 2020-01-02)" in said
    assert "000020" in said
    assert "000030" not in said
    assert run(capsys, tmp_path, "show", "NASDAQ")[0] == 2


def test_the_real_lists_are_shown_by_their_effective_days(shared_data: Path, tmp_path: Path) -> None:
    """The list published on 2025-10-02 holds from 2025-06-13; that of 2025-07-03 is the one before it (market.md)."""
    lists = sorted((shared_data / "kr_master").glob("kospi200_members_*.csv"))
    if not lists:
        pytest.skip("the lists of members are not there")
    for path in lists:
        import_path(Store(tmp_path), path)
    before, after = (universe_on(Shelf(tmp_path), "KOSPI200", day) for day in (date(2025, 6, 12), date(2025, 6, 13)))
    assert (len(before["members"]), len(after["members"])) == (200, 200)
    assert after["effective"] == "2025-06-13"
    assert {row["code"] for row in before["members"]} != {row["code"] for row in after["members"]}
