"""`bokgi release status`, `history`, `prune` and `units`: what there is, and what is generated from it."""

from pathlib import Path

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.release_options import host_option
from bokgi.cli.screen import console, table
from bokgi.config.settings import Settings
from bokgi.errors.releases import HolderAbsent
from bokgi.operations.host_folder import PLANNED_NAME, HostFolder
from bokgi.operations.host_lock import HostLock, holder_of
from bokgi.operations.host_state import read_host_state
from bokgi.operations.release_log import attempts, damages, unfinished
from bokgi.operations.releasing.planned import read_planned
from bokgi.operations.releasing.pruning import prune
from bokgi.operations.slots.control import HolderClient
from bokgi.operations.units import write_units


@click.command(
    "status",
    cls=Command,
    help=say("Show which release serves, its slots, and what is unfinished.", "운영 중인 배포와 슬롯, 끝나지 않은 작업을 보여 줍니다."),
)
@host_option
@click.pass_obj
def status_command(_settings: Settings, /, host: HostFolder) -> None:
    """Show the state of a host."""
    state, nothing = read_host_state(host.root), say("none", "없음")
    click.echo(say(f"Current: {state.current or nothing}", f"현재: {state.current or nothing}"))
    click.echo(say(f"To go back to: {state.previous or nothing}", f"되돌아갈 배포: {state.previous or nothing}"))
    for name, reason in state.bad.items():
        click.echo(say(f"Bad: {name} ({reason})", f"실패한 배포: {name} ({reason})"))
    _show_slots(host)
    for damage in damages(host.evidence):
        where = f"{damage.place}, {damage.line}: {damage.problem}"
        click.echo(
            say(f"Damaged evidence: {where} ('bokgi release verify' says all)", f"손상된 증거: {where} ('bokgi release verify'로 확인)")
        )
    attempt, holder = unfinished(host.evidence), holder_of(host.root)
    if attempt is not None:
        step = attempt.phases[-1] if attempt.phases else "begun"
        click.echo(say(f"Unfinished: {attempt.tagged.tag}, after {step}", f"끝나지 않음: {attempt.tagged.tag}, 마지막 단계 {step}"))
    if holder is not None:
        click.echo(say(f"Locked by {holder.operator}: {holder.what}", f"잠금: {holder.operator} ({holder.what})"))


def _show_slots(host: HostFolder) -> None:
    try:
        report = HolderClient(host.run).report()
    except HolderAbsent as absent:
        click.echo(say(absent.english.format(**absent.facts), absent.korean.format(**absent.facts)))
        return
    click.echo(say(f"Address: {report.address}, holder {report.pid}", f"주소: {report.address}, 담당 프로세스 {report.pid}"))
    heads = say("Slot Phase Process Deaths", "슬롯 상태 프로세스 죽은횟수").split()
    shown = table("", [(heads[0], "left"), (heads[1], "left"), (heads[2], "right"), (heads[3], "right")])
    for slot in report.slots.values():
        shown.add_row(slot.name, slot.phase or "-", str(slot.pid or "-"), str(slot.deaths))
    console().print(shown)


@click.command(
    "history",
    cls=Command,
    help=say("List the releases that were made and those that are planned.", "지난 배포와 예정된 배포를 보여 줍니다."),
)
@host_option
@click.pass_obj
def history_command(_settings: Settings, /, host: HostFolder) -> None:
    """List releases, the newest first; planned ones stand above."""
    heads = say("Release Begun Goal Outcome Reason", "배포 시작 목표 결과 이유").split()
    shown = table("", [(head, "left") for head in heads])
    for planned in read_planned(host.root / PLANNED_NAME):
        shown.add_row(planned.tag, str(planned.day or "-"), "", say("planned", "예정"), planned.words)
    for attempt in reversed(attempts(host.evidence)):
        begun, ended = attempt.begun, attempt.outcome or say("unfinished", "끝나지 않음")
        last = next((record for record in reversed(attempt.records) if record.kind == "ended"), None)
        reason = "" if last is None else str(last.facts.get("reason", ""))
        shown.add_row(attempt.tagged.name, begun.at.isoformat(timespec="seconds"), str(begun.facts.get("goal", "")), ended, reason)
    console().print(shown)


@click.command(
    "prune",
    cls=Command,
    help=say(
        "Remove unpacked releases beyond those that are kept; evidence stays.", "보관 개수를 넘은 배포 폴더를 지웁니다. 증거는 남습니다."
    ),
)
@host_option
@click.pass_obj
def prune_command(_settings: Settings, /, host: HostFolder) -> None:
    """Remove old releases."""
    with HostLock(host.root, "prune", takes_dead=unfinished(host.evidence) is None):
        removed = prune(host)
    names = ", ".join(removed) or say("nothing", "없음")
    click.echo(say(f"Removed: {names}", f"지웠습니다: {names}"))


@click.command(
    "units",
    cls=Command,
    help=say("Write systemd units for this host to DIR.", "이 호스트의 systemd 유닛을 DIR에 씁니다."),
)
@click.argument("target", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@host_option
@click.pass_obj
def units_command(_settings: Settings, /, target: Path, host: HostFolder) -> None:
    """Generate units, checked by systemd where it is."""
    places, is_verified = write_units(host, target.absolute())
    for place in places:
        click.echo(str(place))
    click.echo(
        say("Checked by systemd-analyze.", "systemd-analyze로 확인했습니다.")
        if is_verified
        else say("Not checked: there is no systemd-analyze here.", "확인하지 못함: systemd-analyze가 없습니다.")
    )
