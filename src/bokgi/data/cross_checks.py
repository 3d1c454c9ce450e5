"""Two sources of the same prices beside each other: what one says of a session against what the other says.

`compared_sources` takes two series of one interval; `intraday_against_daily` makes days of bars within the day and holds them against a
daily series; `chain_faults` follows the exchange's own chain of closes.
Counts are sessions or bars, examples name the first case. Prices of an adjusted and an unadjusted series are never compared.
"""

from dataclasses import replace

import polars as pl

from bokgi.bars.interval import DAILY
from bokgi.data.close_chain import chain_pairs, is_chain_broken
from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.quality_frames import counted_faults, shown
from bokgi.data.resampling import resample_incoming
from bokgi.data.series import SeriesFacts, VolumeKind
from bokgi.market.instruments import Exchange, Kind

PRICE_TOLERANCE = 0.0005
"""Relative difference of closes that rounding of adjusted prices explains; unadjusted ones must be equal."""
VOLUME_TOLERANCE = 0.02
INTRADAY_VOLUME_TOLERANCE = 0.1
"""Bars within the day lack block trades and, at some sources, auctions."""


def compared_sources(one: Incoming, other: Incoming) -> tuple[Fault, ...]:
    """Differences of closes and volumes over the tolerance, and sessions that only one of the two has.

    The codes that both have are compared, in the sessions that both cover; `one` is named first in every example.
    """
    found: list[Fault] = []
    for code in sorted(one.facts.keys() & other.facts.keys()):
        mine, theirs = one.facts[code], other.facts[code]
        if mine.adjusted is not theirs.adjusted:
            found.append(Fault("sources_incomparable", code, 1, example=f"{_scale(mine)} / {_scale(theirs)}"))
            continue
        found += _compared(_of(one, code), _of(other, code), 0.0 if not mine.adjusted else PRICE_TOLERANCE, _volume_tolerance(mine, theirs))
    return tuple(found)


def intraday_against_daily(bars: Incoming, days: Incoming) -> tuple[Fault, ...]:
    """Bars within the day, summed up by session, against the daily series of the same codes.

    Highs may be lower and lows higher than those of the day (auctions may be missing), never beyond them. Closes are compared where the
    bars hold the closing auction.
    """
    common = sorted(bars.facts.keys() & days.facts.keys())
    comparable = [code for code in common if bars.facts[code].adjusted is days.facts[code].adjusted]
    if not comparable:
        return ()
    chosen = replace(bars, bars=bars.bars.filter(pl.col("code").is_in(comparable)), facts={code: bars.facts[code] for code in comparable})
    summed = resample_incoming(chosen, DAILY)
    both = summed.bars.join(days.bars, on=["code", "session"], how="inner", suffix="_day", maintain_order="left")
    both = both.filter((pl.col("high_day") > 0) & (pl.col("high") > 0))
    beyond = both.filter((pl.col("high") > pl.col("high_day")) | (pl.col("low") < pl.col("low_day")))
    words = pl.format("{} {}-{} / {}-{}", _day(), *(shown(pl.col(name)) for name in ("low", "high", "low_day", "high_day")))
    whole = [code for code in comparable if summed.facts[code].regular_close]
    closes = both.filter(pl.col("code").is_in(whole) & (pl.col("close") != pl.col("close_day")))
    close_words = pl.format("{} {} / {}", _day(), shown(pl.col("close")), shown(pl.col("close_day")))
    counted = both.filter((pl.col("volume") > pl.col("volume_day") * (1 + INTRADAY_VOLUME_TOLERANCE)).fill_null(False))
    volume_words = pl.format("{} {} / {}", _day(), shown(pl.col("volume")), shown(pl.col("volume_day")))
    return (
        *counted_faults(beyond, "intraday_beyond_daily", words),
        *counted_faults(closes, "intraday_close_differs", close_words),
        *counted_faults(counted, "intraday_volume_differs", volume_words),
    )


def chain_faults(days: Incoming) -> tuple[Fault, ...]:
    """Unadjusted Korean days whose base price does not follow from the close before: ex-dates, or all-day closes since 2026-09-14."""
    rows = days.bars.filter(pl.col("code").is_in([code for code, facts in days.facts.items() if _has_chain(facts)]))
    pairs = chain_pairs(rows)
    if pairs.is_empty():
        return ()
    ladders = {code: (facts.board, facts.kind) for code, facts in days.facts.items()}
    broken = pairs.filter(pl.Series(is_chain_broken(pairs, ladders)))
    words = pl.format("{} base {}, close before {}", _day(), shown(pl.col("base_price")), shown(pl.col("close_before")))
    return tuple(counted_faults(broken, "chain_broken", words))


def _has_chain(facts: SeriesFacts) -> bool:
    return facts.exchange is Exchange.XKRX and not facts.adjusted and facts.kind is not Kind.INDEX


def _compared(one: pl.DataFrame, other: pl.DataFrame, price_tolerance: float, volume_tolerance: float) -> list[Fault]:
    first, last = (one["session"].to_list()[edge] for edge in (0, -1))
    others = other["session"].to_list()
    inside = pl.col("session").is_between(max(first, others[0]), min(last, others[-1]))
    both = one.filter(inside).join(other.filter(inside), on=["code", "start"], how="full", suffix="_other", coalesce=True).sort("start")
    both = both.with_columns(session=pl.coalesce("session", "session_other"))
    met = both.filter(pl.col("close").is_not_null() & pl.col("close_other").is_not_null())
    moved = met.filter((pl.col("close") / pl.col("close_other") - 1).abs() > price_tolerance)
    counted = met.filter(((pl.col("volume") / pl.col("volume_other") - 1).abs() > volume_tolerance).fill_null(False))
    lacking = both.filter(pl.col("close").is_null())
    extra = both.filter(pl.col("close_other").is_null())
    return [
        *counted_faults(moved, "sources_differ_close", _pair("close")),
        *counted_faults(counted, "sources_differ_volume", _pair("volume")),
        *counted_faults(lacking, "sources_lack_here", _day()),
        *counted_faults(extra, "sources_lack_there", _day()),
    ]


def _pair(name: str) -> pl.Expr:
    return pl.format("{} {} / {}", _day(), shown(pl.col(name)), shown(pl.col(f"{name}_other")))


def _of(incoming: Incoming, code: str) -> pl.DataFrame:
    return incoming.bars.filter(pl.col("code") == code)


def _scale(facts: SeriesFacts) -> str:
    return f"{facts.source} {'adjusted' if facts.adjusted else 'unadjusted'}"


def _volume_tolerance(one: SeriesFacts, other: SeriesFacts) -> float:
    """Regular and all-day volumes are two things, and sources count those of adjusted series in several ways: nothing is compared."""
    kinds = {one.volume_kind, other.volume_kind}
    return float("inf") if kinds == {VolumeKind.REGULAR, VolumeKind.ALL_DAY} or one.adjusted else VOLUME_TOLERANCE


def _day() -> pl.Expr:
    return pl.col("session").dt.strftime("%Y-%m-%d")
