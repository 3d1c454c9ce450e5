"""The Python interface: bars in, a strategy run, figures and DataFrames out. `bokgi` offers all of it.

Convention: it computes exactly what the command line computes. DataFrames of a result are of the library that the bars came in, polars
by default. Sentences for people follow the person's language; keys and columns are English.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, date, datetime
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from unicodedata import east_asian_width

import numpy as np

from bokgi.bars.frames import panel_from_frame
from bokgi.bars.interval import DAILY, Interval
from bokgi.bars.panel import Panel
from bokgi.config.settings import Settings, language_of
from bokgi.data.demo import DEMO_INTERVAL, DEMO_SEED, demo_incoming, demo_names
from bokgi.data.demo_prices import DemoKind
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.errors.front_door import BarsEmpty, BarsUnknownKind, MarketTwice, ParametersTwice, StrategyUnknownKind
from bokgi.errors.reports import FileNotWritten
from bokgi.errors.requests import FieldInvalid
from bokgi.market.codes import normalised_code
from bokgi.market.instruments import Exchange, Kind
from bokgi.metrics.session_moves import session_moves
from bokgi.orders.rules import AccountRules, ExecutionRules, Market
from bokgi.reports.headline import first_figures, next_figures
from bokgi.reports.plot_html import plot_document, result_page
from bokgi.reports.result_frames import equity_frame, sessions_frame, stocks_frame, trades_frame
from bokgi.reports.run_record import PanelFacts, RunRecord, RunStatus
from bokgi.services.backtest import read_panel
from bokgi.services.computation import compute, figures_of
from bokgi.services.data_facts import assumed_fault, coverage_of, fault_json, lasting_faults
from bokgi.services.manifest import code_version
from bokgi.services.request import BacktestRequest, account_from_json, execution_from_json
from bokgi.services.resolution import ChosenStrategy, choose_strategy, resolve
from bokgi.strategies.strategy import Strategy, name_of

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    Frame: TypeAlias = pl.DataFrame | pd.DataFrame

_ROWS_SHOWN = 4


@dataclass(frozen=True)
class StoredPanel(Panel):
    """Bars of the store; the faults that were found in them go with them into every result.

    faults : as the result body tells them
    """

    faults: tuple[Mapping[str, Any], ...] = field(default=())


@dataclass(frozen=True, repr=False)
class Plot:
    """A result drawn as one page that stands alone; a notebook shows it."""

    record: RunRecord
    language: Language

    @cached_property
    def html(self) -> str:
        return result_page(self.record, self.language)

    def save(self, file: str | Path) -> Path:
        """Write the page (.html) or its charts alone (.svg).

        Raises
        ------
        PlotKindUnknown, FileNotWritten
        """
        path = Path(file)
        content = plot_document(self.record, path, self.language)
        try:
            path.write_text(content, encoding="utf-8")
        except OSError as error:
            raise FileNotWritten(str(path), error.strerror or str(error)) from error
        return path

    def _repr_html_(self) -> str:
        return f'<iframe srcdoc="{escape(self.html)}" style="width:100%;height:900px;border:0"></iframe>'

    def __repr__(self) -> str:
        return "Plot of a backtest; .save('result.html') or .save('result.svg') writes it."


@dataclass(frozen=True, repr=False)
class Result:
    """What came of a backtest.

    record : everything, as reports take it; in_pandas : DataFrames are of pandas, else of polars
    """

    record: RunRecord
    in_pandas: bool = False

    @property
    def metrics(self) -> dict[str, float | None]:
        """Every figure of docs/metrics.md by name, exact; None where it is not defined."""
        return dict(self.record.summary.values)

    @cached_property
    def trades(self) -> "Frame":
        """One row a trade, times in exchange time; see `reports.result_frames.trades_frame`."""
        return self._given(trades_frame(self.record))

    @cached_property
    def equity(self) -> "Frame":
        """One row a slot of time: datetime, session, equity, drawdown."""
        return self._given(equity_frame(self.record))

    @cached_property
    def sessions(self) -> "Frame":
        """One row a session: equity at its end, beside that of each benchmark."""
        return self._given(sessions_frame(self.record))

    @cached_property
    def stocks(self) -> "Frame":
        """One row a stock."""
        return self._given(stocks_frame(self.record))

    @property
    def events(self) -> dict[str, int]:
        """How often an order did not fill, or not plainly, by reason."""
        return dict(self.record.summary.events)

    @property
    def sell_reasons(self) -> dict[str, dict[str, float | None]]:
        """Closed trades by reason of sale: count, winning_trades, profit, win_rate."""
        return {reason: asdict(row) for reason, row in self.record.summary.sale_reasons.items()}

    @property
    def benchmarks(self) -> dict[str, dict[str, float | None]]:
        """Figures of what there was to beat: `buy_and_hold` and `cash`."""
        return {row.name: dict(row.figures.values) for row in self.record.benchmarks}

    @property
    def lookahead(self) -> dict[str, Any] | None:
        """What the look-ahead check covered; None for built-in strategies, which are proved in tests."""
        return None if self.record.lookahead is None else dict(self.record.lookahead)

    @property
    def faults(self) -> list[dict[str, Any]]:
        """What to know about the data, with a sentence in both languages."""
        return [dict(fault) for fault in self.record.facts.faults]

    @property
    def synthetic(self) -> bool:
        return self.record.facts.synthetic

    def plot(self, file: str | Path | None = None, language: Language | str | None = None) -> Plot:
        """Draw the result, and write it where a file (.html or .svg) is named.

        Raises
        ------
        PlotKindUnknown, FileNotWritten
        """
        plot = Plot(self.record, _language() if language is None else Language(language))
        if file is not None:
            plot.save(file)
        return plot

    def __repr__(self) -> str:
        return "\n".join(_lines(self.record, _language()))

    def _given(self, frame: "pl.DataFrame") -> "Frame":
        return frame.to_pandas() if self.in_pandas else frame


def load_bars(
    codes: str | Sequence[str],
    interval: Interval | str | None = None,
    start: date | str | None = None,
    end: date | str | None = None,
    home: str | Path | None = None,
) -> Panel:
    """Bars of the store, by default all sessions of the finest interval that all codes have.

    Parameters
    ----------
    start, end : sessions, both inclusive
    home : folder of the store; by default `BOKGI_HOME` or the person's data folder

    Raises
    ------
    NoStocks, CodesInvalid, NoBarsAtAll, NoCommonInterval, PeriodWithoutData, PeriodReversed, UnknownInterval, FieldInvalid
    """
    folder = Settings.from_environment().home if home is None else Path(home)
    store, master = Store(folder), Master.read(folder)
    first = _day("start", start)
    request = BacktestRequest(
        strategy="",
        codes=_codes(codes),
        start=first,
        end=_day("end", end),
        interval=Interval.from_text(interval) if isinstance(interval, str) else interval,
        execution=ExecutionRules(market=Market.PLAIN),
    )
    resolved = replace(resolve(store, master, request), start=first)
    assert resolved.interval is not None
    panel = read_panel(store, master, resolved)
    faults = lasting_faults(store.faults_for(resolved.codes, resolved.interval, resolved.start, resolved.end))
    columns = {entry.name: getattr(panel, entry.name) for entry in fields(panel)}
    return StoredPanel(**columns, faults=tuple(fault_json(fault) for fault in faults))


def demo_bars(
    instruments: int = 5, sessions: int = 20, *, interval: Interval | str = DEMO_INTERVAL, kind: str = "market", seed: int = DEMO_SEED
) -> Panel:
    """Synthetic bars of the demo market, labelled synthetic in every result.

    Parameters
    ----------
    instruments, sessions : at most 200 and 60
    interval : `2m` or `1d`
    kind : `market`, or `noise`, in which there is nothing to find

    Raises
    ------
    DemoSizeWrong, FieldInvalid
    """
    length = Interval.from_text(interval) if isinstance(interval, str) else interval
    if length not in (DEMO_INTERVAL, DAILY):
        raise FieldInvalid("interval", str(length), f"{DEMO_INTERVAL}, {DAILY}")
    if kind not in list(DemoKind):
        raise FieldInvalid("kind", kind, ", ".join(DemoKind))
    intraday, daily, _ = demo_incoming(kind, seed=seed, instruments=instruments, sessions=sessions)
    incoming = daily if length.is_daily else intraday
    chosen = [name.instrument for name in demo_names()[:instruments]]
    panel = panel_from_frame(incoming.bars, interval=length, instruments=chosen, auction_in_last_bar=False, synthetic=True)
    base = np.full(panel.base_price.shape, np.nan)
    base[panel.instrument_of, panel.session] = incoming.bars["base_price"].to_numpy()
    sources = tuple(dict.fromkeys(facts.source for facts in incoming.facts.values()))
    return replace(panel, base_price=base, sources=sources)


def backtest(
    bars: "Panel | pl.DataFrame | pd.DataFrame",
    strategy: Strategy | type[Strategy] | str,
    *,
    parameters: Mapping[str, Any] | None = None,
    capital: float = 10_000_000,
    market: Market | str | None = None,
    costs: Mapping[str, Any] | None = None,
    fills: Mapping[str, Any] | None = None,
    account: Mapping[str, Any] | None = None,
    risk_free_rate: float = 0.0,
    seed: int = 0,
    check_all: bool = False,
) -> Result:
    """Run a strategy over bars and judge it.

    Parameters
    ----------
    bars : a panel, or a pandas or polars DataFrame (date or datetime, open, high, low, close, perhaps volume and code) of Korean stocks;
        for others make the panel with `bars_from_frame(frame, exchange="XNYS")`
    strategy : a class or object of `Strategy`, a name of the catalogue, or `FILE.py:CLASS`
    parameters : of a strategy given by class or name
    capital : of each stock's account, or of the shared one
    market : `krx` or `plain`; by default `krx` for Korean instruments and `plain` for others
    costs, fills, account : as in requests: `costs={"commission_ppm": 150}`, `fills={"slippage_ticks": 1}`, `account={"mode": "shared"}`
    risk_free_rate : annual
    seed, check_all : of the look-ahead check: its cut points, and whether all stocks are checked

    Raises
    ------
    BokgiError
        With one sentence that says what was given, what is allowed and what to do.

    Examples
    --------
    >>> result = backtest(demo_bars(2, 5), "daily_trading", parameters={"buy_time": "10:00"})
    >>> result.metrics["total_trades"]
    10
    """
    panel, in_pandas = _panel(bars)
    _check_panel(panel)
    chosen = _chosen(strategy, parameters)
    execution = execution_from_json({**(fills or {}), "market": _market(panel, market, fills or {})}, costs or {})
    rules = account_from_json(account or {}, capital)
    _check_rate(risk_free_rate)
    done = compute(panel, chosen.strategy, execution, rules, risk_free_rate=risk_free_rate, seed=seed, check_all=check_all)
    request = _request(panel, chosen, execution, rules, risk_free_rate, seed, check_all)
    record = RunRecord(
        backtest_id=None,
        status=RunStatus.COMPLETED,
        request=request,
        panel=panel,
        facts=_facts(panel),
        simulation=done.simulation,
        summary=done.summary,
        completed_at=datetime.now(UTC),
        benchmarks=done.benchmarks,
        lookahead=done.lookahead,
        manifest={"code_version": code_version(), "strategy_source": chosen.source, "parameters": request, "seed": seed},
        slippage=done.slippage,
        session_moves=session_moves(panel),
    )
    return Result(record, in_pandas)


def _panel(bars: object) -> tuple[Panel, bool]:
    """The panel, and whether it came as a pandas DataFrame; pandas is not imported for people who do not use it."""
    if isinstance(bars, Panel):
        return bars, False
    polars, pandas = sys.modules["polars"], sys.modules.get("pandas")
    if isinstance(bars, polars.DataFrame):
        return panel_from_frame(bars), False
    if pandas is not None and isinstance(bars, pandas.DataFrame):
        return panel_from_frame(bars), True
    raise BarsUnknownKind(_kind(bars))


def _check_panel(panel: Panel) -> None:
    if not len(panel):
        raise BarsEmpty


def _kind(given: object) -> str:
    return f"{type(given).__name__} ({given!r:.40})"


def _chosen(strategy: object, parameters: Mapping[str, Any] | None) -> ChosenStrategy:
    if isinstance(strategy, Strategy):
        if parameters is not None:
            raise ParametersTwice(name_of(type(strategy)))
        return ChosenStrategy(strategy, None, name_of(type(strategy)))
    given = parameters or {}
    if isinstance(strategy, str):
        return choose_strategy(strategy, given)
    if isinstance(strategy, type) and issubclass(strategy, Strategy):
        return ChosenStrategy(strategy(**given), None, name_of(strategy))
    raise StrategyUnknownKind(_kind(strategy))


def _market(panel: Panel, market: Market | str | None, fills: Mapping[str, Any]) -> object:
    """As given once; else by where the instruments are listed."""
    given = fills.get("market")
    if market is not None and given is not None and market != given:
        raise MarketTwice(str(market), str(given))
    if market is not None or given is not None:
        return market if market is not None else given
    is_korean = all(item.exchange is Exchange.XKRX and item.kind not in (Kind.INDEX, Kind.FOREIGN) for item in panel.instruments)
    return Market.KRX if is_korean else Market.PLAIN


def _check_rate(rate: object) -> None:
    if isinstance(rate, bool) or not isinstance(rate, int | float) or not -0.5 <= rate <= 1.0:
        raise FieldInvalid("risk_free_rate", rate, "a number from -0.5 to 1")


def _codes(codes: object) -> tuple[str, ...]:
    given = [codes] if isinstance(codes, str) else codes
    if not isinstance(given, Sequence) or not all(isinstance(code, str) for code in given):
        raise FieldInvalid("codes", codes, "a code such as '005930', or a list of them")
    return tuple(dict.fromkeys(normalised_code(code) for code in given))


def _day(name: str, given: date | str | None) -> date | None:
    if not isinstance(given, str):
        return given
    try:
        return date.fromisoformat(given)
    except ValueError as problem:
        raise FieldInvalid(name, given, "a day such as 2025-10-16") from problem


def _facts(panel: Panel) -> PanelFacts:
    stored = panel.faults if isinstance(panel, StoredPanel) else ()
    kept = [fault for fault in stored if not fault.get("code") or fault["code"] in panel.codes]
    assumed = [fault_json(assumed_fault(instrument)) for instrument in panel.instruments if instrument.assumed]
    coverage = tuple(coverage_of(panel, index) for index in range(len(panel.instruments)))
    return PanelFacts(str(panel.interval), coverage, [*kept, *assumed], sources=panel.sources, synthetic=panel.synthetic)


def _request(
    panel: Panel, chosen: ChosenStrategy, execution: ExecutionRules, account: AccountRules, rate: float, seed: int, check_all: bool
) -> dict[str, Any]:
    """What was run, in the words of a request."""
    days = panel.sessions.day
    return {
        "strategy": chosen.reference,
        "strategy_params": chosen.strategy.parameters(),
        "stock_codes": list(panel.codes),
        "start_date": str(days[0]),
        "end_date": str(days[-1]),
        "initial_capital": account.initial_capital,
        "interval": str(panel.interval),
        "costs": figures_of(execution.costs),
        "fills": {key: value for key, value in figures_of(execution).items() if key != "costs"},
        "account": {key: value for key, value in figures_of(account).items() if key != "initial_capital"},
        "risk_free_rate": rate,
        "seed": seed,
        "check_all": check_all,
    }


def _language() -> Language:
    return language_of(os.environ)


def _lines(record: RunRecord, language: Language) -> list[str]:
    """The result on a few lines: what ran, the first figures, and what to know about the data."""
    is_korean, request = language is Language.KOREAN, record.request
    parameters = ", ".join(f"{name}={value}" for name, value in request["strategy_params"].items())
    word = "종목" if is_korean else ("stock" if len(request["stock_codes"]) == 1 else "stocks")
    stocks = f"{len(request['stock_codes'])}{'' if is_korean else ' '}{word}"
    lines = [f"{request['strategy']}({parameters})  {stocks}  {request['interval']}  {request['start_date']} ~ {request['end_date']}"]
    if record.facts.synthetic:
        lines.append("합성 자료(SYNTHETIC): 실제 시세가 아닙니다" if is_korean else "SYNTHETIC DATA: these are no real prices")
    more = [figure for figure in next_figures(record, language)[:_ROWS_SHOWN] if figure.text != "-"]
    figures = [*first_figures(record, language), *more]
    width = max(_width(figure.label) for figure in figures)
    lines += [f"  {figure.label}{' ' * (width - _width(figure.label))}  {figure.text}" for figure in figures]
    return (
        lines
        + [f"  ! {fault['korean' if is_korean else 'english']}" for fault in record.facts.faults[:_ROWS_SHOWN]]
        + _rest(record, is_korean)
    )


def _rest(record: RunRecord, is_korean: bool) -> list[str]:
    more = len(record.facts.faults) - _ROWS_SHOWN
    return [f"  ! 그 밖에 {more}개: .faults" if is_korean else f"  ! and {more} more: .faults"] if more > 0 else []


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
