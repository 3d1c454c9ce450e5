"""The queue on DBOS, for processes that do not compute: it writes and reads rows and starts nothing."""

import json
import time
from collections.abc import Collection, Mapping

from dbos import DBOSClient, DBOSPortableJSONSerializer

from bokgi.errors.jobs import JobPayloadInvalid
from bokgi.jobs.database import faults_named, open_engine
from bokgi.jobs.port import Job, JobQueue, JobState
from bokgi.jobs.queue_names import APPLICATION, APPLICATION_VERSION, WORKFLOW, QueueNames
from bokgi.jobs.rows import JobRows

_LOCK_SECONDS = 10.0
_POOL_SIZE = 8


def create_queue(url: str, release: str) -> JobQueue:
    """The queue of a release; connects when it is first used."""
    return DbosQueue(url, release)


class DbosQueue:
    """`JobQueue` in the tables of DBOS."""

    def __init__(self, url: str, release: str) -> None:
        self._engine = open_engine(url, lock_seconds=_LOCK_SECONDS, pool_size=_POOL_SIZE)
        self._queues = QueueNames.of(release)
        self._rows = JobRows(self._engine)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            serializer=DBOSPortableJSONSerializer(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def enqueue(self, job: Job) -> None:
        payload = _checked_payload(job)
        queue = self._queues.aside if job.is_aside else self._queues.ordinary
        with faults_named(), self._engine.begin() as connection:
            # In a transaction of ours: the client's own `enqueue` waits without end for a locked SQLite file.
            self._client.enqueue_in_transaction(
                connection,
                {"workflow_name": WORKFLOW, "queue_name": queue, "workflow_id": job.id, "app_version": APPLICATION_VERSION},
                job.kind,
                payload,
            )

    def state(self, job_id: str) -> JobState | None:
        return self.states([job_id]).get(job_id)

    def states(self, job_ids: Collection[str]) -> Mapping[str, JobState]:
        with faults_named():
            return self._rows.states(job_ids)

    def cancel(self, job_id: str) -> bool:
        with faults_named():
            return self._rows.cancel(job_id)

    def resume(self, dead_workers: Collection[str]) -> tuple[str, ...]:
        with faults_named():
            return self._rows.take_back(dead_workers, self._queues)

    def holders(self) -> frozenset[str]:
        with faults_named():
            return self._rows.holders()

    def adopt(self, job_ids: Collection[str]) -> tuple[str, ...]:
        with faults_named():
            return self._rows.adopt(job_ids, self._queues)

    def waiting(self) -> int:
        with faults_named():
            return self._rows.waiting(self._queues)

    def forget(self, job_ids: Collection[str]) -> None:
        with faults_named():
            self._rows.forget(job_ids)

    def forget_finished(self, older_than_seconds: float) -> int:
        with faults_named():
            return self._rows.forget_finished(int((time.time() - older_than_seconds) * 1000))

    def close(self) -> None:
        self._client.destroy()
        self._engine.dispose()


def _checked_payload(job: Job) -> Mapping[str, object]:
    """The payload as it will come out of the queue: the engine would turn what JSON does not know into texts without a word."""
    try:
        payload = json.loads(json.dumps(job.payload, allow_nan=False))
    except (TypeError, ValueError) as error:
        raise JobPayloadInvalid(job.id, str(error)) from error
    if payload != job.payload:
        raise JobPayloadInvalid(job.id, "it does not come back from JSON as it was given")
    return dict(payload)
