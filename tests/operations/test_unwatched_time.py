"""The time between the switch and the watch belongs to the release: what fails there counts."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.policy import Metric
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_log import read_attempt
from bokgi.operations.releasing.watch_release import _unwatched_since as unwatched_since
from bokgi.operations.watch import Subject
from bokgi.operations.watch.sampling import Sampler
from bokgi.operations.watch.written_log import WrittenLog


def access(at: str, status: int) -> str:
    return json.dumps({"logger": "bokgi.access", "at": at, "status": status, "route": "/api/x"}) + "\n"


class _NoFigures:
    def since_last(self, _asker: object) -> None:
        return None


def sampler_of(subject: Subject) -> Sampler:
    """A sampler that looks at the log alone."""
    from bokgi.operations.watch.sampling import unwatched_errors

    made = object.__new__(Sampler)
    made._subject, made._asker, made._figures = subject, cast("Any", None), cast("Any", _NoFigures())
    made._log, made._deleted, made._missed = WrittenLog(subject.log_files), set(), unwatched_errors(subject)
    made._sides = []
    return made


def test_server_errors_behind_the_switch_count_in_the_first_sample(tmp_path: Path) -> None:
    lines = [("2026-11-20T09:59:59.000Z", 500), ("2026-11-20T10:00:01.000Z", 503), ("2026-11-20T10:00:02.000Z", 200)]
    (tmp_path / "slot.log").write_text("".join(access(at, status) for at, status in lines))
    since = datetime(2026, 11, 20, 10, tzinfo=UTC)
    sampler = sampler_of(Subject(cast("Any", None), {}, [], [tmp_path], unwatched_since=since))
    first, second = sampler._written(), sampler._written()
    assert (first[1][Metric.SERVER_ERRORS], first[0]["log"]["server_errors_before"]) == (1.0, 1)
    assert Metric.SERVER_ERRORS not in second[1]
    by_hand = sampler_of(Subject(cast("Any", None), {}, [], [tmp_path]))._written()
    assert "server_errors_before" not in by_hand[0]["log"]


def test_only_a_release_that_has_not_ended_has_unwatched_time(tmp_path: Path) -> None:
    def seen() -> datetime | None:
        attempt = read_attempt(tmp_path)
        assert attempt is not None
        return unwatched_since(attempt)

    with EvidenceLog(tmp_path) as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="")
        assert seen() is None
        switch = log.append(Kind.SWITCH, from_slot=None, to_slot="x", milliseconds=1)
        assert seen() == switch.at
        sample = log.append(Kind.SAMPLE, number=0, values={}, prober="ok")
        assert seen() == sample.at
        log.append(Kind.ENDED, outcome="passed")
        assert seen() is None
