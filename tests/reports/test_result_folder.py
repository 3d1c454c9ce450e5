"""A stored result: read back equal, whole or not there, every damaged file named."""

import errno
import json
import os
import resource
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from bokgi.errors.base import BokgiError, Language
from bokgi.errors.reports import ResultAbsent, ResultBroken, ResultTooNew, ResultUnwritable
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.orders.simulation import Simulation, TradeColumns
from bokgi.reports import result_files
from bokgi.reports.result_body import result_body
from bokgi.reports.result_folder import check_result, read_body, read_result, remove_leftovers, remove_result, write_result
from bokgi.reports.run_record import PanelFacts, RunRecord
from bokgi.reports.trades_csv import trades_csv
from tests.reports.small_record import small_record
from tests.reports.wide_record import HOSTILE, cancelled_record, empty_record, hostile_record, wide_record

FILES = ("body.json", "record.json", "trades.parquet", "equity.parquet", "sessions.parquet", "stocks.parquet", "files.json")


def dated_record() -> RunRecord:
    record = small_record(
        lookahead={"codes": ["005930"], "cuts": 3, "all_checked": True, "violations": []}, slippage=((0, 0.1), (1, -0.25))
    )
    first = Instrument(
        "005930", "이름", "Name", Kind.ETF, Board.KOSDAQ, Exchange.XKRX, 2.0, date(1999, 1, 4), date(2026, 12, 30), assumed=True
    )
    panel = replace(
        record.panel, instruments=(first, *record.panel.instruments[1:]), synthetic=True, adjusted=np.array([True, False, True])
    )
    return replace(record, panel=panel)


RECORDS: dict[str, Callable[[], RunRecord]] = {
    "by hand": small_record,
    "without trades": empty_record,
    "cancelled and synthetic": cancelled_record,
    "with dates and checks": dated_record,
    "hostile": lambda: hostile_record(HOSTILE[7]),
    "larger than a group of rows": lambda: wide_record(20_000, 30, 40),
}


def simulation_without_sessions(record: RunRecord) -> RunRecord:
    simulation = replace(
        record.simulation,
        slot_session=np.empty(0, np.int32),
        slot_minute=np.empty(0, np.int32),
        equity=np.empty(0),
        session_equity=np.empty(0),
        instrument_equity=np.empty((3, 0)),
    )
    panel = replace(
        record.panel,
        sessions=record.panel.sessions.slice(0, 0),
        auction=np.empty((3, 0)),
        base_price=np.empty((3, 0)),
        auction_row=np.empty((3, 0), np.int64),
    )
    return replace(record, panel=panel, simulation=simulation, benchmarks=())


def assert_same_arrays(first: object, second: object, kind: type[Simulation | TradeColumns]) -> None:
    for each in fields(kind):
        one, other = getattr(first, each.name), getattr(second, each.name)
        if isinstance(one, np.ndarray):
            assert other.dtype == one.dtype, each.name
            assert other.shape == one.shape, each.name
            assert other.tobytes() == one.tobytes(), each.name
        elif each.name != "trades":
            assert one == other


def plain(facts: PanelFacts) -> PanelFacts:
    return replace(facts, faults=list(facts.faults), adjustments=list(facts.adjustments))


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_a_result_reads_back_equal_to_the_bit(make: Callable[[], RunRecord], tmp_path: Path) -> None:
    record = make()
    write_result(tmp_path / "bt-1", record)
    read = read_result(tmp_path / "bt-1")
    assert_same_arrays(record.simulation, read.simulation, Simulation)
    assert_same_arrays(record.simulation.trades, read.simulation.trades, TradeColumns)
    assert result_body(read) == result_body(record)
    assert json.dumps(result_body(read)) == json.dumps(result_body(record))
    for language in Language:
        assert trades_csv(read, language) == trades_csv(record, language)
    assert (read.summary, read.request, read.manifest) == (record.summary, record.request, record.manifest)
    assert plain(read.facts) == plain(record.facts)
    assert (read.completed_at, read.status, read.partial) == (record.completed_at, record.status, record.partial)
    assert (read.lookahead, read.slippage) == (record.lookahead, record.slippage)


@pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
def test_the_panel_keeps_instruments_and_sessions_but_no_bars(make: Callable[[], RunRecord], tmp_path: Path) -> None:
    record = make()
    write_result(tmp_path / "bt-1", record)
    panel = read_result(tmp_path / "bt-1").panel
    assert panel.instruments == record.panel.instruments
    assert (panel.interval, panel.synthetic, panel.sources) == (record.panel.interval, record.panel.synthetic, record.panel.sources)
    assert panel.adjusted.tolist() == record.panel.adjusted.tolist()
    for name in ("day", "open_minute", "close_minute", "midnight_at"):
        assert getattr(panel.sessions, name).tolist() == getattr(record.panel.sessions, name).tolist()
    assert len(panel) == 0


def test_benchmarks_read_back_with_their_equity_and_figures(tmp_path: Path) -> None:
    record = small_record()
    write_result(tmp_path / "bt-1", record)
    (read,), (wanted,) = read_result(tmp_path / "bt-1").benchmarks, record.benchmarks
    assert (read.name, read.korean, read.english, read.figures) == (wanted.name, wanted.korean, wanted.english, wanted.figures)
    assert read.session_equity.tobytes() == wanted.session_equity.tobytes()


def test_a_run_over_no_session_at_all_reads_back(tmp_path: Path) -> None:
    record = simulation_without_sessions(empty_record())
    write_result(tmp_path / "bt-1", record)
    read = read_result(tmp_path / "bt-1")
    assert read.simulation.instrument_equity.shape == (3, 0)
    assert result_body(read) == result_body(record)


def test_the_body_is_kept_byte_for_byte_and_the_hash_of_the_manifest_is_given_back(tmp_path: Path) -> None:
    record = small_record(manifest={"result_hash": "abc", "data_hash": "ab12"})
    assert write_result(tmp_path / "bt-1", record) == "abc"
    assert json.loads(read_body(tmp_path / "bt-1").decode("utf-8")) == result_body(record)
    assert "삼성전자".encode() in read_body(tmp_path / "bt-1")
    assert write_result(tmp_path / "bt-2", small_record()) == ""


