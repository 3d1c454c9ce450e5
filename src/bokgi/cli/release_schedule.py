"""`bokgi release monthly` and `quarterly`: what is looked at seldom, and recorded behind the release that serves."""

from collections.abc import Callable
from datetime import UTC, datetime

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_looking import OUTCOME_CODES, current_of
from bokgi.cli.release_options import break_lock_option, host_option
from bokgi.cli.release_report import reported
from bokgi.cli.release_words import Teller
from bokgi.config.settings import Settings
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.record_kinds import Outcome
from bokgi.operations.releasing.month import review_month
from bokgi.operations.releasing.opening import released
from bokgi.operations.releasing.quarter import check_quarter
from bokgi.operations.releasing.site import Site


def _looked_at(host: HostFolder, name: str, look: Callable[[Site, datetime], Outcome], *, breaks_lock: bool) -> int:
    attempt = current_of(host)
    with released(host, attempt, name, Teller(), breaks_lock=breaks_lock) as site:
        outcome = look(site, datetime.now(UTC))
    reported(host, attempt.folder)
    return OUTCOME_CODES[outcome]


@click.command(
    "monthly",
    cls=Command,
    help=say(
        "Analyse the month beside the month before: API time, processor, memory, disk growth, error rates, length of a run. "
        "With too few days it says so. Exit code 0: well, 1: a limit is broken, 3: worse, or not enough data.",
        "지난 한 달을 그 전달과 비교합니다: API 응답 시간, CPU, 메모리, 디스크 증가, 오류 비율, 실행 시간. "
        "날이 모자라면 그렇다고 말합니다. 종료 코드 0: 정상, 1: 기준을 넘음, 3: 나빠졌거나 데이터가 모자람.",
    ),
)
@host_option
@break_lock_option
@click.pass_obj
def monthly_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Analyse the month."""
    return _looked_at(host, "monthly", review_month, breaks_lock=break_lock)


@click.command(
    "quarterly",
    cls=Command,
    help=say(
        "Check the security of this host: packages beside their locks, their known faults where pip-audit is installed and reaches its "
        "database, rights of files, open ports, and what the live service answers to strangers. Nothing is mended. "
        "Exit code 0: nothing found, 1: something found, 3: something could not be looked at.",
        "이 호스트의 보안을 점검합니다: 잠금 파일과 패키지, 알려진 취약점(pip-audit가 있고 데이터베이스에 닿을 때), 파일 권한, 열린 포트, "
        "낯선 요청에 대한 응답. 아무것도 고치지 않습니다. 종료 코드 0: 문제 없음, 1: 문제 있음, 3: 확인하지 못한 것이 있음.",
    ),
)
@host_option
@break_lock_option
@click.pass_obj
def quarterly_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> int:
    """Check the security."""
    return _looked_at(host, "quarterly", check_quarter, breaks_lock=break_lock)
