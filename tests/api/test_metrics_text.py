"""`/metrics`: read by the library's own parser, and compared with what was done."""

import os
from collections.abc import Iterator

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bokgi.errors.records import DatabaseUnavailable
from bokgi.services.application import Application
from tests.api.framed import app_with, ask, built_application
from tests.api.test_frame import failing


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Application]:
    with built_application(tmp_path_factory.mktemp("metrics")) as built:
        yield built


def figures(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample by name and labels."""
    families = text_string_to_metric_families(text)
    return {(sample.name, tuple(sorted(sample.labels.items()))): sample.value for family in families for sample in family.samples}


def labels(**words: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(words.items()))


def test_requests_are_counted_by_the_template_of_their_route(application: Application) -> None:
    app = app_with(application)
    for number in range(7):
        ask(app, "GET", f"/api/backtest/result/bt-2026-01-01-00{number}")
    for path in ("/api/x", "/api/y", "/z"):
        ask(app, "GET", path)
    answer = ask(app, "GET", "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = figures(answer.text)
    route = "/api/backtest/result/{id}"
    assert found["bokgi_http_requests_total", labels(method="GET", route=route, status="404")] == 7
    assert found["bokgi_http_requests_total", labels(method="GET", route="(none)", status="404")] == 3
    assert found["bokgi_http_request_seconds_count", labels(method="GET", route=route)] == 7
    assert found["bokgi_http_request_seconds_bucket", labels(method="GET", route=route, le="+Inf")] == 7


def test_runs_queue_worker_and_process_are_told_as_they_are(application: Application) -> None:
    found = figures(ask(app_with(application), "GET", "/metrics").text)
    states = {"queued", "running", "completed", "failed", "cancelled"}
    assert {dict(words)["state"]: value for (name, words), value in found.items() if name == "bokgi_runs"} == dict.fromkeys(states, 0)
    assert found["bokgi_runs_failed_total", ()] == found["bokgi_searches_failed_total", ()] == 0
    assert found["bokgi_queue_waiting", ()] == 0
    assert found["bokgi_worker_ready", ()] == 0
    assert found["bokgi_database_up", ()] == 1
    process = psutil.Process(os.getpid())
    assert found["process_resident_memory_bytes", ()] == pytest.approx(process.memory_info().rss, rel=0.2)
    assert 0 < found["process_cpu_seconds_total", ()] <= sum(process.cpu_times()[:2])


def test_a_database_that_is_away_is_a_figure_and_no_error(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application.run_rows, "count_by_state", failing(DatabaseUnavailable("locked")))
    found = figures(ask(app_with(application), "GET", "/metrics").text)
    assert found["bokgi_database_up", ()] == 0
    assert not [name for name, _ in found if name in ("bokgi_runs", "bokgi_runs_failed_total")]


def test_strange_methods_do_not_make_new_series(application: Application) -> None:
    app = app_with(application)
    for method in ("BREW", "PROPFIND", "X1", "X2"):
        ask(app, method, "/api/health")
    found = figures(ask(app, "GET", "/metrics").text)
    assert found["bokgi_http_requests_total", labels(method="OTHER", route="/api/health", status="405")] == 4
