"""The search of some stocks, from bars to what is kept: trials in a file as they come, findings as JSON values.

Convention: stocks are searched side by side in threads and come out in panel order, so nothing depends on how many threads there were.
Sessions in which a stock has no traded bar are no evidence: they do not count for what may be said.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.engine.parts import Cancelled
from bokgi.engine.simulate import simulate
from bokgi.errors.orders import TimeUnpriced
from bokgi.errors.runs import RunCancelled
from bokgi.orders.market_terms import market_terms
from bokgi.orders.plans import CLOSE_MINUTE, SignalPlan
from bokgi.orders.rules import Reinvest
from bokgi.orders.terms import Terms
from bokgi.research.clock_points import LAST_MINUTE
from bokgi.research.clock_search import ClockSearch
from bokgi.research.enough import SESSIONS_FOR_INDICATION
from bokgi.research.honesty_json import honesty_json, surroundings_json
from bokgi.research.plan_search import PlanSearch
from bokgi.research.resamples import FEW, MANY, Resamples, stationary_resamples
from bokgi.research.stock_outcome import StockOutcome, StockTrials, stock_outcome
from bokgi.research.walk_forward import Stakes
from bokgi.services.computation import check_slippage
from bokgi.services.search_request import Method, SearchRequest
from bokgi.services.search_space import space_of
from bokgi.strategies.catalog import to_strategy
from bokgi.strategies.parameters import CLOSE, clock_minute
from bokgi.units import BoolArray, FloatArray, IntArray

THREADS = 2
COUNTED_UP_TO = 65_535
SEED_OF_RESAMPLES = 1


@dataclass(frozen=True)
class Searched:
    """One stock that was searched; outcome and trials are None where its bars offer no trial."""

    index: int
    trials: StockTrials | None
    outcome: StockOutcome | None
    finding: Mapping[str, Any]


class PartSearch:
    """Searches the stocks of a panel."""

    def __init__(self, panel: Panel, request: SearchRequest, scratch: Path | None = None) -> None:
        base = request.base
        self.panel, self._request = panel, request
        check_slippage(panel, base.execution)
        terms = market_terms(panel, base.execution)
        self._search = _search_of(panel, terms, request, scratch)
        self._held = self._holding(terms)

    def stocks(self, cancelled: Cancelled | None = None) -> Iterator[Searched]:
        """All stocks in panel order; after a cancel those that were finished already.

        Raises
        ------
        RunCancelled
            Behind the last of them.
        """
        total = len(self.panel.instruments)
        with ThreadPoolExecutor(THREADS) as pool:
            jobs: Iterator[Future[Searched]] = (pool.submit(self._searched, index, cancelled) for index in range(total))
            waiting = deque(islice(jobs, THREADS + 1))  # so memory does not grow with the stocks
            stopped: RunCancelled | None = None
            try:
                while waiting:
                    try:
                        done = waiting.popleft().result()
                    except RunCancelled as error:
                        stopped = error
                        continue
                    if stopped is None:
                        waiting.extend(islice(jobs, 1))
                    yield done
            finally:
                pool.shutdown(cancel_futures=True)
            if stopped is not None:
                raise stopped

    def _holding(self, terms: Terms) -> FloatArray:
        """float64[instrument, session], won of each session over the capital where the stocks are held, after costs."""
        nothing = np.zeros(len(self.panel), dtype=np.bool_)
        held = SignalPlan(nothing, nothing, enter_at_first_open=True)
        run = simulate(self.panel, held, terms, self._request.base.execution, self._request.base.account)
        return np.diff(run.instrument_equity, axis=1, prepend=self._search.capital) / self._search.capital

    def _searched(self, index: int, cancelled: Cancelled | None) -> Searched:
        if cancelled is not None and cancelled():
            raise RunCancelled(index, len(self.panel.instruments))
        instrument = self.panel.instruments[index]
        known = {"code": instrument.code, "name": instrument.name, "name_en": instrument.name_en}
        try:
            trials = self._search.stock(index, cancelled)
        except TimeUnpriced as error:
            return Searched(index, None, None, known | {"trials": 0, "unpriced": error.facts})
        if trials is None:
            return Searched(index, None, None, known | {"trials": 0})
        kept = self._kept(index)
        default = self._default(trials)
        resamples = resamples_of(int(np.count_nonzero(kept))) if self._request.honesty else None
        outcome = stock_outcome(trials, self._search.capital, self._held[index], kept, resamples, default, cancelled, self._stakes())
        return Searched(index, trials, outcome, known | finding_of(trials, outcome, default, self._held[index]))

    def _stakes(self) -> Stakes:
        capped = self._request.base.account.reinvest is Reinvest.SEED_CAPPED
        return Stakes.SEED_CAPPED if capped else Stakes.COMPOUND

    def _kept(self, index: int) -> BoolArray:
        """bool[session], those in which the stock has a traded bar."""
        rows = self.panel.rows_of(index)
        kept = np.zeros(len(self.panel.sessions), dtype=np.bool_)
        kept[self.panel.session[rows][self.panel.traded[rows]]] = True
        return kept

    def _default(self, trials: StockTrials) -> int | None:
        """The number of the trial with the default parameters, where it is one."""
        chosen = to_strategy(self._request.base.strategy, self._request.base.strategy_params).parameters()
        same, words = np.ones(trials.trials, dtype=np.bool_), trials.words()
        for name, values in trials.columns().items():
            same &= np.isin(values, _numbers_of(chosen[name], words.get(name)))
        found = np.flatnonzero(same)
        return int(found[0]) if len(found) else None


def _numbers_of(value: Any, words: tuple[str, ...] | None) -> list[float]:  # noqa: ANN401  # any parameter's value
    """How a column holds a value; the word `close` and the end of the regular hours are one point of an exhaustive search."""
    if words is not None:
        return [words.index(value)] if value in words else []
    if isinstance(value, str):
        return [clock_minute(value), LAST_MINUTE] if value == CLOSE else [clock_minute(value)]
    return [float(value)]


def _search_of(panel: Panel, terms: Terms, request: SearchRequest, scratch: Path | None) -> ClockSearch | PlanSearch:
    base = request.base
    if request.method is Method.EXHAUSTIVE:
        return ClockSearch(panel, terms, base.execution, base.account)
    return PlanSearch(panel, terms, base.execution, base.account, space_of(request), scratch)


def finding_of(trials: StockTrials, outcome: StockOutcome, default: int | None, held: FloatArray) -> dict[str, Any]:
    """What is kept of a stock beside its trials, as JSON values."""
    spread = outcome.distribution
    best = trial_json(trials, outcome, outcome.best)
    return {
        "trials": trials.trials,
        "axes": axes_of(trials),
        "best": best,
        "default": None if default is None else trial_json(trials, outcome, default),
        "holding_total": float(held.sum()),
        "mean_total": float(outcome.totals.mean()),
        "profitable_trials": float(np.count_nonzero(outcome.totals > 0.0) / len(outcome.totals)),
        "honesty": None if outcome.honesty is None else honesty_json(outcome.honesty),
        "surroundings": surroundings_json(outcome.around),
        "distribution": {
            "edges": spread.edges.tolist(),
            "trials": spread.trials.tolist(),
            "noise": None if spread.noise is None else spread.noise.tolist(),
        },
    }


def axes_of(trials: StockTrials) -> dict[str, list[Any]]:
    """Values that each parameter takes, rising; times as text."""
    words = trials.words()
    return {name: [shown(name, value, words) for value in _distinct(values)] for name, values in trials.columns().items()}


def _distinct(values: IntArray | FloatArray) -> list[Any]:
    """Values without repetition, rising; minutes and periods are counted, which is ten times as fast as sorting."""
    is_countable = values.dtype.kind == "i" and values.min() >= 0 and values.max() <= COUNTED_UP_TO
    found: list[Any] = (np.flatnonzero(np.bincount(values)) if is_countable else np.unique(values)).tolist()
    return found


def trial_json(trials: StockTrials, outcome: StockOutcome, number: int) -> dict[str, Any]:
    """One trial with its figures."""
    figures = outcome.figures
    mean, deviation = (None if np.isnan(values[number]) else float(values[number]) for values in (figures.mean, figures.deviation))
    return {
        "number": number,
        "params": {name: shown(name, values[number].item(), trials.words()) for name, values in trials.columns().items()},
        "total_return": float(outcome.totals[number]),
        "final_balance": float(figures.balance[number]),
        "trades": int(figures.trades[number]),
        "wins": int(figures.wins[number]),
        "mean_return": mean,
        "deviation": deviation,
        "max_drawdown": float(figures.drawdown[number]),
    }


def shown(name: str, value: Any, words: Mapping[str, tuple[str, ...]] = MappingProxyType({})) -> Any:  # noqa: ANN401  # a number or a text
    """A parameter's value as a request takes it: minutes of times as text, places of words as words.

    >>> shown("buy_time", 545), shown("sell_time", -1), shown("fast", 20)
    ('09:05', 'close', 20)
    """
    if name in words:
        return words[name][value]
    if name.endswith("_time"):
        return CLOSE if value == CLOSE_MINUTE else f"{value // 60:02d}:{value % 60:02d}"
    return value


@lru_cache(maxsize=64)
def resamples_of(sessions: int) -> Resamples | None:
    """Resamples of so many sessions, the same for all stocks; few where no small p-value is computed; None without a session."""
    if sessions < 1:
        return None
    return stationary_resamples(sessions, MANY if sessions >= SESSIONS_FOR_INDICATION else FEW, SEED_OF_RESAMPLES)
