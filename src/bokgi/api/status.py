"""How the installation is doing, for the page of the operator: workers, queue, disk."""

import shutil

from fastapi import APIRouter
from pydantic import Field

from bokgi.api.dependencies import TheApplication
from bokgi.api.schemas_base import Answer, Instant
from bokgi.config.commit import own_commit
from bokgi.reports.formats import utc_text

router = APIRouter(tags=["status"])


class WorkerState(Answer):
    """A worker process that has reported lately."""

    worker_id: str
    release: str
    state: str = Field(description="`starting`, `ready` or `draining`.")
    started_at: Instant
    seen_at: Instant


class QueueState(Answer):
    """Runs that wait for a worker."""

    waiting: int = Field(ge=0)


class DiskState(Answer):
    """Space where the data lie."""

    free_bytes: int = Field(ge=0)
    total_bytes: int = Field(ge=0)


class StatusAnswer(Answer):
    """The installation now."""

    version: str = Field(examples=["0.1.0"])
    release: str
    commit: str = Field(description="Commit that the code was taken from; empty in a working copy.")
    status: str = Field(description="As in `GET /api/health`.", examples=["healthy"])
    uptime_seconds: int = Field(ge=0)
    workers: list[WorkerState]
    queue: QueueState
    disk: DiskState


@router.get("/api/status", operation_id="getStatus")
def get_status(application: TheApplication) -> StatusAnswer:
    """Version and release, workers, waiting runs, uptime, free space."""
    report, disk = application.health.report(), shutil.disk_usage(application.settings.home)
    return StatusAnswer(
        version=application.version,
        release=application.settings.release_name,
        commit=own_commit(),
        status=report.status,
        uptime_seconds=report.uptime_seconds,
        workers=_workers(application),
        queue=QueueState(waiting=application.queue.waiting()),
        disk=DiskState(free_bytes=disk.free, total_bytes=disk.total),
    )


def _workers(application: TheApplication) -> list[WorkerState]:
    return [
        WorkerState(
            worker_id=row.worker_id,
            release=row.release,
            state=row.state,
            started_at=utc_text(row.started_at),
            seen_at=utc_text(row.seen_at),
        )
        for row in application.workers.alive()
    ]
