"""A run worked out by hand: two stocks with 1,000,000 won each, a third without bars, three sessions of two bars.

Commission 110 ppm a side, special tax 1,500 ppm, transaction tax 0 (KOSPI in 2025), each cut down to whole won:

- A, 10-16: 99 x 10,000 = 990,000 + 108; sold 99 x 10,200 = 1,009,800 - 111 - 1,514: profit 18,067, balance 1,018,067
- A, 10-17: 99 x 10,200 = 1,009,800 + 111; sold 99 x 10,000 = 990,000 - 108 - 1,485: profit -21,504, balance 996,563
- B, 10-16: 19 x 50,000 = 950,000 + 104; sold at the same price - 104 - 1,425: profit -1,633, balance 998,367
- B, 10-20: 19 x 50,000 = 950,000 + 104; still open at 51,000: 969,000 - 950,104 = 18,896 unrealised

Equity at the closes of the bars (A 10,100, 10,200; 10,100, 10,000; B 49,000, 50,000; 50,000, 51,000 on the last day):
1,990,688, 2,016,434; 2,006,423, 1,994,930; 1,994,826, 2,013,826.
"""

import numpy as np

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel, Sessions
from bokgi.market.instruments import Instrument
from bokgi.orders.reasons import Event, Sale
from bokgi.orders.simulation import EVENTS, Simulation, TradeColumns
from bokgi.units import IntArray

DAYS = np.array(["2025-10-16", "2025-10-17", "2025-10-20"], dtype="datetime64[D]")
MIDNIGHT_AT = DAYS.astype("datetime64[us]").astype(np.int64) - 9 * 3_600_000_000
TEN, FIFTEEN = 600, 895
INITIAL = 2_000_000.0
EQUITY = [1_990_688.0, 2_016_434.0, 2_006_423.0, 1_994_930.0, 1_994_826.0, 2_013_826.0]
NAN = float("nan")

INSTRUMENTS = (
    Instrument("005930", "삼성전자", "Samsung Electronics"),
    Instrument("000660", '=HYPERLINK("x")하이닉스', "+SK hynix"),
    Instrument("0126Z0", "거래 없는 종목", "Untraded"),
)


def small_panel() -> Panel:
    sessions = Sessions(DAYS, np.full(3, 540, np.int32), np.full(3, 930, np.int32), MIDNIGHT_AT)
    first = [10_100.0, 10_200.0, 10_100.0, 10_000.0, 10_000.0, 10_000.0]
    second = [49_000.0, 50_000.0, 50_000.0, 50_000.0, 50_000.0, 51_000.0]
    close = np.array(first + second)
    grid = np.full((3, 3), NAN)
    return Panel(
        instruments=INSTRUMENTS,
        interval=Interval(5),
        sessions=sessions,
        offsets=np.array([0, 6, 12, 12]),
        session=np.tile(np.array([0, 0, 1, 1, 2, 2], np.int32), 2),
        minute=np.tile(np.array([TEN, FIFTEEN] * 3, np.int32), 2),
        open=close,
        high=close,
        low=close,
        close=close,
        volume=np.full(12, 100.0),
        auction=grid,
        auction_row=np.full((3, 3), -1),
        base_price=grid,
        adjusted=np.zeros(3, np.bool_),
        sources=("hand",),
    )


def instants(sessions: list[int], minutes: list[int]) -> IntArray:
    return np.array(
        [-1 if session < 0 else MIDNIGHT_AT[session] + minute * 60_000_000 for session, minute in zip(sessions, minutes, strict=True)]
    )


def small_trades() -> TradeColumns:
    sold, bought = [0, 1, 0, -1], [0, 1, 0, 2]
    return TradeColumns(
        instrument=np.array([0, 0, 1, 1], np.int32),
        side=np.ones(4, np.int8),
        buy_row=np.array([0, 2, 6, 10]),
        sell_row=np.array([1, 3, 7, -1]),
        buy_session=np.array(bought, np.int32),
        sell_session=np.array(sold, np.int32),
        buy_at=instants(bought, [TEN] * 4),
        sell_at=instants(sold, [FIFTEEN + 5] * 4),
        buy_price=np.array([10_000.0, 10_200.0, 50_000.0, 50_000.0]),
        sell_price=np.array([10_200.0, 10_000.0, 50_000.0, NAN]),
        shares=np.array([99.0, 99.0, 19.0, 19.0]),
        buy_commission=np.array([108.0, 111.0, 104.0, 104.0]),
        sell_commission=np.array([111.0, 108.0, 104.0, NAN]),
        transaction_tax=np.array([0.0, 0.0, 0.0, NAN]),
        special_tax=np.array([1_514.0, 1_485.0, 1_425.0, NAN]),
        profit=np.array([18_067.0, -21_504.0, -1_633.0, NAN]),
        balance=np.array([1_018_067.0, 996_563.0, 998_367.0, NAN]),
        invested=np.array([990_108.0, 1_009_911.0, 950_104.0, 950_104.0]),
        reason=np.array([Sale.SELL_TIME, Sale.SELL_TIME, Sale.SELL_TIME, Sale.OPEN], np.int8),
        flags=np.zeros(4, np.int64),
    )


def small_simulation() -> Simulation:
    counts = np.zeros((3, EVENTS), np.int64)
    counts[0, Event.COVERAGE_END], counts[1, Event.COVERAGE_END], counts[1, Event.LATE_FILL] = 2, 1, 2
    return Simulation(
        trades=small_trades(),
        counted=np.array([1, 1, 0], np.int8),
        initial_equity=INITIAL,
        slot_session=np.array([0, 0, 1, 1, 2, 2], np.int32),
        slot_minute=np.array([TEN, FIFTEEN] * 3, np.int32),
        equity=np.array(EQUITY),
        session_equity=np.array(EQUITY[1::2]),
        instrument_equity=np.array(
            [[1_018_067.0, 996_563.0, 996_563.0], [998_367.0, 998_367.0, 1_017_263.0], [1_000_000.0, 1_000_000.0, 1_000_000.0]]
        ),
        instrument_drawdown=np.array([-0.021_122, -0.019_104, NAN]),
        held_bars=np.array([4, 4, 0]),
        traded_bars=np.array([6, 6, 0]),
        counts=counts,
        late_minutes=np.array([0, 25, 0]),
    )
