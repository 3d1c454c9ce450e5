"""Fills: a position is opened or closed, and the cash moves. A walk writes the trade down when it sees `desk.sold`."""

from bokgi.engine.compiling import step_njit
from bokgi.engine.kernel_layout import CARRIED, NOTHING, Record, RecordArray
from bokgi.engine.kernel_money import affordable, commission_of, stake_of, taxes_of
from bokgi.engine.kernel_prices import close_at, end_at, fill_price, in_whole_won, is_auction_locked, is_locked, start_at
from bokgi.orders.reasons import Event, Sale

LIMIT_LOCKED_SELL = int(Event.LIMIT_LOCKED_SELL)
NO_CASH = int(Event.NO_CASH)
CARRIED_OVER = int(Event.CARRIED_OVER)
OPEN, TARGET, DELISTED = int(Sale.OPEN), int(Sale.TARGET), int(Sale.DELISTED)


@step_njit
def count_mark(desk: Record, event: int) -> None:
    """Count an event that happened to the open trade, and flag it there."""
    desk.counts[event] += 1
    desk.flags |= 1 << event


@step_njit
def count_lock(desk: Record) -> None:
    """A lock kept the position from being sold: counted once a position."""
    if not desk.lock_counted:
        desk.lock_counted = True
        count_mark(desk, LIMIT_LOCKED_SELL)


@step_njit
def open_position(rules: Record, desk: Record, account: Record, session: int, row: int, at: int, price: float, side: int) -> bool:
    """Buy (or sell short) with the whole stake; false where it pays for no share (`no_cash`)."""
    shares = affordable(rules, stake_of(rules, account), price)
    if shares <= 0.0:
        desk.counts[NO_CASH] += 1
        return False
    amount = shares * price
    commission = commission_of(rules, amount, is_purchase=True)
    account.cash = account.cash - amount - commission if side > 0 else account.cash + amount - commission
    desk.shares = shares if side > 0 else -shares
    desk.entry, desk.peak, desk.amount, desk.commission = price, price, amount, commission
    desk.bought_row, desk.bought_session, desk.bought_at = row, session, at
    desk.bars, desk.walked, desk.flags = 0, session, 0
    desk.exiting = desk.trailing = desk.armed = desk.to_auction = desk.lock_counted = False
    desk.lot = account.purchases
    account.purchases += 1
    return True


@step_njit
def close_position(day: Record, rules: Record, desk: Record, account: Record, row: int, at: int, price: float, reason: int) -> None:
    """Sell all shares (or cover the short)."""
    is_long = desk.shares > 0.0
    shares = abs(desk.shares)
    amount = shares * price
    commission = commission_of(rules, amount, is_purchase=False)
    tax, special = taxes_of(rules, day, amount)
    if is_long:
        account.cash = account.cash + amount - commission - tax - special
        desk.profit = amount - commission - tax - special - desk.amount - desk.commission
    else:
        account.cash = account.cash - amount - commission
        desk.profit = desk.amount - desk.commission - amount - commission
    desk.sold_row, desk.sold_session, desk.sold_at, desk.sold_reason = row, day.session, at, reason
    desk.sell_price, desk.sell_commission, desk.tax, desk.special = price, commission, tax, special
    desk.balance = account.cash
    desk.realised += desk.profit
    desk.sold_shares = desk.shares
    desk.shares = 0.0
    desk.sold = True
    desk.exiting = desk.trailing = desk.to_auction = False
    desk.sell_kind = NOTHING


@step_njit
def write_trade(trades: RecordArray, place: int, desk: Record) -> None:
    """Write down the sale that was made, or, where none waits, the position that stays open."""
    trade = trades[place]
    shares = desk.sold_shares if desk.sold else desk.shares
    trade.instrument, trade.side, trade.lot = desk.index, 1 if shares > 0.0 else -1, desk.lot
    trade.buy_row, trade.buy_session, trade.buy_at, trade.buy_price = desk.bought_row, desk.bought_session, desk.bought_at, desk.entry
    trade.shares, trade.buy_commission, trade.invested = abs(shares), desk.commission, desk.amount + desk.commission
    trade.flags = desk.flags
    if desk.sold:
        trade.sell_row, trade.sell_session, trade.sell_at, trade.sell_price = (
            desk.sold_row,
            desk.sold_session,
            desk.sold_at,
            desk.sell_price,
        )
        trade.sell_commission, trade.transaction_tax, trade.special_tax = desk.sell_commission, desk.tax, desk.special
        trade.profit, trade.balance, trade.reason = desk.profit, desk.balance, desk.sold_reason
        desk.sold = False
    else:
        write_unsold(trade)


@step_njit
def write_unsold(trade: Record) -> None:
    """Empty sale columns."""
    trade.sell_row, trade.sell_session, trade.sell_at = -1, -1, -1
    nan = float("nan")
    trade.sell_price, trade.sell_commission, trade.transaction_tax, trade.special_tax = nan, nan, nan, nan
    trade.profit, trade.balance, trade.reason = nan, nan, OPEN


@step_njit
def sell_on_bar(
    bar: Record,
    day: Record,
    ladder: Record,
    rules: Record,
    desk: Record,
    account: Record,
    price: float,
    reason: int,
    computed: bool,
    at_close: bool,
) -> bool:
    """Sell at a price of the bar, or at a computed one; on a locked bar nothing is sold and the lock is counted."""
    side = -1 if desk.shares > 0.0 else 1
    if is_locked(bar, day, side):
        count_lock(desk)
        return False
    price = fill_price(bar, day, ladder, rules, price, side, reason != TARGET, computed)
    at = end_at(bar, day, rules) if at_close else start_at(bar, day)
    close_position(day, rules, desk, account, bar.row, at, price, reason)
    return True


@step_njit
def sell_at_auction(day: Record, rules: Record, desk: Record, account: Record, reason: int) -> bool:
    """Sell at the auction price, which does not slip; where it is locked the lock is counted."""
    if is_auction_locked(day, -1):
        count_lock(desk)
        return False
    close_position(day, rules, desk, account, auction_fill_row(day), close_at(day), in_whole_won(rules, day.auction, -1), reason)
    return True


@step_njit
def auction_fill_row(day: Record) -> int:
    """The row of a fill at the auction: its bar, or the session's last row where it is no bar."""
    return int(day.auction_row if day.auction_row >= 0 else day.end_row - 1)


@step_njit
def carry_over(desk: Record, session: int, reason: int) -> None:
    """Keep the position: it is sold at the open of the next fillable bar of a later session."""
    count_mark(desk, CARRIED_OVER)
    desk.to_auction = False
    desk.sell_kind, desk.walked, desk.reason = CARRIED, session, reason


@step_njit
def sell_delisted(bar: Record, day: Record, rules: Record, desk: Record, account: Record) -> None:
    """Sell at the last traded close, an auction that is no bar included; without lock or slippage."""
    side = -1 if desk.shares > 0.0 else 1
    if day.has_event:
        price, row, at = day.auction, auction_fill_row(day), close_at(day)
    else:
        price, row, at = bar.close, bar.row, end_at(bar, day, rules)
    close_position(day, rules, desk, account, row, at, in_whole_won(rules, price, side), DELISTED)
