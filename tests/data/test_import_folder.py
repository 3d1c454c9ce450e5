"""Importing folders into a real store: one sentence a file, and a refused file changes nothing."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.entry import ImportReport, Outcome, import_path
from bokgi.data.importers.hints import ImportHints
from bokgi.data.store import Store
from bokgi.errors import Language
from bokgi.errors.imports import FileAbsent
from bokgi.market.instruments import Kind

FIVE_MINUTES = Interval(5)


def outcomes(report: ImportReport) -> dict[str, Outcome]:
    return {entry.path.name: entry.outcome for entry in report.entries}


def tree(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_folder_of_korean_minutes_is_imported_with_a_sentence_a_file(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    seen: list[tuple[int, int]] = []
    report = import_path(store, shared_data / "kr_intraday", progress=lambda done, of: seen.append((done, of)))
    found = outcomes(report)
    assert len(found) == 13
    assert found.pop("005930_broker_1m_2026-01-15_partial_with_invented_rows.csv") is Outcome.REPAIRED
    assert set(found.values()) == {Outcome.TAKEN}
    assert seen[-1] == (13, 13)
    stored = store.series(FIVE_MINUTES)
    assert len(stored) == 11
    assert report.rows == 10 * 504 + 4_183 + 391 + 108


def test_the_sentences_say_what_was_taken_and_what_was_repaired(shared_data: Path, tmp_path: Path) -> None:
    name = "005930_broker_1m_2026-01-15_partial_with_invented_rows.csv"
    entry = import_path(Store(tmp_path), shared_data / "kr_intraday" / name).entries[0]
    assert entry.english.startswith(f"{name}: repaired, 108 1m bars of 005930 in 1 sessions from 2026-01-15 to 2026-01-15.")
    assert "42 rows later than the fetch" in entry.english
    assert "108개" in entry.sentence(Language.KOREAN)
    assert "지어낸 42행" in entry.sentence(Language.KOREAN)


def test_the_store_keeps_the_quality_report_beside_the_bars(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    import_path(store, shared_data / "kr_intraday/396500_yahoo_5m_2025-12-05_2026-03-09.csv", ImportHints(kind=Kind.ETF))
    kinds = {fault.kind for fault in store.faults_for(["396500"], FIVE_MINUTES)}
    assert {"missing_sessions", "circuit_breaker", "half_tick_prices", "late_opening", "partial_last_session"} <= kinds
    assert "kind_unknown" not in kinds


def test_master_files_of_the_same_folder_describe_the_bars(shared_data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for source in ("kr_master/krx_base_info_2026-04-14.csv", "kr_intraday/005930_yahoo_5m_2025-10-16_2025-10-24.csv"):
        (folder / Path(source).name).symlink_to(shared_data / source)
    store = Store(tmp_path / "home")
    report = import_path(store, folder)
    assert outcomes(report) == dict.fromkeys((path.name for path in folder.iterdir()), Outcome.TAKEN)
    facts = store.series(FIVE_MINUTES)["005930"].facts
    assert (facts.name, facts.kind) == ("삼성전자", Kind.STOCK)


def test_a_refused_file_leaves_every_byte_of_the_home_as_it_was(shared_data: Path, tmp_path: Path) -> None:
    home, folder = tmp_path / "home", tmp_path / "in"
    folder.mkdir()
    store = Store(home)
    import_path(store, shared_data / "kr_intraday/005930_yahoo_5m_2025-10-16_2025-10-24.csv")
    before = tree(home)
    (folder / "junk.csv").write_bytes(b"\x80\x81\xfe\xff" * 1000)
    (folder / "005930.csv").write_text("datetime,open,high,low,close,volume\n2025-10-16 09:00,1,2,3")
    (folder / "empty.parquet").write_bytes(b"")
    (folder / "notes.md").write_text("not bars")
    (folder / ".hidden.csv").write_text("a,b\n")
    report = import_path(store, folder)
    assert outcomes(report) == {
        "005930.csv": Outcome.REFUSED,
        "empty.parquet": Outcome.REFUSED,
        "junk.csv": Outcome.REFUSED,
        "notes.md": Outcome.SKIPPED,
    }
    assert all(entry.error is not None and entry.path.name in entry.english for entry in report.entries if entry.outcome is Outcome.REFUSED)
    assert tree(home) == before


def test_bars_that_contradict_the_store_are_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    store = Store(tmp_path / "home")
    head = "date,open,high,low,close,volume\n"
    (folder / "000660.csv").write_text(head + "2025-10-16,1000,1010,990,1000,5\n")
    import_path(store, folder)
    (folder / "000660.csv").write_text(head + "2025-10-16,1000,1010,990,1005,5\n")
    (folder / "005930.csv").write_text(head + "2025-10-16,1000,1010,990,1000,5\n")
    assert outcomes(import_path(store, folder)) == {"000660.csv": Outcome.REFUSED, "005930.csv": Outcome.TAKEN}
    assert import_path(store, folder, replace_bars=True).count(Outcome.REFUSED) == 0
    assert store.read_panel(["000660"], DAILY).close.tolist() == [1005.0]


def test_bars_come_back_from_the_store_as_they_were_read(shared_data: Path, tmp_path: Path) -> None:
    store = Store(tmp_path)
    import_path(store, shared_data / "kr_intraday/005930_broker_1m_2024-03-18_full_session.csv")
    panel = store.read_panel(["005930"], Interval(1))
    assert len(panel) == 391
    assert panel.auction.tolist() == [[72_800.0]]
    raw = pl.read_csv(shared_data / "kr_intraday/005930_broker_1m_2024-03-18_full_session.csv")
    assert panel.close.tolist() == raw["close"].cast(pl.Float64).to_list()
    assert panel.sessions.day[0] == date(2024, 3, 18)


def test_nothing_at_the_path_is_an_error_of_the_call(tmp_path: Path) -> None:
    with pytest.raises(FileAbsent):
        import_path(Store(tmp_path), tmp_path / "nowhere")
