"""What must hold in every run, whatever the plan: checked on hostile panels."""

from itertools import pairwise

import numpy as np
import pytest

from bokgi.engine.reference import simulate_plainly
from bokgi.orders.plans import OvernightTrailPlan
from bokgi.orders.rules import AccountMode, Market
from bokgi.orders.simulation import Simulation
from tests.engine.hostile_panels import Case, hostile_case

CASES = 1_500


@pytest.fixture(scope="module")
def runs() -> list[tuple[Case, Simulation]]:
    cases = [hostile_case(seed) for seed in range(CASES)]
    return [(case, simulate_plainly(case.panel, case.plan, case.terms, case.rules, case.account)) for case in cases]


def _last_closes(case: Case) -> list[float]:
    """Last traded close of each instrument, an auction that is no bar counted."""
    closes = []
    panel = case.panel
    for index in range(len(panel.instruments)):
        span = panel.rows_of(index)
        read = panel.traded[span] & (panel.session[span] < case.terms.delisted_session[index])
        rows = np.flatnonzero(read) + span.start
        if len(rows) == 0:
            closes.append(np.nan)
            continue
        session = int(panel.session[rows[-1]])
        has_event = panel.auction_row[index, session] < 0 and not np.isnan(panel.auction[index, session])
        closes.append(float(panel.auction[index, session]) if has_event else float(panel.close[rows[-1]]))
    return closes


def test_equity_at_the_end_is_what_the_trades_made(runs: list[tuple[Case, Simulation]]) -> None:
    for case, result in runs:
        trades, closes = result.trades, _last_closes(case)
        total = result.initial_equity + float(np.nansum(trades.profit))
        for place in np.flatnonzero(np.isnan(trades.profit)):
            close = closes[trades.instrument[place]]
            close = np.floor(close) if case.rules.market is Market.KRX else close
            worth = trades.shares[place] * close
            amount = trades.shares[place] * trades.buy_price[place]
            sign = float(trades.side[place])
            total += sign * (worth - amount) - trades.buy_commission[place]
        end = float(result.session_equity[-1])
        if case.rules.market is Market.KRX:
            assert total == end, case
        else:
            assert total == pytest.approx(end, rel=1e-9, abs=1e-6), case


def test_no_position_is_sold_before_it_was_bought(runs: list[tuple[Case, Simulation]]) -> None:
    for case, result in runs:
        trades = result.trades
        sold = trades.sell_row >= 0
        assert (trades.sell_row[sold] >= trades.buy_row[sold]).all(), case
        assert (trades.sell_at[sold] >= trades.buy_at[sold]).all(), case


def test_nothing_is_filled_on_an_untraded_bar_or_outside_its_range(runs: list[tuple[Case, Simulation]]) -> None:
    for case, result in runs:
        trades, panel = result.trades, case.panel
        for rows, prices in ((trades.buy_row, trades.buy_price), (trades.sell_row, trades.sell_price)):
            for row, price in zip(rows, prices, strict=True):
                if row < 0:
                    continue
                event = panel.auction[panel.instrument_of[row], panel.session[row]]
                if abs(price - event) < 1:
                    continue
                assert panel.traded[row], case
                assert np.floor(panel.low[row]) <= price <= np.ceil(panel.high[row]), case


def test_a_won_account_never_owes_and_holds_whole_shares(runs: list[tuple[Case, Simulation]]) -> None:
    for case, result in runs:
        if case.rules.market is not Market.KRX:
            continue
        sold = result.trades.sell_row >= 0
        assert (result.trades.balance[sold] >= 0).all(), case
        assert (result.trades.shares == np.floor(result.trades.shares)).all(), case
        assert (result.trades.shares > 0).all(), case
        assert (result.equity == np.floor(result.equity)).all(), case


def test_one_stock_is_held_once_at_a_time(runs: list[tuple[Case, Simulation]]) -> None:
    for case, result in runs:
        trades = result.trades
        if case.account.mode is AccountMode.SHARED:
            continue
        for index in range(len(case.panel.instruments)):
            own = np.flatnonzero(trades.instrument == index)
            for before, after in pairwise(own):
                assert 0 <= trades.sell_row[before] <= trades.buy_row[after], case


def test_an_overnight_position_never_ends_in_its_own_session(runs: list[tuple[Case, Simulation]]) -> None:
    trailing = [(case, result) for case, result in runs if isinstance(case.plan, OvernightTrailPlan)]
    assert len(trailing) > 200
    for case, result in trailing:
        trades = result.trades
        listed = trades.reason != 10  # a delisting may end it in its session
        sold = (trades.sell_row >= 0) & listed
        assert (trades.sell_session[sold] > trades.buy_session[sold]).all(), case
