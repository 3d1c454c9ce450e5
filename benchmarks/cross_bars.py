"""The bars of the comparisons: one stock, 100,000 two-minute bars, a random walk on a tick of 50 won.

Convention: every bar traded, no auction price, sessions of 190 bars from 09:00 (the last one is cut). Peers get the same numbers as a
pandas frame. Prices are whole won, so sums of closes are exact and every package sees the same crossings.
"""

import numpy as np
import pandas as pd

from bokgi.bars.frames import panel_from_frame
from bokgi.bars.panel import Panel
from bokgi.market.calendar import Sessions

TICK = 50.0
BARS = 100_000
BARS_A_SESSION = 190
FIRST_MINUTE, BAR_MINUTES = 540, 2


def cross_frame(sessions: Sessions, bars: int = BARS, seed: int = 7) -> pd.DataFrame:
    """Open, high, low, close, volume by time of start, in exchange time without a zone."""
    random = np.random.default_rng(seed)
    close = np.maximum(20_000.0, 80_000.0 + TICK * np.cumsum(random.integers(-3, 4, bars)))
    opens = np.concatenate([[80_000.0], close[:-1]]) + TICK * random.integers(-1, 2, bars)
    columns = {
        "Open": opens,
        "High": np.maximum(opens, close) + TICK * random.integers(0, 2, bars),
        "Low": np.minimum(opens, close) - TICK * random.integers(0, 2, bars),
        "Close": close,
        "Volume": np.floor(random.lognormal(8.0, 1.0, bars)) + 1.0,
    }
    return pd.DataFrame(columns, index=_starts(sessions, bars))


def _starts(sessions: Sessions, bars: int) -> pd.DatetimeIndex:
    minutes = FIRST_MINUTE + BAR_MINUTES * np.arange(BARS_A_SESSION)
    usual = sessions.day[sessions.open_minute == FIRST_MINUTE].astype("datetime64[m]")  # days with other hours stay empty
    days = usual[: -(-bars // BARS_A_SESSION)]
    return pd.DatetimeIndex((days[:, None] + minutes.astype("timedelta64[m]")).ravel()[:bars].astype("datetime64[ns]"))


def panel_of_frame(frame: pd.DataFrame) -> Panel:
    """The same bars as a panel, labelled synthetic."""
    return panel_from_frame(frame, interval="2m", code="000000", synthetic=True)
