"""Small panels for tests of strategies: made by hand from closes, or generated with gaps and untraded bars."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel, Sessions
from bokgi.market.instruments import Instrument
from bokgi.units import FloatArray

BARS_A_SESSION = 6
TWO_MINUTES = Interval(2)


def sessions(count: int) -> Sessions:
    day = np.datetime64("2025-04-01") + np.arange(count)
    midnight_at = day.astype("datetime64[us]").astype(np.int64) - 9 * 3_600_000_000
    return Sessions(day, np.full(count, 540, np.int32), np.full(count, 930, np.int32), midnight_at)


def panel_of(
    closes: Sequence[Sequence[float]],
    volumes: Sequence[Sequence[float]] | None = None,
    spread: float = 0.0,
    interval: Interval = TWO_MINUTES,
) -> Panel:
    """One instrument for each list of closes; six bars a session; open = close, high and low `spread` away."""
    lengths = [len(series) for series in closes]
    close: FloatArray = np.array([price for series in closes for price in series], dtype=np.float64)
    volume = np.ones(len(close)) if volumes is None else np.array([lot for series in volumes for lot in series], dtype=np.float64)
    row = np.concatenate([np.arange(length) for length in lengths]) if lengths else np.zeros(0, np.int64)
    per_session = 1 if interval == DAILY else BARS_A_SESSION
    count = max([1, *(-(-length // per_session) for length in lengths)])
    shape = (len(closes), count)
    return Panel(
        instruments=tuple(Instrument(f"{index:05}0") for index in range(len(closes))),
        interval=interval,
        sessions=sessions(count),
        offsets=np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int64),
        session=(row // per_session).astype(np.int32),
        minute=(540 + row % per_session * 2).astype(np.int32),
        open=close.copy(),
        high=close + spread,
        low=close - spread,
        close=close,
        volume=volume,
        auction=np.full(shape, np.nan),
        auction_row=np.full(shape, -1, np.int64),
        base_price=np.full(shape, np.nan),
        adjusted=np.zeros(len(closes), np.bool_),
    )


@st.composite
def panels(draw: st.DrawFn, longest: int = 60, whole: bool | None = None) -> Panel:
    """One to three instruments with up to `longest` bars, some of them untraded; whole-won prices or fractions."""
    in_won = draw(st.booleans()) if whole is None else whole
    price = st.integers(9_900, 10_100).map(float) if in_won else st.floats(50.0, 150.0)
    series = draw(st.lists(st.lists(st.tuples(price, st.sampled_from([0.0, 1.0, 1.0, 1.0])), max_size=longest), min_size=1, max_size=3))
    return panel_of([[bar[0] for bar in bars] for bars in series], [[bar[1] for bar in bars] for bars in series])
