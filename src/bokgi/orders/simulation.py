"""What a simulation leaves behind: trades, equity and counters, as columns."""

from dataclasses import dataclass

from bokgi.orders.reasons import Event
from bokgi.units import ByteArray, FloatArray, IntArray, ShortArray

EVENTS = len(Event)


@dataclass(frozen=True)
class TradeColumns:
    """One row a trade, ordered by instrument, then by purchase (shared accounts: by purchase, then instrument).

    instrument : int32[trade]; side : int8[trade], 1 long, -1 short
    buy_row, sell_row : int64[trade], row of the fill's bar; for an auction that is no bar the session's last row; -1 unsold
    buy_session, sell_session : int32[trade], -1 unsold
    buy_at, sell_at : int64[trade], UTC instant of the fill [µs]: the bar's start for a fill at the open, its end for a fill at the close,
        the regular close for the auction, the bar's start for a level inside the bar; -1 unsold
    buy_price, sell_price : float64[trade], NaN unsold; for shorts `buy` is the opening sale and `sell` the covering purchase
    shares : float64[trade]
    buy_commission, sell_commission, transaction_tax, special_tax, profit, balance : float64[trade], whole won under `krx`;
        profit after all costs; balance = cash of the account after the sale; NaN where unsold
    invested : float64[trade], money taken for the purchase with its commission
    reason : int8[trade], `Sale`
    flags : int64[trade], bit k set where `Event(k)` happened to this trade
    """

    instrument: ShortArray
    side: ByteArray
    buy_row: IntArray
    sell_row: IntArray
    buy_session: ShortArray
    sell_session: ShortArray
    buy_at: IntArray
    sell_at: IntArray
    buy_price: FloatArray
    sell_price: FloatArray
    shares: FloatArray
    buy_commission: FloatArray
    sell_commission: FloatArray
    transaction_tax: FloatArray
    special_tax: FloatArray
    profit: FloatArray
    balance: FloatArray
    invested: FloatArray
    reason: ByteArray
    flags: IntArray

    def __len__(self) -> int:
        return len(self.instrument)


@dataclass(frozen=True)
class Simulation:
    """Trades, equity and counters of one run.

    counted : bool-like int8[instrument], 1 where the instrument has a bar in the period (it has an account and counts in E0)
    initial_equity : E0
    slot_session, slot_minute : int32[slot], the time grid: all bar starts of the panel, and the regular close of sessions with an
        auction price that is no bar
    equity : float64[slot], total equity after the bars that start at this slot
    session_equity : float64[session], total equity at each session's end; before the first bar it is E0
    instrument_equity : float64[instrument, session], equity of each account at session ends (shared accounts: cumulative profit of the
        instrument, realised and unrealised)
    instrument_drawdown : float64[instrument], deepest fall of the account on bars, <= 0 (NaN in shared accounts)
    held_bars : int64[instrument], traded bars during which a position was open; traded_bars : int64[instrument]
    counts : int64[instrument, event]
    late_minutes : int64[instrument], sum of the delays of late fills [min]
    """

    trades: TradeColumns
    counted: ByteArray
    initial_equity: float
    slot_session: ShortArray
    slot_minute: ShortArray
    equity: FloatArray
    session_equity: FloatArray
    instrument_equity: FloatArray
    instrument_drawdown: FloatArray
    held_bars: IntArray
    traded_bars: IntArray
    counts: IntArray
    late_minutes: IntArray
