"""Strategies that see the future are caught; honest ones pass; what was checked is told."""

import numpy as np
import pytest

from bokgi.bars.panel import Panel
from bokgi.errors.strategies import StrategyLooksAhead, StrategyNotRepeatable
from bokgi.orders.on_bar import BarContext
from bokgi.orders.rules import ExitRules
from bokgi.strategies import indicators
from bokgi.strategies.catalog import CATALOG
from bokgi.strategies.lookahead import check_lookahead
from bokgi.strategies.parameters import Parameter
from bokgi.strategies.strategy import Signals, Strategy
from bokgi.units import BoolArray, FloatArray
from tests.strategies.generated_panels import panel_of

BARS = 240


@pytest.fixture(scope="module")
def market() -> Panel:
    """Eight instruments of forty sessions, with some untraded bars."""
    generator = np.random.Generator(np.random.PCG64(3))
    closes = 10_000 + np.cumsum(generator.integers(-40, 41, (8, BARS)), axis=1)
    volumes = generator.integers(0, 6, (8, BARS))
    return panel_of(closes.astype(float).tolist(), volumes.astype(float).tolist(), spread=20.0)


def shifted(values: FloatArray, rows: int) -> FloatArray:
    return np.roll(values, rows)


class Breakout(Strategy):
    """Honest: above the highest of the bars before."""

    period = Parameter(10, low=2, high=100)

    def signals(self, panel: Panel) -> Signals:
        top = indicators.earlier(panel, indicators.highest(panel, self.period))
        bottom = indicators.earlier(panel, indicators.lowest(panel, self.period))
        return Signals(panel.close > top, panel.close < bottom, exit_rules=ExitRules(stop_ratio=0.05))


class Tomorrow(Strategy):
    """Knows the next close: pandas' shift(-1)."""

    def signals(self, panel: Panel) -> Signals:
        following = shifted(panel.close, -1)
        return Signals(following > panel.close, following < panel.close)


class RareTomorrow(Strategy):
    """Peeks one bar ahead, but only for the rare large moves."""

    def signals(self, panel: Panel) -> Signals:
        return Signals(shifted(panel.close, -1) > panel.close * 1.00395)


class WholeMaximum(Strategy):
    """Buys near the lowest price of the whole period, sells at its highest."""

    def signals(self, panel: Panel) -> Signals:
        entries, exits = np.zeros(len(panel), np.bool_), np.zeros(len(panel), np.bool_)
        for index in range(len(panel.instruments)):
            rows = panel.rows_of(index)
            entries[rows] = panel.close[rows] <= panel.close[rows].min() * 1.01
            exits[rows] = panel.close[rows] >= panel.close[rows].max() * 0.99
        return Signals(entries, exits)


class WholeNormal(Strategy):
    """Normalises by mean and deviation of the whole series."""

    def signals(self, panel: Panel) -> Signals:
        score = (panel.close - panel.close.mean()) / panel.close.std()
        return Signals(score < -1.0, score > 1.0)


class FutureStop(Strategy):
    """Honest signals, but a stop as wide as the whole period's range."""

    def signals(self, panel: Panel) -> Signals:
        ratio = float(panel.close.max() / panel.close.min() - 1.0)
        return Signals(panel.close > indicators.sma(panel, 5), exit_rules=ExitRules(stop_ratio=ratio))


class FutureWeights(Strategy):
    """Weights by the return to the end."""

    def weights(self, panel: Panel) -> FloatArray:
        return np.asarray(np.clip(panel.close[-1] / panel.close - 0.5, 0.0, 1.0))


class HonestBars(Strategy):
    """Bar by bar, from what was seen and what is held."""

    def on_bar(self, context: BarContext) -> None:
        if context.shares == 0 and context.bars > 3 and context.close[-1] > context.close[-4]:
            context.buy()
        elif context.shares > 0 and context.close[-1] < context.entry_price:
            context.sell()


class Smuggler(Strategy):
    """Bar by bar, but reaches behind the array that it was given."""

    def on_bar(self, context: BarContext) -> None:
        everything = context.close.base
        assert everything is not None
        if context.bars < len(everything) and everything[context.bars] > context.close[-1]:
            context.buy()
        else:
            context.sell()


class Remembering(Strategy):
    """Keeps the signals of the first panel that it saw on the class."""

    kept: BoolArray | None = None

    def signals(self, panel: Panel) -> Signals:
        if Remembering.kept is None:
            Remembering.kept = shifted(panel.close, -1) > panel.close
        return Signals(Remembering.kept[: len(panel)])


class Chance(Strategy):
    """Draws without a seed."""

    def signals(self, panel: Panel) -> Signals:
        return Signals(np.random.default_rng().random(len(panel)) < 0.5)


@pytest.mark.parametrize("name", CATALOG)
def test_every_built_in_strategy_passes(name: str, market: Panel) -> None:
    report = check_lookahead(CATALOG[name].strategy(), market, check_all=True, cuts=20)
    assert report.is_clean
    assert len(report.codes) == 8


@pytest.mark.parametrize("honest", [Breakout, HonestBars])
@pytest.mark.parametrize("seed", range(3))
def test_honest_strategies_pass(honest: type[Strategy], seed: int, market: Panel) -> None:
    report = check_lookahead(honest(), market, seed=seed)
    assert report.is_clean
    assert report.cuts == 8
    assert len(report.codes) == 5
    assert not report.all_checked
    report.check_clean(honest())


@pytest.mark.parametrize("cheat", [Tomorrow, RareTomorrow, WholeMaximum, WholeNormal, FutureStop, FutureWeights, Smuggler, Remembering])
@pytest.mark.parametrize("seed", range(3))
def test_strategies_that_see_the_future_are_caught(cheat: type[Strategy], seed: int, market: Panel) -> None:
    Remembering.kept = None
    report = check_lookahead(cheat(), market, seed=seed)
    assert not report.is_clean
    with pytest.raises(StrategyLooksAhead, match=cheat.__name__):
        report.check_clean(cheat())


def test_a_strategy_that_differs_on_the_same_bars_is_told_apart(market: Panel) -> None:
    with pytest.raises(StrategyNotRepeatable):
        check_lookahead(Chance(), market).check_clean(Chance())


def test_a_violation_names_instrument_column_and_moments(market: Panel) -> None:
    first = check_lookahead(Tomorrow(), market, check_all=True).violations[0]
    assert first.code in market.codes
    assert first.what in {"entries", "exits"}
    assert first.cut_session is not None
    assert (first.session, first.minute) <= (first.cut_session, first.cut_minute or 0)


def test_rules_that_depend_on_later_bars_are_named(market: Panel) -> None:
    assert {violation.what for violation in check_lookahead(FutureStop(), market).violations} == {"rules"}


def test_the_seed_decides_which_instruments_are_checked(market: Panel) -> None:
    chosen = {check_lookahead(Breakout(), market, seed=seed).codes for seed in range(6)}
    assert len(chosen) > 1
    assert check_lookahead(Breakout(), market, seed=4) == check_lookahead(Breakout(), market, seed=4)


def test_all_instruments_are_checked_on_request_and_where_there_are_few(market: Panel) -> None:
    every = check_lookahead(Breakout(), market, check_all=True)
    assert every.all_checked
    assert every.codes == market.codes
    assert check_lookahead(Breakout(), panel_of([[1.0, 2.0, 3.0]])).all_checked


def test_a_panel_without_bars_has_nothing_to_check() -> None:
    report = check_lookahead(Breakout(), panel_of([[], []]))
    assert report.codes == ()
    assert report.is_clean
