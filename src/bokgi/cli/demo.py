"""`bokgi demo`: the synthetic market in its own store, a first backtest of it, and the way to real data."""

import click

from bokgi.bars.interval import DAILY, Interval
from bokgi.cli.backtest import run_with_progress
from bokgi.cli.endings import DONE
from bokgi.cli.frame import Command
from bokgi.cli.language import say
from bokgi.cli.result_view import show_result
from bokgi.config.settings import Settings
from bokgi.data.demo import demo_names, write_demo
from bokgi.data.store import Store
from bokgi.errors.demo import DemoBesideRealBars
from bokgi.services.request import BacktestRequest

TWO_MINUTES = Interval(2)


@click.command(
    "demo",
    cls=Command,
    help=say(
        "Backtest daily_trading over the synthetic demo market of 200 invented stocks. Its bars go to the home folder; a folder with real "
        "bars is refused.",
        "지어낸 200종목의 데모 시장을 daily_trading으로 백테스트합니다. 데모 자료는 홈 폴더에 저장되며, "
        "실제 자료가 있는 폴더에는 쓰지 않습니다.",
    ),
)
@click.pass_obj
def demo(settings: Settings, /) -> int:
    """Fill the store where it is empty, run, and show."""
    store = Store(settings.home)
    codes = tuple(name.instrument.code for name in demo_names())
    _fill(store, settings)
    record = run_with_progress(settings, BacktestRequest("daily_trading", codes, interval=TWO_MINUTES))
    show_result(record)
    click.echo(say("\nWith real bars of your own:", "\n가지고 있는 실제 자료로:"))
    click.echo("  bokgi data import FILE_OR_FOLDER")
    click.echo("  bokgi backtest 005930 000660 --strategy daily_trading --buy-time 10:00 --sell-time 15:00 --interval 5m")
    return DONE


def _fill(store: Store, settings: Settings) -> None:
    series = [item for interval in store.intervals() for item in store.series(interval).values()]
    if any(not item.facts.synthetic for item in series):
        raise DemoBesideRealBars(str(settings.home))
    there = set(store.series(TWO_MINUTES)) if TWO_MINUTES in store.intervals() and DAILY in store.intervals() else set()
    if not {name.instrument.code for name in demo_names()} <= there:
        click.echo(say("Making the demo market (once) ...", "데모 시장을 만드는 중(처음 한 번) ..."), err=True)
        write_demo(store)
