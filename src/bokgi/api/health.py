"""Is it well? `/api/health` for monitors, `/api/health/live` for whoever only asks whether the process runs.

The check itself (database, worker) runs in a thread of its own: a locked database must not hold up the loop, and any number of
questions at the same moment share one check. A check that does not come back in time is an answer, too: no database.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from http import HTTPStatus
from time import monotonic
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

FRESH_SECONDS = 0.1
LIMIT_SECONDS = 2.0

router = APIRouter(tags=["health"])


class Report(Protocol):
    """What the routes need of a health report."""

    @property
    def status(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def uptime_seconds(self) -> float: ...
    @property
    def database(self) -> str: ...
    @property
    def python_worker(self) -> str: ...


class Services(BaseModel):
    """The parts that the service stands on."""

    database: Literal["connected", "disconnected"]
    python_worker: Literal["ready", "offline"]


class HealthBody(BaseModel):
    """The answer of `/api/health`, at 200 and at 503."""

    status: Literal["healthy", "degraded", "unhealthy"]
    version: str
    uptime: int = Field(description="whole seconds since the start")
    services: Services


class Alive(BaseModel):
    """The answer of `/api/health/live`."""

    status: Literal["alive"] = "alive"
    version: str


class HealthWatch:
    """Real checks, one at a time, each shared by all who ask while it runs and shortly after."""

    def __init__(
        self,
        check: Callable[[], Report],
        *,
        fresh_seconds: float = FRESH_SECONDS,
        limit_seconds: float = LIMIT_SECONDS,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._check = check
        self._fresh_seconds, self._limit_seconds, self._clock = fresh_seconds, limit_seconds, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health")
        self._running: Future[Report] | None = None
        self._kept: tuple[float, Report] | None = None
        self._started_at = clock()

    async def body(self) -> HealthBody:
        """The state now; at most `limit_seconds` late."""
        if self._kept is not None and self._clock() - self._kept[0] < self._fresh_seconds:
            return _body(self._kept[1])
        checking = self._one_check()
        try:
            report = await asyncio.wait_for(asyncio.shield(asyncio.wrap_future(checking)), self._limit_seconds)
        except TimeoutError:
            return self._without_answer()
        return _body(report)

    def _one_check(self) -> Future[Report]:
        if self._running is None or self._running.done():
            self._running = self._thread.submit(self._checked)
        return self._running

    def _checked(self) -> Report:
        report = self._check()
        self._kept = (self._clock(), report)
        return report

    def _without_answer(self) -> HealthBody:
        uptime = int(self._clock() - self._started_at)
        services = Services(database="disconnected", python_worker="offline")
        return HealthBody(status="unhealthy", version=package_version(), uptime=uptime, services=services)


def _body(report: Report) -> HealthBody:
    return HealthBody.model_validate(
        {
            "status": report.status,
            "version": report.version,
            "uptime": int(report.uptime_seconds),
            "services": {"database": report.database, "python_worker": report.python_worker},
        }
    )


@cache
def package_version() -> str:
    """Version of the installed package."""
    from importlib.metadata import version  # slow to import, asked once

    return version("bokgi")


async def watch_of(request: Request) -> HealthWatch:
    """The one watch of this application."""
    watch = request.app.state.health_watch
    assert isinstance(watch, HealthWatch)
    return watch


_UNWELL: dict[int | str, dict[str, Any]] = {503: {"model": HealthBody, "description": "Database or worker is missing"}}


@router.get("/api/health", operation_id="getHealth", responses=_UNWELL, response_model=HealthBody)
async def health(watch: Annotated[HealthWatch, Depends(watch_of)]) -> JSONResponse:
    """Healthy (200), or degraded or unhealthy (503), always with the whole body."""
    body = await watch.body()
    well = body.status == "healthy"
    return JSONResponse(body.model_dump(), status_code=HTTPStatus.OK if well else HTTPStatus.SERVICE_UNAVAILABLE)


@router.get("/api/health/live", operation_id="getLiveness")
async def live() -> Alive:
    """That the process runs, and no more."""
    return Alive(version=package_version())
