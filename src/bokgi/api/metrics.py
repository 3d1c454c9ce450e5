"""`/metrics`: figures of this process and of the service, as Prometheus text.

Convention: requests are counted by route template, never by path, so that the number of series is bounded. What lies in the database is
asked when somebody reads the figures, in a thread; where it cannot be asked, `bokgi_database_up` is 0 and those figures are absent.
"""

import secrets
from collections.abc import Iterator
from typing import Annotated

import psutil
from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from bokgi.errors.base import EnvironmentFault
from bokgi.records.runs import RunState
from bokgi.services.application import Application

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
NO_ROUTE = "(none)"
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no type for it; a second series for each would only say when it was first counted
router = APIRouter(tags=["health"])


class Metrics:
    """The figures of one application, in a registry of its own.

    instance : id of this process, in the figures and in each line about a request: what they count can be held against each other
    """

    def __init__(self, application: Application) -> None:
        self.registry = CollectorRegistry()
        self.instance = secrets.token_hex(4)
        named = Gauge("bokgi_instance_info", "Id of this process, new with each start", ["instance"], registry=self.registry)
        named.labels(self.instance).set(1)
        self._requests = Counter("bokgi_http_requests", "Requests answered", ["method", "route", "status"], registry=self.registry)
        self._seconds = Histogram(
            "bokgi_http_request_seconds", "Time until the end of the answer", ["method", "route"], buckets=BUCKETS, registry=self.registry
        )
        self.registry.register(ServiceFigures(application))
        self.registry.register(ProcessFigures(psutil.Process()))

    def request_ended(self, method: str, template: str, status: int, seconds: float) -> None:
        """Count one request."""
        word = method if method in _METHODS else "OTHER"
        route = template or NO_ROUTE
        self._requests.labels(word, route, str(status)).inc()
        self._seconds.labels(word, route).observe(seconds)

    def text(self) -> bytes:
        """All figures now."""
        return generate_latest(self.registry)


class ServiceFigures(Collector):
    """What the database and the queue know."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        try:
            yield from self._asked()
        except EnvironmentFault:
            yield GaugeMetricFamily("bokgi_database_up", "Whether database and queue answer", value=0)

    def _asked(self) -> list[Metric]:
        app = self._application
        runs = GaugeMetricFamily("bokgi_runs", "Runs by state", labels=["state"])
        for state, count in app.run_rows.count_by_state().items():
            runs.add_metric([RunState(state).value], count)
        failures = CounterMetricFamily("bokgi_runs_failed", "Runs that failed, deleted ones included", value=app.run_rows.failures())
        searches = CounterMetricFamily(
            "bokgi_searches_failed", "Searches that failed, deleted ones included", value=app.search_rows.failures()
        )
        report = app.health.report()
        waiting = GaugeMetricFamily("bokgi_queue_waiting", "Jobs that wait in the queue of this release", value=app.queue.waiting())
        ready = GaugeMetricFamily("bokgi_worker_ready", "Whether a worker of this release is ready", value=report.python_worker == "ready")
        up = GaugeMetricFamily("bokgi_database_up", "Whether database and queue answer", value=1)
        uptime = GaugeMetricFamily("bokgi_uptime_seconds", "Seconds since the start", value=report.uptime_seconds)
        version = GaugeMetricFamily("bokgi_info", "Version of the package and name of the release", labels=["version", "release"])
        version.add_metric([app.version, app.settings.release_name], 1)
        return [runs, failures, searches, waiting, ready, up, uptime, version]


class ProcessFigures(Collector):
    """Processor time and memory of this process, as the system counts them."""

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    def collect(self) -> Iterator[Metric]:
        with self._process.oneshot():
            spent, memory = self._process.cpu_times(), self._process.memory_info()
            threads = self._process.num_threads()
        cpu = Metric("process_cpu_seconds", "Processor time of this process", "counter")
        cpu.add_sample("process_cpu_seconds_total", {}, spent.user + spent.system)
        yield cpu
        yield GaugeMetricFamily("process_resident_memory_bytes", "Memory of this process", value=memory.rss)
        yield GaugeMetricFamily("process_threads", "Threads of this process", value=threads)


async def metrics_of(request: Request) -> Metrics:
    """The figures of this application."""
    metrics = request.app.state.metrics
    assert isinstance(metrics, Metrics)
    return metrics


@router.get(
    "/metrics",
    operation_id="getMetrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
def metrics_text(metrics: Annotated[Metrics, Depends(metrics_of)]) -> Response:
    """Figures for Prometheus."""
    return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)
