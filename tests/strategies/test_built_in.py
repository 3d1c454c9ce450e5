"""Built-in strategies: what they decide, that they agree with plain twins, and that they see nothing of the future."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.bars.interval import DAILY
from bokgi.bars.panel import Panel
from bokgi.bars.selection import panel_cut
from bokgi.errors.strategies import (
    ParametersContradict,
    ParameterUnknown,
    ParameterWrong,
    StrategyNeedsIntraday,
    StrategyUnknown,
)
from bokgi.orders.plans import CLOSE_MINUTE, ClockPlan, EndOfDay, OvernightTrailPlan, SignalPlan
from bokgi.strategies import indicators
from bokgi.strategies.catalog import CATALOG, to_strategy
from bokgi.strategies.strategy import Strategy
from bokgi.strategies.threads import instrument_ranges, signal_plan
from tests.strategies import plain_twins as twins
from tests.strategies.generated_panels import panel_of, panels

SMALL: dict[str, dict[str, object]] = {
    "MA20_50": {"fast": 3, "slow": 7},
    "MA5_20": {"fast": 2, "slow": 4},
    "RSI": {"period": 3, "low": 40, "high": 60},
    "MACD": {"fast": 2, "slow": 4, "signal": 3},
    "buy_and_hold": {},
}


def signals_of(strategy: Strategy, panel: Panel) -> SignalPlan:
    plan = strategy.plan(panel)
    assert isinstance(plan, SignalPlan)
    return plan


def twin_signals(name: str, values: list[float]) -> tuple[list[bool], list[bool]]:
    if name.startswith("MA") and name != "MACD":
        return twins.average_signals(values, *(int(str(value)) for value in SMALL[name].values()))
    if name == "RSI":
        return twins.rsi_signals(values, 3, 40.0, 60.0)
    return twins.macd_signals(values, 2, 4, 3) if name == "MACD" else ([False] * len(values), [False] * len(values))


@pytest.mark.parametrize("name", SMALL)
@given(panel=panels())
def test_signals_equal_their_plain_twin(name: str, panel: Panel) -> None:
    plan = signals_of(to_strategy(name, SMALL[name]), panel)
    for index in range(len(panel.instruments)):
        span = panel.rows_of(index)
        rows = np.flatnonzero(panel.traded[span]) + span.start
        entries, exits = twin_signals(name, [float(value) for value in panel.close[rows]])
        assert plan.entries[rows].tolist() == entries
        assert plan.exits[rows].tolist() == exits
    assert not (plan.entries | plan.exits)[~panel.traded].any()


@given(panels(whole=True), st.integers(1, 4), st.integers(5, 9))
def test_average_cross_in_won_is_the_cross_of_the_divided_averages(panel: Panel, fast: int, slow: int) -> None:
    plan = signals_of(to_strategy("MA20_50", {"fast": fast, "slow": slow}), panel)
    quick, calm = indicators.sma(panel, fast), indicators.sma(panel, slow)
    assert np.array_equal(plan.entries, indicators.cross_up(panel, quick, calm))
    assert np.array_equal(plan.exits, indicators.cross_down(panel, quick, calm))


@given(panels())
def test_macd_strategy_is_the_cross_of_the_indicator(panel: Panel) -> None:
    plan, lines = signals_of(to_strategy("MACD", SMALL["MACD"]), panel), indicators.macd(panel, 2, 4, 3)
    assert np.array_equal(plan.entries, indicators.cross_up(panel, lines.line, lines.signal))
    assert np.array_equal(plan.exits, indicators.cross_down(panel, lines.line, lines.signal))


@pytest.mark.parametrize("name", SMALL)
@settings(max_examples=40)
@given(panel=panels(longest=30))
def test_no_built_in_signal_changes_when_later_bars_are_cut_off(name: str, panel: Panel) -> None:
    strategy = to_strategy(name, SMALL[name])
    whole = signals_of(strategy, panel)
    moments = sorted({(int(session), int(minute)) for session, minute in zip(panel.session, panel.minute, strict=True)})
    for session, minute in moments:
        part = panel_cut(panel, until=(session, minute))
        kept = np.concatenate([panel.offsets[index] + np.arange(count) for index, count in enumerate(np.diff(part.offsets))])
        cut = signals_of(strategy, part)
        assert np.array_equal(cut.entries, whole.entries[kept])
        assert np.array_equal(cut.exits, whole.exits[kept])


def test_the_cross_of_five_and_twenty_on_a_hand_made_series() -> None:
    # 20 bars at 100 (both averages 100, no cross), then one at 120: 5-bar mean 104 > 20-bar mean 101. Five bars of 80 later
    # the fast mean is 80 and below: sums after k bars of 80 are 500+20-20k (fast, /5) and 2000+20-20k (slow, /20); k=2: 96 < 99.
    panel = panel_of([[100.0] * 20 + [120.0] + [80.0] * 3])
    plan = signals_of(to_strategy("MA5_20"), panel)
    assert np.flatnonzero(plan.entries).tolist() == [20]
    assert np.flatnonzero(plan.exits).tolist() == [22]


def test_rsi_enters_when_it_rises_through_the_level_and_leaves_when_it_falls_through() -> None:
    # Period 2. Changes -2, -2 seed gain 0, loss 2 (RSI 0); +4: gain 2, loss 1 (66.7): rises through 40.
    # -6: gain 1, loss 3.5 (22.2): falls through 60.
    panel = panel_of([[20.0, 18.0, 16.0, 20.0, 14.0]])
    plan = signals_of(to_strategy("RSI", {"period": 2, "low": 40, "high": 60}), panel)
    assert np.flatnonzero(plan.entries).tolist() == [3]
    assert np.flatnonzero(plan.exits).tolist() == [4]


def test_clock_strategies_say_their_minutes() -> None:
    panel = panel_of([[100.0] * 12])
    assert to_strategy("daily_trading", {"buy_time": "9:30", "sell_time": "close"}).plan(panel) == ClockPlan(570, CLOSE_MINUTE)
    assert to_strategy("trailing_stop").plan(panel) == OvernightTrailPlan(930, 0.01, 0.8, 840, EndOfDay.SELL)
    carried = to_strategy("trailing_stop", {"end_of_day": "carry", "buy_time": "종가"}).plan(panel)
    assert carried == OvernightTrailPlan(CLOSE_MINUTE, 0.01, 0.8, 840, EndOfDay.CARRY)


def test_buy_and_hold_is_in_at_the_first_open() -> None:
    plan = signals_of(to_strategy("buy_and_hold"), panel_of([[100.0] * 3]))
    assert plan.enter_at_first_open
    assert not plan.exits.any()


@pytest.mark.parametrize("name", ["daily_trading", "trailing_stop"])
def test_clock_strategies_refuse_daily_bars(name: str) -> None:
    with pytest.raises(StrategyNeedsIntraday, match=name):
        to_strategy(name).plan(panel_of([[100.0] * 3], interval=DAILY))


@pytest.mark.parametrize(
    ("name", "given_parameters", "field"),
    [
        ("daily_trading", {"buy_time": "15:00"}, "sell_time"),
        ("daily_trading", {"buy_time": "15:30", "sell_time": "close"}, "sell_time"),
        ("daily_trading", {"buy_time": "15:00", "sell_time": "10:00"}, "sell_time"),
        ("MA20_50", {"fast": 50}, "slow"),
        ("MACD", {"fast": 30}, "slow"),
        ("RSI", {"low": 70, "high": 70}, "high"),
    ],
)
def test_values_that_contradict_are_refused(name: str, given_parameters: dict[str, object], field: str) -> None:
    with pytest.raises(ParametersContradict) as caught:
        to_strategy(name, given_parameters)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("name", "given_parameters", "field"),
    [
        ("daily_trading", {"buy_time": "close"}, "buy_time"),
        ("daily_trading", {"buy_time": "08:59"}, "buy_time"),
        ("daily_trading", {"sell_time": "15:31"}, "sell_time"),
        ("daily_trading", {"sell_time": "25:00"}, "sell_time"),
        ("trailing_stop", {"loss_cutoff_time": "close"}, "loss_cutoff_time"),
        ("trailing_stop", {"min_profit_pct": float("nan")}, "min_profit_pct"),
        ("trailing_stop", {"profit_cutoff_pct": 100.5}, "profit_cutoff_pct"),
        ("MA20_50", {"fast": 2.5}, "fast"),
        ("MA20_50", {"fast": True}, "fast"),
    ],
)
def test_values_that_are_not_allowed_are_refused_with_their_field(name: str, given_parameters: dict[str, object], field: str) -> None:
    with pytest.raises(ParameterWrong) as caught:
        to_strategy(name, given_parameters)
    assert caught.value.field == field
    assert repr(given_parameters[field]) in str(caught.value)


def test_unknown_names_are_refused_with_those_that_exist() -> None:
    with pytest.raises(StrategyUnknown, match=r"daily_trading, trailing_stop, MA20_50, MA5_20, RSI, MACD, buy_and_hold"):
        to_strategy("ma10")
    with pytest.raises(ParameterUnknown, match="buy_time, sell_time") as caught:
        to_strategy("daily_trading", {"buytime": "10:00"})
    assert caught.value.field == "buytime"


def test_names_of_the_catalogue_do_not_mind_upper_and_lower_case() -> None:
    assert type(to_strategy("ma20_50")) is CATALOG["MA20_50"].strategy


def test_every_entry_has_words_and_a_sentence_in_both_languages() -> None:
    for name, entry in CATALOG.items():
        assert entry.name == name
        assert entry.korean
        assert entry.english
        assert entry.strategy.korean.endswith("다.")
        assert entry.strategy.english.endswith(".")


@given(panels(longest=40), st.integers(1, 5))
def test_the_number_of_threads_changes_nothing(panel: Panel, threads: int) -> None:
    from bokgi.strategies.signal_kernels import average_cross_into

    plan = signal_plan(panel, lambda c, t, o, e, x: average_cross_into(c, t, o, 2, 5, e, x), threads)
    whole = signals_of(to_strategy("MA5_20", {"fast": 2, "slow": 5}), panel)
    assert np.array_equal(plan.entries, whole.entries)
    assert np.array_equal(plan.exits, whole.exits)


@given(st.lists(st.integers(0, 9), max_size=8), st.integers(1, 4))
def test_ranges_of_instruments_cover_each_instrument_once(counts: list[int], threads: int) -> None:
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    ranges = instrument_ranges(offsets, threads)
    covered = [pair for part in ranges for pair in zip(part[:-1].tolist(), part[1:].tolist(), strict=True)]
    assert covered == list(zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True))
    assert len(ranges) <= max(1, threads)
