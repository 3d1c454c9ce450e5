"""Repairs of daily bars that are off by a whole multiple: found, recorded with before and after, and applied when bars are read.

Convention: the store keeps bars as the source sent them; a `Repair` says which sessions of a series are multiplied by what. Readers apply
them unless raw bars are asked for, so that every repair can be undone and two results differ by nothing else.

Notes
-----
Three faults are known well enough to be mended. A *block* of up to 60 sessions whose prices are five or more times too high or too low,
between sessions that go on as if nothing had happened: a split that the source applied to a part of the past. The *beginning* of an
adjusted series that lacks a split which the source itself names. And a *unit*: sessions quoted in pounds among sessions in pence (London,
and the like in Johannesburg and Tel Aviv), a hundred times too low. Price limits make all of them impossible as real prices in Korea; where
there are none, a block must jump by the whole multiple within a few percent at both edges, or at the day of such a split that the source
names. A jump that the exchange's own base price knows is believed. All else is reported and left.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.incoming import Incoming
from bokgi.data.repair_records import Repair
from bokgi.market.instruments import Exchange
from bokgi.market.kinds import has_price_limit
from bokgi.units import FloatArray

LONGEST_BLOCK = 60
MULTIPLES = (5.0, 7.0, 8.0, 10.0, 20.0, 25.0, 50.0, 100.0)
CONTINUITY = 1.35
"""Most that a price may move from one session to the next where nothing is wrong: the price limit and a little."""
EDGE = 1.05
"""Most that a price may move beside the whole multiple where no limit holds it: five percent."""
SMALLEST_JUMP = 3.5
UNIT = 100.0
_UNIT_SUFFIXES = (".L", ".JO", ".TA")
_PRICES = ("open", "high", "low", "close")
_DAYS_AROUND_SPLIT = 7
_COUNTED = 3
"""Sessions from which on volumes can be compared."""


def find_repairs(incoming: Incoming) -> tuple[Repair, ...]:
    """Every repair that the bars need; none for bars within the day and for indices."""
    if not incoming.interval.is_daily or incoming.bars.is_empty():
        return ()
    before = pl.col("close").shift(1).over("code")
    jump = pl.max_horizontal(pl.col("close") / before, before / pl.col("close"))
    codes = incoming.bars.filter(jump >= SMALLEST_JUMP)["code"].unique().sort().to_list()
    found: list[Repair] = []
    for code in codes:
        rows = incoming.bars.filter(pl.col("code") == code)
        is_unit = incoming.facts[code].exchange is Exchange.OTHER and code.endswith(_UNIT_SUFFIXES)
        found.extend(_units(rows) if is_unit else _blocks(rows, _closes_of(rows, incoming, code)))
        if not found or found[-1].code != code:
            found.extend(_before_splits(rows, incoming, code))
    return tuple(found)


def with_repairs(incoming: Incoming) -> Incoming:
    """The same bars with the repairs that they need; the bars stay as they are."""
    return replace(incoming, repairs=find_repairs(incoming))


def repaired_bars(bars: pl.DataFrame, repairs: Sequence[Repair]) -> pl.DataFrame:
    """The bars as readers see them."""
    for repair in repairs:
        touched = (pl.col("code") == repair.code) & pl.col("session").is_between(repair.first, repair.last)
        scaled = [(pl.col(name) * repair.price_times / repair.price_over).alias(name) for name in (*_PRICES, "base_price")]
        volume = (pl.col("volume") * repair.volume_times).alias("volume")
        bars = bars.with_columns(pl.when(touched).then(each).otherwise(pl.col(each.meta.output_name())) for each in (*scaled, volume))
    return bars


def repair_faults(repairs: Sequence[Repair], *, are_applied: bool = True) -> tuple[Fault, ...]:
    """What is said of repairs beside a result."""
    kind = "repaired_block" if are_applied else "left_unrepaired"
    return tuple(Fault(kind, each.code, each.rows, each.first, each.last, each.words) for each in repairs)


@dataclass(frozen=True)
class _Closes:
    """Closes and base prices [price] of one series in order, and what else is known of its jumps.

    has_limits : whether the exchange limits how far a price may move; splits : (day, ratio) as the source names them
    """

    close: FloatArray
    base: FloatArray
    days: list[date]
    has_limits: bool
    splits: tuple[tuple[date, float], ...]


def _closes_of(rows: pl.DataFrame, incoming: Incoming, code: str) -> _Closes:
    close, base = (rows[name].fill_null(float("nan")).to_numpy() for name in ("close", "base_price"))
    facts = incoming.facts[code]
    has_limits = facts.exchange is Exchange.XKRX and (facts.kind is None or has_price_limit(facts.kind))
    splits = tuple((day, ratio) for named, day, ratio in incoming.splits if named == code)
    return _Closes(close, base, rows["session"].to_list(), has_limits, splits)


def _blocks(rows: pl.DataFrame, known: _Closes) -> Iterator[Repair]:
    """Runs of sessions between a jump and the same jump back."""
    close = known.close
    at = 1
    while at < len(close):
        end = _end_of_block(known, at)
        if end is None:
            at += 1
            continue
        multiple = _multiple(close[at] / close[at - 1])
        assert multiple is not None
        yield _repair(rows, at, end, multiple)
        at = end + 1


def _before_splits(rows: pl.DataFrame, incoming: Incoming, code: str) -> Iterator[Repair]:
    """The beginning of an adjusted series that lacks the split which the source itself names within a week of the jump."""
    if not incoming.facts[code].adjusted:
        return
    close, days = rows["close"].to_numpy(), rows["session"].to_list()
    for day, ratio in ((day, ratio) for named, day, ratio in incoming.splits if named == code and ratio >= SMALLEST_JUMP):
        for at in range(1, len(close)):
            if abs((days[at] - day).days) <= _DAYS_AROUND_SPLIT and _is_continuous(close[at - 1] / close[at], ratio):
                yield _repair(rows, 0, at, ratio)
                return


def _end_of_block(known: _Closes, at: int) -> int | None:
    """The session at which the price is back; None where no block begins at `at`, or where it may be a real move."""
    close, base = known.close, known.base
    multiple = _multiple(close[at] / close[at - 1])
    if multiple is None or _is_known(close, base, at):
        return None
    for end in range(at + 1, min(at + LONGEST_BLOCK, len(close) - 1) + 1):
        if _is_continuous(close[end], close[end - 1] / multiple) and not _is_continuous(close[end], close[end - 1]):
            return end if _is_sure(known, at, end, multiple) and not _is_known(close, base, end) else None
    return None


def _is_sure(known: _Closes, at: int, end: int, multiple: float) -> bool:
    """Whether the block `[at, end)` cannot be a real move: by the limits of the exchange, by its edges, or by a split that is named."""
    edges = (known.close[at] / known.close[at - 1], known.close[end - 1] / known.close[end])
    if known.has_limits or all(_is_continuous(edge, multiple, EDGE) for edge in edges):
        return True
    near = [ratio for day, ratio in known.splits for edge in (at, end) if abs((known.days[edge] - day).days) <= _DAYS_AROUND_SPLIT]
    return any(_is_continuous(max(ratio, 1 / ratio), max(multiple, 1 / multiple), EDGE) for ratio in near)


def _multiple(ratio: float) -> float | None:
    """The whole multiple, or the part of one, that explains a jump; None for what may be a real move."""
    for whole in sorted(MULTIPLES, key=lambda each: abs(np.log(max(ratio, 1 / ratio) / each)) if ratio > 0 else 0.0):
        if ratio > 0 and _is_continuous(max(ratio, 1 / ratio), whole):
            return whole if ratio > 1 else 1 / whole
    return None


def _is_continuous(one: float, other: float, most: float = CONTINUITY) -> bool:
    return bool(one > 0 and other > 0 and 1 / most <= one / other <= most)


def _is_known(close: FloatArray, base: FloatArray, at: int) -> bool:
    """Whether the exchange's base price of the session says that the jump is real."""
    return bool(np.isfinite(base[at]) and not _is_continuous(base[at], close[at - 1]))


