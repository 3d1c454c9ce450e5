"""Returns by calendar month: last session's equity of each month against that of the month before, the first against E0."""

from dataclasses import dataclass

import numpy as np

from bokgi.units import DayArray, FloatArray


@dataclass(frozen=True, slots=True)
class MonthlyReturn:
    """month : "2025-10"; return_ratio : None where the month started without equity; sessions : in the period, so a cut month shows."""

    month: str
    return_ratio: float | None
    sessions: int


def monthly_returns(days: DayArray, session_equity: FloatArray, initial_equity: float) -> tuple[MonthlyReturn, ...]:
    """Return each month of the period.

    days : datetime64[D][session]; session_equity : float64[session]
    """
    months = days.astype("datetime64[M]")
    ends = np.flatnonzero(np.append(months[1:] != months[:-1], True)) if len(days) else np.array([], dtype=np.int64)
    counts = np.diff(ends, prepend=-1).tolist()
    equities = session_equity[ends].tolist()
    starts = [initial_equity, *equities[:-1]]
    return tuple(
        MonthlyReturn(str(month), end / start - 1.0 if start > 0.0 else None, count)
        for month, start, end, count in zip(months[ends], starts, equities, counts, strict=True)
    )
