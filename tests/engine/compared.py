"""Are two simulations equal, bit for bit?"""

from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from bokgi.orders.simulation import Simulation, TradeColumns


def _columns(result: Simulation) -> dict[str, NDArray[np.generic]]:
    columns = {f"trades.{each.name}": getattr(result.trades, each.name) for each in fields(TradeColumns)}
    for each in fields(Simulation):
        if each.name != "trades":
            columns[each.name] = np.asarray(getattr(result, each.name))
    return columns


def _unequal(column: NDArray[np.generic], twin: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Where two columns differ: values and the sign of zero, NaN equal to NaN."""
    if column.dtype.kind != "f":
        return np.asarray(column != twin)
    left, right = column.astype(np.float64), twin.astype(np.float64)
    both_empty = np.isnan(left) & np.isnan(right)
    return np.asarray(~both_empty & ((left != right) | (np.signbit(left) != np.signbit(right))))


def first_difference(one: Simulation, other: Simulation) -> str | None:
    """Name, place and values of the first column that differs; None where all are equal bit for bit."""
    left, right = _columns(one), _columns(other)
    for name, column in left.items():
        twin = right[name]
        if column.dtype != twin.dtype or column.shape != twin.shape:
            return f"{name}: {column.dtype}{column.shape} {column.tolist()}\n  against {twin.dtype}{twin.shape} {twin.tolist()}"
        unequal = np.atleast_1d(_unequal(column, twin))
        if unequal.any():
            place = tuple(int(axis[0]) for axis in np.nonzero(unequal))
            return f"{name} at {place}: {column.tolist()}\n  against {twin.tolist()}"
    return None
