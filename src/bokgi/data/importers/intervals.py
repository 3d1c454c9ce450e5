"""The length of a file's bars, from the steps between its rows."""

from datetime import timedelta

import polars as pl

from bokgi.bars.interval import ALLOWED_MINUTES, DAILY, Interval
from bokgi.data.importers.draft import Draft
from bokgi.errors.imports import IntervalUnclear

_SAMPLE = 2_000_000


def settle_interval(draft: Draft) -> None:
    """Set the interval as told or detected, and check that the rows can be bars of it.

    Raises
    ------
    IntervalUnclear
        The steps fit no interval, or contradict the given one.
    """
    told = draft.interval or draft.hints.interval
    found = told or _detected(draft)
    if found.is_daily:
        _check_daily(draft)
    elif not draft.has_clock:
        raise IntervalUnclear(draft.name, f"its rows have dates only, but {found} was given")
    draft.interval = found
    if told is None:
        draft.say(f"봉 간격: {found}", f"interval: {found}")


def _detected(draft: Draft) -> Interval:
    if not draft.has_clock or _one_row_a_day(draft):
        return DAILY
    minutes = _usual_step_minutes(draft)
    if minutes is None:
        raise IntervalUnclear(draft.name, "there are too few rows to tell")
    if minutes not in ALLOWED_MINUTES:
        raise IntervalUnclear(draft.name, f"its rows are {minutes} minutes apart")
    return Interval(minutes)


def _one_row_a_day(draft: Draft) -> bool:
    days = draft.frame.select(pl.struct("code", pl.col("at").dt.date()).n_unique()).item()
    return bool(draft.frame.height == days and days > 1)


def _usual_step_minutes(draft: Draft) -> int | None:
    head = draft.frame.head(_SAMPLE)
    step = pl.col("at").diff().over("code", pl.col("at").dt.date()).dt.total_minutes()
    steps = head.select(step.alias("step")).drop_nulls().filter(pl.col("step") > 0)
    if steps.is_empty():
        return None
    counted = steps.to_series().cast(pl.Int64).value_counts(sort=True)
    return int(counted["step"][0])


def _check_daily(draft: Draft) -> None:
    """Weekly and monthly rows are no sessions."""
    gaps = draft.frame.head(_SAMPLE).select(pl.col("at").diff().over("code").alias("gap")).drop_nulls().to_series()
    middle = gaps.median() if gaps.len() >= 4 else None
    if isinstance(middle, timedelta) and middle >= timedelta(days=5):
        raise IntervalUnclear(draft.name, f"its rows are {middle.days} days apart, not sessions")
