"""Trades of all desks as the columns that orders/simulation.py documents."""

import numpy as np

from bokgi.engine.reference_desk import Desk, Trade
from bokgi.orders.simulation import TradeColumns


def trade_columns(desks: list[Desk], *, is_shared: bool) -> TradeColumns:
    """Ordered by instrument, then by purchase; in a shared account by purchase alone.

    Trades of one purchase follow the order of sales, the open rest last: `all_trades` gives them so and sorting is stable.
    """
    trades = [trade for desk in desks for trade in desk.all_trades()]
    if is_shared:
        trades.sort(key=lambda trade: trade.order)
    else:
        trades.sort(key=lambda trade: (trade.instrument, trade.order))
    return _columns(trades)


def _columns(trades: list[Trade]) -> TradeColumns:
    return TradeColumns(
        instrument=np.array([trade.instrument for trade in trades], dtype=np.int32),
        side=np.array([trade.side for trade in trades], dtype=np.int8),
        buy_row=np.array([trade.bought.row for trade in trades], dtype=np.int64),
        sell_row=np.array([trade.sold.row for trade in trades], dtype=np.int64),
        buy_session=np.array([trade.bought.session for trade in trades], dtype=np.int32),
        sell_session=np.array([trade.sold.session for trade in trades], dtype=np.int32),
        buy_at=np.array([trade.bought.at for trade in trades], dtype=np.int64),
        sell_at=np.array([trade.sold.at for trade in trades], dtype=np.int64),
        buy_price=np.array([trade.bought.price for trade in trades], dtype=np.float64),
        sell_price=np.array([trade.sold.price for trade in trades], dtype=np.float64),
        shares=np.array([trade.shares for trade in trades], dtype=np.float64),
        buy_commission=np.array([trade.buy_commission for trade in trades], dtype=np.float64),
        sell_commission=np.array([trade.sell_commission for trade in trades], dtype=np.float64),
        transaction_tax=np.array([trade.transaction_tax for trade in trades], dtype=np.float64),
        special_tax=np.array([trade.special_tax for trade in trades], dtype=np.float64),
        profit=np.array([trade.profit for trade in trades], dtype=np.float64),
        balance=np.array([trade.balance for trade in trades], dtype=np.float64),
        invested=np.array([trade.invested for trade in trades], dtype=np.float64),
        reason=np.array([int(trade.reason) for trade in trades], dtype=np.int8),
        flags=np.array([trade.flags for trade in trades], dtype=np.int64),
    )
