"""Bars on the sessions and hours of their exchange: which instant a label names, what lies outside, where the auction is.

Adds the columns `session` (Date) and `minute` (Int32, start of the bar). A bar that starts at the regular close is the closing auction.
"""

from datetime import date

import polars as pl

from bokgi.data.importers.draft import Draft
from bokgi.data.importers.hints import Label
from bokgi.data.importers.times import naive_local
from bokgi.data.series import ClosingAuction
from bokgi.data.session_hours import AUCTION_MINUTES, USUAL_HOURS, first_session, last_session, session_table, zone_of
from bokgi.errors.imports import IntervalUnclear
from bokgi.market.instruments import Exchange

_WORDS = {
    ClosingAuction.OWN_BAR: ("마감 동시호가: 마감 시각의 봉", "closing auction: the bar at the close"),
    ClosingAuction.LAST_BAR: ("마감 동시호가: 마지막 봉에 포함", "closing auction: inside the last bar"),
    ClosingAuction.NONE: ("마감 동시호가: 자료에 없음", "closing auction: not in the file"),
}


def place_bars(draft: Draft) -> None:
    """Give every row its session and minute; drop what no session can hold."""
    _drop_after_fetch(draft)
    if draft.exchange is Exchange.OTHER:
        _place_without_calendar(draft)
    elif draft.is_daily:
        _join_sessions(draft)
        _drop_closed_days(draft)
        draft.frame = draft.frame.with_columns(pl.col("open_minute").alias("minute"))
    else:
        _place_intraday(draft)


def _place_without_calendar(draft: Draft) -> None:
    if not draft.is_daily:
        raise IntervalUnclear(draft.name, f"{draft.interval} bars need the hours of their exchange, which is neither Korea nor New York")
    day = pl.col("at").dt.date()
    draft.frame = draft.frame.with_columns(day.alias("session"), pl.lit(0, pl.Int32).alias("minute"))
    draft.say(
        "거래소: 거래일 표가 없는 곳, 봉이 있는 날을 거래일로 봄", "exchange: without a calendar; the days with bars are its sessions"
    )


def _drop_after_fetch(draft: Draft) -> None:
    fetched = draft.hints.fetched_at
    if fetched is not None:
        draft.drop("rows_after_fetch", pl.col("at") > naive_local(fetched, zone_of(draft.exchange)))


def _join_sessions(draft: Draft) -> None:
    """Add session, open_minute, close_minute (null on days that are no sessions)."""
    day = pl.col("at").dt.date()
    framed = draft.frame.with_columns(day.alias("session"))
    first, last = framed.select(pl.col("session").min().alias("first"), pl.col("session").max().alias("last")).row(0)
    table = session_table(draft.exchange, first or date.min, last or date.min)
    draft.frame = framed.join(table, on="session", how="left", maintain_order="left")


def _drop_closed_days(draft: Draft) -> None:
    """Refuse trading on closed days, drop phantom rows there; days before the calendar are kept unchecked."""
    early = (pl.col("session") < first_session(draft.exchange)) | (pl.col("session") > last_session(draft.exchange))
    closed = pl.col("open_minute").is_null() & ~early
    still = (pl.col("volume").fill_null(0) == 0) & (pl.col("high").is_null() | (pl.col("high") == pl.col("low")))
    draft.drop("phantom_rows", closed & still)
    draft.drop("not_a_session", closed)
    draft.note("outside_calendar", early)
    opens, closes = USUAL_HOURS[draft.exchange]
    draft.frame = draft.frame.with_columns(pl.col("open_minute").fill_null(opens), pl.col("close_minute").fill_null(closes))


def _place_intraday(draft: Draft) -> None:
    _join_sessions(draft)
    _drop_closed_days(draft)
    clock = pl.col("at").dt.hour().cast(pl.Int32) * 60 + pl.col("at").dt.minute().cast(pl.Int32)
    draft.frame = draft.frame.with_columns(clock.alias("minute"))
    _settle_label(draft)
    if draft.label is Label.END:
        _move_to_start(draft)
    _drop_invented(draft)
    _drop_filled_tail(draft)
    _drop_outside(draft)
    _settle_auction(draft)


def _steps(draft: Draft) -> int:
    assert draft.interval is not None
    return draft.interval.minutes


def _settle_label(draft: Draft) -> None:
    """As told, else by evidence: a row at the open names a start; trading labelled 15:20 names the end of the last continuous bar."""
    if draft.label is None and draft.hints.label is not None:
        draft.label = draft.hints.label
        return
    if draft.label is not None:
        return
    draft.label, sure = _detected_label(draft)
    words = {Label.START: ("봉의 시작", "the start of a bar"), Label.END: ("봉의 끝", "the end of a bar")}[draft.label]
    draft.say(f"시각 표기: {words[0]}", f"times name {words[1]}")
    if not sure:
        first = draft.frame.select(pl.col("at").min().dt.strftime("%H:%M")).item()
        draft.note("label_assumed", pl.lit(True), pl.lit(f"first row {first}"))


def _detected_label(draft: Draft) -> tuple[Label, bool]:
    step = _steps(draft)
    at_open = (pl.col("minute") == pl.col("open_minute")).any()
    auction = pl.col("close_minute") - AUCTION_MINUTES if draft.exchange is Exchange.XKRX else pl.col("close_minute")
    traded_late = ((pl.col("minute") == auction) & (pl.col("volume") > 0)).any()
    after_open = (pl.col("minute") == pl.col("open_minute") + step).any()
    days = pl.col("session").n_unique()
    opens, late, second, sessions = draft.frame.select(
        at_open.alias("o"), traded_late.alias("l"), after_open.alias("s"), days.alias("d")
    ).row(0)
    if opens:
        return Label.START, True
    if second and (late or sessions >= 3):
        return Label.END, True
    return Label.START, False


