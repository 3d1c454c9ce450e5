"""What the prices themselves say: adjusted for splits or not, regular close or all-day close."""

from datetime import date

import polars as pl

from bokgi.data.close_chain import Ladder, chain_pairs, is_chain_broken
from bokgi.data.importers.draft import Draft
from bokgi.data.tick_checks import off_ladder
from bokgi.errors.imports import AllDayClose
from bokgi.market.instruments import Exchange, Kind

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
    pairs = chain_pairs(draft.frame)
    if pairs.height < _MINIMUM_PAIRS:
        return
    ladders = {code: _ladder(draft, code) for code in pairs["code"].unique().to_list()}
    broken = int(is_chain_broken(pairs, ladders).sum())
    if broken > pairs.height * _BROKEN_SHARE:
        raise AllDayClose(draft.name, broken, pairs.height)


def _ladder(draft: Draft, code: str) -> Ladder:
    """Board and kind as a person or the file names them; the master is not asked before bars are taken."""
    named = draft.named.get(code)
    return draft.hints.board or (named.board if named else None), draft.hints.kind or (named.kind if named else None)
