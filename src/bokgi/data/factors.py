"""Adjusted prices from factors: which sessions of a series are multiplied by what, while the store keeps the prices that were traded.

Convention: a factor table has a row for each change, by the last day on which its factors hold. `split_factor` counts shares (1/50 before a
split of 50 to 1), `price_factor` takes out dividends. Adjusted prices are those of the newest shares: sessions after the last row stay as
they are. Prices that are adjusted for splits already are multiplied by `price_factor` alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.repair_records import Repair
from bokgi.errors.requests import FieldInvalid

_PRICES = ("open", "high", "low", "close", "base_price")


class AdjustFor(StrEnum):
    """What a run takes out of prices: splits (수정주가), or splits and dividends (total return)."""

    SPLITS = "splits"
    DIVIDENDS = "dividends"


@dataclass(frozen=True, slots=True)
class FactorSpan:
    """Sessions `first` (None: from the beginning) to `last`, both inclusive, whose prices and volumes are multiplied."""

    first: date | None
    last: date
    price_times: float
    volume_times: float

    def reaches(self, first: date, last: date) -> bool:
        """Whether a session of these days is multiplied: others keep their ticks and limits."""
        return self.last >= first and (self.first is None or self.first <= last)

    def to_json(self) -> list[Any]:
        """As a request and a manifest keep it."""
        return [self.first.isoformat() if self.first else None, self.last.isoformat(), self.price_times, self.volume_times]


Factors = Mapping[str, Sequence[FactorSpan]]
"""Spans by code, in order; a code without any is read as it is stored: nothing is known of it, or (an empty row) its factors are one."""


def factor_spans(table: pl.DataFrame, adjust: AdjustFor, *, is_adjusted: bool) -> tuple[FactorSpan, ...]:
    """The spans of one series.

    Parameters
    ----------
    table : of `Master.factors`, by day; is_adjusted : the stored prices are adjusted for splits already
    """
    spans: list[FactorSpan] = []
    before: date | None = None
    for row in table.sort("day").iter_rows(named=True):
        split = 1.0 if is_adjusted else float(row["split_factor"])
        price = float(row["price_factor"]) if adjust is AdjustFor.DIVIDENDS else 1.0
        first = None if before is None else before + timedelta(days=1)
        before = row["day"]
        span = FactorSpan(first, row["day"], split * price, 1.0 if split == 1.0 else 1.0 / split)
        if spans and (spans[-1].price_times, spans[-1].volume_times) == (span.price_times, span.volume_times):
            spans[-1] = FactorSpan(spans[-1].first, span.last, span.price_times, span.volume_times)
        else:
            spans.append(span)
    return tuple(span for span in spans if (span.price_times, span.volume_times) != (1.0, 1.0))


def factors_to_json(factors: Factors) -> dict[str, Any]:
    """As a resolved request keeps them, so that it can be run again whatever master files come later."""
    return {code: [span.to_json() for span in spans] for code, spans in sorted(factors.items())}


def factors_from_json(kept: object) -> dict[str, tuple[FactorSpan, ...]]:
    """Read back what `factors_to_json` gave.

    Raises
    ------
    FieldInvalid
    """
    try:
        return {str(code): tuple(_span(*row) for row in rows) for code, rows in kept.items()}  # type: ignore[attr-defined]  # what has no items raises, and is refused below
    except (AttributeError, TypeError, ValueError) as error:
        raise FieldInvalid("factors", type(kept).__name__, "what the service has written", "서비스가 적은 값") from error


def _span(first: str | None, last: str, price_times: float, volume_times: float) -> FactorSpan:
    return FactorSpan(
        date.fromisoformat(first) if first is not None else None, date.fromisoformat(last), float(price_times), float(volume_times)
    )


def adjusted_bars(bars: pl.DataFrame, factors: Factors) -> pl.DataFrame:
    """The bars as a run with these factors sees them, but for base prices, which adjusted prices do not have."""
    for code, spans in factors.items():
        for span in spans:
            touched = (pl.col("code") == code) & _inside(span)
            scaled = [(pl.col(name) * span.price_times).alias(name) for name in _PRICES]
            scaled.append((pl.col("volume") * span.volume_times).alias("volume"))
            bars = bars.with_columns(pl.when(touched).then(each).otherwise(pl.col(each.meta.output_name())) for each in scaled)
    return bars


def adjustment_records(bars: pl.DataFrame, factors: Factors) -> tuple[Repair, ...]:
    """What the factors do to these stored bars, a record a span with the first close before and after."""
    records = []
    for code, spans in factors.items():
        own = bars.filter(pl.col("code") == code)
        for span in spans:
            rows = own.filter(_inside(span))
            if rows.height:
                records.append(_record(code, rows, span))
    return tuple(records)


def adjustment_faults(records: Iterable[Repair]) -> tuple[Fault, ...]:
    """One sentence a code over its records."""
    by_code: dict[str, list[Repair]] = {}
    for record in records:
        by_code.setdefault(record.code, []).append(record)
    return tuple(
        Fault("adjusted_by_factors", code, sum(each.rows for each in own), own[0].first, own[-1].last, own[0].words)
        for code, own in by_code.items()
    )


def _inside(span: FactorSpan) -> pl.Expr:
    until = pl.col("session") <= span.last
    return until if span.first is None else until & (pl.col("session") >= span.first)


def _record(code: str, rows: pl.DataFrame, span: FactorSpan) -> Repair:
    days: list[date] = rows["session"].to_list()
    before = float(rows["close"][0])
    return Repair(code, days[0], days[-1], rows.height, span.price_times, 1.0, span.volume_times, before, before * span.price_times)
