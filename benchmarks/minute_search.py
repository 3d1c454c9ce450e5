"""Every pair of times of many stocks: Bokgi's kernel beside the same loop in C and a NumPy formulation, on the same generated bars.

Convention: 200 stocks x 60 sessions x 195 one-minute bars, prices on ticks of 100 won, rates of cost of their days. All three compute the
exact number of shares, commission and taxes cut off to whole won, and per trial balance, trades, wins, mean and deviation of session
returns and the fall from the peak. Balances, trades and wins must be equal to the won, the rest to 1e-9, before anything is timed.
"""

import ctypes
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import alternating
from benchmarks.rows import Row, faster_row, within_row
from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Exchange, Instrument
from bokgi.orders.market_terms import market_terms
from bokgi.orders.rules import AccountRules, ExecutionRules
from bokgi.research.clock_search import ClockSearch, ClockStock

BARS, SESSIONS, STOCKS = 195, 60, 200
THREADS = 2
CAPITAL = 10_000_000.0
C_AIM, NUMPY_AIM = 1.3, 4.0
SOURCE = Path(__file__).with_name("minute_search.c")
FIGURES = ("balance", "trades", "wins", "mean", "deviation", "drawdown")


@dataclass(frozen=True)
class UnequalTrialsError(Exception):
    """The candidates did not compute the same, so their times cannot be compared."""

    peer: str
    figure: str

    def __str__(self) -> str:
        return f"{self.peer} has another {self.figure}"


def search_panel(stocks: int, sessions: int = SESSIONS, bars: int = BARS) -> Panel:
    """Generated one-minute bars from 09:00; every bar trades."""
    days = sessions_between(Exchange.XKRX, date(2022, 1, 3), date(2025, 12, 30)).slice(0, sessions)
    generator = np.random.default_rng(1)
    steps = generator.normal(0.0, 0.0012, size=(stocks, sessions * bars))
    price = np.maximum(np.round(700.0 * np.exp(np.cumsum(steps, axis=1) % 1.0)), 1.0).reshape(-1) * 100.0
    each, shape = sessions * bars, (stocks, sessions)
    return Panel(
        instruments=tuple(Instrument(f"{number:05d}0") for number in range(stocks)),
        interval=Interval(1),
        sessions=days,
        offsets=np.arange(stocks + 1, dtype=np.int64) * each,
        session=np.tile(np.repeat(np.arange(sessions, dtype=np.int32), bars), stocks),
        minute=np.tile(np.arange(540, 540 + bars, dtype=np.int32), stocks * sessions),
        open=price,
        high=price.copy(),
        low=price.copy(),
        close=price.copy(),
        volume=np.ones(stocks * each),
        auction=np.full(shape, np.nan),
        auction_row=np.full(shape, -1, dtype=np.int64),
        base_price=np.full(shape, np.nan),
        adjusted=np.zeros(stocks, dtype=np.bool_),
        synthetic=True,
    )


