"""`bokgi release plan`, `deploy`, `run`, `resume`, `abort` and `rollback`: what changes which release serves."""

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_options import break_lock_option, check_lengths, host_option, watch_options
from bokgi.cli.release_report import reported
from bokgi.cli.release_words import Teller, told, told_back
from bokgi.config.settings import Settings
from bokgi.errors.releases import NoReleaseToGoBackTo, ReleaseIsBad
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_state import read_host_state
from bokgi.operations.releasing.opening import agree_with_holder, interrupted_release, new_release, rolling_back
from bokgi.operations.releasing.release import Goal, Wanted, abort, go_on, resume
from bokgi.operations.releasing.rolling_back import roll_back
from bokgi.operations.releasing.telling import tell_and_seal
from bokgi.operations.releasing.watch_release import watch_release

UNWATCHED = (0.0, 1.0)


def _released(host: HostFolder, tag: str, wanted: Wanted, *, breaks_lock: bool) -> int:
    with new_release(host, tag, wanted, Teller(), breaks_lock=breaks_lock) as site:
        ending = go_on(site, wanted, watch_release)
        if wanted.goal is not Goal.PLAN:
            tell_and_seal(site, ending)
    reported(host, site.log.folder)
    return told(ending)


@click.command(
    "plan",
    cls=Command,
    help=say(
        "Check all that must hold before TAG is released; nothing is changed.",
        "TAG 배포 전에 확인할 것을 모두 점검합니다. 아무것도 바꾸지 않습니다.",
    ),
)
@click.argument("tag")
@host_option
@break_lock_option
@click.pass_obj
def plan_command(_settings: Settings, /, tag: str, host: HostFolder, break_lock: bool) -> int:
    """Plan one release."""
    return _released(host, tag, Wanted(Goal.PLAN, *UNWATCHED), breaks_lock=break_lock)


@click.command(
    "deploy",
    cls=Command,
    help=say(
        "Put TAG into service: plan, unpack, boot and smoke test in private, switch, smoke test in public. Not watched.",
        "TAG를 배포합니다: 사전 점검, 풀기, 비공개 시작과 점검, 전환, 공개 점검. 관찰은 하지 않습니다.",
    ),
)
@click.argument("tag")
@host_option
@break_lock_option
@click.pass_obj
def deploy_command(_settings: Settings, /, tag: str, host: HostFolder, break_lock: bool) -> int:
    """Deploy one release."""
    return _released(host, tag, Wanted(Goal.DEPLOY, *UNWATCHED), breaks_lock=break_lock)


@click.command(
    "run",
    cls=Command,
    help=say(
        "Deploy TAG, watch it, keep it or take it back, and write the report. Exit code 0: it passed, 1: it failed and was taken back, "
        "3: it cannot be decided, 4: it failed and goes on serving, because nothing could take its place.",
        "TAG를 배포하고 지켜본 뒤 유지하거나 되돌리고 보고서를 씁니다. 종료 코드 0: 통과, 1: 실패하여 되돌림, 3: 판정 불가, "
        "4: 실패했으나 대신할 배포가 없어 계속 서비스 중.",
    ),
)
@click.argument("tag")
@watch_options
@host_option
@break_lock_option
@click.pass_obj
def run_command(_settings: Settings, /, tag: str, for_seconds: float, every_seconds: float, host: HostFolder, break_lock: bool) -> int:
    """The whole release."""
    check_lengths(for_seconds, every_seconds)
    return _released(host, tag, Wanted(Goal.RUN, for_seconds, every_seconds), breaks_lock=break_lock)


@click.command(
    "resume",
    cls=Command,
    help=say("Go on with a release that was interrupted.", "중단된 배포를 이어 갑니다."),
)
@host_option
@break_lock_option
@click.pass_obj
def resume_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Resume the unfinished release."""
    with interrupted_release(host, Teller(), breaks_lock=break_lock) as (site, attempt):
        ending = resume(site, attempt, watch_release)
        tell_and_seal(site, ending)
    reported(host, attempt.folder)
    return told(ending)


@click.command(
    "abort",
    cls=Command,
    help=say("Take back a release that was interrupted.", "중단된 배포를 되돌립니다."),
)
@host_option
@break_lock_option
@click.pass_obj
def abort_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Abort the unfinished release."""
    with interrupted_release(host, Teller(), breaks_lock=break_lock) as (site, attempt):
        ending = abort(site, attempt)
        tell_and_seal(site, ending)
    reported(host, attempt.folder)
    return told(ending)


@click.command(
    "rollback",
    cls=Command,
    help=say(
        "Go back to the release before, or to that of TAG, and go the user's flow there. The release that is left may be deployed again "
        "later. "
        "Exit code 0: it serves and passed, 1: nothing was changed, 3: it serves and was not looked at, 4: it serves and is not well.",
        "이전 배포 또는 TAG의 배포로 되돌리고 그곳에서 사용자 절차를 확인합니다. 떠나는 배포는 나중에 다시 배포할 수 있습니다. "
        "종료 코드 0: 되돌렸고 통과, 1: 바뀐 것 없음, 3: 되돌렸으나 확인하지 못함, 4: 되돌렸으나 정상이 아님.",
    ),
)
@click.argument("tag", required=False, default="")
@host_option
@break_lock_option
@click.pass_obj
def rollback_command(_settings: Settings, /, tag: str, host: HostFolder, break_lock: bool) -> int:
    """Go back by hand."""
    agree_with_holder(host)
    state = read_host_state(host.root)
    target = _target(host, tag)
    if state.current is None:
        raise NoReleaseToGoBackTo(tag, "")
    with rolling_back(host, state.current, Teller(), breaks_lock=break_lock) as site:
        done = roll_back(site, target)
        tell_and_seal(site, done.words)
    reported(host, site.log.folder)
    return told_back(done)


def _target(host: HostFolder, tag: str) -> str:
    """The release that a person means."""
    state = read_host_state(host.root)
    unpacked = sorted(folder.name for folder in host.releases.iterdir() if not folder.name.startswith("."))
    names = [state.previous] if not tag else [name for name in unpacked if tag in (name, name.rsplit("-", 1)[0])]
    target = names[-1] if names else None
    if target is None or target == state.current:
        raise NoReleaseToGoBackTo(tag, ", ".join(unpacked))
    if target in state.bad:
        raise ReleaseIsBad(target, state.bad[target])
    return target
