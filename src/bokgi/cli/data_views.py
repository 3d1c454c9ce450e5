"""`bokgi data list`, `show` and `check`: what the store holds and what is wrong with it."""

from collections.abc import Iterator, Sequence
from datetime import date

import click
import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.cli.fault_table import show_faults
from bokgi.cli.frame import Command
from bokgi.cli.inputs import DAY, INTERVAL
from bokgi.cli.language import say
from bokgi.cli.screen import console, progress_bar, table
from bokgi.config.settings import Settings
from bokgi.data.cross_checks import chain_faults, intraday_against_daily
from bokgi.data.fault_catalog import REPAIRING
from bokgi.data.faults import Fault
from bokgi.data.master import Master
from bokgi.data.quality import quality_faults
from bokgi.data.store import Store, StoredSeries
from bokgi.errors.store import NoBarsStored, SeriesAbsent
from bokgi.market.codes import normalised_code

CODES = click.argument("codes", nargs=-1)
ONE_INTERVAL = click.option("--interval", type=INTERVAL, help=say("Only this interval.", "이 봉 간격만."))


@click.command("list", cls=Command, help=say("List the stored series.", "저장된 자료 목록을 보여 줍니다."))
@CODES
@ONE_INTERVAL
@click.pass_obj
def list_command(settings: Settings, /, codes: tuple[str, ...], interval: Interval | None) -> None:
    """A row for each series."""
    store = Store(settings.home)
    if not store.intervals():
        click.echo(nothing_stored(settings))
        return
    shown = table(
        say("Stored bars", "저장된 봉 자료"),
        [
            (say("interval", "간격"), "left"),
            (say("code", "코드"), "left"),
            (say("name", "이름"), "left"),
            (say("bars", "봉 수"), "right"),
            (say("first", "처음"), "right"),
            (say("last", "마지막"), "right"),
            (say("faults", "문제"), "right"),
            (say("source", "출처"), "left"),
            (say("remarks", "비고"), "left"),
        ],
    )
    master = Master.read(settings.home)
    for each, series in chosen_series(store, codes, interval):
        faults = str(len(series.faults)) if series.faults else "-"
        known = (str(series.first), str(series.last), faults, series.facts.source, _remarks(series, master))
        shown.add_row(str(each), series.code, master.lookup(series.code).name or series.facts.name or "-", f"{series.bars:,}", *known)
    console().print(shown)


def nothing_stored(settings: Settings) -> str:
    """What to do where the store is empty."""
    return say(
        f"No bars are stored in {settings.home}. Import some with `bokgi data import FILE`, or try `bokgi demo`.",
        f"{settings.home}에 저장된 봉 자료가 없습니다. `bokgi data import 파일`로 가져오거나 `bokgi demo`를 해 보세요.",
    )


def chosen_series(store: Store, codes: Sequence[str], interval: Interval | None) -> Iterator[tuple[Interval, StoredSeries]]:
    """Each series that the words choose; all where there are none.

    Raises
    ------
    NoBarsStored, SeriesAbsent
        Nothing is stored at the interval, or a code at none.
    """
    stored = {each: store.series(each) for each in store.intervals() if interval in (None, each)}
    if not stored:
        raise NoBarsStored(str(interval or say("stored", "저장된")), [str(each) for each in store.intervals()])
    absent = [code for code in codes if not any(code in series for series in stored.values())]
    if absent:
        raise SeriesAbsent(absent, "/".join(str(each) for each in stored), sum(len(series) for series in stored.values()))
    for each, series in stored.items():
        yield from ((each, series[code]) for code in sorted(series) if not codes or code in codes)


def _remarks(series: StoredSeries, master: Master) -> str:
    """What is to be known of a series; a master that came after the bars counts, too."""
    facts = series.facts
    words = {
        say("synthetic", "가상"): facts.synthetic,
        say("adjusted", "수정주가"): facts.adjusted,
        say("kind unknown", "종류 모름"): facts.kind is None and master.lookup(series.code).assumed,
    }
    return ", ".join(word for word, holds in words.items() if holds)


@click.command("show", cls=Command, help=say("Show the bars of one instrument.", "한 종목의 봉 자료를 보여 줍니다."))
@click.argument("code")
@ONE_INTERVAL
@click.option("--start", type=DAY, help=say("First session.", "첫 거래일."))
@click.option("--end", type=DAY, help=say("Last session, inclusive.", "마지막 거래일(포함)."))
@click.option(
    "--rows",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    help=say("How many bars to show; the last ones.", "보여 줄 봉 수(마지막부터)."),
)
@click.pass_obj
def show_command(settings: Settings, /, code: str, interval: Interval | None, start: date | None, end: date | None, rows: int) -> None:
    """Facts and the last bars of each interval of the code."""
    store, word = Store(settings.home), normalised_code(code)
    chosen = list(chosen_series(store, [word], interval))
    if len(chosen) > 1:
        click.echo(_all_intervals([str(each) for each, _ in chosen]))
    for each, series in chosen:
        bars = between(store.read_incoming([word], each).bars, start, end)
        _show_series(each, series, bars.height, Master.read(settings.home))
        _show_bars(bars.tail(rows), is_daily=each.is_daily)


