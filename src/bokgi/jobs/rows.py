"""Statements on the engine's documented table `workflow_status` that its own interface does not offer.

Each is one guarded statement, so two processes that ask for the same change cannot both get it. A job is `PENDING` while a
worker holds it; the worker's `owner_xid` fences what that worker writes later, so taking a job away clears it.
"""

import time
from collections.abc import Collection, Mapping

import sqlalchemy as sa

from bokgi.jobs.database import SCHEMA, reading
from bokgi.jobs.port import JobState
from bokgi.jobs.queue_names import ASIDE_PREFIX, QueueNames

_STATES = {
    "ENQUEUED": JobState.QUEUED,
    "DELAYED": JobState.QUEUED,
    "PENDING": JobState.RUNNING,
    "SUCCESS": JobState.DONE,
    "ERROR": JobState.FAILED,
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": JobState.FAILED,
    "CANCELLED": JobState.CANCELLED,
}
_FINISHED = tuple(name for name, state in _STATES.items() if state not in (JobState.QUEUED, JobState.RUNNING))
_COLUMNS = (
    "workflow_uuid",
    "status",
    "queue_name",
    "executor_id",
    "owner_xid",
    "recovery_attempts",
    "started_at_epoch_ms",
    "updated_at",
    "completed_at",
)
_CHUNK = 500
SUSPECT_TAKINGS = 2
"""A job whose workers died this often runs beside no other such job, so that the one that kills does not take others with it."""


