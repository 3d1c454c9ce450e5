"""The worker on DBOS: takes jobs of its release's queues and carries them out in threads of its process.

One process is one worker, under an id that stays the same over restarts. `start` first takes back what the previous process
of this id held. A handler raises to be tried again; a job that fails or kills its worker too often ends as failed.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext

from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer, Queue

from bokgi.errors.jobs import JobFailed, JobKindUnknown, JobsUnavailable, WorkerAlreadyStarted
from bokgi.errors.records import DatabaseUnavailable
from bokgi.jobs.database import faults_named, open_engine
from bokgi.jobs.engine_log import quiet_engine
from bokgi.jobs.housekeeping import Housekeeping
from bokgi.jobs.port import JSON, RETRIES, TAKINGS, Handler, Job
from bokgi.jobs.queue_names import APPLICATION, APPLICATION_VERSION, WORKFLOW, QueueNames
from bokgi.jobs.rows import JobRows

_LOG = logging.getLogger("bokgi.jobs")
_LOCK_SECONDS = 30.0
_BACKOFF_FACTOR = 4.0
_DRAIN_STEP_SECONDS = 0.02
_SUSPECTS_POLLING_SECONDS = 0.5
_ASIDE_POLLING_SECONDS = 0.5
OUTAGE_SECONDS = 3600.0
"""A handler that cannot reach the database is called again for this long before it counts as a failed try."""
_BUSY_POLLING_SECONDS = 0.005
"""While a job runs the next one is looked for this soon after its end; looks of a worker that is full ask nobody."""


class JobWorker:
    """Carries out jobs; the main thread stays free for heartbeats and signals.

    Parameters
    ----------
    worker_id : stable over restarts, and never given to two living processes
    handlers : by kind of job; a handler runs in a thread, and raises to be tried again
    concurrency : jobs carried out at the same time, beside one that waits for others (`Job.is_aside`)
    polling_seconds : how often the queue is looked at [s]
    backoff_seconds : pause before the second try of a handler; four times as long before the third [s]
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
        backoff_seconds: float = 1.0,
    ) -> None:
        self._queues = QueueNames.of(release)
        self._worker_id = worker_id
        self._handlers = dict(handlers)
        self._concurrency = concurrency
        self._polling_seconds = polling_seconds
        self._backoff_seconds = backoff_seconds
        self._engine = open_engine(url, lock_seconds=_LOCK_SECONDS, pool_size=concurrency + 8)
        self._rows = JobRows(self._engine)
        self._housekeeping = Housekeeping(self._rows, worker_id, self._queues, self.running)
        self._running: dict[str, int] = {}
        self._aside: set[str] = set()
        self._lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(concurrency)
        self._draining = threading.Event()
        self._dbos: DBOS | None = None
        self._ordinary: Queue | None = None

    def start(self) -> None:
        """Take back what this worker held when it died, then take jobs.

        Raises
        ------
        JobsUnavailable
            The database cannot be reached. Nothing was started; `start` may be called again.
        WorkerAlreadyStarted
            This worker was started before.
        """
        if self._dbos is not None or self._draining.is_set():
            raise WorkerAlreadyStarted(self._worker_id)
        with faults_named():
            self._rows.take_back([self._worker_id], self._queues)
            self._dbos = self._launched()
        self._housekeeping.start()

    def running(self) -> tuple[str, ...]:
        """Jobs that this process carries out now."""
        with self._lock:
            return tuple(self._running)

    def _computing(self) -> int:
        """Jobs that run in a place: all but those aside."""
        with self._lock:
            return len(self._running.keys() - self._aside)

    def stop(self, grace_seconds: float) -> tuple[str, ...]:
        """Take nothing new, let what runs come to its end, and return when it has or when the time is over.

        Returns
        -------
        tuple of str
            Jobs that did not come to their end. They went back to the queue without being counted, and the process must
            now end by `os._exit`: their handlers still run, and Python would wait for them.
        """
        if self._dbos is None:
            return ()
        deadline = time.monotonic() + grace_seconds
        self._draining.set()
        self._housekeeping.stop()
        self._stop_taking(self._dbos)
        while self._is_busy() and time.monotonic() < deadline:
            time.sleep(_DRAIN_STEP_SECONDS)
        left = self._hand_back()
        DBOS.destroy(destroy_registry=True)
        self._dbos = None
        self._engine.dispose()
        return left

    def _launched(self) -> DBOS:
        quiet_engine()
        dbos = DBOS(config=self._configuration())
        try:
            DBOS.workflow(name=WORKFLOW, max_recovery_attempts=TAKINGS - 1)(self._workflow())
            self._declare_queues(dbos)
            DBOS.launch()
            self._look_before_claiming(dbos)
        except BaseException:
            DBOS.destroy(destroy_registry=True)
            raise
        return dbos

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

    def _workflow(self) -> Callable[[str, dict[str, JSON]], None]:
        """What the engine calls: the work itself is no step of the engine's, so that one job costs two small writes."""

        def carry_out(kind: str, payload: dict[str, JSON]) -> None:
            job = Job(str(DBOS.workflow_id), kind, payload)
            # A suspect comes on top of the engine's count of ordinary jobs; the limit holds for both.
            with self._counted(job), nullcontext() if job.is_aside else self._slots:
                self._carry_out(job)

        return carry_out

    def _declare_queues(self, dbos: DBOS) -> None:
        """Queues in memory: limits of a queue in the database belong to all workers, and the row is read at every look."""
        registry = dbos._registry  # noqa: SLF001 - the public way only knows queues in the database
        limits = {
            self._queues.ordinary: (self._concurrency, self._polling_seconds),
            self._queues.suspects: (1, _SUSPECTS_POLLING_SECONDS),
            self._queues.aside: (1, _ASIDE_POLLING_SECONDS),
        }
        for name, (concurrency, polling_seconds) in limits.items():
            registry._register_internal_queue(name, worker_concurrency=concurrency, polling_interval_sec=polling_seconds)  # noqa: SLF001 - as above
        self._ordinary = registry.internal_queue_map[self._queues.ordinary]
        DBOS.listen_queues([])

    def _look_before_claiming(self, dbos: DBOS) -> None:
        """A claim asks four questions and builds each anew, even where nothing waits; one prepared question is enough to see that."""

        def scopes(queue_name: str) -> list[str | None]:
            is_full = queue_name == self._queues.ordinary and self._computing() >= self._concurrency
            return [None] if not is_full and self._rows.is_waiting(queue_name) else []

        # Where the engine is told which parts of a queue have work; without it, every look is a claim.
        dbos._sys_db.dequeue_scopes = scopes  # type: ignore[method-assign]  # noqa: SLF001 - it cannot be given otherwise

    def _carry_out(self, job: Job) -> None:
        for attempt in range(1, RETRIES + 1):
            try:
                self._handled(job)
                return
            except BaseException as error:  # SystemExit too: it would end the thread and leave the job running for ever
                if attempt == RETRIES or isinstance(error, JobKindUnknown):
                    raise JobFailed(job.id, attempt, f"{type(error).__name__}: {error}") from error
                _LOG.warning("job %s failed (attempt %d of %d), it is tried again", job.id, attempt, RETRIES, exc_info=error)
            # Who waits for the worker's end does not wait for the pause too.
            self._draining.wait(self._backoff_seconds * _BACKOFF_FACTOR ** (attempt - 1))

    def _handled(self, job: Job) -> None:
        """One try; a database that is away is no fault of the job, so its return is waited for and no try is lost."""
        deadline = time.monotonic() + OUTAGE_SECONDS
        while True:
            try:
                self._handler(job)(job)
            except DatabaseUnavailable as error:
                if time.monotonic() > deadline:
                    raise
                _LOG.warning("job %s waits for the database: %s", job.id, error)
                time.sleep(self._backoff_seconds)
            else:
                return

    def _handler(self, job: Job) -> Handler:
        if job.kind not in self._handlers:
            raise JobKindUnknown(job.id, job.kind, tuple(self._handlers))
        return self._handlers[job.kind]

    @contextmanager
    def _counted(self, job: Job) -> Iterator[None]:
        """A job may run twice here: the hung start of it, and the one after it was taken back."""
        with self._lock:
            self._running[job.id] = self._running.get(job.id, 0) + 1
            if job.is_aside:
                self._aside.add(job.id)
            else:
                self._look_often(min(self._polling_seconds, _BUSY_POLLING_SECONDS))
        try:
            yield
        finally:
            with self._lock:
                self._running[job.id] -= 1
                if not self._running[job.id]:
                    del self._running[job.id]
                    self._aside.discard(job.id)
                if self._running.keys() <= self._aside:
                    self._look_often(self._polling_seconds)

    def _look_often(self, seconds: float) -> None:
        """Set the pause between two looks at the queue; the one that has begun was chosen before."""
        if self._ordinary is not None:
            self._ordinary._polling_interval_sec = seconds  # noqa: SLF001 - the public way only knows queues in the database

    def _stop_taking(self, dbos: DBOS) -> None:
        """End the threads that look at the queues; a claim that is on its way is finished first."""
        for event in dbos.background_thread_stop_events:
            event.set()
        names = {f"queue-worker-{queue}" for queue in self._queues}
        for thread in threading.enumerate():
            if thread.name in names:
                thread.join(timeout=_LOCK_SECONDS)

    def _is_busy(self) -> bool:
        """The rows are asked, not the threads: a job is held from its claim until its end is on disk."""
        if self.running():
            return True
        try:
            with faults_named():
                return bool(self._rows.held_by(self._worker_id))
        except JobsUnavailable as error:
            _LOG.warning("the worker %s cannot see whether its jobs ended: %s", self._worker_id, error)
            return True

    def _hand_back(self) -> tuple[str, ...]:
        try:
            with faults_named():
                return tuple(sorted({*self._rows.hand_back(self._worker_id), *self.running()}))
        except JobsUnavailable as error:
            # Not lost: they are taken back at the next start of this worker, or when it is found dead.
            _LOG.warning("the worker %s could not give its jobs back: %s", self._worker_id, error)
            return self.running()
