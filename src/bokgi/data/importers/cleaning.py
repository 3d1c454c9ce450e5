"""Rows that cannot be bars: unreadable, empty, impossible, repeated, contradictory. Each step counts what it drops."""

from datetime import date

import polars as pl

from bokgi.data.importers.draft import Draft
from bokgi.data.row_order import is_ordered
from bokgi.errors.imports import MostlyBad, NothingUsable

EARLIEST = date(1950, 1, 1)
LATEST = date(2100, 1, 1)
LARGEST_PRICE = 1e12
LARGEST_VOLUME = 1e15
ROUNDING_RATIO = 0.0035
"""Rounding of adjusted prices was seen to move a close above its high by up to 0.30 % (adjusted series of 158 codes)."""
_REFUSING = {
    "bad_prices": "가격이 잘못됨",
    "bad_volume": "거래량이 잘못됨",
    "absurd_dates": "있을 수 없는 날짜",
    "unreadable_times": "읽을 수 없는 시각",
    "duplicate_conflicting": "서로 다른 중복",
    "ohlc_inconsistent": "고가·저가 모순",
    "not_a_session": "거래일이 아님",
    "off_grid_times": "봉 간격에 맞지 않는 시각",
}
_OHL = ("open", "high", "low")


def drop_unusable(draft: Draft) -> None:
    """Drop rows without time or price and rows with impossible values."""
    draft.drop("unreadable_times", pl.col("at").is_null())
    draft.drop("absurd_dates", (pl.col("at") < EARLIEST) | (pl.col("at") >= LATEST))
    _drop_empty(draft)
    _blank_half_known(draft)
    draft.drop("bad_prices", ~_sound_prices())
    draft.drop("bad_volume", ~(pl.col("volume").is_null() | pl.col("volume").is_between(0, LARGEST_VOLUME)))


def _drop_empty(draft: Draft) -> None:
    rows = draft.frame.height
    draft.drop("empty_rows", pl.col("close").is_null() | _all_zero())
    if rows and draft.frame.is_empty():
        raise NothingUsable(draft.name, "every price is empty, as sources answer for a closed day", "모든 가격이 비어 있음(휴장일 응답)")


def _all_zero() -> pl.Expr:
    return (pl.col("close") == 0) & (pl.col("open") == 0) & (pl.col("high") == 0)


def _blank_half_known(draft: Draft) -> None:
    """A row with a close but without one of open, high, low keeps its close only."""
    half = pl.any_horizontal(pl.col(name).is_null() for name in _OHL)
    if draft.frame.select(half.any()).item():
        draft.frame = draft.frame.with_columns(pl.when(half).then(None).otherwise(pl.col(name)).alias(name) for name in _OHL)


def is_halted() -> pl.Expr:
    """Open, high and low 0 and no volume: how the exchange writes a day without trading."""
    zero = pl.all_horizontal(pl.col(name) == 0 for name in _OHL)
    return (zero & (pl.col("volume").fill_null(0) == 0)).fill_null(False)


def has_range() -> pl.Expr:
    """Open, high and low are known and the day was not halted."""
    return pl.col("high").is_not_null() & ~is_halted()


def _sound_prices() -> pl.Expr:
    close = pl.col("close").is_between(0, LARGEST_PRICE) & (pl.col("close") > 0)
    others = pl.all_horizontal((pl.col(name) > 0) & (pl.col(name) < LARGEST_PRICE) for name in _OHL)
    known = pl.col("open").is_not_null()
    return close & pl.when(known).then(others | is_halted()).otherwise(True)


def order_rows(draft: Draft) -> None:
    """Sort by code and time, say which way the file ran, and drop repeated rows."""
    if is_ordered(draft.frame, "code", "at"):
        _drop_repeated(draft)
        return
    codes_together = draft.frame.select(pl.col("code").rle_id().max()).item()
    step = pl.col("at").diff().over("code") if codes_together else pl.col("at").diff()
    steps = draft.frame.select(((step < pl.duration()).sum()).alias("back"), ((step > pl.duration()).sum()).alias("on"))
    back, on = int(steps["back"][0] or 0), int(steps["on"][0] or 0)
    if back and not on:
        draft.say("행 순서: 최신순", "rows: newest first")
    elif back:
        _note_disorder(draft)
    if back or codes_together:
        draft.frame = draft.frame.sort("code", "at", maintain_order=True)
    _drop_repeated(draft)


def _note_disorder(draft: Draft) -> None:
    late = pl.col("at") < pl.col("at").cum_max().over("code")
    early = pl.col("at") > pl.col("at").cum_min().over("code")
    late_rows, early_rows = draft.frame.select(late.sum().alias("late"), early.sum().alias("early")).row(0)
    draft.note("out_of_order", late if late_rows <= early_rows else early)


def _drop_repeated(draft: Draft) -> None:
    same_as_before = (pl.col("at") == pl.col("at").shift(1)) & (pl.col("code") == pl.col("code").shift(1))
    if not draft.frame.select(same_as_before.any()).item():
        return
    whole = pl.struct(pl.all())
    draft.drop("duplicate_identical", ~whole.is_first_distinct())
    draft.drop("duplicate_conflicting", pl.struct("code", "at").is_duplicated())


def check_ranges(draft: Draft) -> None:
    """High and low must hold open and close; what rounding of adjusted prices did is widened, the rest is refused."""
    highest, lowest = pl.max_horizontal("open", "close"), pl.min_horizontal("open", "close")
    outside = has_range() & ((highest > pl.col("high")) | (lowest < pl.col("low")))
    if not draft.frame.select(outside.any()).item():
        return
    slight = (highest <= pl.col("high") * (1 + ROUNDING_RATIO)) & (lowest >= pl.col("low") * (1 - ROUNDING_RATIO))
    rounded = outside & slight & (pl.col("low") <= pl.col("high")) & pl.lit(bool(draft.adjusted))
    draft.drop("ohlc_inconsistent", outside & ~rounded)
    draft.note("rounding", rounded)
    draft.frame = draft.frame.with_columns(
        pl.when(rounded).then(pl.max_horizontal("high", highest)).otherwise("high").alias("high"),
        pl.when(rounded).then(pl.min_horizontal("low", lowest)).otherwise("low").alias("low"),
    )


def check_enough(draft: Draft) -> None:
    """Refuse the file where more than half of its rows had to be refused, or none is left.

    Raises
    ------
    MostlyBad, NothingUsable
        With the fault that refused most.
    """
    refused: dict[str, int] = {}
    for fault in draft.faults:
        if fault.kind in _REFUSING:
            refused[fault.kind] = refused.get(fault.kind, 0) + fault.count
    if refused and sum(refused.values()) * 2 > draft.rows_read:
        worst = max(refused, key=lambda kind: refused[kind])
        raise MostlyBad(draft.name, sum(refused.values()), draft.rows_read, worst.replace("_", " "), _REFUSING[worst])
    if draft.frame.is_empty():
        raise NothingUsable(draft.name, "it has a header but no rows" if not draft.rows_read else "no row is left", "남은 행이 없음")
