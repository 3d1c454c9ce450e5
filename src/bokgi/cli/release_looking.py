"""`bokgi release smoke`, `watch`, `daily` and `weekly`: looking at the release that serves."""

from datetime import UTC, datetime

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_options import break_lock_option, check_lengths, host_option, watch_options
from bokgi.cli.release_report import reported
from bokgi.cli.release_words import FAILED, INCONCLUSIVE, PASSED, Teller
from bokgi.config.settings import Settings
from bokgi.errors.releases import NoReleaseToGoBackTo
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_state import read_host_state
from bokgi.operations.judge import State
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.release_log import Attempt, latest_of
from bokgi.operations.releasing.after_release import check_day, review_week
from bokgi.operations.releasing.opening import released
from bokgi.operations.releasing.people import record_history, tell_people
from bokgi.operations.releasing.watch_release import watched
from bokgi.operations.slots.control import HolderClient

OUTCOME_CODES = {Outcome.PASSED: PASSED, Outcome.FAILED: FAILED, Outcome.NOT_CHECKED: INCONCLUSIVE}
STATE_CODES = {State.PASS: PASSED, State.WARN: PASSED, State.INCONCLUSIVE: INCONCLUSIVE, State.FAIL: FAILED}


def current_of(host: HostFolder) -> Attempt:
    """The release that serves, by the holder where it knows one: a note may be missing after a kill.

    Raises
    ------
    HolderAbsent, NoReleaseToGoBackTo, EvidenceAbsent
    """
    current = HolderClient(host.run).report().wanted or read_host_state(host.root).current
    if current is None:
        raise NoReleaseToGoBackTo("", "")
    return latest_of(host.evidence, current)


@click.command(
    "smoke",
    cls=Command,
    help=say("Go the user's flow at the release that serves, and record it.", "운영 중인 배포에서 사용자 절차를 실행하고 기록합니다."),
)
@host_option
@break_lock_option
@click.pass_obj
def smoke_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Smoke test."""
    attempt = current_of(host)
    with released(host, attempt, "smoke", Teller(), breaks_lock=break_lock) as site:
        outcome = site.smoke(site.tagged.name, site.tagged, "manual", is_public=True)
        site.seal("smoke")
    reported(host, attempt.folder)
    return OUTCOME_CODES[outcome]


@click.command(
    "watch",
    cls=Command,
    help=say(
        "Watch the release that serves. It is recorded and judged, and nothing is taken back; 'bokgi release run' does that.",
        "운영 중인 배포를 지켜보고 기록하고 판정합니다. 되돌리지는 않습니다('bokgi release run'이 합니다).",
    ),
)
@watch_options
@host_option
@break_lock_option
@click.pass_obj
def watch_command(_settings: Settings, /, for_seconds: float, every_seconds: float, host: HostFolder, break_lock: bool) -> int:
    """Watch."""
    check_lengths(for_seconds, every_seconds)
    attempt = current_of(host)
    with released(host, attempt, "watch", Teller(), breaks_lock=break_lock) as site:
        judgement = watched(site, for_seconds, every_seconds)
        record_history(site)
        tell_people(site, f"{site.tagged.tag}: {judgement.state.name}")
        site.seal("watch")
    reported(host, attempt.folder)
    click.echo(say(f"Verdict: {judgement.state.name}", f"판정: {judgement.state.name}"))
    return STATE_CODES[judgement.state]


@click.command(
    "daily",
    cls=Command,
    help=say(
        "The check of today: the user's flow, a measurement, the log since the last look, feedback. A day without it is missed.",
        "오늘의 점검: 사용자 절차, 측정, 지난 점검 이후의 로그, 의견. 하지 않은 날은 '놓침'으로 남습니다.",
    ),
)
@host_option
@break_lock_option
@click.pass_obj
def daily_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Check today."""
    attempt = current_of(host)
    with released(host, attempt, "daily", Teller(), breaks_lock=break_lock) as site:
        outcome = check_day(site, datetime.now(UTC))
    reported(host, attempt.folder)
    return OUTCOME_CODES[outcome]


@click.command(
    "weekly",
    cls=Command,
    help=say("Compare the week with the day of the release.", "지난 한 주를 배포일과 비교합니다."),
)
@host_option
@break_lock_option
@click.pass_obj
def weekly_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Review the week."""
    attempt = current_of(host)
    with released(host, attempt, "weekly", Teller(), breaks_lock=break_lock) as site:
        outcome = review_week(site, datetime.now(UTC))
    reported(host, attempt.folder)
    return OUTCOME_CODES[outcome]
