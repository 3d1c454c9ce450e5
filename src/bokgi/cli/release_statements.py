"""`bokgi release approve`, `remark` and `sort`: what people say of a release, recorded as theirs; none of it proves anything."""

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_looking import current_of
from bokgi.cli.release_options import break_lock_option, host_option
from bokgi.cli.release_report import reported
from bokgi.cli.release_words import Teller
from bokgi.config.settings import Settings
from bokgi.operations.feedback.reading import KINDS
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_lock import operator_name
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_feedback import sort_item
from bokgi.operations.releasing.opening import released


@click.command(
    "approve",
    cls=Command,
    help=say("Record that you approve of the release that serves.", "운영 중인 배포를 승인했음을 기록합니다."),
)
@host_option
@break_lock_option
@click.pass_obj
def approve_command(_settings: Settings, /, host: HostFolder, break_lock: bool) -> None:
    """Approve."""
    with released(host, current_of(host), "approve", Teller(), breaks_lock=break_lock) as site:
        site.log.append(Kind.APPROVAL, person=operator_name())
        site.seal("approval")
    reported(host, site.log.folder)


@click.command(
    "remark",
    cls=Command,
    help=say(
        "Record a remark on the release that serves; the report prints it as your statement.",
        "운영 중인 배포에 대한 의견을 기록합니다. 보고서에는 본인의 진술로 실립니다.",
    ),
)
@click.argument("text")
@host_option
@break_lock_option
@click.pass_obj
def remark_command(_settings: Settings, /, text: str, host: HostFolder, break_lock: bool) -> None:
    """Remark."""
    with released(host, current_of(host), "remark", Teller(), breaks_lock=break_lock) as site:
        site.log.append(Kind.REMARK, person=operator_name(), text=text)
        site.seal("remark")
    reported(host, site.log.folder)


@click.command(
    "sort",
    cls=Command,
    help=say(
        "Record the KIND of the item ID of feedback from SOURCE, where its words did not tell it.",
        "SOURCE에서 온 의견 ID의 종류 KIND를 기록합니다(자동 분류가 맞지 않을 때).",
    ),
)
@click.argument("source")
@click.argument("identity", metavar="ID")
@click.argument("kind", type=click.Choice(KINDS))
@host_option
@break_lock_option
@click.pass_obj
def sort_command(_settings: Settings, /, source: str, identity: str, kind: str, host: HostFolder, break_lock: bool) -> None:
    """Sort one item of feedback."""
    with released(host, current_of(host), "sort", Teller(), breaks_lock=break_lock) as site:
        sort_item(site.log, source, identity, kind, operator_name())
        site.seal("sorted")
    reported(host, site.log.folder)
