"""Opening a host for a release: repository, holder, policy, flow, keys and the log, put together for the steps."""

import platform
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from securesystemslib.signer import CryptoSigner

from bokgi.errors.releases import AlreadyLive, NothingToResume, ReleaseUnfinished
from bokgi.operations.evidence_log import BODIES_NAME, EvidenceLog, hash_of
from bokgi.operations.host_folder import POLICY_NAME, HostFolder
from bokgi.operations.host_lock import HostLock, holder_of, operator_name
from bokgi.operations.host_state import read_host_state, write_host_state
from bokgi.operations.policy import Policy, read_policy
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.release_log import Attempt, new_folder, read_attempt, switched, unfinished
from bokgi.operations.releasing.people import channels_of
from bokgi.operations.releasing.release import Ending, Goal, Wanted, end
from bokgi.operations.releasing.site import News, Site
from bokgi.operations.repository import Repository, Tagged
from bokgi.operations.seals import read_signer
from bokgi.operations.slots.control import HolderClient
from bokgi.operations.smoke import Flow, read_flow
from bokgi.operations.unpacking import tagged_of

Tell = Callable[[News], None]
FLOW_NAME = "smoke.yaml"


def repository_of(host: HostFolder) -> Repository:
    """The bare copy of the host's repository."""
    return Repository(host.root / "repository.git", host.settings.repository)


@contextmanager
def new_release(host: HostFolder, tag: str, wanted: Wanted, tell: Tell, *, breaks_lock: bool = False) -> Iterator[Site]:
    """The lock, and a log with its first records.

    Raises
    ------
    ReleaseLocked, ReleaseUnfinished, TagUnknown, RepositoryRefused, HolderAbsent, AlreadyLive
    PolicyRefused, FlowRefused, KeyRefused, ChannelRefused, ExtraMissing
        Nothing was begun.
    """
    with _locked(host, f"{wanted.goal} {tag}", breaks_lock=breaks_lock) as lock:
        repository = repository_of(host)
        repository.fetch()
        tagged = repository.tagged(tag)
        corrected = agree_with_holder(host)
        _check_not_live(host, tagged, wanted)
        rules_of(host)
        channels_of(host).check()
        with EvidenceLog(new_folder(host.evidence, tagged.name)) as log:
            _begin(log, tagged, (wanted.goal, wanted.for_seconds, wanted.every_seconds))
            _record_lock(log, lock, corrected)
            yield _site(host, repository, tagged, log, tell)


@contextmanager
def _locked(host: HostFolder, what: str, *, breaks_lock: bool) -> Iterator[HostLock]:
    """The lock of a host on which nothing is unfinished."""
    holder = holder_of(host.root)
    if holder is None or not holder.is_alive or breaks_lock:
        _check_finished(host)  # before the lock is taken from anybody: who is at work on a release keeps it
    with HostLock(host.root, what, takes_dead=True, breaks=breaks_lock) as lock:
        _check_finished(host)
        yield lock


def _check_finished(host: HostFolder) -> None:
    before = unfinished(host.evidence)
    if before is not None:
        raise ReleaseUnfinished(before.tagged.tag, before.phases[-1] if before.phases else "begun")


@contextmanager
def interrupted_release(host: HostFolder, tell: Tell, *, breaks_lock: bool = False) -> Iterator[tuple[Site, Attempt]]:
    """The release that was interrupted, with its log open again.

    Raises
    ------
    NothingToResume, ReleaseLocked, HolderAbsent
    """
    with HostLock(host.root, "resume", takes_dead=True, breaks=breaks_lock) as lock:
        attempt = unfinished(host.evidence)
        if attempt is None:
            raise NothingToResume(str(host.root))
        corrected = agree_with_holder(host)
        with EvidenceLog(attempt.folder) as log:
            _record_lock(log, lock, corrected)
            yield _site(host, repository_of(host), attempt.tagged, log, tell), attempt


@contextmanager
def released(host: HostFolder, attempt: Attempt, what: str, tell: Tell, *, breaks_lock: bool = False) -> Iterator[Site]:
    """A release that has ended, with its log open for what follows."""
    with _locked(host, what, breaks_lock=breaks_lock) as lock:
        corrected = agree_with_holder(host)
        with EvidenceLog(attempt.folder) as log:
            _record_lock(log, lock, corrected)
            yield _site(host, repository_of(host), attempt.tagged, log, tell)


