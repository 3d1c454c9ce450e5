"""`bokgi data compare`: stored bars against those of another file, of another source.

Exit code 0 where they agree, 2 where something differs over the tolerance.
"""

from pathlib import Path

import click

from bokgi.cli.endings import DONE, WRONG_INPUT
from bokgi.cli.fault_table import show_faults
from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.data.cross_checks import compared_sources
from bokgi.data.fault_catalog import severity_of
from bokgi.data.faults import Fault, Severity
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.data.store import Store
from bokgi.errors.imports import NothingUsable
from bokgi.errors.store import SeriesAbsent


@click.command(
    "compare",
    cls=Command,
    help=say(
        "Compare stored bars with a file of another source: closes, volumes and missing sessions. Nothing is stored but, with --keep, the "
        "findings.",
        "저장된 봉 자료를 다른 출처의 파일과 견줍니다: 종가, 거래량, 빠진 거래일. 저장되는 것은 없고, --keep을 주면 찾은 문제만 남깁니다.",
    ),
)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--details", is_flag=True, help=say("Show every fault of every series.", "종목별 문제를 모두 보여 줍니다."))
@click.option("--keep", is_flag=True, help=say("Keep the findings with the stored series.", "찾은 문제를 저장된 자료에 남깁니다."))
@click.pass_obj
def compare_command(settings: Settings, /, path: Path, details: bool, keep: bool) -> int:
    """Compare every series that both have."""
    store, found = Store(settings.home), read_file(path)
    if isinstance(found, MasterRows):
        raise NothingUsable(path.name, "it is a list of issues", "종목 정보 파일임")
    faults = [fault for other in found for fault in _compared(store, other)]
    show_faults(faults, every_series=details)
    if keep:
        keep_faults(store, found, faults)
    return WRONG_INPUT if any(severity_of(fault) is not Severity.NOTE for fault in faults) else DONE


def _compared(store: Store, other: Incoming) -> tuple[Fault, ...]:
    stored = store.series(other.interval) if other.interval in store.intervals() else {}
    common = [code for code in other.facts if code in stored]
    if not common:
        raise SeriesAbsent(list(other.facts), str(other.interval), len(stored))
    faults = compared_sources(store.read_incoming(common, other.interval), other)
    words = (
        f"{len(common):,} series at {other.interval} compared: {len({fault.code for fault in faults}):,} with findings.",
        f"{other.interval} {len(common):,}개 계열을 견줌: {len({fault.code for fault in faults}):,}개에서 찾음.",
    )
    click.echo(say(*words))
    return faults


def keep_faults(store: Store, incoming: list[Incoming], faults: list[Fault]) -> None:
    """Keep findings with the stored series, so that results over them say so."""
    for each in incoming:
        own = [fault for fault in faults if fault.code in each.facts]
        if own:
            store.add_faults(each.interval, own)
