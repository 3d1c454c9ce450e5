"""A short watch made by hand replaces no long one, and no figure says more than was reached."""

from pathlib import Path

import pytest
from securesystemslib.signer import CryptoSigner

from bokgi.cli.release_options import check_lengths
from bokgi.errors.base import Language
from bokgi.errors.releases import WatchLengthsRefused
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Kind
from bokgi.operations.report import Assessment, assessed, render
from bokgi.operations.report.claims import Tick
from bokgi.operations.report.words import part_of, span
from bokgi.operations.timeline import Timeline
from bokgi.operations.verification import verified
from tests.operations.recorded_release import COMMIT, TAG, Recorded
from tests.operations.whole_release import flow, recorded_whole


def in_english(_korean: str, english: str) -> str:
    return english


def begun_for(recorded: Recorded, for_seconds: object) -> None:
    """The first records and the flows of a release."""
    from bokgi.operations.policy import default_policy

    log = recorded.log
    facts = {"tag": TAG, "commit": COMMIT, "version": "1.2.0", "operator": "kim", "host": "host-1"}
    log.append(Kind.BEGUN, **facts, for_seconds=for_seconds, every_seconds=300)
    log.append(Kind.POLICY, policy_sha256=log.keep_body(default_policy()))
    log.append(Kind.CHECK, name="disk", outcome="passed", seen={})
    log.append(Kind.BOOT, slot="v1.2.0-aaaaaaaa", pid=1, version="1.2.0", commit=COMMIT, seconds=1, outcome="passed")
    flow(recorded, "private")
    log.append(Kind.SWITCH, from_slot=None, to_slot="v1.2.0-aaaaaaaa", milliseconds=50)
    flow(recorded, "public")


def found_after(folder: Path, *watches: tuple[int, int], for_seconds: object = 3600) -> Assessment:
    """watches : minutes that were watched, and that were planned"""
    recorded = Recorded(folder, CryptoSigner.generate_ed25519())
    begun_for(recorded, for_seconds)
    for minutes, planned in watches:
        recorded.watch(minutes, planned)
    recorded.seal()
    recorded.log.close()
    return assessed(verified(folder, recorded.signer.public_key))


@pytest.mark.parametrize(
    ("watches", "state", "duration"),
    [
        ([(60, 60)], State.PASS, Tick.HOLDS),
        ([(25, 60), (5, 5)], State.INCONCLUSIVE, Tick.UNPROVEN),
        ([(60, 60), (5, 5)], State.PASS, Tick.HOLDS),
        ([(60, 60), (0, 5)], State.PASS, Tick.HOLDS),
        ([(5, 5)], State.INCONCLUSIVE, Tick.UNPROVEN),
        ([(25, 60), (60, 60)], State.PASS, Tick.HOLDS),
        ([(25, 60), (120, 120)], State.PASS, Tick.HOLDS),
        ([], State.INCONCLUSIVE, Tick.UNPROVEN),
    ],
)
def test_a_watch_decides_only_where_it_was_planned_as_long_as_the_release_was_begun(
    tmp_path: Path, watches: list[tuple[int, int]], state: State, duration: Tick
) -> None:
    found = found_after(tmp_path, *watches)
    assert found.state is state
    assert {claim.key: claim.tick for claim in found.claims}["watch.duration"] is duration


@pytest.mark.parametrize("for_seconds", [0, "an hour", None])
def test_without_a_planned_length_every_watch_counts(tmp_path: Path, for_seconds: object) -> None:
    assert found_after(tmp_path, (5, 5), for_seconds=for_seconds).state is State.PASS


def test_the_list_of_releases_says_what_the_report_says(tmp_path: Path) -> None:
    """A watch of its own passed, but the flow in public failed."""
    _, signer = recorded_whole(tmp_path / "0001-v1.2.0-aaaaaaaa", failing_after="csv")
    (release,) = Timeline(tmp_path, signer.public_key).releases(0, 5)
    assert release.judgement is not None
    assert (release.judgement.state, release.verdict) == (State.PASS, State.FAIL)
    assert "Verdict: FAIL" in render(release.found, Language.ENGLISH)


@pytest.mark.parametrize("every", [0, -1, "x", None, True])
def test_a_forged_length_breaks_no_list(tmp_path: Path, every: object) -> None:
    recorded, signer = recorded_whole(tmp_path / "0001-v1.2.0-aaaaaaaa")
    again = Recorded(recorded.folder, signer)
    again.log.append(Kind.WATCH_BEGUN, planned_seconds=3600, every_seconds=every)
    again.log.close()
    (release,) = Timeline(tmp_path, signer.public_key).releases(0, 5)
    assert release.judgement is None
    assert release.verdict is State.INCONCLUSIVE  # a record without a seal


def test_what_was_not_reached_is_not_rounded_to_it() -> None:
    assert part_of(in_english, 59.97, 60) == "59.9 of 60 seconds"
    assert part_of(in_english, 60.0, 60) == "60.0 of 60 seconds"
    assert part_of(in_english, 3599.9, 3600) == "59 of 60 minutes"
    assert (span(in_english, 119.96), span(in_english, 0.3)) == ("119.9 s", "0.3 s")


@pytest.mark.parametrize(
    ("length", "step", "is_allowed"), [(3600, 300, True), (0.9, 0.3, True), (3600, 420, False), (10, 60, False), (10, 10, True)]
)
def test_a_length_must_be_a_multiple_of_its_step(length: float, step: float, is_allowed: bool) -> None:
    if is_allowed:
        check_lengths(length, step)
    else:
        with pytest.raises(WatchLengthsRefused, match="multiple"):
            check_lengths(length, step)
