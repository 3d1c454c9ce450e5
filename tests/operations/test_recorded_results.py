"""A result that the release before gave and this one does not is lost, whoever forgot to list it."""

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bokgi.operations.asking import Answer, Asked
from bokgi.operations.evidence_log import EvidenceLog, hash_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_log import read_attempt
from bokgi.operations.watch.kept_results import KeptResults, recorded_results
from bokgi.operations.watch.logged import removed_since

SINCE = datetime(2026, 11, 20, 9, tzinfo=UTC)


class Service:
    """Lists runs as completed, and gives the bodies that it has."""

    def __init__(self, listed: list[str], bodies: dict[str, bytes]) -> None:
        self._listed, self._bodies = listed, bodies

    def ask(self, asked: Asked) -> Answer:
        rows = [{"backtest_id": run} for run in self._listed] if asked.headers["X-Bokgi-Profile"] == "default" else []
        return Answer(200, {}, json.dumps({"backtests": rows}).encode(), 0.0, "")

    def get(self, path: str) -> Answer:
        body = self._bodies.get(path.rsplit("/", 1)[1])
        return Answer(404 if body is None else 200, {}, body or b"", 0.0, "")


def test_what_the_release_before_gave_is_asked_for_even_where_it_is_not_listed_any_more(tmp_path: Path) -> None:
    before = cast("Any", Service(["bt-1", "bt-2", "bt-3"], {"bt-1": b"one", "bt-2": b"two", "bt-3": b"three"}))
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="")
        log.append(Kind.CHECK, name="results", outcome="passed", seen={"hashes": KeptResults.chosen(before).given})
    attempt = read_attempt(tmp_path)
    assert attempt is not None
    after = cast("Any", Service(["bt-3"], {"bt-1": b"other", "bt-3": b"three"}))
    kept = KeptResults.chosen(after).since(recorded_results(attempt.records))
    assert kept.lost(after, None, ()) == {"bt-1": "another body", "bt-2": "status 404"}
    assert kept.lost(after, None, {"bt-1", "bt-2"}) == {}


def test_what_is_listed_and_not_given_is_lost() -> None:
    service = cast("Any", Service(["bt-1", "bt-2"], {"bt-1": b"one"}))
    kept = KeptResults.chosen(service)
    assert kept.given == {"bt-1": hash_of(b"one")}
    assert kept.lost(service, None, ()) == {"bt-2": "status 404"}


def test_the_first_word_on_a_result_holds(tmp_path: Path) -> None:
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="")
        log.append(Kind.CHECK, name="results", outcome="passed", seen={"hashes": {"bt-1": "a"}})
        log.append(Kind.SAMPLE, number=0, values={}, prober="ok", results={"hashes": {"bt-1": "b", "bt-2": "c"}})
        log.append(Kind.DAILY, day="2026-11-21", outcome="passed", seen={}, results={"hashes": {"bt-2": "d", "bt-3": "e"}})
    attempt = read_attempt(tmp_path)
    assert attempt is not None
    assert recorded_results(attempt.records) == {"bt-1": "a", "bt-2": "c", "bt-3": "e"}


def test_what_was_deleted_or_past_its_time_is_found_in_the_log(tmp_path: Path) -> None:
    events = [
        {"at": "2026-11-20T08:00:00.000Z", "method": "DELETE", "status": 200, "run_id": "bt-2026-11-01-001"},
        {"at": "2026-11-20T10:00:00.000Z", "method": "DELETE", "status": 200, "run_id": "bt-2026-11-01-002"},
        {"at": "2026-11-20T10:00:01.000Z", "method": "DELETE", "status": 404, "run_id": "bt-2026-11-01-003"},
    ]
    (tmp_path / "slot.log").write_text("".join(json.dumps(event) + "\n" for event in events))
    past = {"at": "2026-11-20T11:00:00.000Z", "event": "runs past their time were removed: ['bt-2026-10-01-001', 'bt-2026-10-01-002']"}
    (tmp_path / "worker.log.1.gz").write_bytes(gzip.compress(json.dumps(past).encode() + b"\n"))
    assert removed_since([tmp_path], SINCE) == {"bt-2026-11-01-002", "bt-2026-10-01-001", "bt-2026-10-01-002"}