class Candidates:
    """The three ways, over the same stocks in two threads."""

    def __init__(self, stocks: int, folder: Path) -> None:
        self.panel = search_panel(stocks)
        rules = ExecutionRules()
        terms = market_terms(self.panel, rules)
        self._search = ClockSearch(self.panel, terms, rules, AccountRules(initial_capital=CAPITAL))
        self._prices = self.panel.open.reshape(stocks, SESSIONS, BARS)
        self._taxes = terms.transaction_tax_ppm.astype(float), terms.special_tax_ppm.astype(float)
        self._library = compiled(folder)
        self._stocks = stocks

    def ours(self) -> list[list[Any]]:
        """Bokgi: fills found and all trials walked."""
        return self._over(self._ours)

    def in_c(self) -> list[list[Any]]:
        """The loop in C."""
        return self._over(self._in_c)

    def in_numpy(self) -> list[list[Any]]:
        """Whole arrays of pairs, a session at a time."""
        return self._over(self._in_numpy)

    def _over(self, one: Callable[[int], list[Any]]) -> list[list[Any]]:
        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(one, range(self._stocks)))

    def _ours(self, index: int) -> list[Any]:
        points = np.arange(540, 540 + BARS, dtype=np.int64)
        figures = ClockStock(self._search, index, points).computed()
        return [getattr(figures, name) for name in FIGURES]

    def _in_c(self, index: int) -> list[Any]:
        pairs = BARS * (BARS - 1) // 2
        out, rows = np.empty((6, pairs)), [np.empty(BARS) for _ in range(6)]
        returns = np.empty((SESSIONS, BARS))
        cash, total, peak, deepest, trades, wins = rows
        tax, special = (float(rates[index, 0]) for rates in self._taxes)
        arrays = (cash, returns, total, peak, deepest, trades, wins, out)
        numbers = (CAPITAL, 110.0, 110.0, tax, special)
        self._library.search_minutes(
            self._prices[index].ctypes.data,
            SESSIONS,
            BARS,
            *(ctypes.c_double(number) for number in numbers),
            *(array.ctypes.data for array in arrays),
        )
        return list(out)

    def _in_numpy(self, index: int) -> list[Any]:
        bought, sold = np.triu_indices(BARS, 1)
        tax, special = (float(rates[index, 0]) for rates in self._taxes)
        cash, trades, wins = np.full(len(bought), CAPITAL), np.zeros(len(bought)), np.zeros(len(bought))
        returns, peak, deepest = np.empty((SESSIONS, len(bought))), cash.copy(), np.ones(len(bought))
        for session, row in enumerate(self._prices[index]):
            price, end = row[bought], row[sold]
            shares = np.floor((cash * 1e6 + 999_999.5) / (price * 1_000_110.0))
            paid, got = shares * price, shares * end
            costs = np.floor(paid * 110.0 / 1e6) + np.floor(got * 110.0 / 1e6) + np.floor(got * tax / 1e6) + np.floor(got * special / 1e6)
            now = cash + (got - paid - costs)
            trades += shares > 0.0
            wins += now > cash
            np.subtract(now / cash, 1.0, out=returns[session])
            np.maximum(peak, now, out=peak)
            np.minimum(deepest, now / peak, out=deepest)
            cash = now
        return [cash, trades, wins, returns.mean(axis=0), returns.std(axis=0, ddof=1), deepest - 1.0]

    def check(self) -> None:
        """Raise unless all three found the same."""
        for peer, found in (("C", self._in_c(0)), ("NumPy", self._in_numpy(0))):
            for name, own, other in zip(FIGURES, self._ours(0), found, strict=True):
                is_whole = name in {"balance", "trades", "wins"}
                if not np.array_equal(own, other) if is_whole else not np.allclose(own, other, rtol=1e-9, atol=1e-15):
                    raise UnequalTrialsError(peer, name)


def compiled(folder: Path) -> ctypes.CDLL:
    """The C loop, compiled now for this machine."""
    target = folder / "minute_search.so"
    command = ["gcc", "-O3", "-march=native", "-shared", "-fPIC", "-o", str(target), str(SOURCE), "-lm"]
    subprocess.run(command, check=True)
    library = ctypes.CDLL(str(target))
    pointer, number = ctypes.c_void_p, ctypes.c_double
    library.search_minutes.argtypes = [pointer, ctypes.c_int, ctypes.c_int, *[number] * 5, *[pointer] * 8]
    library.search_minutes.restype = None
    return library


def kernel_rows(rounds: int, stocks: int = STOCKS, *, judged: bool = True) -> Iterator[Row]:
    """Bokgi beside C, and beside NumPy on a tenth of the stocks."""
    with tempfile.TemporaryDirectory() as folder:
        full, tenth = Candidates(stocks, Path(folder)), Candidates(max(stocks // 10, 1), Path(folder))
        full.check()
        case = f"Every pair of times, {stocks} stocks x {SESSIONS} sessions x {BARS} points, exact won, with statistics"
        times = alternating({"ours": partial(full.ours), "C": partial(full.in_c)}, rounds)
        yield within_row(case, times["ours"], "the loop in C, `gcc -O3 -march=native`", times["C"], C_AIM if judged else None)
        times = alternating({"ours": tenth.ours, "NumPy": tenth.in_numpy}, rounds)
        few = f"The same, {max(stocks // 10, 1)} stocks"
        yield faster_row(few, times["ours"], "NumPy, all pairs at once", times["NumPy"], NUMPY_AIM if judged else None)


if __name__ == "__main__":
    for found in kernel_rows(5):
        print(found.to_markdown(), flush=True)