def _check_not_live(host: HostFolder, tagged: Tagged, wanted: Wanted) -> None:
    """Where it failed, the release would be taken back: that must not be what serves."""
    if wanted.goal is not Goal.PLAN and HolderClient(host.run).report().wanted == tagged.name:
        raise AlreadyLive(tagged.name)


@contextmanager
def rolling_back(host: HostFolder, current: str, tell: Tell, *, breaks_lock: bool = False) -> Iterator[Site]:
    """The release that is left, with its log; where that is damaged or gone, with a log of its own that says so."""
    attempt = switched(host.evidence, current)
    if attempt is not None and attempt.damage is None:
        with released(host, attempt, "rollback", tell, breaks_lock=breaks_lock) as site:
            yield site
        return
    with _locked(host, "rollback", breaks_lock=breaks_lock) as lock:
        corrected = agree_with_holder(host)
        tagged = tagged_of(host.releases / current)
        with EvidenceLog(new_folder(host.evidence, current)) as log:
            _begin(log, tagged, ("rollback", 0.0, 0.0))
            _record_lock(log, lock, corrected)
            damage = None if attempt is None else attempt.damage
            problem = "its log is gone" if damage is None else f"{damage.place}, line {damage.line}: {damage.problem}"
            log.append(Kind.CHECK, name="evidence", outcome=Outcome.FAILED, seen={"problem": problem})
            site = _site(host, repository_of(host), tagged, log, tell)
            yield site
            end(site, Ending.ABORTED, "rolled back; the log of the release is damaged")


def agree_with_holder(host: HostFolder) -> Mapping[str, str | None]:
    """Where a kill came between a switch and its note, the holder is right; gives what was corrected, empty where nothing was.

    Raises
    ------
    HolderAbsent
    """
    wanted, state = HolderClient(host.run).report().wanted, read_host_state(host.root)
    if wanted is None or wanted == state.current:
        return {}
    write_host_state(host.root, state.with_current(wanted))
    return {"was": state.current, "is": wanted}


def _begin(log: EvidenceLog, tagged: Tagged, wanted: tuple[str, float, float]) -> None:
    """The first record; `wanted` are the goal and the lengths of the watch [s]."""
    goal, for_seconds, every_seconds = wanted
    log.append(
        Kind.BEGUN,
        tag=tagged.tag,
        commit=tagged.commit,
        tree=tagged.tree,
        version=tagged.version,
        operator=operator_name(),
        host=platform.node(),
        goal=goal,
        for_seconds=for_seconds,
        every_seconds=every_seconds,
    )


def _record_lock(log: EvidenceLog, lock: HostLock, corrected: Mapping[str, str | None]) -> None:
    """Who is at work; and where another release served than was noted, because a kill came between a switch and its note, both."""
    broken = None if lock.broken is None else {"operator": lock.broken.operator, "pid": lock.broken.pid, "since": lock.broken.since}
    holder = {"operator": lock.holder.operator, "pid": lock.holder.pid, "what": lock.holder.what}
    log.append(Kind.LOCK, holder=holder, broken=broken, **({"corrected": corrected} if corrected else {}))


def _site(host: HostFolder, repository: Repository, tagged: Tagged, log: EvidenceLog, tell: Tell) -> Site:
    text, policy, flow, signer = rules_of(host)
    begun_with = _first_policy(log.folder)
    if begun_with is not None:
        text, policy = begun_with, read_policy(begun_with, POLICY_NAME)  # a file that was changed since is for the next release
    log.append(Kind.POLICY, policy_sha256=log.keep_body(text))
    return Site(host, repository, HolderClient(host.run), tagged, log, signer, policy, flow, tell)


def _first_policy(folder: Path) -> bytes | None:
    """Text of the policy that a release was begun with; None where it has none yet, or it is not what it was."""
    attempt = read_attempt(folder)
    recorded = () if attempt is None else (record for record in attempt.records if record.kind is Kind.POLICY)
    sha256 = next((str(record.facts.get("policy_sha256")) for record in recorded), "")
    place = folder / BODIES_NAME / sha256
    text = place.read_bytes() if sha256 and place.is_file() else b""
    return text if hash_of(text) == sha256 else None


def rules_of(host: HostFolder) -> tuple[bytes, Policy, Flow, CryptoSigner]:
    """What a release is judged by and signed with: text of the policy and the policy, the user's flow, the key."""
    text, place = host.policy_text(), host.root / FLOW_NAME
    flow = read_flow(place.read_bytes() if place.is_file() else None, FLOW_NAME)
    return text, read_policy(text, POLICY_NAME), flow, read_signer(host.key)