def test_equal_results_are_equal_files(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_result(tmp_path / name, small_record())
    for name in FILES:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_nothing_but_the_result_stands_in_the_folder_afterwards(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    assert sorted(path.name for path in (tmp_path / "bt-1").iterdir()) == sorted(FILES)
    assert [path.name for path in tmp_path.iterdir()] == ["bt-1"]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("damage", ["one bit", "cut short", "gone", "empty"])
def test_every_damaged_file_is_named(name: str, damage: str, tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    damaged(tmp_path / "bt-1" / name, damage)
    with pytest.raises(ResultBroken) as caught:
        check_result(tmp_path / "bt-1")
    assert caught.value.facts["file"] == name
    assert caught.value.facts["name"] == "bt-1"
    if name != "body.json":
        with pytest.raises(ResultBroken) as read:
            read_result(tmp_path / "bt-1")
        assert read.value.facts["file"] == name


def damaged(path: Path, damage: str) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    changes = {"one bit": bytes(content), "cut short": bytes(content[:-7]), "empty": b""}
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(changes[damage])


@pytest.mark.parametrize("name", ["record.json", "trades.parquet", "equity.parquet", "sessions.parquet", "stocks.parquet"])
def test_a_file_that_cannot_be_read_is_named_even_without_the_check_of_hashes(name: str, tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    damaged(tmp_path / "bt-1" / name, "cut short")
    with pytest.raises(ResultBroken, match=name.replace(".", r"\.")):
        read_result(tmp_path / "bt-1", check=False)


def test_a_damaged_body_is_never_served(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    damaged(tmp_path / "bt-1" / "body.json", "one bit")
    with pytest.raises(ResultBroken, match=r"body\.json"):
        read_body(tmp_path / "bt-1")


def test_a_result_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    for read in (read_body, check_result, read_result):
        with pytest.raises(ResultAbsent, match="bt-9"):
            read(tmp_path / "bt-9")


def test_a_result_of_a_newer_form_is_left_to_newer_releases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(result_files, "FORM", 2)
    write_result(tmp_path / "bt-1", small_record())
    monkeypatch.setattr(result_files, "FORM", 1)
    with pytest.raises(ResultTooNew, match="form 2"):
        read_body(tmp_path / "bt-1")


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: what a full disk does, on any machine."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("size", [0, 1_000, 4_000])
def test_a_full_disk_is_a_sentence_and_leaves_the_earlier_result_intact(size: int, tmp_path: Path) -> None:
    folder = tmp_path / "results" / "bt-1"
    write_result(folder, small_record())
    before = {name: (folder / name).read_bytes() for name in FILES}
    with largest_file(size), pytest.raises(ResultUnwritable, match=f"could not be written to .*{folder.name}: File too large") as caught:
        write_result(folder, wide_record(2_000, 5, 40))
    assert "쓸 수 없습니다" in caught.value.sentence(Language.KOREAN)
    assert {name: (folder / name).read_bytes() for name in FILES} == before
    check_result(folder)
    assert [path.name for path in folder.parent.iterdir()] == ["bt-1"]


def test_a_full_disk_leaves_nothing_of_a_first_result(tmp_path: Path) -> None:
    with largest_file(1_000), pytest.raises(ResultUnwritable):
        write_result(tmp_path / "bt-1", small_record())
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_while_syncing_is_a_sentence_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ResultUnwritable, match="No space left on device"):
        write_result(tmp_path / "bt-1", small_record())
    assert not list(tmp_path.iterdir())


def test_a_folder_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "results").write_text("")
    with pytest.raises(ResultUnwritable):
        write_result(tmp_path / "results" / "bt-1", small_record())


def test_every_file_is_synced_before_the_result_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[str, bool]] = []
    real = os.fsync

    def noted(descriptor: int) -> None:
        synced.append((Path(f"/proc/self/fd/{descriptor}").readlink().name, (tmp_path / "bt-1").exists()))
        real(descriptor)

    if not Path("/proc/self/fd").exists():
        pytest.skip("names of open files are read from /proc, which only Linux has")
    monkeypatch.setattr(os, "fsync", noted)
    write_result(tmp_path / "bt-1", small_record())
    assert {name for name, is_there in synced if not is_there and not name.startswith(".tmp-")} == set(FILES)
    assert synced[-1] == (tmp_path.name, True)


def test_a_second_write_replaces_the_first(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    write_result(tmp_path / "bt-1", empty_record())
    assert len(read_result(tmp_path / "bt-1").simulation.trades) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["bt-1"]


def test_a_result_that_stands_aside_after_a_crash_is_read_and_replaced(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    (tmp_path / "bt-1").rename(tmp_path / ".before-bt-1")
    assert len(read_result(tmp_path / "bt-1").simulation.trades) == 4
    check_result(tmp_path / "bt-1")
    write_result(tmp_path / "bt-1", empty_record())
    assert [path.name for path in tmp_path.iterdir()] == ["bt-1"]
    assert len(read_result(tmp_path / "bt-1").simulation.trades) == 0


def test_writers_and_readers_of_one_result_never_meet_half_of_it(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    faults: list[BokgiError] = []

    def write() -> None:
        guarded(lambda: write_result(tmp_path / "bt-1", small_record()))

    def read() -> None:
        guarded(lambda: read_body(tmp_path / "bt-1"))

    def guarded(action: Callable[[], object]) -> None:
        try:
            for _ in range(10):
                action()
        except BokgiError as error:
            faults.append(error)

    threads = [threading.Thread(target=target) for target in (write, write, read, read)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    check_result(tmp_path / "bt-1")
    assert [path.name for path in tmp_path.iterdir()] == ["bt-1"]


def test_a_removed_result_is_gone_at_once_and_removing_again_is_no_error(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    shutil.copytree(tmp_path / "bt-1", tmp_path / ".before-bt-1")
    remove_result(tmp_path / "bt-1")
    remove_result(tmp_path / "bt-1")
    assert not list(tmp_path.iterdir())


def test_leftovers_of_dead_writers_are_removed_when_they_are_old(tmp_path: Path) -> None:
    for name in (".tmp-bt-1-x", ".tmp-bt-2-y", "bt-3"):
        (tmp_path / name).mkdir()
    past = time.time() - 100_000
    os.utime(tmp_path / ".tmp-bt-1-x", (past, past))
    os.utime(tmp_path / "bt-3", (past, past))
    remove_leftovers(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [".tmp-bt-2-y", "bt-3"]
