"""What a worker does with a run: compute it in parts, say how far it is, keep what came of it.

Convention: every write to the run's row carries the number of the attempt, so a worker that was taken for dead and comes back can change
nothing. A result is on disk, whole and hashed, before its row says so. Nothing is believed of the clock but how long the work took.
"""

import logging
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.engine.parts import Step
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.records import DatabaseUnavailable
from bokgi.errors.runs import RunCancelled, RunSuperseded
from bokgi.jobs.port import Job
from bokgi.records.runs import Outcome, Progress, RunRow, RunRows, RunState
from bokgi.reports.result_folder import write_result
from bokgi.reports.run_record import RunRecord, RunStatus
from bokgi.services.backtest import run_backtest
from bokgi.services.checkpoint import PartFiles
from bokgi.services.request import BacktestRequest
from bokgi.services.shelf import Shelves
from bokgi.services.stock_lists import stock_of

PROGRESS_SECONDS = 0.5
CANCEL_SECONDS = 0.1
FINISH_PATIENCE_SECONDS = 60.0
HEADLINE = ("total_return", "total_profit", "max_drawdown", "sharpe_ratio", "win_rate", "total_trades", "total_cost", "final_equity")

_log = logging.getLogger(__name__)


class RunWork:
    """Computes the runs of one worker process."""

    def __init__(self, home: Path, rows: RunRows, shelves: Shelves, *, worker_id: str, release: str) -> None:
        self._results = home / "results"
        self._parts = home / "work"
        self._rows = rows
        self._shelves = shelves
        self._worker_id = worker_id
        self._release = release

    def carry_out(self, job: Job) -> None:
        """Compute a run to its end.

        Raises
        ------
        DatabaseUnavailable
            The rows cannot be reached; the job is to be tried again.
        """
        row = self._rows.claim(job.id, self._worker_id, self._release)
        if row is None:
            return  # finished, cancelled or deleted meanwhile
        shelf = self._shelves.of(row.origin)
        watch = _Watch(self._rows, row, lambda code: stock_of(shelf, code).name)
        try:
            outcome = self._outcome(row, watch)
        except RunSuperseded:
            _log.warning("run %s is computed by another worker now", row.id)
            return
        self._finish(row, outcome)
        shutil.rmtree(self._parts / row.id, ignore_errors=True)

    def _outcome(self, row: RunRow, watch: "_Watch") -> Outcome:
        """Compute and store; whatever goes wrong with the run itself becomes its outcome."""
        try:
            record = self._computed(row, watch)
            result_hash = write_result(self._results / row.id, record)
        except RunCancelled:
            return Outcome(RunState.CANCELLED, elapsed_seconds=watch.elapsed_seconds)
        except (DatabaseUnavailable, RunSuperseded):
            raise
        except BokgiError as error:
            return _failed(error.code, error.sentence(), error.sentence(Language.KOREAN), error.field, watch)
        except MemoryError:
            return _failed("out_of_memory", *OUT_OF_MEMORY, None, watch)
        except Exception:  # noqa: BLE001  # logged below; one run must never end the worker
            _log.exception("run %s failed in a way nobody foresaw", row.id)
            return _failed("internal", *UNFORESEEN, None, watch)
        state = RunState.CANCELLED if record.partial else RunState.COMPLETED
        return Outcome(
            state,
            headline={name: record.summary.values[name] for name in HEADLINE},
            result_hash=result_hash,
            partial=record.partial,
            elapsed_seconds=watch.elapsed_seconds,
            total_trades=len(record.simulation.trades),
            completed_symbols=len(record.panel.instruments) - len(record.unfinished),
        )

    def _computed(self, row: RunRow, watch: "_Watch") -> RunRecord:
        request = BacktestRequest.from_json(row.resolved)
        assert request.interval is not None
        shelf = self._shelves.of(row.origin)
        versions = (row.data_versions.get(str(request.interval)) or None, row.data_versions.get(str(DAILY), 0))
        record = run_backtest(
            shelf.store,
            shelf.master,
            request,
            backtest_id=row.id,
            versions=versions,
            cancelled=watch.is_cancelled,
            checkpoint=PartFiles(self._parts / row.id),
            on_step=watch.tell,
        )
        assert record.status in {RunStatus.COMPLETED, RunStatus.CANCELLED}
        return record

    def _finish(self, row: RunRow, outcome: Outcome) -> None:
        """Write the outcome; the database may be away for a while."""
        deadline = time.monotonic() + FINISH_PATIENCE_SECONDS
        while True:
            try:
                self._rows.finish(row.id, row.attempt, outcome)
            except DatabaseUnavailable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)
            else:
                return


class _Watch:
    """Between the computation and the row: tells progress at most each half second, asks for cancelling each tenth."""

    def __init__(self, rows: RunRows, row: RunRow, name_of: Callable[[str], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._rows = rows
        self._row = row
        self._name_of = name_of
        self._clock = clock
        self._began = clock()
        self._told_at = self._asked_at = float("-inf")
        self._is_cancelled = row.cancel_requested_at is not None

    @property
    def elapsed_seconds(self) -> float:
        """Work time of all attempts up to now."""
        return self._row.elapsed_seconds + self._clock() - self._began

    def tell(self, step: Step) -> None:
        """Write the progress unless the last one is fresh."""
        now = self._clock()
        if now - self._told_at < PROGRESS_SECONDS and step.done_symbols < step.total_symbols:
            return
        self._told_at = now
        progress = Progress(
            percent=min(99, int(100 * step.share)),  # 100 only once the result is stored
            completed_symbols=step.done_symbols,
            total_symbols=step.total_symbols,
            current_code=step.code,
            current_name=self._name_of(step.code) if step.code else "",
            current_date=step.session,
            total_trades=step.trades,
            elapsed_seconds=self.elapsed_seconds,
        )
        try:
            is_mine = self._rows.save_progress(self._row.id, self._row.attempt, progress)
        except DatabaseUnavailable as error:
            _log.warning("progress of %s waits: %s", self._row.id, error)  # the next step tells more
            return
        if not is_mine:
            raise RunSuperseded(self._row.id)

    def is_cancelled(self) -> bool:
        """Whether somebody asked for the end; unknown while the database is away."""
        now = self._clock()
        if not self._is_cancelled and now - self._asked_at >= CANCEL_SECONDS:
            self._asked_at = now
            try:
                self._is_cancelled = self._rows.is_cancel_requested(self._row.id)
            except DatabaseUnavailable as error:
                _log.warning("cannot ask whether %s is cancelled: %s", self._row.id, error)
        return self._is_cancelled


OUT_OF_MEMORY = (
    "The run needs more memory than this machine has; choose fewer stocks, a shorter period or longer bars.",
    "메모리가 부족하여 실행하지 못했습니다. 종목 수나 기간을 줄이거나 더 긴 봉을 쓰세요.",
)
UNFORESEEN = (
    "The run failed in a way nobody foresaw; the worker's log has the details. Please report it.",
    "예상하지 못한 오류로 실행하지 못했습니다. 자세한 내용은 작업 로그에 있습니다. 알려 주시면 고치겠습니다.",
)


def _failed(code: str, english: str, korean: str, field: str | None, watch: _Watch) -> Outcome:
    error: Mapping[str, Any] = {"code": code, "english": english, "korean": korean, "field": field}
    return Outcome(RunState.FAILED, error=error, elapsed_seconds=watch.elapsed_seconds)