def _all_intervals(intervals: Sequence[str]) -> str:
    return say(
        f"There are bars at {', '.join(intervals)}: all are shown, the finest first (--interval {intervals[-1]} shows those alone).",
        f"{', '.join(intervals)} 봉이 있어 가장 짧은 간격부터 모두 보여 줍니다(--interval {intervals[-1]}로 하나만 볼 수 있습니다).",
    )


def between(bars: pl.DataFrame, start: date | None, end: date | None) -> pl.DataFrame:
    """The bars from one session to another, both inclusive."""
    first = pl.lit(value=True) if start is None else pl.col("session") >= start
    last = pl.lit(value=True) if end is None else pl.col("session") <= end
    return bars.filter(first & last)


def _show_series(interval: Interval, series: StoredSeries, count: int, master: Master) -> None:
    known = master.lookup(series.code)
    names = (series.code, known.name or series.facts.name, known.name_en or series.facts.name_en)
    name = " ".join(word for word in names if word)
    remarks = _remarks(series, master)
    click.echo(
        say(
            f"{name}, {interval}: {count:,} of {series.bars:,} bars, {series.first} to {series.last}, from {series.facts.source}",
            f"{name}, {interval}: 봉 {series.bars:,}개 중 {count:,}개, {series.first}~{series.last}, 출처 {series.facts.source}",
        )
        + (f" ({remarks})" if remarks else "")
    )


def _show_bars(bars: pl.DataFrame, *, is_daily: bool) -> None:
    headings = [say("session", "거래일"), *([] if is_daily else [say("time", "시각")]), say("open", "시가"), say("high", "고가")]
    headings += [say("low", "저가"), say("close", "종가"), say("volume", "거래량")]
    shown = table("", [(heading, "right") for heading in headings])
    for row in bars.iter_rows(named=True):
        time = [] if is_daily else [f"{row['minute'] // 60:02d}:{row['minute'] % 60:02d}"]
        shown.add_row(str(row["session"]), *time, *(number(row[name]) for name in ("open", "high", "low", "close", "volume")))
    console().print(shown)


def number(value: float | None) -> str:
    """A price or volume as it is, with thousands separators; a dash where it is unknown."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


@click.command("check", cls=Command, help=say("Check stored bars and report their faults.", "저장된 봉 자료를 검사하고 문제를 알립니다."))
@CODES
@ONE_INTERVAL
@click.option("--details", is_flag=True, help=say("Show every fault of every series.", "종목별 문제를 모두 보여 줍니다."))
@click.pass_obj
def check_command(settings: Settings, /, codes: tuple[str, ...], interval: Interval | None, details: bool) -> None:
    """Hash every file of the store, look at the bars again, and hold bars within the day against the daily ones."""
    store = Store(settings.home)
    if not store.intervals():
        click.echo(nothing_stored(settings))
        return
    chosen: dict[Interval, list[str]] = {}
    for each, series in chosen_series(store, codes, interval):
        chosen.setdefault(each, []).append(series.code)
    with progress_bar(say("Checking", "검사 중")) as advance:
        found = []
        for done, (each, names) in enumerate(chosen.items(), start=1):
            store.check(each)
            found += _faults_now(store, Master.read(settings.home), each, names)
            found += _cross_faults(store, each, names)
            advance(done, len(chosen))
    click.echo(
        say(
            f"{sum(map(len, chosen.values())):,} series at {', '.join(map(str, chosen))}: every stored file is whole.",
            f"{', '.join(map(str, chosen))} {sum(map(len, chosen.values())):,}개 계열: 저장된 파일은 모두 온전합니다.",
        )
    )
    show_faults(found, every_series=details)


def _faults_now(store: Store, master: Master, interval: Interval, codes: list[str]) -> list[Fault]:
    """What the bars show now, with what their imports had to drop or change."""
    imported = [fault for fault in store.faults_for(codes, interval) if fault.kind in REPAIRING]
    return [*imported, *quality_faults(store.read_incoming(codes, interval), master.lookup, known=master.known)]


def _cross_faults(store: Store, interval: Interval, codes: list[str]) -> tuple[Fault, ...]:
    """What the stored daily bars say of bars within the day, and the exchange's chain of closes of the daily ones."""
    if interval.is_daily:
        return chain_faults(store.read_incoming(codes, interval))
    daily = store.series(DAILY) if DAILY in store.intervals() else {}
    common = [code for code in codes if code in daily]
    return intraday_against_daily(store.read_incoming(common, interval), store.read_incoming(common, DAILY)) if common else ()
