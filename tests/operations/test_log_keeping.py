"""Log files are moved away from outside, compressed when nobody writes to them, deleted after thirty days; every deed is written down."""

import fcntl
import gzip
import json
import logging
import os
import threading
from datetime import UTC, datetime, timedelta
from logging.handlers import WatchedFileHandler
from pathlib import Path

import pytest

from bokgi.operations import log_keeping
from bokgi.operations.log_keeping import DEEDS_NAME, LOCK_NAME, keep_growing, keep_logs
from bokgi.operations.watch.logged import counted_since
from bokgi.operations.watch.written_log import ERRORS, WARNINGS

NOW = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)


def aged(path: Path, days: float, content: bytes = b"line\n") -> Path:
    path.write_bytes(content)
    at = (NOW - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def deeds(folder: Path) -> list[tuple[str, str]]:
    lines = (folder / DEEDS_NAME).read_text("utf-8").splitlines()
    return [(deed["deed"], deed["file"]) for deed in map(json.loads, lines)]


def test_files_are_moved_compressed_and_deleted_in_their_time(tmp_path: Path) -> None:
    aged(tmp_path / "serve.log", 0)
    aged(tmp_path / "serve.log.20261126T070000Z", 2, b"old line\n")
    aged(tmp_path / "serve.log.20261020T070000Z.gz", 31)
    aged(tmp_path / "serve.log.20261030T070000Z.gz", 29)
    (tmp_path / "empty.log").touch()
    keep_logs(tmp_path, NOW)
    assert sorted(deeds(tmp_path)) == [
        ("compressed", "serve.log.20261126T070000Z"),
        ("deleted", "serve.log.20261020T070000Z.gz"),
        ("moved", "serve.log.20261128T070000Z"),
    ]
    left = {path.name for path in tmp_path.iterdir()} - {DEEDS_NAME, LOCK_NAME}
    assert left == {"empty.log", "serve.log.20261128T070000Z", "serve.log.20261126T070000Z.gz", "serve.log.20261030T070000Z.gz"}
    assert gzip.decompress((tmp_path / "serve.log.20261126T070000Z.gz").read_bytes()) == b"old line\n"


def test_a_compressed_file_keeps_its_age(tmp_path: Path) -> None:
    aged(tmp_path / "serve.log.20261030T070000Z", 29)
    keep_logs(tmp_path, NOW)
    keep_logs(tmp_path, NOW + timedelta(days=2))
    assert [deed for deed, _ in deeds(tmp_path)] == ["compressed", "deleted"]


def test_no_line_is_lost_while_files_are_moved(tmp_path: Path) -> None:
    handler = WatchedFileHandler(tmp_path / "serve.log", encoding="utf-8")
    log = logging.getLogger("tests.log_keeping")
    log.propagate = False
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    done = threading.Event()

    def write() -> None:
        for number in range(2_000):
            log.info("%d", number)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    moved = 0
    while not done.is_set():
        moved += len(keep_logs(tmp_path, datetime.now(UTC) + timedelta(seconds=moved)))
    writer.join()
    log.removeHandler(handler)
    handler.close()
    lines = [line for path in tmp_path.glob("serve.log*") for line in path.read_text("utf-8").splitlines()]
    assert sorted(map(int, lines)) == list(range(2_000))


def test_the_log_since_an_instant_is_counted_over_all_files(tmp_path: Path) -> None:
    def line(level: str, hour: int) -> bytes:
        return json.dumps({"level": level, "at": f"2026-11-28T{hour:02}:00:00.000000Z"}).encode() + b"\n"

    (tmp_path / "serve.log").write_bytes(line("error", 6) + line("warning", 3))
    (tmp_path / "serve.log.1").write_bytes(line("error", 5) + line("info", 6))
    (tmp_path / "serve.log.0.gz").write_bytes(gzip.compress(line("error", 6)))
    counts = counted_since([tmp_path], datetime(2026, 11, 28, 4, tzinfo=UTC))
    assert (counts[ERRORS], counts[WARNINGS]) == (3, 0)


def test_a_service_moves_what_is_large_and_leaves_the_rest_to_the_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_keeping, "LARGE_BYTES", 1000)
    aged(tmp_path / "serve.log", 0, b"x" * 1000)
    aged(tmp_path / "worker.log", 0, b"x" * 999)
    aged(tmp_path / "serve.log.20261020T070000Z.gz", 31)
    assert [(deed.deed, deed.file) for deed in keep_growing(tmp_path, NOW)] == [
        ("moved", "serve.log.20261128T070000Z"),
        ("deleted", "serve.log.20261020T070000Z.gz"),
    ]
    assert (tmp_path / "worker.log").is_file()


def test_a_service_compresses_one_file_in_a_round(tmp_path: Path) -> None:
    for day in (24, 25, 26):
        aged(tmp_path / f"serve.log.202611{day}T070000Z", 28 - day)
    assert [len(keep_growing(tmp_path, NOW)) for _ in range(4)] == [1, 1, 1, 0]
    assert len(list(tmp_path.glob("*.gz"))) == 3


def test_two_that_keep_one_folder_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_keeping, "LARGE_BYTES", 1)
    aged(tmp_path / "serve.log", 0)
    with (tmp_path / LOCK_NAME).open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert keep_growing(tmp_path, NOW) == []
        assert (tmp_path / "serve.log").is_file()
    assert [deed.deed for deed in keep_growing(tmp_path, NOW)] == ["moved"]


def test_a_log_that_grows_without_end_stays_in_parts_and_loses_no_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_keeping, "LARGE_BYTES", 2000)
    handler = WatchedFileHandler(tmp_path / "worker.log", encoding="utf-8")
    for number in range(1000):
        handler.emit(logging.LogRecord("x", logging.INFO, "x", 1, f"line {number}", None, None))
        if number % 10 == 0:
            keep_growing(tmp_path, NOW + timedelta(seconds=number))
    handler.close()
    parts = [*tmp_path.glob("worker.log.*"), tmp_path / "worker.log"]
    assert max(part.stat().st_size for part in parts) < 2200
    assert sorted(line for part in parts for line in part.read_text().splitlines()) == sorted(f"line {number}" for number in range(1000))
