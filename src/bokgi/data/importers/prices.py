"""What the prices themselves say: adjusted for splits or not, regular close or all-day close."""

from datetime import date

import polars as pl

from bokgi.data.importers.draft import Draft
from bokgi.data.tick_checks import off_ladder
from bokgi.errors.imports import AllDayClose
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.market.limits import base_from_close

AFTER_MARKET_SINCE = date(2026, 9, 14)
_OFF_SHARE = 0.002
_BROKEN_SHARE = 0.2
_MINIMUM_PAIRS = 5


def settle_adjusted(draft: Draft) -> None:
    """As told, else by the ticks: prices of Korean shares lie on the ladder unless they were adjusted."""
    if draft.hints.adjusted is not None:
        draft.adjusted = draft.hints.adjusted
        return
    if draft.adjusted is not None:
        return
    if draft.exchange is not Exchange.XKRX or _is_index(draft):
        draft.adjusted = False
        return
    prices = _checkable(draft)
    off = int(off_ladder(prices).sum())
    draft.adjusted = prices.height > 0 and off > max(1, prices.height * _OFF_SHARE)
    _say_adjusted(draft, off, prices.height)


def _is_index(draft: Draft) -> bool:
    return any(named.kind is Kind.INDEX for named in draft.named.values())


def _checkable(draft: Draft) -> pl.DataFrame:
    """Closes with their days, a sample of at most a million."""
    rows = draft.frame.filter(pl.col("session") >= date(2010, 10, 4)).select("session", pl.col("close").alias("price"))
    return rows.gather_every(max(1, rows.height // 1_000_000))


def _say_adjusted(draft: Draft, off: int, checked: int) -> None:
    korean = "수정주가로 봄" if draft.adjusted else "원주가(수정 안 됨)로 봄"
    english = "taken as adjusted for splits" if draft.adjusted else "taken as unadjusted"
    draft.say(f"{korean}: 종가 {checked:,}개 중 {off:,}개가 호가단위 밖", f"{english}: {off:,} of {checked:,} closes lie off the ticks")


def check_chain(draft: Draft) -> None:
    """Since the after-market exists a regular close must carry over: close(D-1), up to the tick, is the base of D.

    Raises
    ------
    AllDayClose
        More than a fifth of the days break the chain (ex-dates break it on single days).
    """
    if not draft.is_daily or draft.adjusted or draft.exchange is not Exchange.XKRX:
        return
    days = pl.col("session").shift(1).over("code")
    pairs = draft.frame.select("session", "base_price", days.alias("day_before"), pl.col("close").shift(1).over("code").alias("before"))
    pairs = pairs.filter(pl.col("day_before") >= AFTER_MARKET_SINCE, pl.col("base_price").is_not_null())
    if pairs.height < _MINIMUM_PAIRS:
        return
    day = pairs["session"].to_numpy().astype("datetime64[D]")
    expected = base_from_close(pairs["before"].to_numpy(), day, Board.KOSPI, Kind.STOCK)
    broken = int((expected != pairs["base_price"].to_numpy()).sum())
    if broken > pairs.height * _BROKEN_SHARE:
        raise AllDayClose(draft.name, broken, pairs.height)
