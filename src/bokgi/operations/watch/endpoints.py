"""Asking the service as its users do: a few probes at each endpoint, a small backtest, and the service's own figures.

Convention: an endpoint that does not answer as it must is a failed probe of the service; the time is that of the slowest endpoint.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import quantiles
from time import monotonic, sleep
from typing import Any

from bokgi.operations.asking import Answer, Asked, Asker
from bokgi.operations.log_agreement import INSTANCE

PROBES = 5
SMOKE_HEADERS = {"X-Bokgi-Profile": "smoke"}
ENDPOINTS = (
    "/api/health",
    "/api/strategies",
    "/api/stocks/specific",
    "/api/stocks/search?q=%EA%B0%80%EC%98%A8",
    "/api/backtests?page_size=20",
    "/pages/specific-stock-selection.html",
)
SMALL_RUN = {"strategy": "daily_trading", "stock_codes": ["990010"], "initial_capital": 10_000_000}
RUN_SECONDS = 30.0
RUNS_FAILED = "runs_failed"
FORGOTTEN = ("server_errors", "requests")
"""What a process counts itself, and forgets when it ends."""
ENDED = ("completed", "failed", "cancelled")
_SERIES = re.compile(r"^(\w+)(?:\{(.*)\})? ([0-9.eE+-]+)$", re.MULTILINE)
_LABEL = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Probed:
    """answers : facts of every probe; slowest_seconds : 95 % of the slowest endpoint; failed : probes without the right answer"""

    answers: list[dict[str, Any]]
    slowest_seconds: float
    failed: int


def probe(asker: Asker, endpoints: Sequence[str] = ENDPOINTS, probes: int = PROBES) -> Probed:
    """Ask every endpoint some times."""
    facts: list[dict[str, Any]] = []
    slowest, failed = 0.0, 0
    for path in endpoints:
        answers = [asker.ask(Asked("GET", path, SMOKE_HEADERS)) for _ in range(probes)]
        failed += sum(answer.status != 200 for answer in answers)
        slowest = max(slowest, percentile_95([answer.seconds for answer in answers]))
        facts += [_facts(path, answer) for answer in answers]
    return Probed(facts, slowest, failed)


def percentile_95(seconds: Sequence[float]) -> float:
    """The time that 95 of 100 keep."""
    return quantiles(seconds, n=20, method="inclusive")[-1] if len(seconds) > 1 else seconds[0]


def _facts(path: str, answer: Answer) -> dict[str, Any]:
    facts: dict[str, Any] = {"method": "GET", "path": path, "status": answer.status, "milliseconds": round(answer.seconds * 1000, 1)}
    return facts | ({"problem": answer.problem} if answer.problem else {})


def small_run(asker: Asker, limit_seconds: float = RUN_SECONDS) -> dict[str, Any]:
    """Compute a small backtest of synthetic stocks, as a user would; says how it ended."""
    began = monotonic()
    started = asker.ask(Asked("POST", "/api/backtest/start", SMOKE_HEADERS, SMALL_RUN))
    body = started.json() if started.status == 200 else None
    run = body.get("backtest_id") if isinstance(body, dict) else None
    if not isinstance(run, str):
        return {"status": "not_started", "answer": started.status, "seconds": round(monotonic() - began, 3)}
    status = "running"
    while status not in ENDED and monotonic() - began < limit_seconds:
        sleep(0.05)
        seen = asker.ask(Asked("GET", f"/api/backtest/progress?id={run}")).json()
        status = str(seen.get("status")) if isinstance(seen, dict) else "no_answer"
    return {"status": status, "id": run, "seconds": round(monotonic() - began, 3)}


@dataclass
class OwnFigures:
    """The service's own counters, and how they moved since the last look.

    Notes
    -----
    A process of another id counts from 0; one of an older release has no id, and is new where a counter fell. Failed runs are counted
    in the database, by a number that no deletion takes back and no process forgets; it falls only where another database was put there.
    While the database is away the service does not say it, and what it was before is kept.
    """

    _before: dict[str, float] = field(default_factory=dict)
    _instance: str | None = None

    def since_last(self, asker: Asker) -> dict[str, Any] | None:
        """Requests, answers of 5xx and runs that failed (None: not said); None where the figures cannot be read."""
        answer = asker.ask(Asked("GET", "/metrics"))
        if answer.status != 200:
            return None
        text = answer.body.decode("utf-8", "replace")
        now, instance = figures_of(text), instance_of(text)
        before, self._before = self._before, {**self._before, **now}
        was, self._instance = self._instance, instance
        is_new = bool(before) and (instance != was or any(now[name] < before.get(name, 0.0) for name in FORGOTTEN))
        start = {name: 0.0 if is_new and name in FORGOTTEN else before.get(name, 0.0) for name in now}
        moved = {name: int(value - start[name] if value >= start[name] else value) for name, value in now.items()}
        return {RUNS_FAILED: None, **moved, INSTANCE: instance, "has_started_anew": is_new}


def instance_of(text: str) -> str | None:
    """Id of the process that answered `/metrics`; None for a release that does not say it."""
    for name, labels, _ in _SERIES.findall(text):
        if name == "bokgi_instance_info":
            return dict(_LABEL.findall(labels)).get("instance")
    return None


def figures_of(text: str) -> dict[str, float]:
    """What is compared, from the text of `/metrics`; failed runs only where the database was asked."""
    found = {"server_errors": 0.0, "requests": 0.0}
    for name, labels, value in _SERIES.findall(text):
        words: Mapping[str, str] = dict(_LABEL.findall(labels))
        if name == "bokgi_http_requests_total":
            found["requests"] += float(value)
            found["server_errors"] += float(value) if words.get("status", "").startswith("5") else 0.0
        elif name == "bokgi_runs_failed_total":
            found[RUNS_FAILED] = float(value)
    return found


def total_of(facts: Iterable[Mapping[str, Any]], name: str) -> float:
    """The largest of a figure over several places."""
    return max((float(each[name]) for each in facts), default=0.0)