class JobRows:
    """The engine's rows, as far as Bokgi reads and changes them itself."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._reading = reading(engine)
        schema = None if engine.dialect.name == "sqlite" else SCHEMA
        self._jobs = sa.table("workflow_status", *map(sa.column, _COLUMNS), schema=schema)
        self._held = self._jobs.c.status == sa.literal_column("'PENDING'")
        self._queued = self._jobs.c.status == sa.literal_column("'ENQUEUED'")
        if schema is None:
            # SQLite uses the engine's partial index only where a query repeats the condition of that index in its text.
            self._queued &= self._jobs.c.status.in_([sa.literal_column("'ENQUEUED'"), sa.literal_column("'PENDING'")])
        self._one_waits: sa.Select[tuple[str]] = (
            sa.select(sa.literal_column("1")).where(self._jobs.c.queue_name == sa.bindparam("queue"), self._queued).limit(1)
        )
        self._parts = [
            sa.table(name, sa.column("workflow_uuid"), schema=schema) for name in ("workflow_input", "workflow_output", "operation_outputs")
        ]

    def states(self, job_ids: Collection[str]) -> Mapping[str, JobState]:
        found: dict[str, JobState] = {}
        for chunk in _chunks(job_ids):
            query = sa.select(self._jobs.c.workflow_uuid, self._jobs.c.status).where(self._jobs.c.workflow_uuid.in_(chunk))
            with self._reading.connect() as connection:
                found |= {str(job_id): _STATES[status] for job_id, status in connection.execute(query)}
        return found

    def waiting(self, queues: QueueNames) -> int:
        queued = sa.select(sa.func.count()).where(self._queued, self._jobs.c.queue_name.in_(queues))
        with self._reading.connect() as connection:
            return int(connection.execute(queued).scalar_one())

    def is_waiting(self, queue: str) -> bool:
        """Whether a look at one queue would find something: asked many times a second."""
        with self._reading.connect() as connection:
            return connection.execute(self._one_waits, {"queue": queue}).first() is not None

    def holders(self) -> frozenset[str]:
        query = sa.select(self._jobs.c.executor_id).distinct().where(self._held)
        with self._reading.connect() as connection:
            return frozenset(str(worker) for worker in connection.execute(query).scalars())

    def held_by(self, worker: str) -> tuple[str, ...]:
        query = sa.select(self._jobs.c.workflow_uuid).where(self._held, self._jobs.c.executor_id == worker)
        with self._reading.connect() as connection:
            return tuple(connection.execute(query).scalars())

    def cancel(self, job_id: str) -> bool:
        now = _now_ms()
        jobs = self._jobs
        return bool(
            self._changed(
                sa.update(jobs)
                .where(jobs.c.workflow_uuid == job_id, self._queued)
                .values(status="CANCELLED", queue_name=None, owner_xid=None, updated_at=now, completed_at=now)
            )
        )

    def take_back(self, workers: Collection[str], queues: QueueNames, only: Collection[str] | None = None) -> tuple[str, ...]:
        """Jobs whose worker died: the taking stays counted."""
        held = sa.update(self._jobs).where(self._jobs.c.executor_id.in_(list(workers)))
        if only is not None:
            held = held.where(self._jobs.c.workflow_uuid.in_(list(only)))
        return self._queued_again(held.values(queue_name=self._queue_for(queues)))

    def hand_back(self, worker: str) -> tuple[str, ...]:
        """Jobs that a worker gives up of its own will: the taking does not count."""
        held = sa.update(self._jobs).where(self._jobs.c.executor_id == worker)
        return self._queued_again(held.values(recovery_attempts=self._jobs.c.recovery_attempts - 1))

    def _queued_again(self, update: sa.Update) -> tuple[str, ...]:
        held = update.where(self._held)
        return self._changed(held.values(status="ENQUEUED", owner_xid=None, started_at_epoch_ms=None, updated_at=_now_ms()))

    def adopt(self, job_ids: Collection[str], queues: QueueNames) -> tuple[str, ...]:
        jobs = self._jobs
        elsewhere = sa.update(jobs).where(self._queued, jobs.c.queue_name.not_in(queues))
        moves = elsewhere.values(queue_name=self._queue_for(queues), updated_at=_now_ms())
        return tuple(job_id for chunk in _chunks(job_ids) for job_id in self._changed(moves.where(jobs.c.workflow_uuid.in_(chunk))))

    def _queue_for(self, queues: QueueNames) -> sa.ColumnElement[str]:
        suspect = self._jobs.c.recovery_attempts >= SUSPECT_TAKINGS
        is_aside = self._jobs.c.queue_name.startswith(ASIDE_PREFIX)
        return sa.case((suspect, queues.suspects), (is_aside, queues.aside), else_=queues.ordinary)

    def forget(self, job_ids: Collection[str]) -> None:
        jobs = self._jobs
        for chunk in _chunks(job_ids):
            self._delete(sa.delete(jobs).where(jobs.c.workflow_uuid.in_(chunk), jobs.c.status != "PENDING"))

    def forget_finished(self, before_ms: int) -> int:
        jobs = self._jobs
        old = sa.select(jobs.c.workflow_uuid).where(jobs.c.status.in_(_FINISHED), jobs.c.completed_at < before_ms).limit(_CHUNK)
        removed = 0
        while count := self._delete(sa.delete(jobs).where(jobs.c.workflow_uuid.in_(old), jobs.c.status.in_(_FINISHED))):
            removed += count
        return removed

    def _delete(self, statement: sa.Delete) -> int:
        """Rows of the job first, so that only jobs that really went lose their parts."""
        with self._engine.begin() as connection:
            gone = tuple(connection.execute(statement.returning(self._jobs.c.workflow_uuid)).scalars())
            for part in self._parts:
                connection.execute(sa.delete(part).where(part.c.workflow_uuid.in_(gone)))
        return len(gone)

    def _changed(self, update: sa.Update) -> tuple[str, ...]:
        with self._engine.begin() as connection:
            return tuple(connection.execute(update.returning(self._jobs.c.workflow_uuid)).scalars())


def _chunks(job_ids: Collection[str]) -> list[list[str]]:
    """Portions below the databases' limits of parameters."""
    ids = sorted(set(job_ids))
    return [ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK)]


def _now_ms() -> int:
    return int(time.time() * 1000)
