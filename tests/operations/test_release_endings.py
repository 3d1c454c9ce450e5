"""How a release ends: what serves is never given up for a plan, the way back goes to the right release, and the ending says what is so."""

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from bokgi.cli import release_looking
from bokgi.cli.release_views import prune_command
from bokgi.cli.release_words import EXIT_CODES
from bokgi.errors.observation import ChannelRefused
from bokgi.errors.releases import AlreadyLive, ReleaseAltered, ReleaseLocked
from bokgi.operations.evidence_log import EvidenceLog
from bokgi.operations.host_lock import HostLock
from bokgi.operations.host_state import HostState, read_host_state
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing import going_back, opening, plan, pruning, release
from bokgi.operations.releasing.booting import Booted, wait_until_ended
from bokgi.operations.releasing.going_back import take_back
from bokgi.operations.releasing.opening import new_release, released
from bokgi.operations.releasing.plan import TRIAL, Seen
from bokgi.operations.releasing.release import Ending, Goal, Wanted, abort, go_on, resume
from bokgi.operations.releasing.site import Site
from bokgi.operations.releasing.telling import tell_and_seal
from bokgi.operations.slots.slot_state import Phase
from tests.operations.named_host import NEW, OLD, OLDEST, NamedHolder, answering, attempt_of, named_site, records_of

DEPLOY, RUN = Wanted(Goal.DEPLOY, 0.0, 1.0), Wanted(Goal.RUN, 3600.0, 300.0)
LIVE = HostState(NEW.name, OLD.name)
BEFORE = HostState(OLD.name, OLDEST.name)


@pytest.fixture
def holder() -> Iterator[NamedHolder]:
    made = NamedHolder()
    with answering(made):
        yield made


def serving(holder: NamedHolder, name: str, *warm: str) -> None:
    holder.slots = dict.fromkeys((*warm, name), Phase.STANDBY)
    holder.switch(name)


def never(_site: Site, _wanted: Wanted) -> Ending:
    raise AssertionError("there is nothing to watch")


def failed_watch(_site: Site, _wanted: Wanted) -> Ending:
    return Ending.FAILED


def nothing(_site: Site) -> str:
    return ""


def no_space(_site: Site) -> Seen:
    return Seen(Outcome.FAILED, {"problem": "no space"})


