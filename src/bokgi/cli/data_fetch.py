"""`bokgi data fetch`: bars of sources of the network into the store, a sentence for each series.

Exit code 0 when every series was looked at, 2 when one was refused or held back, 1 when the source gave up before the end.
"""

from collections.abc import Sequence

import click

from bokgi.bars.interval import DAILY, Interval
from bokgi.cli.data_import import MARKS
from bokgi.cli.endings import DONE, FAULT, WRONG_INPUT
from bokgi.cli.fault_table import show_faults
from bokgi.cli.frame import Command
from bokgi.cli.inputs import INTERVAL
from bokgi.cli.language import current_language, say
from bokgi.cli.option_words import option_sentence
from bokgi.cli.screen import progress_bar
from bokgi.config.settings import Settings
from bokgi.data.importers.entry import ImportEntry, Outcome
from bokgi.data.master import Master
from bokgi.data.sources.fetching import Fetching, FetchReport, wanted_series
from bokgi.data.sources.port import Wanted
from bokgi.data.sources.registry import SOURCE_NAMES, source_named
from bokgi.data.sources.words import codes_of_words
from bokgi.data.store import Store


@click.command(
    "fetch",
    cls=Command,
    help=say(
        "Fetch bars of the stocks named by code or name from a source of the network. Each series is asked for at most once a day; "
        "what is stored is continued, never rewritten. Without stocks, all stored ones of the interval are brought up to date.",
        "종목코드나 이름으로 고른 종목의 봉 자료를 인터넷의 제공처에서 받습니다. 같은 자료는 하루에 한 번만 묻고, 저장된 자료에 이어 붙일 "
        "뿐 고쳐 쓰지 않습니다. 종목을 주지 않으면 저장된 종목을 모두 최신으로 만듭니다.",
    ),
)
@click.argument("stocks", nargs=-1)
@click.option("--source", default=SOURCE_NAMES[0], show_default=True, metavar="|".join(SOURCE_NAMES), help=say("Whom to ask.", "제공처."))
@click.option("--interval", type=INTERVAL, default=DAILY, show_default="1d", help=say("Length of the bars.", "봉 간격."))
@click.option("--details", is_flag=True, help=say("Show every fault of every series.", "종목별 문제를 모두 보여 줍니다."))
@click.pass_obj
def fetch_command(settings: Settings, /, stocks: tuple[str, ...], source: str, interval: Interval, details: bool) -> int:
    """Fetch and say what came of it."""
    store, master = Store(settings.home), Master.read(settings.home)
    asked = source_named(source, settings)
    codes = codes_of_words(store, master, stocks, interval)
    report = _fetched(Fetching(asked, store), wanted_series(store, master, codes, interval), f"{source} {interval}")
    show_faults([fault for entry in report.entries for fault in entry.faults], every_series=details)
    return _ended(report)


def _fetched(fetching: Fetching, wanted: Sequence[Wanted], words: str) -> FetchReport:
    with progress_bar(say(f"Fetching {words}", f"{words} 받는 중")) as advance:

        def told(entry: ImportEntry, done: int, total: int) -> None:
            click.echo(click.style("● ", **MARKS[entry.outcome]) + entry.sentence(current_language()))
            advance(done, total)

        return fetching.fetch(wanted, on_entry=told)


def _ended(report: FetchReport) -> int:
    rows, all_of_them = sum(entry.rows for entry in report.entries), len(report.entries)
    taken, refused, held = (report.count(outcome) for outcome in (Outcome.TAKEN, Outcome.REFUSED, Outcome.HELD))
    click.echo()
    click.echo(
        say(
            f"{rows:,} bars added to {taken:,} of {all_of_them:,} series; {refused:,} refused, {held:,} held back.",
            f"{all_of_them:,}개 가운데 {taken:,}개 계열에 봉 {rows:,}개를 더했습니다. 거부 {refused:,}개, 보류 {held:,}개.",
        )
    )
    if report.error is not None:
        click.echo(option_sentence(report.error, current_language()), err=True)
        click.echo(
            say(
                f"{len(report.left):,} series are left; the same command goes on with them.",
                f"남은 계열 {len(report.left):,}개: 같은 명령으로 이어서 받습니다.",
            ),
            err=True,
        )
        return FAULT
    return WRONG_INPUT if refused or held else DONE