def _units(rows: pl.DataFrame) -> Iterator[Repair]:
    """Sessions a hundred times below the others, within half a percent."""
    close = rows["close"].to_numpy()
    low = close.max() / close > UNIT / 2
    steps = close[1:] / close[:-1]
    jumps = steps[(steps > UNIT / 2) | (steps < 2 / UNIT)]
    if not len(jumps) or not np.all(np.abs(np.maximum(jumps, 1 / jumps) / UNIT - 1) < 0.1):
        return
    edges = np.flatnonzero(np.diff(np.concatenate(([0], low.astype(np.int8), [0]))))
    for first, end in zip(edges[::2], edges[1::2], strict=True):
        yield _repair(rows, int(first), int(end), 1 / UNIT)


def _repair(rows: pl.DataFrame, first: int, end: int, multiple: float) -> Repair:
    """A block `[first, end)` whose prices are `multiple` times what they should be."""
    times, over = (1.0, multiple) if multiple > 1 else (round(1 / multiple, 6), 1.0)
    before = float(rows["close"][first])
    days: list[date] = rows["session"].to_list()
    return Repair(
        code=str(rows["code"][0]),
        first=days[first],
        last=days[end - 1],
        rows=end - first,
        price_times=times,
        price_over=over,
        volume_times=_volume_times(rows["volume"].fill_null(0.0).to_numpy(), first, end, multiple),
        before=before,
        after=before * times / over,
    )


def _volume_times(volume: FloatArray, first: int, end: int, multiple: float) -> float:
    """A split counts shares anew: volumes are scaled where they then fit their neighbours better, and there are enough to tell."""
    inside = volume[first:end]
    around = np.concatenate((volume[max(0, first - LONGEST_BLOCK) : first], volume[end : end + LONGEST_BLOCK]))
    inside, around = inside[inside > 0], around[around > 0]
    if len(inside) < _COUNTED or len(around) < _COUNTED:
        return 1.0
    ratio = float(np.median(around) / np.median(inside))
    return multiple if abs(np.log(ratio / multiple)) < abs(np.log(ratio)) else 1.0
