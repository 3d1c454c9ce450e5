"""Run as a program: vectorbt's figures of prices and daily returns in an .npz file, as JSON.

A process of its own, because vectorbt is asked with its compiler off: for a few hundred values compiling takes ten times as long as
everything else, and whether Numba compiles is decided for a whole process.
"""

import importlib
import json
import os
import sys
from typing import Any

os.environ["NUMBA_DISABLE_JIT"] = "1"

import numpy as np

from bokgi.units import FloatArray

vectorbt = importlib.import_module("vectorbt")
YEAR = 252.0


def figures_of(returns: FloatArray) -> dict[str, float]:
    """The figures of vectorbt's kernels for daily returns, of shape (days,)."""
    kernels = vectorbt.returns.nb
    figures = {
        "total_return": kernels.cum_returns_final_1d_nb(returns, 0.0),
        "annualized_return": kernels.annualized_return_1d_nb(returns, YEAR),
        "annualized_volatility": kernels.annualized_volatility_1d_nb(returns, YEAR),
        "sharpe_ratio": kernels.sharpe_ratio_1d_nb(returns, YEAR),
        "sortino_ratio": kernels.sortino_ratio_1d_nb(returns, YEAR),
        "downside_risk": kernels.downside_risk_1d_nb(returns, YEAR),
        "calmar_ratio": kernels.calmar_ratio_1d_nb(returns, YEAR),
        "omega_ratio": kernels.omega_ratio_1d_nb(returns, YEAR),
        "max_drawdown": kernels.max_drawdown_1d_nb(returns),
        "tail_ratio": kernels.tail_ratio_1d_nb(returns),
        "value_at_risk": kernels.value_at_risk_1d_nb(returns),
        "cond_value_at_risk": kernels.cond_value_at_risk_1d_nb(returns),
    }
    return {name: float(value) for name, value in figures.items()}


def trades_of(prices: FloatArray) -> dict[str, Any]:
    """Profits and figures of trades that buy every fourth bar and sell two bars later."""
    bars = np.arange(len(prices))
    portfolio = vectorbt.Portfolio.from_signals(prices, bars % 4 == 0, bars % 4 == 2, init_cash=1e6, fees=0.001, freq="1D")
    trades = portfolio.trades.closed
    figures = {name: float(getattr(trades, name)()) for name in ("win_rate", "profit_factor", "expectancy", "sqn")}
    return {"profits": [float(profit) for profit in trades.pnl.values], **figures}


if __name__ == "__main__":
    with np.load(sys.argv[1]) as arrays:
        prices, *runs = (arrays[name] for name in arrays.files)
    json.dump({"trades": trades_of(prices), "returns": [figures_of(returns) for returns in runs]}, sys.stdout)
