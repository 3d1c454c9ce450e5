"""A computation on its way: what it tells, how it stops, and what a cancelled one keeps."""

import threading
import time
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bokgi.bars.interval import Interval
from bokgi.bars.panel import Panel
from bokgi.data.demo import write_demo
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.engine.parts import Step
from bokgi.engine.simulate import CHUNK_INSTRUMENTS, simulate
from bokgi.errors.runs import RunCancelled
from bokgi.market.calendar import Sessions
from bokgi.orders.market_terms import market_terms
from bokgi.orders.on_bar import BarContext
from bokgi.orders.plans import OnBarPlan, Plan, SignalPlan
from bokgi.orders.rules import AccountMode, AccountRules, ExecutionRules, Market
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import RunStatus
from bokgi.services.backtest import run_backtest
from bokgi.services.checkpoint import PartFiles
from bokgi.services.computation import Computation, compute
from bokgi.services.front_door import demo_bars
from bokgi.services.interruptible import interruptible
from bokgi.services.request import BacktestRequest
from bokgi.strategies.catalog import to_strategy
from bokgi.strategies.strategy import Strategy
from tests.engine.compared import first_difference

STOCKS, SESSIONS = 3 * CHUNK_INSTRUMENTS + 2, 4
SHARED = AccountRules(mode=AccountMode.SHARED)


@cache
def _panel() -> Panel:
    return demo_bars(STOCKS, SESSIONS)