@pytest.fixture
def without_space(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan whose only gate fails."""
    monkeypatch.setattr(plan, "GATES", {"space": no_space})


@pytest.mark.usefixtures("without_space")
def test_a_plan_that_fails_on_the_live_release_leaves_it_in_traffic(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.PLAN, LIVE) as site:
        ending = go_on(site, Wanted(Goal.PLAN, 0.0, 1.0), never)
        ended = records_of(site, Kind.ENDED)[0]
    assert (ending, holder.wanted, holder.ended) == (Ending.FAILED, NEW.name, [])
    assert ended.facts["taken_back"] is False
    assert read_host_state(tmp_path / "host") == LIVE


@pytest.mark.parametrize("seals", [(), ("plan",)])
@pytest.mark.parametrize("how", ["resume", "abort"])
@pytest.mark.usefixtures("without_space")
def test_an_interrupted_plan_of_the_live_release_leaves_it_in_traffic(
    tmp_path: Path, holder: NamedHolder, how: str, seals: tuple[str, ...]
) -> None:
    serving(holder, NEW.name, OLD.name)
    holder.slots[f"{NEW.name}{TRIAL}"] = Phase.STANDBY
    with named_site(tmp_path / "host", holder, NEW, Goal.PLAN, LIVE) as site:
        for phase in seals:
            site.seal(phase)
        ending = abort(site, attempt_of(site)) if how == "abort" else resume(site, attempt_of(site), never)
    assert ending is (Ending.ABORTED if how == "abort" else Ending.PLANNED if seals else Ending.FAILED)
    assert (holder.wanted, read_host_state(tmp_path / "host")) == (NEW.name, LIVE)
    assert holder.ended == ([f"{NEW.name}{TRIAL}"] if how == "abort" else [])


def test_a_recorded_fault_of_a_plan_ends_it_without_a_way_back(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, LIVE) as site:
        site.log.append(Kind.CHECK, name="space", outcome=Outcome.FAILED, seen={})
        assert resume(site, attempt_of(site), never) is Ending.FAILED
    assert (holder.wanted, read_host_state(tmp_path / "host")) == (NEW.name, LIVE)


class _Tags:
    """A repository in which the tag is that of the newest release."""

    def fetch(self) -> None:
        """There is nothing to fetch."""

    def tagged(self, _tag: str) -> object:
        return NEW


@pytest.mark.parametrize("goal", [Goal.DEPLOY, Goal.RUN])
def test_what_serves_is_not_deployed_again(tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch, goal: Goal) -> None:
    serving(holder, NEW.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.PLAN, LIVE) as site:
        site.log.append(Kind.ENDED, outcome="planned")
        monkeypatch.setattr(opening, "repository_of", lambda _host: _Tags())
        monkeypatch.setattr(opening, "HolderClient", lambda _folder: holder)
        with (
            pytest.raises(AlreadyLive, match=NEW.name),
            new_release(site.host, NEW.tag, Wanted(goal, 0.0, 1.0), lambda _news: None),
        ):
            pass  # it is refused before
        assert len(list(site.host.evidence.iterdir())) == 1


@pytest.mark.parametrize("channels", ["notices: {fax: {number: 1}}", "notices: {slack: {channel: C1, token_from: NOT_SET}}"])
def test_channels_that_cannot_be_used_begin_nothing(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch, channels: str
) -> None:
    serving(holder, OLD.name)
    with named_site(tmp_path / "host", holder, OLD, Goal.DEPLOY, BEFORE) as site:
        site.log.append(Kind.ENDED, outcome="deployed")
        (site.host.root / "channels.yaml").write_text(channels)
        monkeypatch.setattr(opening, "repository_of", lambda _host: _Tags())
        monkeypatch.setattr(opening, "HolderClient", lambda _folder: holder)
        with pytest.raises(ChannelRefused), new_release(site.host, NEW.tag, DEPLOY, lambda _news: None):
            pass  # it is refused before
        assert len(list(site.host.evidence.iterdir())) == 1


def test_what_a_killed_tool_did_not_note_is_corrected_and_recorded(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(holder, OLD.name, NEW.name)
    monkeypatch.setattr(opening, "HolderClient", lambda _folder: holder)
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, LIVE) as site:
        site.log.append(Kind.ENDED, outcome="deployed")
    with EvidenceLog(site.host.evidence / f"0000-{OLD.name}") as log:
        log.append(Kind.BEGUN, tag=OLD.tag, commit=OLD.commit, tree="", version=OLD.version, operator="kim", host="h")
        log.append(Kind.SWITCH, from_slot=None, to_slot=OLD.name)
        log.append(Kind.ENDED, outcome="deployed")
    monkeypatch.setattr(release_looking, "HolderClient", lambda _folder: holder)
    assert release_looking.current_of(site.host).tagged == OLD
    with released(site.host, attempt_of(site), "daily", lambda _news: None):
        assert read_host_state(site.host.root).current == OLD.name
    (lock,) = records_of(site, Kind.LOCK)
    assert lock.facts["corrected"] == {"was": NEW.name, "is": OLD.name}


def test_a_switch_whose_answer_was_lost_stands(tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    serving(holder, OLD.name, NEW.name)
    holder.goes_silent = True
    for phase in release.DEPLOYING:
        if phase != "switch":
            monkeypatch.setitem(release.DEPLOYING, phase, nothing)
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, BEFORE) as site:
        assert go_on(site, DEPLOY, never) is Ending.DEPLOYED
        (switched,) = records_of(site, Kind.SWITCH)
    assert (switched.facts["from_slot"], switched.facts["to_slot"]) == (OLD.name, NEW.name)
    assert read_host_state(tmp_path / "host") == HostState(NEW.name, OLD.name)


def test_a_switch_that_was_never_noted_is_taken_back_to_what_served_before(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name, OLDEST.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, BEFORE) as site:
        assert take_back(site, "the holder did not answer", is_bad=True)
    assert (holder.wanted, holder.ended) == (OLD.name, [NEW.name])
    assert read_host_state(tmp_path / "host").current == OLD.name


def test_a_slot_that_still_ends_is_waited_for_before_it_is_started_anew(tmp_path: Path, holder: NamedHolder) -> None:
    holder.slots = {OLD.name: Phase.ENDING}
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, LIVE) as site:
        ending = threading.Timer(0.3, holder.slots.clear)
        ending.start()
        wait_until_ended(site, OLD.name, time.monotonic() + 30)
        assert holder.slots == {}
        holder.slots = {OLD.name: Phase.STANDBY}
        wait_until_ended(site, OLD.name, time.monotonic() + 30)
        holder.slots = {OLD.name: Phase.ENDING}
        wait_until_ended(site, OLD.name, time.monotonic() + 0.2)
    assert holder.slots == {OLD.name: Phase.ENDING}


def test_a_first_release_that_fails_serves_on_and_says_so(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.RUN, HostState(NEW.name)) as site:
        site.log.append(Kind.SMOKE, stage="public", flow="user", steps=1, outcome=Outcome.FAILED)
        site.seal("plan")
        ending = abort(site, attempt_of(site))
        ended = records_of(site, Kind.ENDED)[0]
    assert (ending, EXIT_CODES[ending], ended.facts["taken_back"]) == (Ending.STILL_SERVING, 4, False)
    assert holder.wanted == NEW.name


def test_where_the_release_before_is_not_well_the_failed_slot_ends_all_the_same(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name, OLD.name)
    holder.unhealthy = frozenset({OLD.name})
    with named_site(tmp_path / "host", holder, NEW, Goal.RUN, LIVE) as site:
        assert take_back(site, "the watch failed", is_bad=True)
        rollback = records_of(site, Kind.ROLLBACK)[0]
    assert (holder.wanted, holder.ended, rollback.facts["outcome"]) == (OLD.name, [NEW.name], "failed")
    assert holder.rested == [NEW.name]


def test_after_a_deploy_only_what_serves_and_the_way_back_have_slots(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    serving(holder, OLD.name, OLDEST.name, NEW.name, f"{OLD.name}{TRIAL}")
    for phase in release.DEPLOYING:
        if phase != "switch":
            monkeypatch.setitem(release.DEPLOYING, phase, nothing)
    with named_site(tmp_path / "host", holder, NEW, Goal.DEPLOY, BEFORE) as site:
        assert go_on(site, DEPLOY, never) is Ending.DEPLOYED
        retired = [record.facts["slot"] for record in records_of(site, Kind.RETIRED)]
    assert holder.slots.keys() == {OLD.name, NEW.name}
    assert retired == holder.ended == [OLDEST.name, f"{OLD.name}{TRIAL}"]


def test_as_many_backups_stay_as_releases(tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "HolderClient", lambda _folder: holder)
    with named_site(tmp_path / "host", holder, NEW, Goal.PLAN, LIVE) as site:
        backups = site.host.root / "backups"
        for number in range(7):
            (backups / f"{number}.bokgi").write_bytes(b"")
            os.utime(backups / f"{number}.bokgi", (number, number))
        pruning.prune(site.host)
        assert sorted(path.name for path in backups.iterdir()) == [f"{number}.bokgi" for number in range(2, 7)]


def test_nothing_is_removed_while_somebody_works_on_the_host(tmp_path: Path, holder: NamedHolder) -> None:
    with named_site(tmp_path / "host", holder, NEW, Goal.PLAN, LIVE) as site, HostLock(site.host.root, "deploy v1.2.0"):
        done = CliRunner().invoke(prune_command, ["--folder", str(site.host.root)], obj=None)
    assert isinstance(done.exception, ReleaseLocked)


def does_not_boot(*_arguments: object) -> Booted:
    return Booted(0, "", "", 0.0, "version is '9', not '1.1.0'")


@pytest.mark.parametrize("fault", ["boot", "altered"])
def test_a_release_that_is_not_what_it_should_be_gets_no_traffic_on_the_way_back(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def found(*_arguments: object) -> None:
        if fault == "altered":
            raise ReleaseAltered(OLD.name, "src/bokgi/units.py")

    serving(holder, NEW.name)
    monkeypatch.setattr(going_back, "check_unpacked", found)
    monkeypatch.setattr(going_back, "boot", does_not_boot)
    with named_site(tmp_path / "host", holder, NEW, Goal.RUN, LIVE) as site:
        assert not take_back(site, "the watch failed", is_bad=True)
        rollback = records_of(site, Kind.ROLLBACK)[0]
    assert (holder.wanted, rollback.facts["to_tag"]) == (NEW.name, OLD.tag)
    assert ("not '1.1.0'" if fault == "boot" else "units.py") in rollback.facts["problem"]


@pytest.mark.parametrize(("state", "ending"), [(State.WARN, Ending.PASSED), (State.INCONCLUSIVE, Ending.INCONCLUSIVE)])
def test_a_watch_that_is_sealed_is_not_made_again(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch, state: State, ending: Ending
) -> None:
    monkeypatch.setattr(release, "retire", nothing)
    serving(holder, NEW.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.RUN, LIVE) as site:
        site.log.append(Kind.VERDICT, state=state.name, policy_sha256="")
        for phase in (*release.DEPLOYING, "watch"):
            site.seal(phase)
        assert resume(site, attempt_of(site), never) is ending


def test_the_way_back_is_gone_before_anybody_is_told(tmp_path: Path, holder: NamedHolder) -> None:
    serving(holder, NEW.name, OLD.name)
    with named_site(tmp_path / "host", holder, NEW, Goal.RUN, LIVE) as site:
        (site.host.root / "channels.yaml").write_text("notices: {slack: {channel: C1, token_from: NOT_SET}, webhook: {url: 'http://h:x/'}}")
        (site.host.root / "planned.yaml").write_text("- {day: 2027-01-15}\n")
        site.log.append(Kind.WATCH_BEGUN, planned_seconds=3600, every_seconds=300)
        for phase in release.DEPLOYING:
            site.seal(phase)
        assert go_on(site, RUN, failed_watch, tuple(release.DEPLOYING)) is Ending.FAILED
        tell_and_seal(site, Ending.FAILED)
        kinds = [record.kind for record in attempt_of(site).records]
        anchors = records_of(site, Kind.ANCHOR)
    assert kinds[kinds.index(Kind.ROLLBACK) :] == [Kind.ROLLBACK, Kind.HISTORY, Kind.ENDED, Kind.ANCHOR, Kind.ANCHOR]
    assert {(record.facts["where"], record.facts["outcome"]) for record in anchors} == {
        ("notice by slack", "failed"),
        ("notice by webhook", "failed"),
    }
    assert holder.wanted == OLD.name
