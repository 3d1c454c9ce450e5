"""The base universe: whose list, from which day, and what is said where it is not the right one.

Expected members are counted in the three files of real lists: 2025-07-03 and 2025-10-02 differ by eight in and eight out.
"""

from datetime import date
from pathlib import Path

import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.fault_catalog import FAULT_KINDS, fault_sentence
from bokgi.data.importers.entry import import_path
from bokgi.data.instrument_catalog import search_entries
from bokgi.data.instrument_search import InstrumentIndex
from bokgi.data.master import Master, MemberList
from bokgi.data.store import Store
from bokgi.data.universe import Universe, base_universe, filtered, membership_intervals, named_universe, universe_faults
from bokgi.errors.base import Language
from bokgi.errors.requests import FieldInvalid
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange, Kind
from tests.data.store_cases import FIVE, daily_bars, incoming_of
from tests.services.small_store import DAYS, store_with

START, END = DAYS[0], DAYS[-1]
LEFT_IN_JUNE, CAME_IN_JUNE = "001740", "071320"
"""SK네트웍스 is in the list of 2025-07-03 alone, 지역난방공사 in those of October and December."""
SAME = {"005930": 70_000.0, "000660": 110_000.0}


def with_list(home: Path, name: str, text: str) -> Master:
    """A list of members as a file of that name says it."""
    file = home.parent / name
    file.write_text(text, encoding="utf-8")
    import_path(Store(home), file)
    return Master.read(home)


def kinds(universe: Universe) -> list[str]:
    return [fault.kind for fault in universe.faults]


def test_without_a_list_every_instrument_with_bars_in_the_period_is_taken(tmp_path: Path) -> None:
    store, master = store_with(tmp_path, SAME)
    store_with(tmp_path, {"035420": 200_000.0}, days=DAYS[:2])
    universe = base_universe(store, master, FIVE, START, END)
    assert (universe.codes, universe.source, universe.faults) == (("000660", "005930", "035420"), "stored", ())
    assert base_universe(store, master, FIVE, DAYS[2], END).codes == ("000660", "005930")
    assert base_universe(store, master, FIVE, None, None).codes == ("000660", "005930", "035420")
    assert base_universe(store, master, DAILY, START, END).codes == ()


def test_indices_and_foreign_instruments_are_no_part_of_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    days = dict.fromkeys(DAYS, 100.0)
    store.write(incoming_of(daily_bars("005930", days), DAILY))
    store.write(incoming_of(daily_bars("KOSPI200", days), DAILY, kind=Kind.INDEX))
    store.write(incoming_of(daily_bars("AAPL", days), DAILY, exchange=Exchange.XNYS))
    assert base_universe(store, Master.read(tmp_path), DAILY, START, END).codes == ("005930",)


def test_members_without_bars_are_named_each_and_never_dropped_in_silence(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME)
    master = with_list(tmp_path / "home", "kospi200_members.csv", "code,name,effective\n000660,a,2025-06-13\n035420,b,2025-06-13\n")
    universe = base_universe(store, master, FIVE, START, END)
    assert (universe.codes, universe.without_bars) == (("000660",), ("035420",))
    (fault,) = universe.faults
    assert (fault.kind, fault.code) == ("member_without_bars", "035420")
    assert universe.effective == date(2025, 6, 13)


def test_a_list_that_begins_within_the_period_is_later_than_it(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME)
    rows = f"code,name,적용일\n000660,a,{DAYS[1]}\n"
    master = with_list(tmp_path / "home", "kospi200_members.csv", rows)
    assert kinds(base_universe(store, master, FIVE, DAYS[0], END)) == ["membership_later_than_period"]
    assert kinds(base_universe(store, master, FIVE, DAYS[1], END)) == []


def test_a_list_without_any_day_is_unknown_and_may_be_later(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME)
    master = with_list(tmp_path / "home", "kospi200_members.csv", "code,name\n000660,a\n")
    assert kinds(base_universe(store, master, FIVE, START, END)) == ["as_of_unknown", "membership_later_than_period"]


def test_a_list_published_before_the_start_is_unknown_but_not_later(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME)
    master = with_list(tmp_path / "home", "kospi200_members_2025-10-01.csv", "code,name\n000660,a\n")
    assert kinds(base_universe(store, master, FIVE, START, END)) == ["as_of_unknown"]
    assert kinds(base_universe(store, master, FIVE, date(2025, 9, 30), END)) == ["as_of_unknown", "membership_later_than_period"]