class AskedBarByBar(Strategy):
    """Buys and sells in turns, asked at every bar."""

    korean = "시험용입니다."
    english = "For tests."

    def plan(self, panel: Panel) -> Plan:
        def start() -> Callable[[BarContext], None]:
            return lambda context: (context.buy, context.sell)[context.index // 5 % 2]()

        return OnBarPlan(start)


def _run(
    strategy: Strategy | None = None,
    account: AccountRules | None = None,
    execution: ExecutionRules | None = None,
    **told: Callable[..., object],
) -> Computation:
    chosen = strategy or to_strategy("daily_trading")
    return compute(_panel(), chosen, execution or ExecutionRules(), account or AccountRules(), **told)  # type: ignore[arg-type]  # on_step and cancelled


@pytest.mark.parametrize("execution", [ExecutionRules(), ExecutionRules(slippage_ticks=1), ExecutionRules(slippage_bps=10.0)])
def test_every_pass_is_what_a_run_of_its_own_gives(execution: ExecutionRules) -> None:
    panel, strategy = _panel(), to_strategy("MA5_20")
    done, terms, plan = _run(strategy, execution=execution), market_terms(panel, execution), strategy.plan(panel)
    assert first_difference(simulate(panel, plan, terms, execution, AccountRules()), done.simulation) is None
    nothing = np.zeros(len(panel), dtype=np.bool_)
    held = simulate(panel, SignalPlan(nothing, nothing, enter_at_first_open=True), terms, execution, AccountRules())
    assert done.benchmarks[0].session_equity.tolist() == held.session_equity.tolist()
    for ticks, total_return in done.slippage:
        alone = simulate(panel, plan, terms, ExecutionRules(slippage_ticks=ticks), AccountRules())
        assert total_return == alone.session_equity[-1] / alone.initial_equity - 1.0
    assert [ticks for ticks, _ in done.slippage] == [0, 1, 2]


def test_plain_markets_have_no_ticks_to_slip() -> None:
    assert _run(execution=ExecutionRules(market=Market.PLAIN)).slippage == ()


def test_steps_count_finished_stocks_and_their_trades() -> None:
    steps: list[Step] = []
    done = _run(on_step=steps.append)
    codes, last = _panel().codes, _panel().sessions.day[-1].item()
    ends = [8, 16, 24, 26]
    owners = done.simulation.trades.instrument
    assert steps == [
        Step(end, STOCKS, codes[end - 1], _panel().instruments[end - 1].name, last, int((owners < end).sum()), end / STOCKS) for end in ends
    ]


@pytest.mark.parametrize("strategy", [None, AskedBarByBar()], ids=["compiled", "asked bar by bar"])
def test_a_shared_account_tells_sessions_and_finishes_all_stocks_at_once(
    strategy: Strategy | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bokgi.engine.sweeps.RANGE_STEPS", 2_000)
    steps: list[Step] = []
    done = _run(strategy, SHARED, on_step=steps.append)
    days = [step.session for step in steps if step.session]
    assert days == sorted(days)
    assert set(days) == {day.item() for day in _panel().sessions.day}
    assert [step.share for step in steps] == sorted(step.share for step in steps)
    assert [step.done_symbols for step in steps] == [0] * (len(steps) - 1) + [STOCKS]
    trades = [step.trades for step in steps]
    assert trades == sorted(trades)
    assert (steps[-1].share, trades[-1]) == (1.0, len(done.simulation.trades))


@pytest.mark.parametrize("market", list(Market))
@pytest.mark.parametrize("parts", [1, 2, 3])
def test_a_cancelled_run_is_judged_by_what_was_finished(market: Market, parts: int) -> None:
    steps: list[Step] = []
    execution = ExecutionRules(market=market)
    some = _run(execution=execution, on_step=steps.append, cancelled=lambda: len(steps) >= parts)
    end, codes = parts * CHUNK_INSTRUMENTS, _panel().codes
    assert (some.is_partial, some.unfinished) == (True, codes[end:])
    only = compute(demo_bars(end, SESSIONS), to_strategy("daily_trading"), execution, AccountRules())
    assert [row.code for row in some.summary.stocks] == list(codes[:end])
    assert some.summary.uncounted == ()
    assert some.simulation.initial_equity == end * AccountRules().initial_capital
    assert some.simulation.trades.profit.tolist() == only.simulation.trades.profit.tolist()
    assert some.simulation.session_equity.tolist() == only.simulation.session_equity.tolist()
    assert some.summary.values == only.summary.values
    assert some.slippage == only.slippage
    for one, other in zip(some.benchmarks, only.benchmarks, strict=True):
        assert one.session_equity.tolist() == other.session_equity.tolist()


@pytest.mark.parametrize("account", [AccountRules(), SHARED])
def test_a_run_cancelled_before_the_first_stock_is_finished_has_nothing_to_show(account: AccountRules) -> None:
    with pytest.raises(RunCancelled, match=f"after 0 of {STOCKS}"):
        _run(account=account, cancelled=lambda: True)


def test_a_shared_account_that_is_cancelled_on_its_way_has_nothing_to_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bokgi.engine.sweeps.RANGE_STEPS", 2_000)
    steps: list[Step] = []
    with pytest.raises(RunCancelled):
        _run(account=SHARED, on_step=steps.append, cancelled=lambda: len(steps) > 1)
    assert len(steps) < 2 * SESSIONS


def test_a_resumed_run_that_is_cancelled_keeps_what_was_stored(tmp_path: Path) -> None:
    _run(checkpoint=PartFiles(tmp_path / "all", write_seconds=0.0))  # type: ignore[arg-type]  # another keyword of compute
    kept = PartFiles(tmp_path / "some", write_seconds=0.0)
    for part in PartFiles(tmp_path / "all").read()[1:]:
        kept.write(part)
    again = compute(_panel(), to_strategy("daily_trading"), ExecutionRules(), AccountRules(), checkpoint=kept, cancelled=lambda: True)
    assert again.unfinished == _panel().codes[:CHUNK_INSTRUMENTS]
    assert len(again.summary.stocks) == STOCKS - CHUNK_INSTRUMENTS


def test_what_cannot_be_stopped_is_left_behind() -> None:
    release, began = threading.Event(), time.monotonic()
    with pytest.raises(RunCancelled):
        interruptible(lambda: release.wait(30), lambda: True, 3)
    assert time.monotonic() - began < 1.0
    release.set()


def test_what_a_task_returns_and_raises_comes_through() -> None:
    def broken() -> int:
        raise TimeoutError("of its own")

    for cancelled in (None, lambda: False):
        assert interruptible(lambda: 3, cancelled, 1) == 3
        with pytest.raises(TimeoutError, match="of its own"):
            interruptible(broken, cancelled, 1)


class NeverEnds(Strategy):
    """Thinks about its plan until the test is over."""

    korean = "시험용입니다."
    english = "For tests."
    over = threading.Event()

    def plan(self, panel: Panel) -> Plan:
        self.over.wait(30)
        raise AssertionError


def test_a_strategy_that_thinks_for_ever_can_be_cancelled() -> None:
    began = time.monotonic()
    with pytest.raises(RunCancelled):
        _run(NeverEnds(), cancelled=lambda: time.monotonic() - began > 0.2)
    assert time.monotonic() - began < 1.0
    NeverEnds.over.set()


# ---------------------------------------------------------------- over the store


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Master]:
    home = tmp_path_factory.mktemp("home")
    store = Store(home)
    write_demo(store, instruments=STOCKS, sessions=SESSIONS)
    return store, Master.read(home)


def _request(store: Store) -> BacktestRequest:
    return BacktestRequest("daily_trading", tuple(sorted(store.series(Interval(2)))), interval=Interval(2))


def test_a_cancelled_backtest_says_what_is_there_and_what_is_not(demo: tuple[Store, Master]) -> None:
    steps: list[Step] = []
    request = _request(demo[0])
    record = run_backtest(*demo, request, on_step=steps.append, cancelled=lambda: len(steps) >= 1)
    body = result_body(record)
    assert (record.status, record.partial, record.unfinished) == (RunStatus.CANCELLED, True, request.codes[CHUNK_INSTRUMENTS:])
    assert (body["status"], body["partial"]) == ("cancelled", True)
    assert body["unfinished_stocks"] == list(request.codes[CHUNK_INSTRUMENTS:])
    assert [row["code"] for row in body["stocks"]] == list(request.codes[:CHUNK_INSTRUMENTS])
    assert body["metrics"]["initial_equity"] == CHUNK_INSTRUMENTS * 10_000_000


def test_a_whole_backtest_is_not_partial(demo: tuple[Store, Master]) -> None:
    body = result_body(run_backtest(*demo, _request(demo[0]), cancelled=lambda: False))
    assert body["status"] == "completed"
    assert "partial" not in body
    assert "unfinished_stocks" not in body


def test_a_backtest_that_is_taken_up_again_has_the_same_result_hash(demo: tuple[Store, Master], tmp_path: Path) -> None:
    now, request = None, _request(demo[0])
    whole = run_backtest(*demo, request, now=now)

    def fails_after_two(step: Step) -> None:
        if step.done_symbols > CHUNK_INSTRUMENTS:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        run_backtest(*demo, request, checkpoint=PartFiles(tmp_path, write_seconds=0.0), on_step=fails_after_two)
    steps: list[Step] = []
    again = run_backtest(*demo, request, checkpoint=PartFiles(tmp_path, write_seconds=0.0), on_step=steps.append)
    assert again.manifest["result_hash"] == whole.manifest["result_hash"]
    assert steps[0].done_symbols == CHUNK_INSTRUMENTS
    assert first_difference(whole.simulation, again.simulation) is None


@pytest.mark.parametrize("change", [{"strategy": "buy_and_hold"}, {"start": date(2024, 7, 2)}, {"seed": 3}])
def test_parts_of_another_request_are_not_used(demo: tuple[Store, Master], tmp_path: Path, change: dict[str, object]) -> None:
    request = _request(demo[0])
    run_backtest(*demo, request, checkpoint=PartFiles(tmp_path, write_seconds=0.0))
    other = BacktestRequest(**{"strategy": "daily_trading", "codes": request.codes, "interval": request.interval} | change)  # type: ignore[arg-type]  # fields of the request
    steps: list[Step] = []
    run_backtest(*demo, other, checkpoint=PartFiles(tmp_path, write_seconds=0.0), on_step=steps.append)
    assert [step.done_symbols for step in steps] == [8, 16, 24, 26]
    assert {path.name[-6:] for path in tmp_path.iterdir()} == {".parts"}


def test_reading_stops_between_two_files(demo: tuple[Store, Master]) -> None:
    store, asked = demo[0], 0

    def cancelled_at(limit: int) -> Callable[[], bool]:
        def cancelled() -> bool:
            nonlocal asked
            asked += 1
            return asked >= limit

        return cancelled

    store.read_panel(None, Interval(2), cancelled=cancelled_at(10**9))
    often = asked
    assert often >= 5
    for limit in range(1, often + 1):
        asked = 0
        with pytest.raises(RunCancelled, match=f"0 of {STOCKS}"):
            store.read_panel(None, Interval(2), cancelled=cancelled_at(limit))


def test_terms_stop_between_two_groups() -> None:
    with pytest.raises(RunCancelled):
        market_terms(_panel(), ExecutionRules(), cancelled=lambda: True)
    whole = market_terms(_panel(), ExecutionRules())
    assert isinstance(_panel().sessions, Sessions)
    assert whole.ladder.shape == (STOCKS, SESSIONS)


def test_who_cancels_while_the_bars_are_read_still_gets_what_was_finished_before(demo: tuple[Store, Master], tmp_path: Path) -> None:
    steps: list[Step] = []
    files, request = PartFiles(tmp_path, write_seconds=0.0), _request(demo[0])
    run_backtest(*demo, request, checkpoint=files, on_step=steps.append, cancelled=lambda: len(steps) >= 2)
    record = run_backtest(*demo, request, checkpoint=PartFiles(tmp_path), cancelled=lambda: True)
    assert record.unfinished == request.codes[2 * CHUNK_INSTRUMENTS :]
    with pytest.raises(RunCancelled):
        run_backtest(*demo, request, checkpoint=PartFiles(tmp_path / "empty"), cancelled=lambda: True)
