"""Runs that lost their worker or their job are found and taken up again; those that kill their workers are given up with a sentence.

Convention: rows are the truth, jobs follow. A round changes nothing where both agree, so any number of workers may make rounds.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bokgi.jobs.port import Job, JobQueue, JobState
from bokgi.records.imports import ImportRow, ImportRows
from bokgi.records.runs import OpenRun, RunRows, RunState
from bokgi.records.searches import SearchEnd, SearchRow, SearchRows
from bokgi.records.workers import WorkerRows
from bokgi.services.fetches import fetch_of, import_job
from bokgi.services.runs import BACKTEST
from bokgi.services.searches import SEARCH
from bokgi.services.shelf import SMOKE_PROFILE

DEAD_SECONDS = 10.0
SETTLED = timedelta(seconds=2)
"""A row younger than this may still be on its way into the queue."""
SMOKE_IS_OVER = timedelta(minutes=15)
"""A smoke test has ended by then; what it left in the queue is carried out by anybody, so that nothing waits for ever."""
POISON = {
    "code": "worker_died",
    "english": "The worker died several times while it computed this run, so it was given up; fewer stocks or a shorter period may work.",
    "korean": "이 백테스트를 계산하던 작업 프로세스가 여러 번 죽어 실행을 포기했습니다. 종목 수나 기간을 줄여 보세요.",
    "field": None,
}
POISON_IMPORT = {
    "code": "worker_died",
    "english": "The worker died several times while it imported this file, so it was given up; split the file and try again.",
    "korean": "이 파일을 가져오던 작업 프로세스가 여러 번 죽어 가져오기를 포기했습니다. 파일을 나누어 다시 해 보세요.",
    "field": None,
}
POISON_FETCH = {
    "code": "worker_died",
    "english": "The worker died several times while it fetched these bars, so it was given up; fetch fewer stocks or a shorter period.",
    "korean": "이 데이터를 받아 오던 작업 프로세스가 여러 번 죽어 받기를 포기했습니다. 종목 수나 기간을 줄여 다시 해 보세요.",
    "field": None,
}
POISON_SEARCH = {
    "code": "worker_died",
    "english": "The worker died several times while it searched, so the search was given up; fewer stocks or a shorter period may work.",
    "korean": "이 탐색을 계산하던 작업 프로세스가 여러 번 죽어 탐색을 포기했습니다. 종목 수나 기간을 줄여 보세요.",
    "field": None,
}

_log = logging.getLogger(__name__)


class Reaper:
    """Makes rounds in a worker process."""

    def __init__(
        self,
        rows: RunRows,
        imports: ImportRows,
        queue: JobQueue,
        workers: WorkerRows,
        *,
        release: str,
        searches: SearchRows,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._rows = rows
        self._searches = searches
        self._imports = imports
        self._queue = queue
        self._workers = workers
        self._release = release
        self._clock = clock

    def round(self) -> None:
        """Resume the jobs of dead workers, then bring every unfinished row and its job together."""
        self._bury_workers()
        alive = {worker.release for worker in self._workers.alive(DEAD_SECONDS)}
        rows, uploads = self._rows.open_runs(), self._imports.unfinished()
        settled = self._clock() - SETTLED
        known = [(row.id, row.created_at) for row in rows] + [(upload.id, upload.created_at) for upload in uploads]
        states = self._queue.states([number for number, created_at in known if created_at <= settled])
        for row in rows:
            if row.created_at <= settled:
                self._settle(row, states.get(row.id), alive)
        for upload in uploads:
            if upload.created_at <= settled:
                self._settle_import(upload, states.get(upload.id))
        self._settle_searches(settled)

    def _bury_workers(self) -> None:
        nobody = self._queue.holders() - {worker.worker_id for worker in self._workers.all()}
        dead = sorted({worker.worker_id for worker in self._workers.dead(DEAD_SECONDS)} | nobody)
        if dead:
            resumed = self._queue.resume(dead)
            _log.warning("workers %s are dead; their jobs %s go back to the queue", dead, list(resumed))
            for worker_id in dead:
                self._workers.remove(worker_id)

    def _settle(self, row: OpenRun, state: JobState | None, alive: set[str]) -> None:
        if state is JobState.FAILED:
            self._rows.fail_unclaimed(row.id, POISON)
        elif state is None:
            _log.warning("run %s had no job; it is queued again", row.id)
            self._queue.enqueue(Job(row.id, BACKTEST, {}))
        elif state in {JobState.DONE, JobState.CANCELLED}:
            self._again(row)
        elif (
            state is JobState.QUEUED
            and row.status is RunState.QUEUED
            and row.release not in {self._release, *alive}
            and self._may_adopt(row)
        ):
            self._queue.adopt([row.id])

    def _may_adopt(self, row: OpenRun) -> bool:
        """A smoke run asks whether its own release computes: another one that answered for it would hide that it does not."""
        return row.origin != SMOKE_PROFILE or row.created_at <= self._clock() - SMOKE_IS_OVER

    def _settle_import(self, upload: ImportRow, state: JobState | None) -> None:
        if state is JobState.FAILED:
            self._imports.finish(upload.id, [], POISON_IMPORT if fetch_of(upload) is None else POISON_FETCH)
        elif state is None:
            self._queue.enqueue(import_job(upload))
        elif state is JobState.QUEUED:
            self._queue.adopt([upload.id])

    def _settle_searches(self, settled: datetime) -> None:
        rows = [row for row in self._searches.unfinished() if row.created_at <= settled]
        states = self._queue.states([lane for row in rows for lane in row.lane_ids])
        for row in rows:
            self._settle_search(row, {lane: states.get(lane) for lane in row.lane_ids})

    def _settle_search(self, row: SearchRow, states: Mapping[str, JobState | None]) -> None:
        """A search goes on as long as one of its jobs does; where none is left, all are queued again."""
        found = set(states.values())
        if JobState.FAILED in found:
            self._searches.finish(row.id, SearchEnd(RunState.FAILED, {}, error=POISON_SEARCH))
        elif JobState.RUNNING in found:
            return
        elif JobState.QUEUED in found:
            self._queue.adopt([lane for lane, state in states.items() if state is JobState.QUEUED])
        else:
            now = self._searches.get(row.id)
            if now is None or now.status.is_finished:
                return
            _log.warning("search %s had no job; it is queued again", row.id)
            self._queue.forget(row.lane_ids)
            for lane in row.lane_ids:
                self._queue.enqueue(Job(lane, SEARCH, {}))

    def _again(self, row: OpenRun) -> None:
        """The job has ended and the run has not: read the row once more, for it may have been finished just now."""
        now = self._rows.get(row.id)
        if now is None or now.finished_at is not None:
            return
        _log.warning("run %s was left unfinished by its job; it is queued again", row.id)
        self._queue.forget([row.id])
        self._queue.enqueue(Job(row.id, BACKTEST, {}))
