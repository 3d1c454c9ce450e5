"""`bokgi backup` and `bokgi restore`: the home folder into one file, and back. Both check what they wrote by opening it."""

from pathlib import Path

import click

from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.services.backup import BackupReport, write_backup
from bokgi.services.backup_archive import BackupManifest
from bokgi.services.restore import restore_backup

SHOWN = 12


@click.command(
    "backup",
    cls=Command,
    help=say(
        "Write runs, results, lists, instruments and bars to FILE and check it by opening it. The service may go on meanwhile.",
        "실행, 결과, 목록, 종목 정보, 봉 자료를 FILE에 저장하고 다시 열어 확인합니다. 서비스를 멈출 필요가 없습니다.",
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--without-bars",
    is_flag=True,
    help=say("Leave the bars out: they can be imported again.", "봉 자료는 빼고 저장합니다(다시 가져올 수 있는 경우)."),
)
@click.pass_obj
def backup(settings: Settings, /, file: Path, without_bars: bool) -> None:
    """Write one backup."""
    _show(write_backup(settings, file.absolute(), with_bars=not without_bars))


@click.command(
    "restore",
    cls=Command,
    help=say(
        "Put the backup FILE into the home folder. The service must not run; what is there is only replaced with --replace.",
        "백업 FILE을 홈 폴더로 되돌립니다. 서비스를 먼저 끝내야 하며, 기존 내용은 --replace를 줄 때만 바뀝니다.",
    ),
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help=say("Put the backup in the place of what is there.", "기존 내용을 백업으로 바꿉니다."))
@click.pass_obj
def restore(settings: Settings, /, file: Path, replace: bool) -> None:
    """Restore one backup."""
    restored = restore_backup(file.absolute(), settings, replace=replace)
    day = restored.created_at.isoformat(timespec="seconds")
    click.echo(
        say(
            f"Restored to {settings.home}: {restored.runs} runs, {len(restored.files)} files, as of {day}.",
            f"{settings.home}에 되돌렸습니다: 실행 {restored.runs}개, 파일 {len(restored.files)}개, {day} 기준.",
        )
    )
    _warn(restored)


def _show(report: BackupReport) -> None:
    size = report.size_bytes / 1_000_000
    click.echo(
        say(
            f"Written and checked: {report.path} ({size:,.1f} MB, {report.runs} runs, {report.results} results, {report.files} files).",
            f"저장하고 확인했습니다: {report.path} ({size:,.1f} MB, 실행 {report.runs}개, 결과 {report.results}개, 파일 {report.files}개).",
        )
    )
    _warn(report)


def _warn(found: BackupReport | BackupManifest) -> None:
    """What was broken before the backup cannot be repaired by it, so it is said."""
    for name in found.damaged[:SHOWN]:
        click.echo(
            say(f"  Was damaged already and is kept as it was: {name}", f"  이미 손상되어 있어 그대로 보관했습니다: {name}"), err=True
        )
    if len(found.damaged) > SHOWN:
        click.echo(say(f"  ... and {len(found.damaged) - SHOWN} more", f"  ... 외 {len(found.damaged) - SHOWN}개"), err=True)
