"""What people do in the week after a release takes nothing from it and gives it nothing."""

from pathlib import Path
from typing import Any, cast

import pytest

from bokgi.operations.asking import Answer, Asked
from bokgi.operations.evidence_log import EvidenceLog, hash_of
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.policy import default_policy
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import read_attempt
from bokgi.operations.releasing import opening
from bokgi.operations.releasing.after_release import outcome_of_week, release_day
from bokgi.operations.releasing.opening import released
from bokgi.operations.slots.control import HolderReport
from bokgi.operations.watch import sampling
from bokgi.operations.watch.endpoints import OwnFigures, Probed
from bokgi.operations.watch.machine import CpuMeter
from bokgi.operations.watch.sampling import Sampler
from tests.operations.test_watch_lengths import found_after

NAME = "v1.0.0-aaaaaaaa"


class _Holder:
    def __init__(self, _run: Path) -> None: ...

    def report(self) -> HolderReport:
        return HolderReport(1, "http://127.0.0.1:1", NAME, NAME, {})


@pytest.mark.parametrize("is_altered", [False, True])
def test_a_policy_that_was_edited_for_the_next_release_does_not_touch_this_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_altered: bool
) -> None:
    """A policy that was altered in the evidence is not used: then the change shows."""
    monkeypatch.setattr(opening, "HolderClient", _Holder)
    host = HostFolder.made(tmp_path / "host", HostSettings(repository=str(tmp_path), home=tmp_path / "home"))
    begun_with = default_policy()
    with EvidenceLog(host.evidence / f"0001-{NAME}") as log:
        log.append(Kind.BEGUN, tag="v1.0.0", commit="a" * 40, tree="", version="1.0.0", operator="kim", host="host-1")
        body = log.folder / "bodies" / log.keep_body(begun_with)
        log.append(Kind.POLICY, policy_sha256=body.name)
        log.append(Kind.SWITCH, from_slot=None, to_slot=NAME, milliseconds=1)
        log.append(Kind.ENDED, outcome="passed")
    edited = begun_with.replace(b"below: 80", b"below: 70")
    assert edited != begun_with
    (host.root / "policy.yaml").write_bytes(edited)
    if is_altered:
        body.write_bytes(b"limits: {}")
    attempt = read_attempt(log.folder)
    assert attempt is not None
    with released(host, attempt, "approve", lambda _news: None) as site:
        assert site.policy.sha256 == hash_of(edited if is_altered else begun_with)
    again = read_attempt(log.folder)
    assert again is not None
    policy = again.last(Kind.POLICY)
    assert policy is not None
    assert (policy.facts["policy_sha256"] == body.name) is not is_altered


def test_the_release_day_is_the_watch_of_the_release(tmp_path: Path) -> None:
    found = found_after(tmp_path, (25, 60), (60, 60), (60, 60), for_seconds=3600)
    day = release_day(found)
    assert day is not None
    assert day.begun == found.watches[0].begun  # nothing says that it ended: the first that was made


@pytest.mark.parametrize(
    ("failed", "open_points", "week", "baseline", "outcome"),
    [
        ([], [], 1.0, 1.0, Outcome.PASSED),
        ([], [], 1.0, None, Outcome.NOT_CHECKED),
        ([], [], None, 1.0, Outcome.NOT_CHECKED),
        ([], ["cpu_percent"], 3.0, 1.0, Outcome.NOT_CHECKED),
        (["2026-11-21"], [], 1.0, 1.0, Outcome.FAILED),
    ],
)
def test_a_week_passes_only_beside_a_release_day_and_where_nothing_is_worse(
    failed: list[str], open_points: list[str], week: float | None, baseline: float | None, outcome: Outcome
) -> None:
    row = {"name": "cpu_percent", "week": week, "release_day": baseline}
    assert outcome_of_week(failed, open_points, [row]) is outcome


class _Figures:
    """Says how many runs have failed, each time another number."""

    def __init__(self, *failed: int) -> None:
        self._failed = list(failed)

    def ask(self, _asked: Asked) -> Answer:
        text = f"bokgi_runs_failed_total {self._failed.pop(0)}\n"
        return Answer(200, {}, text.encode(), 0.0, "")


def test_failed_runs_are_differences_of_a_counter() -> None:
    figures, asker = OwnFigures(), cast("Any", _Figures(5, 5, 7, 1))
    seen = [figures.since_last(asker) for _ in range(4)]
    assert [each["runs_failed"] for each in seen if each is not None] == [5, 0, 2, 1]  # the last: another database


@pytest.mark.parametrize(("status", "failed"), [("completed", 0.0), ("running", 1.0), ("no_answer", 1.0), ("cancelled", 1.0)])
def test_a_small_run_that_does_not_complete_is_a_failed_probe(monkeypatch: pytest.MonkeyPatch, status: str, failed: float) -> None:
    monkeypatch.setattr(sampling, "probe", lambda _asker: sampling_result())
    monkeypatch.setattr(sampling, "small_run", lambda _asker: {"status": status})
    sampler = object.__new__(Sampler)
    sampler._asker = cast("Any", None)
    sampler._cpu = cast("CpuMeter", None)
    _, measured = sampler._api()
    assert measured["failed_probes"] == failed  # type: ignore[index]  # a metric is its name


def sampling_result() -> Probed:

    return Probed([], 0.01, 0)
