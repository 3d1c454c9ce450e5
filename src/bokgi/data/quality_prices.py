"""Prices against the rules of the exchange: ticks, half ticks, daily limits, splits.

Only unadjusted Korean series have ticks and limits. Where the kind is not known (note `kind_unknown`) the ladder that explains most
prices is believed, and limits are those of a KOSPI share. A limit is checked only where the base price of the day is known.
"""

import numpy as np
import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.quality_frames import Quality, shown, stamp
from bokgi.data.tick_checks import likely_ladders, tick_state
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.market.kinds import has_price_limit, tick_group
from bokgi.market.limits import daily_limits

_PRICES = ("open", "high", "low", "close")
_SPLIT_JUMP = 1.84
_SPLIT_TOLERANCE = 0.08
_RATIOS = (2.0, 2.5, 3.0, 4.0, 5.0, 7.0, 8.0, 10.0, 20.0, 25.0, 50.0, 100.0)


def price_faults(quality: Quality) -> list[Fault]:
    """Off-tick and half-tick prices, moves beyond the limit, jumps that look like unadjusted splits."""
    found = _split_faults(quality)
    if quality.exchange is Exchange.XKRX:
        found += _tick_faults(quality) + _limit_faults(quality)
    return found


def _groups(quality: Quality) -> dict[tuple[Board, Kind, float], list[str]]:
    groups: dict[tuple[Board, Kind, float], list[str]] = {}
    for code, instrument in quality.instruments.items():
        if not quality.facts[code].adjusted:
            groups.setdefault((instrument.board, instrument.kind, instrument.leverage), []).append(code)
    return groups


def _rows_of(quality: Quality, codes: list[str]) -> pl.DataFrame:
    return quality.bars if len(codes) == len(quality.facts) else quality.bars.filter(pl.col("code").is_in(codes))


def _tick_faults(quality: Quality) -> list[Fault]:
    half, off = [], []
    for (board, kind), codes in _ladders(quality).items():
        rows = _rows_of(quality, codes)
        for name in _PRICES:
            prices = rows.select("code", "session", "minute", pl.col(name).alias("price"), pl.lit(name).alias("name"))
            on_half, off_grid = tick_state(prices, board, kind)
            half.append(prices.filter(pl.Series(on_half)))
            off.append(prices.filter(pl.Series(off_grid)))
    words = pl.format("{} {} {}", stamp(quality), pl.col("name"), shown(pl.col("price")))
    return _merged(quality, half, "half_tick_prices", words) + _merged(quality, off, "off_tick_prices", words)


def _ladders(quality: Quality) -> dict[tuple[Board, Kind], list[str]]:
    """Unadjusted codes by board and kind; what is not known goes where its closes fit best."""
    found: dict[tuple[Board, Kind], list[str]] = {}
    unknown = []
    for (board, kind, _), codes in _groups(quality).items():
        told = [code for code in codes if not quality.instruments[code].assumed]
        unknown += [code for code in codes if quality.instruments[code].assumed]
        if told and tick_group(kind):
            found.setdefault((board, kind), []).extend(told)
    if unknown:
        rows = _rows_of(quality, unknown)
        prices = pl.concat([rows.select("code", "session", pl.col(name).alias("price")) for name in ("low", "close")])
        for ladder, codes in likely_ladders(prices).items():
            found.setdefault(ladder, []).extend(codes)
    return found


def _merged(quality: Quality, parts: list[pl.DataFrame], kind: str, words: pl.Expr) -> list[Fault]:
    if not parts:
        return []
    if len(parts) == 1 and quality.is_ordered:  # a part is some of the bars, in their order
        return quality.faults(parts[0], kind, words)
    return quality.faults(pl.concat(parts).sort("code", "session", "minute", maintain_order=True), kind, words)


def _limit_faults(quality: Quality) -> list[Fault]:
    beyond, unchecked = [], []
    for (board, kind, leverage), codes in _groups(quality).items():
        if not has_price_limit(kind):
            continue
        rows = _rows_of(quality, codes)
        if rows["base_price"].null_count() == rows.height:
            unchecked.append(rows if quality.interval.is_daily else rows.unique(["code", "session"], maintain_order=True))
            continue
        day = rows["session"].to_numpy().astype("datetime64[D]")
        upper, lower = daily_limits(rows["base_price"].to_numpy(), day, board, kind, leverage)
        high, low = rows["high"].to_numpy(), rows["low"].to_numpy()
        outside = (low > 0) & ((high > upper) | (low < lower))
        limits = rows.with_columns(pl.Series("upper", upper), pl.Series("lower", lower))
        beyond.append(limits.filter(pl.Series(outside)))
        without = rows.filter(pl.Series(np.isnan(upper)))
        unchecked.append(without if quality.interval.is_daily else without.unique(["code", "session"], maintain_order=True))
    if not beyond:
        return _merged(quality, unchecked, "limits_unchecked", stamp(quality))
    range_words = pl.format("{} {}-{}", stamp(quality), shown(pl.col("low")), shown(pl.col("high")))
    words = pl.format("{}, limits {}-{}", range_words, shown(pl.col("lower")), shown(pl.col("upper")))
    return _merged(quality, beyond, "beyond_limit", words) + _merged(quality, unchecked, "limits_unchecked", stamp(quality))


def _split_faults(quality: Quality) -> list[Fault]:
    """Jumps between sessions near a whole ratio, that no price limit allows.

    Notes
    -----
    The close before is compared with the exchange's base price of the next session, or with its first open where the base is not known: a
    free fall in liquidation trading has a base, and is no split.
    """
    if any(instrument.kind is Kind.INDEX for instrument in quality.instruments.values()):
        return []
    days = _sessions(quality)
    before = pl.when(pl.col("code") == pl.col("code").shift(1)).then(pl.col("close").shift(1))
    jump = days.with_columns(before.alias("before")).filter(pl.col("before") > 0)
    after = pl.coalesce("base_price", "open")
    ratio = pl.max_horizontal(pl.col("before") / after, after / pl.col("before"))
    large = jump.with_columns(ratio.alias("ratio")).filter(pl.col("ratio") >= _SPLIT_JUMP)
    near = pl.any_horizontal((pl.col("ratio") / whole - 1).abs() <= _SPLIT_TOLERANCE for whole in _RATIOS)
    words = pl.format("{} {} -> {}", _day(), shown(pl.col("before")), shown(pl.col("open")))
    return quality.faults(large.filter(near), "unadjusted_split", words)


def _sessions(quality: Quality) -> pl.DataFrame:
    """Open, close and base price of each code's sessions, those of a code together."""
    opened = pl.when(pl.col("open") > 0).then(pl.col("open")).otherwise(pl.col("close")).alias("open")
    columns = quality.bars.select("code", "session", opened, "close", "base_price")
    if not quality.is_ordered:
        values = (pl.col("open").first(), pl.col("close").last(), pl.col("base_price").first())
        return columns.group_by("code", "session", maintain_order=True).agg(values).sort("code", maintain_order=True)
    begins = ((pl.col("code") != pl.col("code").shift(1)) | (pl.col("session") != pl.col("session").shift(1))).fill_null(value=True)
    is_first = columns.select(begins.alias("first"))["first"]
    if is_first.all():
        return columns
    is_last = is_first.shift(-1, fill_value=True)
    return columns.filter(is_first).with_columns(columns["close"].filter(is_last))


def _day() -> pl.Expr:
    return pl.col("session").dt.strftime("%Y-%m-%d")
