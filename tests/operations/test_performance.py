"""The analysis of a month by itself: days in, standings out."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.operations.log_agreement import REQUESTS
from bokgi.operations.performance import (
    DISK_GROWTH,
    ENOUGH_DAYS,
    RUN_SECONDS,
    Analysis,
    Figure,
    Look,
    Standing,
    Trend,
    analysed,
    trend_of,
)
from bokgi.operations.policy import Metric, default_policy, read_policy
from bokgi.operations.releasing.month import month_before

POLICY = read_policy(default_policy())
NOISE = (0.0, 0.04, -0.03, 0.02, -0.01, 0.03, -0.04)
STEADY = {Metric.API_TIME: 0.05, Metric.CPU: 20.0, Metric.MEMORY: 40.0, Metric.DISK: 30.0, RUN_SECONDS: 0.8}


def month(first: date, days: int = 30, level: Callable[[str, int], float] | None = None, errors: int = 0) -> list[Look]:
    """A month of daily looks with a little noise; `level` gives another value for a name and a day."""
    looks = []
    for number in range(days):
        levels = {
            str(name): (level(name, number) if level else value) * (1 + NOISE[number % len(NOISE)] * (name != Metric.DISK))
            for name, value in STEADY.items()
        }
        counts = {REQUESTS: 5000.0, Metric.SERVER_ERRORS: float(errors), Metric.LOG_ERRORS: 0.0}
        looks.append(Look(first + timedelta(days=number), levels, counts))
    return looks


BEFORE, NOW = date(2026, 9, 1), date(2026, 10, 1)


def changed(name: str, factor: float) -> Callable[[str, int], float]:
    return lambda each, _day: STEADY[each] * (factor if each == name else 1)


def figure(analysis: Analysis, name: str) -> Figure:
    return next(each for each in analysis.figures if each.name == name)


def test_two_equal_months_are_well_and_steady() -> None:
    analysis = analysed(month(BEFORE), month(NOW), POLICY)
    assert analysis.standing is Standing.WELL, analysis
    assert {each.trend for each in analysis.figures if each.name in STEADY} == {Trend.STEADY}


@pytest.mark.parametrize("name", [Metric.API_TIME, Metric.CPU, RUN_SECONDS])
def test_a_level_that_doubled_is_worse_and_the_others_are_not(name: str) -> None:
    analysis = analysed(month(BEFORE), month(NOW, level=changed(name, 2)), POLICY)
    assert analysis.standing is Standing.WORSE
    assert [each.name for each in analysis.figures if each.standing is Standing.WORSE] == [name]


def test_a_level_that_grew_by_a_quarter_is_not_called_worse() -> None:
    assert analysed(month(BEFORE), month(NOW, level=changed(Metric.API_TIME, 1.25)), POLICY).standing is Standing.WELL


def test_a_month_beyond_a_limit_is_broken_even_without_one_before() -> None:
    analysis = analysed([], month(NOW, level=changed(Metric.MEMORY, 2.2)), POLICY)
    assert figure(analysis, Metric.MEMORY).standing is Standing.BROKEN
    assert analysis.standing is Standing.BROKEN


@pytest.mark.parametrize(("before", "now"), [(0, 30), (30, 0), (ENOUGH_DAYS - 1, 30), (30, ENOUGH_DAYS - 1), (0, 0)])
def test_too_few_days_say_that_they_are_too_few(before: int, now: int) -> None:
    analysis = analysed(month(BEFORE, before), month(NOW, now), POLICY)
    assert analysis.standing is Standing.NOT_ENOUGH_DATA
    assert {each.standing for each in analysis.figures} == {Standing.NOT_ENOUGH_DATA}


def test_just_enough_days_are_enough() -> None:
    assert analysed(month(BEFORE, ENOUGH_DAYS), month(NOW, ENOUGH_DAYS), POLICY).standing is Standing.WELL


def test_many_looks_of_a_day_are_one_day() -> None:
    looks = month(NOW, 1) * 40
    assert figure(analysed(month(BEFORE), looks, POLICY), Metric.CPU).days == 1


def test_a_disk_that_will_be_full_soon_is_worse_and_says_when() -> None:
    grown = analysed(month(BEFORE), month(NOW, level=lambda name, day: 30.0 + day if name == Metric.DISK else STEADY[name]), POLICY)
    growth = figure(grown, DISK_GROWTH)
    assert (growth.standing, growth.trend, growth.now) == (Standing.WORSE, Trend.RISING, 1.0)
    assert growth.full_in_days == 31  # from 59 % to the limit of 90 %, one point a day


@pytest.mark.parametrize(("errors", "expected"), [(0, Standing.WELL), (1, Standing.WORSE)])
def test_errors_are_compared_as_rates(errors: int, expected: Standing) -> None:
    analysis = analysed(month(BEFORE), month(NOW, errors=errors), POLICY)
    rate = figure(analysis, Metric.SERVER_ERRORS)
    assert (rate.standing, rate.now) == (expected, 1000 * errors / 5000)


def test_counts_without_requests_are_no_rate() -> None:
    looks = [Look(look.day, look.levels, {Metric.SERVER_ERRORS: 1.0}) for look in month(NOW)]
    assert figure(analysed(month(BEFORE), looks, POLICY), Metric.SERVER_ERRORS).standing is Standing.NOT_ENOUGH_DATA


@given(st.lists(st.floats(0.01, 100), min_size=ENOUGH_DAYS, max_size=31), st.integers(1, 1000))
def test_a_trend_does_not_depend_on_the_unit(values: Sequence[float], factor: int) -> None:
    days = [NOW + timedelta(days=number) for number in range(len(values))]
    own, other = (
        trend_of(dict(zip(days, values, strict=True))),
        trend_of({day: v * 2**-factor for day, v in zip(days, values, strict=True)}),
    )
    assert own[1] is other[1]


def test_a_rise_is_found_in_noise_and_a_fall_in_its_mirror() -> None:
    rising = {NOW + timedelta(days=day): 10 + 0.2 * day + NOISE[day % len(NOISE)] for day in range(30)}
    assert trend_of(rising)[1] is Trend.RISING
    assert trend_of({day: 100 - 5 * value for day, value in rising.items()})[1] is Trend.FALLING


def test_a_month_before_the_end_of_march_is_the_end_of_february() -> None:
    assert [month_before(day) for day in (date(2027, 3, 31), date(2028, 3, 30), date(2027, 1, 15))] == [
        date(2027, 2, 28),
        date(2028, 2, 29),
        date(2026, 12, 15),
    ]