def test_synthetic_bars_need_no_list_of_real_issues(tmp_path: Path) -> None:
    store = Store(tmp_path / "home")
    store.write(incoming_of(daily_bars("990010", dict.fromkeys(DAYS, 100.0)), DAILY, synthetic=True))
    master = with_list(tmp_path / "home", "kospi200_members_2025-10-02.csv", "code,name\n000660,a\n")
    assert base_universe(store, master, DAILY, START, END).codes == ("990010",)


@pytest.fixture(scope="module")
def real(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Master]:
    """The real lists, and daily bars of three of their stocks from 2024 to 2026."""
    home = tmp_path_factory.mktemp("universe")
    store = Store(home)
    import_path(store, shared_data / "kr_master")
    days = [date(2024, 1, 2), date(2025, 1, 2), date(2025, 8, 1), date(2025, 10, 16), date(2026, 2, 2)]
    for code in ("005930", LEFT_IN_JUNE, CAME_IN_JUNE):
        store.write(incoming_of(daily_bars(code, dict.fromkeys(days, 50_000.0)), DAILY))
    return store, Master.read(home)


@pytest.mark.parametrize(
    ("start", "effective", "codes", "about_list"),
    [
        (date(2024, 1, 2), date(2024, 12, 13), ("005930", LEFT_IN_JUNE), ["membership_later_than_period"]),
        (date(2024, 12, 12), date(2024, 12, 13), ("005930", LEFT_IN_JUNE), ["membership_later_than_period"]),
        (date(2024, 12, 13), date(2024, 12, 13), ("005930", LEFT_IN_JUNE), []),
        (date(2025, 6, 12), date(2024, 12, 13), ("005930", LEFT_IN_JUNE), []),
        (date(2025, 6, 13), date(2025, 6, 13), ("005930", CAME_IN_JUNE), []),
        (date(2025, 7, 10), date(2025, 6, 13), ("005930", CAME_IN_JUNE), []),
        (date(2025, 12, 11), date(2025, 6, 13), ("005930", CAME_IN_JUNE), []),
        (date(2025, 12, 12), date(2025, 6, 13), ("005930", CAME_IN_JUNE), ["membership_superseded"]),
        (date(2026, 1, 5), date(2025, 6, 13), ("005930", CAME_IN_JUNE), ["membership_superseded"]),
    ],
)
def test_the_real_list_in_force_at_the_start_is_taken_on_both_sides_of_each_change(
    real: tuple[Store, Master], start: date, effective: date, codes: tuple[str, ...], about_list: list[str]
) -> None:
    universe = base_universe(*real, DAILY, start, date(2026, 2, 2))
    assert (universe.source, universe.effective, set(universe.codes)) == ("KOSPI200", effective, set(codes))
    assert len(universe.codes) + len(universe.without_bars) == 200
    assert [kind for kind in kinds(universe) if kind != "member_without_bars"] == about_list
    assert kinds(universe).count("member_without_bars") == 198


def test_the_list_of_december_is_not_taken_for_that_of_its_publication(real: tuple[Store, Master]) -> None:
    dated = {each.published: each.effective for each in real[1].member_lists("KOSPI200")}
    assert dated == {
        date(2025, 7, 3): date(2024, 12, 13),
        date(2025, 10, 2): date(2025, 6, 13),
        date(2025, 12, 24): None,
    }


def test_a_code_that_lost_its_zeros_in_the_file_is_whole_again(real: tuple[Store, Master]) -> None:
    october = next(each for each in real[1].member_lists("KOSPI200") if each.published == date(2025, 10, 2))
    assert "009540" in october.codes


def test_filtered_is_the_base_without_the_blacklist_and_with_the_whitelist(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME | {"035420": 200_000.0})
    rows = "code,name,effective\n" + "".join(f"{code},a,2025-06-13\n" for code in ("005930", "000660", "068270", "051910"))
    base = base_universe(store, with_list(tmp_path / "home", "kospi200.csv", rows), FIVE, START, END)
    universe = filtered(base, ["000660", "068270", "111110"], ["035420", "005930", "207940"])
    assert universe.codes == ("005930", "035420")
    assert universe.without_bars == ("051910", "207940")
    assert [fault.code for fault in universe.faults] == ["051910", "207940"]
    assert (universe.blacklisted, universe.whitelisted) == (("000660", "068270"), ("035420", "005930", "207940"))
    assert filtered(base, ["005930"], ["005930"]).codes == ("005930", "000660")
    assert filtered(base, (), ()).codes == base.codes


def test_what_a_request_keeps_gives_the_faults_back(tmp_path: Path) -> None:
    store, _ = store_with(tmp_path / "home", SAME)
    universe = base_universe(store, with_list(tmp_path / "home", "kospi200.csv", "code,name\n000660,a\n035420,b\n"), FIVE, START, END)
    assert universe_faults(universe.to_json()) == universe.faults
    assert universe_faults({}) == ()


