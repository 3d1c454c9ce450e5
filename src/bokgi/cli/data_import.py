"""`bokgi data import`: files into the store, a sentence for each.

Exit code 0 when every file was taken (repaired ones too), 2 when one was refused; refused files change nothing.
"""

from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Any

import click

from bokgi.cli.endings import DONE, WRONG_INPUT
from bokgi.cli.fault_table import show_faults
from bokgi.cli.frame import Command
from bokgi.cli.inputs import INTERVAL
from bokgi.cli.language import current_language, say
from bokgi.cli.screen import progress_bar
from bokgi.config.settings import Settings
from bokgi.data.importers.columns import told_columns
from bokgi.data.importers.entry import ImportEntry, ImportReport, Outcome, import_path
from bokgi.data.importers.hints import ImportHints, Label
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.market.instruments import Board, Exchange, Kind

SHOWN_DETECTIONS = 12
MARKS: dict[Outcome, dict[str, Any]] = {
    Outcome.TAKEN: {"fg": "green"},
    Outcome.REPAIRED: {"fg": "yellow"},
    Outcome.REFUSED: {"fg": "red"},
    Outcome.SKIPPED: {"dim": True},
    Outcome.PREVIEWED: {"fg": "cyan"},
    Outcome.CURRENT: {"dim": True},
    Outcome.HELD: {"fg": "yellow"},
}


def _words(kind: type[StrEnum]) -> click.Choice[str]:
    return click.Choice([member.value for member in kind], case_sensitive=False)


@click.command(
    "import",
    cls=Command,
    help=say(
        "Read files or folders of bars into the store. What a file is (columns, encoding, interval, time zone, label) is detected and "
        "said; the options below state what a file leaves open.",
        "파일이나 폴더의 봉 자료를 저장소로 가져옵니다. 파일의 형식(열, 인코딩, 봉 간격, 시간대, 시각 표기)은 스스로 알아내어 알려 줍니다. "
        "파일만으로 알 수 없는 것은 아래 옵션으로 알려 주세요.",
    ),
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--code", help=say("Code of the instrument, where the file does not say it.", "종목코드 (파일에 없을 때)."))
@click.option("--name", help=say("Its name.", "종목 이름."))
@click.option("--interval", type=INTERVAL, help=say("Length of the bars.", "봉 간격."))
@click.option("--kind", type=_words(Kind), help=say("Kind of issue.", "종목 종류."))
@click.option("--board", type=_words(Board), help=say("Board.", "시장 구분."))
@click.option("--exchange", type=_words(Exchange), help=say("Exchange.", "거래소."))
@click.option("--timezone", metavar="ZONE", help=say("Time zone of the times, e.g. Asia/Seoul.", "시각의 시간대, 예: Asia/Seoul."))
@click.option("--encoding", metavar="NAME", help=say("Encoding of the text.", "글자 인코딩."))
@click.option("--label", type=_words(Label), help=say("What a time names: start or end of its bar.", "시각이 봉의 시작인지 끝인지."))
@click.option("--closing-auction", type=_words(ClosingAuction), help=say("Where the closing auction is.", "종가 단일가가 있는 곳."))
@click.option("--volume-kind", type=_words(VolumeKind), help=say("What the volume counts.", "거래량의 범위."))
@click.option("--source", metavar="NAME", help=say("Where the data come from.", "자료의 출처."))
@click.option("--adjusted/--unadjusted", default=None, help=say("Whether prices are adjusted for splits.", "수정주가 여부."))
@click.option(
    "--replace",
    is_flag=True,
    help=say("Let new bars take the place of different stored ones.", "다른 값이 저장되어 있으면 새 값으로 바꿉니다."),
)
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="TITLE=COLUMN",
    help=say(
        "What a column is that is not recognised, e.g. Last=close; Last=ignore leaves a recognised one out.",
        "알아보지 못한 열을 지정합니다. 예: 체결가=close. 알아본 열을 쓰지 않으려면 체결가=ignore.",
    ),
)
@click.option("--preview", is_flag=True, help=say("Read and judge; store nothing.", "읽고 점검만 하고 저장하지 않습니다."))
@click.option("--details", is_flag=True, help=say("Show every fault of every series.", "종목별 문제를 모두 보여 줍니다."))
@click.pass_obj
def import_command(settings: Settings, /, paths: tuple[Path, ...], replace: bool, preview: bool, details: bool, **told: object) -> int:
    """Import each path and end with the exit code."""
    hints = _hints(told)
    store = Store(settings.home)
    reports = [_imported(store, path, hints, replace, preview=preview) for path in paths]
    entries = [entry for report in reports for entry in report.entries]
    _show_files(entries, every_detail=details)
    show_faults([fault for entry in entries for fault in entry.faults], every_series=details)
    _show_sum(entries)
    return WRONG_INPUT if any(entry.outcome is Outcome.REFUSED for entry in entries) else DONE


def _imported(store: Store, path: Path, hints: ImportHints, replace: bool, *, preview: bool) -> ImportReport:
    with progress_bar(say(f"Importing {path.name}", f"{path.name} 가져오는 중")) as advance:
        return import_path(store, path, hints, replace_bars=replace, preview=preview, progress=advance)


_ENUMS: dict[str, type[StrEnum]] = {
    "kind": Kind,
    "board": Board,
    "exchange": Exchange,
    "label": Label,
    "closing_auction": ClosingAuction,
    "volume_kind": VolumeKind,
}


def _member(name: str, value: object) -> object:
    return _ENUMS[name](str(value)) if name in _ENUMS else value


def _hints(told: dict[str, object]) -> ImportHints:
    """The options as what the importer is told; words become members of their enumerations."""
    words = told.pop("columns", ())
    told["columns"] = told_columns([str(word) for word in words]) if isinstance(words, tuple) else ()
    known: dict[str, object] = {name: _member(name, value) for name, value in told.items() if value is not None}
    return ImportHints(**known)  # type: ignore[arg-type]  # click has checked each option by its type


def _show_files(entries: list[ImportEntry], *, every_detail: bool) -> None:
    for entry in entries:
        click.echo(click.style("● ", **MARKS[entry.outcome]) + entry.sentence(current_language()))
    said = Counter(sentence for entry in entries for sentence in entry.detected)
    shown = said.most_common(None if every_detail else SHOWN_DETECTIONS)
    if shown:
        click.echo(say("\nDetected:", "\n알아낸 것:"))
    for (korean, english), count in shown:
        files = say(f" ({count} files)", f" ({count}개 파일)") if count > 1 else ""
        click.echo(f"  {korean if current_language() is Language.KOREAN else english}{files}")
    if len(said) > len(shown):
        rest = len(said) - len(shown)
        click.echo(
            say(f"  and {rest} more of single files (--details shows them)", f"  그 밖에 파일별로 {rest}가지 (--details로 볼 수 있습니다)")
        )


def _show_sum(entries: list[ImportEntry]) -> None:
    counts = Counter(entry.outcome for entry in entries)
    rows, repaired = sum(entry.rows for entry in entries), counts[Outcome.REPAIRED]
    taken, refused, skipped = counts[Outcome.TAKEN] + repaired, counts[Outcome.REFUSED], counts[Outcome.SKIPPED]
    click.echo()
    click.echo(
        say(
            f"{rows:,} rows taken from {taken:,} files ({repaired:,} of them repaired); {refused:,} refused, {skipped:,} skipped.",
            f"{taken:,}개 파일({repaired:,}개는 고쳐서)에서 {rows:,}행을 가져왔습니다. 거부 {refused:,}개, 건너뜀 {skipped:,}개.",
        )
    )
