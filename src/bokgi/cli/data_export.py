"""`bokgi data export`: stored bars into one file that an import reads again."""

from pathlib import Path

import click

from bokgi.bars.interval import Interval
from bokgi.cli.frame import Command
from bokgi.cli.inputs import INTERVAL
from bokgi.cli.language import say
from bokgi.config.settings import Settings
from bokgi.data.store import Store


@click.command(
    "export", cls=Command, help=say("Write stored bars to a CSV or Parquet file.", "저장된 봉 자료를 CSV 또는 Parquet 파일로 내보냅니다.")
)
@click.argument("codes", nargs=-1)
@click.option("--interval", type=INTERVAL, required=True, help=say("Interval of the bars.", "봉 간격."))
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE",
    help=say("File to write: .csv or .parquet.", "쓸 파일: .csv 또는 .parquet."),
)
@click.pass_obj
def export_command(settings: Settings, /, codes: tuple[str, ...], interval: Interval, target: Path) -> None:
    """Write the series of the codes, or all of the interval."""
    file_format = "parquet" if target.suffix.lower() == ".parquet" else "csv"
    written = Store(settings.home).export(codes or None, interval, target, file_format)
    click.echo(say(f"Written: {written}", f"내보냈습니다: {written}"))