@pytest.mark.parametrize(
    "kept", [{"faults": [{"kind": "nope", "count": 1, "example": ""}]}, {"faults": [5]}, {"faults": 5}, {"without_bars": 5}]
)
def test_a_universe_that_nobody_wrote_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(FieldInvalid, match="universe"):
        universe_faults(kept)


def test_every_fault_of_a_universe_has_its_sentence_in_both_languages(real: tuple[Store, Master]) -> None:
    universe = base_universe(*real, DAILY, date(2024, 1, 2), date(2026, 2, 2))
    later = universe.faults[0]
    assert "survivorship bias" in fault_sentence(later)
    assert "생존 편향" in fault_sentence(later, Language.KOREAN)
    assert "KOSPI200 2024-12-13~" in fault_sentence(later)
    assert {"membership_later_than_period", "as_of_unknown", "membership_superseded", "member_without_bars"} <= set(FAULT_KINDS)


# ------------------------------------------------------------ whole markets, and when a code was a member


def test_a_whole_market_is_what_traded_at_the_start_the_dead_included(tmp_path: Path) -> None:
    days = [day.item() for day in sessions_between(Exchange.XKRX, date(2025, 1, 2), date(2025, 3, 31)).day]
    store = Store(tmp_path)
    for code, traded in {"000010": days, "000020": days[:20], "000030": days[20:], "000040": days}.items():
        store.write(incoming_of(daily_bars(code, dict.fromkeys(traded, 100.0)), DAILY, kind=Kind.ETF if code == "000040" else Kind.STOCK))
    master = with_list(
        tmp_path,
        "meta.csv",
        "ticker,name,category,first_date,last_date,delist_date,delist_reason\n"
        f"000020,[상폐] 나,delisted,2025-01-02,{days[19]},{days[19]},x\n",
    )
    universe = named_universe(store, master, DAILY, "KRX", days[0], days[-1])
    assert (universe.codes, universe.faults) == (("000010", "000020"), ())
    assert named_universe(store, master, DAILY, "krx", days[30], days[-1]).codes == ("000010", "000030")
    assert named_universe(store, master, DAILY, "KOSDAQ", days[0], days[-1]).codes == ()
    survivors = named_universe(store, master, DAILY, "KRX", days[0], days[-1], without_delisted=True)
    assert (survivors.codes, kinds(survivors)) == (("000010",), ["survivors_only"])
    with pytest.raises(FieldInvalid, match="KOSDAQ, KOSPI, KRX"):
        named_universe(store, master, DAILY, "NASDAQ", days[0], days[-1])


def test_membership_is_an_interval_between_the_effective_days_of_lists(tmp_path: Path) -> None:
    june, december = date(2025, 6, 13), date(2025, 12, 12)
    lists = [
        MemberList("L", date(2025, 7, 1), june, ("000010", "000020")),
        MemberList("L", date(2025, 12, 20), december, ("000010", "000030")),
        MemberList("L", date(2026, 1, 1), None, ("000040",)),
    ]
    assert membership_intervals(lists) == {
        "000010": ((june, None),),
        "000020": ((june, december),),
        "000030": ((december, None),),
    }


def test_the_real_lists_have_two_changes_of_eight_members(real: tuple[Store, Master]) -> None:
    _, master = real
    spans = membership_intervals(master.member_lists("KOSPI200"))
    assert len([code for code, each in spans.items() if each[0][1] is not None]) == 8
    assert spans["005930"][0][1] is None
    assert spans[LEFT_IN_JUNE][-1][1] == spans[CAME_IN_JUNE][0][0] == date(2025, 6, 13)


def test_an_instrument_is_found_by_the_name_it_had_before(tmp_path: Path) -> None:
    header = "표준코드,단축코드,한글 종목명,한글 종목약명,영문 종목명,상장일,시장구분,증권구분,소속부,주식종류,액면가,상장주식수\n"
    for day, name in (("2021-03-24", "옛날상사"), ("2026-04-14", "오늘상사")):
        with_list(tmp_path, f"base_info_{day}.csv", header + f"KR7000010009,000010,{name},{name},X,2000/01/04,KOSPI,주권,,보통주,500,100\n")
    master = Master.read(tmp_path)
    assert master.former_names() == {"000010": ("옛날상사",)}
    index = InstrumentIndex(search_entries(Store(tmp_path), master))
    assert [entry.name for entry in index.search("옛날상사")] == ["오늘상사"]
    assert [entry.code for entry in index.search("오늘")] == ["000010"]
