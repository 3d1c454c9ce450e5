"""Versions, references, broken files, two writers, and writers that die."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.store import Store
from bokgi.data.store_files import writer_lock
from bokgi.errors.base import Language
from bokgi.errors.store import (
    ManifestBroken,
    ReferenceNameRefused,
    SegmentBroken,
    StoreBusy,
    StoreTooNew,
    StoreUnwritable,
    VersionAbsent,
    VersionInUse,
    VersionIsCurrent,
)
from tests.data.store_cases import daily_bars, incoming_of

D1, D2 = date(2025, 10, 16), date(2025, 10, 17)
CHECKOUT = Path(__file__).parents[2]


def filled(folder: Path) -> Store:
    """Version 1 with one session, version 2 with two."""
    store = Store(folder)
    store.write(incoming_of(daily_bars("005930", {D1: 1.0}), DAILY))
    store.write(incoming_of(daily_bars("005930", {D2: 2.0}), DAILY))
    return store


def segments(folder: Path) -> list[Path]:
    return sorted((folder / "bars" / "1d" / "segments").glob("*.parquet"))


def newest_segment(folder: Path) -> Path:
    return folder / "bars" / "1d" / "segments" / Store(folder).series(DAILY)["005930"].segment


def test_old_versions_stay_readable_until_they_are_removed(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert len(store.read_panel(None, DAILY, version=1)) == 1
    assert [(version.number, version.bars) for version in store.versions(DAILY)] == [(1, 1), (2, 2)]
    store.remove_version(DAILY, 1)
    with pytest.raises(VersionAbsent, match="there are 2"):
        store.read_panel(None, DAILY, version=1)
    assert segments(tmp_path) == [newest_segment(tmp_path)]


def test_a_version_that_a_result_needs_is_never_removed(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.add_reference("run-1", DAILY, 1)
    with pytest.raises(VersionInUse, match="run-1 refer to it"):
        store.remove_version(DAILY, 1)
    assert store.versions(DAILY)[0].references == ("run-1",)
    store.remove_reference("run-1")
    with pytest.raises(VersionInUse, match="a database row"):
        store.remove_version(DAILY, 1, references=lambda interval, number: [f"a database row of {interval} {number}"])
    store.remove_version(DAILY, 1)


def test_the_current_version_is_never_removed(tmp_path: Path) -> None:
    with pytest.raises(VersionIsCurrent):
        filled(tmp_path).remove_version(DAILY, 2)


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 101])
def test_a_reference_cannot_name_a_path(tmp_path: Path, name: str) -> None:
    store = filled(tmp_path)
    with pytest.raises(ReferenceNameRefused):
        store.add_reference(name, DAILY, 1)
    with pytest.raises(ReferenceNameRefused):
        store.remove_reference(name)


def test_a_removed_series_stays_in_older_versions(tmp_path: Path) -> None:
    store = filled(tmp_path)
    store.write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY))
    assert store.remove_series(["005930"], DAILY) == 4
    assert list(store.series(DAILY)) == ["000660"]
    assert len(store.read_panel(["005930"], DAILY, version=2)) == 2


def test_a_truncated_segment_is_one_sentence_that_names_the_file(tmp_path: Path) -> None:
    filled(tmp_path)
    broken = newest_segment(tmp_path)
    broken.write_bytes(broken.read_bytes()[:-10])
    with pytest.raises(SegmentBroken) as caught:
        Store(tmp_path).read_panel(None, DAILY)
    assert str(broken) in str(caught.value)
    assert "bytes instead of" in str(caught.value)
    assert "손상" in caught.value.sentence(Language.KOREAN)


def test_one_changed_bit_is_found_before_anything_is_read(tmp_path: Path) -> None:
    store = filled(tmp_path)
    assert len(store.read_panel(None, DAILY)) == 2
    broken = newest_segment(tmp_path)
    content = bytearray(broken.read_bytes())
    content[len(content) // 2] ^= 1
    broken.write_bytes(content)
    with pytest.raises(SegmentBroken, match="its hash does not match"):
        store.read_panel(None, DAILY)
    with pytest.raises(SegmentBroken, match="its hash does not match"):
        store.write(incoming_of(daily_bars("005930", {date(2025, 10, 20): 2.0}), DAILY))
    with pytest.raises(SegmentBroken):
        store.check(DAILY)
    store.check(DAILY, version=1)


def test_a_missing_segment_is_named(tmp_path: Path) -> None:
    filled(tmp_path)
    newest_segment(tmp_path).unlink()
    with pytest.raises(SegmentBroken, match="No such file"):
        Store(tmp_path).read_panel(None, DAILY)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"sha256": "0", "manifest": {"format": 1}}', b"\xff\xfe"])
def test_a_broken_manifest_is_never_passed_over_for_the_one_before(tmp_path: Path, content: bytes) -> None:
    filled(tmp_path)
    manifest = tmp_path / "bars" / "1d" / "versions" / "00000002.json"
    manifest.write_bytes(content)
    with pytest.raises(ManifestBroken, match=r"00000002\.json"):
        Store(tmp_path).read_panel(None, DAILY)


def test_a_manifest_edited_by_hand_is_refused(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "bars" / "1d" / "versions" / "00000002.json"
    manifest.write_text(manifest.read_text("utf-8").replace('"adjusted":false', '"adjusted":true'), "utf-8")
    with pytest.raises(ManifestBroken, match="hash does not match"):
        Store(tmp_path).series(DAILY)


def test_a_store_of_a_newer_bokgi_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path)
    manifest = tmp_path / "bars" / "1d" / "versions" / "00000002.json"
    whole = json.loads(manifest.read_text("utf-8"))
    whole["manifest"]["format"] = 99
    manifest.write_text(json.dumps(whole), "utf-8")
    with pytest.raises(StoreTooNew, match="format 99"):
        Store(tmp_path).read_panel(None, DAILY)


def test_leftovers_of_a_dead_writer_disturb_nobody_and_are_cleared_by_the_next(tmp_path: Path) -> None:
    store = filled(tmp_path)
    place = tmp_path / "bars" / "1d"
    leftovers = [
        place / ".tmp-writing",
        place / "versions" / ".tmp-1",
        place / "segments" / ".tmp-2",
        place / "segments" / "orphan.parquet",
    ]
    for path in leftovers:
        path.write_bytes(b"half")
    assert len(store.read_panel(None, DAILY)) == 2
    store.write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY))
    assert not [path for path in leftovers if path.exists()]
    assert len(store.read_panel(None, DAILY)) == 3


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(tmp_path: Path) -> None:
    filled(tmp_path)
    busy = Store(tmp_path, lock_seconds=0.1)
    with writer_lock(tmp_path / "bars", 1.0):
        with pytest.raises(StoreBusy, match=r"did not end within 0\.1 seconds"):
            busy.write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY))
        assert len(busy.read_panel(None, DAILY)) == 2
    assert busy.write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY)).version == 3


def test_writers_in_many_threads_lose_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    codes = [f"{number:06d}" for number in range(8)]
    threads = [threading.Thread(target=store.write, args=(incoming_of(daily_bars(code, {D1: 1.0}), DAILY),)) for code in codes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert list(store.series(DAILY)) == codes
    assert store.current_version(DAILY) == 8


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_said_in_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreUnwritable):
        Store(tmp_path / "home").write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY))


def test_a_home_that_is_a_file_is_said_in_one_sentence(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("no folder", "utf-8")
    with pytest.raises(StoreUnwritable, match="it is as it was before"):
        Store(home).write(incoming_of(daily_bars("000660", {D1: 1.0}), DAILY))


WRITER = """
import sys
from datetime import date, timedelta
from pathlib import Path
import polars as pl
from bokgi.bars.interval import DAILY
from bokgi.data import store_write
from bokgi.data.store import Store
from tests.data.store_cases import daily_bars, incoming_of
store_write.SEGMENT_ROWS = 200
days = {date(2020, 1, 2) + timedelta(days=n): float(sys.argv[2]) for n in range(200)}
bars = pl.concat([daily_bars(f"{n:06d}", days) for n in range(40)])
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
store.write(incoming_of(bars, DAILY), replace=True)
print("done", flush=True)
"""


@pytest.mark.parametrize("new_segments", [0, 1, 4, 12, 38, 39, 40])
def test_a_writer_killed_at_any_moment_leaves_the_version_before_or_the_whole_new_one(tmp_path: Path, new_segments: int) -> None:
    days = {date(2025, 10, 16): 1.0}
    before = pl.concat([daily_bars(f"{number:06d}", days) for number in range(40)])
    Store(tmp_path).write(incoming_of(before, DAILY))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(CHECKOUT / "src"), str(CHECKOUT)])}
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), "7.5"], stdout=subprocess.PIPE, env=environment)
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"ready\n"
    while len(segments(tmp_path)) <= new_segments and writer.poll() is None:
        time.sleep(0.001)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    writer.stdout.close()
    if new_segments <= 12:
        assert Store(tmp_path).current_version(DAILY) == 1
    store = Store(tmp_path)
    store.check(DAILY)
    bars = store.read_incoming(None, DAILY).bars
    assert bars.height in (40, 40 * 201)
    assert store.current_version(DAILY) == (1 if bars.height == 40 else 2)
    assert store.read_incoming(None, DAILY, version=1).bars.equals(before)
    store.write(incoming_of(daily_bars("999999", days), DAILY))
    assert not list(tmp_path.rglob(".tmp-*"))
    assert store.read_incoming(None, DAILY).bars.height == bars.height + 1


def _write_codes(folder: Path, first: int) -> None:
    store = Store(folder)
    for number in range(first, first + 5):
        store.write(incoming_of(daily_bars(f"{number:06d}", {D1: 1.0}), DAILY))


def test_two_processes_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_codes, args=(tmp_path, first)) for first in (0, 100)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0]
    assert len(Store(tmp_path).series(DAILY)) == 10
