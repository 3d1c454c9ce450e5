"""The worker on DBOS: takes jobs of its release's queue and carries them out in threads of its process.

One process is one worker, under an id that stays the same over restarts. `start` first takes back what the previous process
of this id held. Handlers raise to be tried again; a job that fails or kills its worker too often ends as failed.
"""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer

from bokgi.errors.jobs import JobFailed, JobKindUnknown, JobsUnavailable, WorkerAlreadyStarted
from bokgi.jobs.database import faults_named, open_engine
from bokgi.jobs.dbos_queue import APPLICATION, APPLICATION_VERSION, WORKFLOW, queue_name
from bokgi.jobs.port import JSON, RETRIES, TAKINGS, Handler, Job
from bokgi.jobs.rows import JobRows

_LOG = logging.getLogger("bokgi.jobs")
_LOCK_SECONDS = 30.0
_FIRST_BACKOFF_SECONDS = 1.0
_BACKOFF_FACTOR = 4.0
_DRAIN_STEP_SECONDS = 0.02


class JobWorker:
    """Carries out jobs; the main thread stays free for heartbeats and signals.

    Parameters
    ----------
    worker_id : stable over restarts, and never given to two living processes
    handlers : by kind of job; a handler runs in a thread, and raises to be tried again
    concurrency : jobs carried out at the same time
    polling_seconds : how often the queue is looked at [s]
    """

    def __init__(
        self,
        url: str,
        release: str,
        worker_id: str,
        handlers: Mapping[str, Handler],
        concurrency: int,
        polling_seconds: float = 0.05,
        *,
        backoff_seconds: float = _FIRST_BACKOFF_SECONDS,
    ) -> None:
        self._queue = queue_name(release)
        self._worker_id = worker_id
        self._handlers = dict(handlers)
        self._concurrency = concurrency
        self._polling_seconds = polling_seconds
        self._backoff_seconds = backoff_seconds
        self._engine = open_engine(url, lock_seconds=_LOCK_SECONDS, pool_size=concurrency + 8)
        self._rows = JobRows(self._engine)
        self._running: dict[str, int] = {}
        self._lock = threading.Lock()
        self._draining = threading.Event()
        self._engine_process: DBOS | None = None

    def start(self) -> None:
        """Take back what this worker held when it died, then take jobs.

        Raises
        ------
        JobsUnavailable
            The database cannot be reached, or its tables are not there.
        WorkerAlreadyStarted
            This object was started before.
        """
        if self._engine_process is not None:
            raise WorkerAlreadyStarted(self._worker_id)
        _quiet_engine()
        with faults_named():
            self._rows.take_back([self._worker_id], self._queue)
            self._declare_queue()
            self._engine_process = self._launch()

    def running(self) -> tuple[str, ...]:
        """Jobs whose handlers run in this process now."""
        with self._lock:
            return tuple(self._running)

    def stop(self, grace_seconds: float) -> tuple[str, ...]:
        """Take nothing new, let what runs come to its end, and return when it has or when the time is over.

        Returns
        -------
        tuple of str
            Jobs that did not come to their end. They went back to the queue, and the process must now end by itself
            (`os._exit`): their handlers are still running.
        """
        if self._engine_process is None:
            return ()
        deadline = time.monotonic() + grace_seconds
        self._draining.set()
        self._stop_taking(self._engine_process)
        while self._is_busy() and time.monotonic() < deadline:
            time.sleep(_DRAIN_STEP_SECONDS)
        DBOS.destroy(destroy_registry=True)
        left = self._hand_back()
        self._engine.dispose()
        return left

    def _declare_queue(self) -> None:
        client = DBOSClient(system_database_engine=self._engine, application_name=APPLICATION)
        client.register_queue(self._queue, worker_concurrency=self._concurrency, polling_interval_sec=self._polling_seconds)

    def _launch(self) -> DBOS:
        def carry_out(kind: str, payload: dict[str, JSON]) -> None:
            self._carry_out(Job(str(DBOS.workflow_id), kind, payload))

        engine_process = DBOS(config=self._configuration())
        DBOS.workflow(name=WORKFLOW, max_recovery_attempts=TAKINGS - 1)(carry_out)
        DBOS.listen_queues([self._queue])
        DBOS.launch()
        return engine_process

    def _configuration(self) -> DBOSConfig:
        return DBOSConfig(
            name=APPLICATION,
            application_version=APPLICATION_VERSION,
            executor_id=self._worker_id,
            system_database_engine=self._engine,
            run_migrations=False,
            serializer=DBOSPortableJSONSerializer(),
            log_level="WARNING",
            enable_otlp=False,
            scheduler_polling_interval_sec=3600.0,
            notification_listener_polling_interval_sec=0.2,
        )

    def _carry_out(self, job: Job) -> None:
        with self._counted(job):
            for attempt in range(1, RETRIES + 1):
                try:
                    self._handler(job)(job)
                    return
                except BaseException as error:  # SystemExit too: it would end the thread and leave the job running for ever
                    if attempt == RETRIES or isinstance(error, JobKindUnknown):
                        raise JobFailed(job.id, attempt, f"{type(error).__name__}: {error}") from error
                    _LOG.warning("job %s failed (attempt %d of %d), it is tried again", job.id, attempt, RETRIES, exc_info=error)
                    self._draining.wait(self._backoff_seconds * _BACKOFF_FACTOR ** (attempt - 1))

    def _handler(self, job: Job) -> Handler:
        if job.kind not in self._handlers:
            raise JobKindUnknown(job.id, job.kind, tuple(self._handlers))
        return self._handlers[job.kind]

    @contextmanager
    def _counted(self, job: Job) -> Iterator[None]:
        """A job may run twice here: the hung start of it, and the one after it was taken back."""
        with self._lock:
            self._running[job.id] = self._running.get(job.id, 0) + 1
        try:
            yield
        finally:
            with self._lock:
                self._running[job.id] -= 1
                if not self._running[job.id]:
                    del self._running[job.id]

    def _stop_taking(self, engine_process: DBOS) -> None:
        """End the threads that look at the queue; a claim that is on its way is finished first."""
        for event in engine_process.background_thread_stop_events:
            event.set()
        for thread in threading.enumerate():
            if thread.name == f"queue-worker-{self._queue}":
                thread.join(timeout=_LOCK_SECONDS)

    def _is_busy(self) -> bool:
        """The rows are asked, not the threads: a job is held from its claim until its end is on disk."""
        if self.running():
            return True
        try:
            with faults_named():
                return bool(self._rows.held_by(self._worker_id))
        except JobsUnavailable:
            _LOG.warning("the job queue cannot be reached while the worker %s stops", self._worker_id, exc_info=True)
            return True

    def _hand_back(self) -> tuple[str, ...]:
        try:
            with faults_named():
                return tuple(sorted({*self._rows.hand_back(self._worker_id), *self.running()}))
        except JobsUnavailable:
            _LOG.warning(
                "the worker %s could not give its jobs back; they are taken back when it is found dead", self._worker_id, exc_info=True
            )
            return self.running()


def _quiet_engine() -> None:
    """The engine's log goes where ours goes; without a handler of its own it would write to the console."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