def _move_to_start(draft: Draft) -> None:
    """Subtract the interval; a row at the close that follows a pause is the auction and stays where it is."""
    step = _steps(draft)
    before = pl.col("minute").shift(1).over("code", "session")
    auction = (pl.col("minute") == pl.col("close_minute")) & (before.is_null() | (pl.col("minute") - before > step))
    own = pl.lit(draft.exchange is Exchange.XKRX) & (auction | _flat_pause(draft))
    start = pl.when(own).then(pl.col("minute")).otherwise(pl.col("minute") - step)
    draft.frame = draft.frame.with_columns(start.cast(pl.Int32).alias("minute")).with_columns(
        (pl.col("session").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute"))).alias("at")
    )


def _flat_pause(draft: Draft) -> pl.Expr:
    """A close row after zero-volume auction rows is the auction, too."""
    quiet = (pl.col("volume").shift(1).over("code", "session") == 0).fill_null(False)
    return (pl.col("minute") == pl.col("close_minute")) & quiet & pl.lit(_steps(draft) < AUCTION_MINUTES)


def _is_flat() -> pl.Expr:
    return (pl.col("volume") == 0) & (pl.col("high") == pl.col("low")) & (pl.col("open") == pl.col("close"))


def _drop_invented(draft: Draft) -> None:
    """Drop what a feed filled in after the moment it was asked, in the last session of each code.

    A real closing auction is one price. A row at the close whose high and low differ is the running minute stamped with the
    time that was asked for: the session was unfinished, and the flat zero-volume rows after its last real bar, with other
    copies of that running minute, never happened. Flat rows within the auction alone prove nothing: nothing trades there.
    """
    if draft.exchange is not Exchange.XKRX or draft.frame.is_empty():
        return
    close_row = draft.frame.filter(pl.col("minute") == pl.col("close_minute"), pl.col("session") == pl.col("session").max().over("code"))
    running = close_row.filter(pl.col("high") > pl.col("low")).select(
        "code", "session", *(pl.col(name).alias(f"running_{name}") for name in ("open", "high", "low", "close"))
    )
    if running.is_empty():
        return
    draft.frame = draft.frame.join(running, on=["code", "session"], how="left", maintain_order="left")
    copy = pl.all_horizontal(pl.col(name) == pl.col(f"running_{name}") for name in ("open", "high", "low", "close"))
    unreal = (copy | _is_flat()).fill_null(False)
    after_last = (~unreal).cast(pl.Int32).cum_sum(reverse=True).over("code", "session") == 0
    tail = after_last & pl.col("running_open").is_not_null()
    before_auction = tail & _is_flat() & (pl.col("minute") < pl.col("close_minute") - AUCTION_MINUTES)
    draft.drop("rows_after_fetch", tail & before_auction.any().over("code", "session"))
    draft.frame = draft.frame.drop(pl.selectors.starts_with("running_"))


def _drop_filled_tail(draft: Draft) -> None:
    """Drop flat zero-volume rows that fill a code's last session from its last trade through the auction, where all before traded.

    A share that trades every minute and then in none, not even in the auction, was not asked again after its last trade.
    """
    if draft.exchange is not Exchange.XKRX or draft.frame.is_empty():
        return
    group = ("code", "session")
    last = pl.col("session") == pl.col("session").max().over("code")
    tail = last & ((~_is_flat().fill_null(False)).cast(pl.Int32).cum_sum(reverse=True).over(group) == 0)
    auction = pl.col("close_minute") - AUCTION_MINUTES
    reaches = (tail & (pl.col("minute") >= auction)).any().over(group)
    begins = (tail & (pl.col("minute") < auction)).any().over(group)
    lively = ((pl.col("volume") > 0) | tail).all().over(group) & (~tail).any().over(group)
    draft.drop("rows_after_fetch", tail & reaches & begins & lively)


def _drop_outside(draft: Draft) -> None:
    """Leave out rows before the open and after the close; the row at the close is the Korean closing auction only."""
    last = pl.col("minute") > pl.col("close_minute") if draft.exchange is Exchange.XKRX else pl.col("minute") >= pl.col("close_minute")
    draft.drop("outside_session", (pl.col("minute") < pl.col("open_minute")) | last)
    odd = (pl.col("minute") - pl.col("open_minute")) % _steps(draft) != 0
    seconds = pl.col("at").dt.second() != 0
    draft.drop("off_grid_times", (odd & (pl.col("minute") != pl.col("close_minute"))) | seconds)


def _settle_auction(draft: Draft) -> None:
    told = draft.closing_auction or draft.hints.closing_auction
    draft.closing_auction = told or _detected_auction(draft)
    if told is None and draft.exchange is Exchange.XKRX:
        draft.say(*_WORDS[draft.closing_auction])


def _detected_auction(draft: Draft) -> ClosingAuction:
    if draft.exchange is not Exchange.XKRX:
        return ClosingAuction.NONE
    traded = pl.col("volume") > 0
    own = (pl.col("minute") == pl.col("close_minute")) & traded
    inside = (pl.col("minute") + _steps(draft) == pl.col("close_minute")) & traded
    at_close, last_bar = draft.frame.select(own.any().alias("own"), inside.any().alias("inside")).row(0)
    if at_close:
        return ClosingAuction.OWN_BAR
    return ClosingAuction.LAST_BAR if last_bar else ClosingAuction.NONE
