"""A watch of seconds over the real service: what is measured, what is noticed, and that it ends by itself when a limit is broken."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bokgi.operations.asking import Answer, Asked, Asker
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.feedback.reading import Reading
from bokgi.operations.judge import State
from bokgi.operations.policy import Metric, Policy, default_policy, read_policy
from bokgi.operations.record_kinds import Kind
from bokgi.operations.smoke import Target
from bokgi.operations.watch import Subject, watch
from bokgi.operations.watch.endpoints import OwnFigures, figures_of
from bokgi.operations.watch.kept_results import KeptResults
from bokgi.operations.watch.machine import CpuMeter, memory_percent
from bokgi.operations.watch.sampling import Sampler
from bokgi.operations.watch.written_log import ERRORS, NOT_FOUND, SERVER_ERRORS, UNREADABLE, WARNINGS, WrittenLog
from tests.cli.service_process import ServiceProcess, wait_until
from tests.operations.recorded_release import WELL
from tests.operations.served_release import AskedOtherwise, target_of
from tests.plain_http import NO_TLS


def lenient() -> Policy:
    """The default policy, but this machine may be as busy as it is."""
    text = default_policy().replace(b"cpu_percent: {below: 80, weight: soft}", b"cpu_percent: {below: 1000, weight: soft}")
    text = text.replace(b"memory_percent: {below: 80", b"memory_percent: {below: 1000").replace(
        b"api_seconds: {below: 2,", b"api_seconds: {below: 60,"
    )
    text = text.replace(b"disk_percent: {below: 90", b"disk_percent: {below: 1000")
    return read_policy(text.replace(b"log_warnings: {at_most: 20", b"log_warnings: {at_most: 1000"))


@pytest.fixture(scope="module")
def with_result(served: ServiceProcess) -> ServiceProcess:
    """The service with a completed result at least."""
    body = {"strategy": "daily_trading", "stock_codes": ["990010"]}
    headers = {"X-Bokgi-Profile": "smoke"}
    run = httpx.post(f"{served.address}/api/backtest/start", json=body, headers=headers, timeout=30, verify=NO_TLS).json()["backtest_id"]
    progress = f"{served.address}/api/backtest/progress"
    wait_until(lambda: httpx.get(progress, params={"id": run}, timeout=30, verify=NO_TLS).json()["status"] == "completed")
    return served


def subject_of(served: ServiceProcess, target: Target | None = None) -> Subject:
    logs = served.home / "logs"
    return Subject(
        target or target_of(served.address, served.home),
        {"serve": served.process.pid},
        [served.home],
        [logs],
        home=served.home,
        records_url=f"sqlite:///{served.home / 'bokgi.sqlite3'}",
    )


def watched(folder: Path, subject: Subject, policy: Policy, seconds: float, every: float) -> tuple[State, list[Record]]:
    with EvidenceLog(folder) as log:
        judgement = watch(subject, policy, log, for_seconds=seconds, every_seconds=every)
    return judgement.state, [Record.from_line(line) for line in (folder / "evidence.jsonl").read_bytes().splitlines()]


@pytest.mark.slow
def test_a_watch_of_seconds_measures_everything_and_passes(with_result: ServiceProcess, tmp_path: Path) -> None:
    state, records = watched(tmp_path, subject_of(with_result), lenient(), 10, 10)
    samples = [record for record in records if record.kind is Kind.SAMPLE]
    assert [sample.facts["number"] for sample in samples] == [0, 1]
    for sample in samples:
        assert sample.facts.get("problems") is None
        assert {name for name, value in sample.facts["values"].items() if value is None} == set()
        assert sample.facts["small_run"]["status"] == "completed"
        assert sample.facts["results"]["database"]["agrees"]
        assert sample.facts["results"]["checked"] >= 1
        assert sample.facts["processes"][0]["rss_bytes"] > 10_000_000
        assert sample.facts["own_figures"]["log_agrees"]
    assert samples[1].facts["log"]["bytes"] > 1_000
    assert [record.kind for record in records[-2:]] == [Kind.WATCH_ENDED, Kind.VERDICT]
    assert state is State.PASS, [record.facts for record in samples]


class Failing(Asker):
    """Answers 500 from the second look on, as a service that breaks after a while."""

    def __init__(self, base_url: str, broken: threading.Event) -> None:
        super().__init__(base_url)
        object.__setattr__(self, "broken", broken)

    broken: threading.Event

    def ask(self, asked: Asked, limit_seconds: float = 30.0) -> Answer:
        answer = super().ask(asked, limit_seconds)
        if self.broken.is_set() and asked.path.startswith("/api/backtest/result"):
            return replace(answer, status=404, body=b"{}")
        return answer


def test_a_lost_result_ends_the_watch_at_once(with_result: ServiceProcess, tmp_path: Path) -> None:
    broken = threading.Event()
    target = target_of(with_result.address, with_result.home)
    instead = Failing(target.base_url, broken)
    lying = AskedOtherwise(target.base_url, None, target.expected_version, target.expected_commit, target.access_log, instead=instead)
    with EvidenceLog(tmp_path) as log:
        judgement = watch(
            subject_of(with_result, lying), lenient(), log, for_seconds=3600, every_seconds=0.5, on_sample=lambda _sample: broken.set()
        )
        assert log.count == 5
    assert judgement.state is State.FAIL
    assert {finding.name for finding in judgement.findings if finding.state is State.FAIL} == {Metric.LOST_RESULTS}


class TalkativeSource:
    """A source that must not be asked."""

    name = "talkative"

    def read_new(self) -> Reading:
        raise AssertionError("nobody may be listened to before the way back is open")


def test_nothing_is_read_between_a_broken_limit_and_the_verdict(
    served: ServiceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_sampler: Sampler) -> dict[str, Any]:
        return {"values": {**WELL, Metric.SERVER_ERRORS.value: 1.0}, "prober": "ok"}

    monkeypatch.setattr(Sampler, "facts", broken)
    subject = replace(subject_of(served), feedback=[TalkativeSource()])
    state, records = watched(tmp_path, subject, lenient(), 60, 5)
    assert state is State.FAIL
    assert [record.kind for record in records][-4:] == [Kind.WATCH_BEGUN, Kind.SAMPLE, Kind.WATCH_ENDED, Kind.VERDICT]


def test_nobody_at_the_address_is_a_failure_of_the_service(tmp_path: Path) -> None:
    subject = Subject(Target("http://127.0.0.1:9", None, "1", "a" * 40, None), {}, [tmp_path], [])
    state, records = watched(tmp_path / "evidence", subject, lenient(), 0.2, 0.1)
    sample = next(record for record in records if record.kind is Kind.SAMPLE)
    assert sample.facts["values"][Metric.FAILED_PROBES] > 0
    assert sample.facts["values"][Metric.LOST_RESULTS] is None
    assert state is State.FAIL


def test_an_error_of_the_prober_is_its_own(served: ServiceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Sampler) -> dict[str, object]:
        raise RuntimeError("the prober broke")

    monkeypatch.setattr(Sampler, "facts", broken)
    state, records = watched(tmp_path, subject_of(served), lenient(), 0.2, 0.1)
    assert state is State.INCONCLUSIVE
    assert {record.facts["prober"] for record in records if record.kind is Kind.SAMPLE} == {"failed"}


def test_somebody_who_ends_the_watch_leaves_it_inconclusive(served: ServiceProcess, tmp_path: Path) -> None:
    stop = threading.Event()
    with EvidenceLog(tmp_path) as log:
        judgement = watch(
            subject_of(served), lenient(), log, for_seconds=3600, every_seconds=20, on_sample=lambda _sample: stop.set(), stop=stop
        )
    assert judgement.state is State.INCONCLUSIVE
    assert b'"reason":"stopped"' in (tmp_path / "evidence.jsonl").read_bytes()


def line(**facts: object) -> bytes:
    return json.dumps(facts).encode() + b"\n"


ACCESS = {"logger": "bokgi.access", "level": "info"}


def test_log_lines_are_counted_by_class_and_only_once(tmp_path: Path) -> None:
    path = tmp_path / "serve.log"
    path.write_bytes(line(level="error", event="from before"))
    log = WrittenLog([tmp_path])
    with path.open("ab") as file:
        file.write(line(**ACCESS, status=500, route="/api/health") + line(**ACCESS, status=404, route="/api/strategies"))
        file.write(line(**ACCESS, status=404, route="/api/backtest/result/{id}") + line(**ACCESS, status=404, route=""))
        file.write(line(level="warning", event="w") + line(level="error", event="e") + b"Traceback\n" + b'{"level":"err')
    written = log.since_last()
    assert written.counts == {SERVER_ERRORS: 1, NOT_FOUND: 1, ERRORS: 1, WARNINGS: 1, UNREADABLE: 1}
    assert written.size == path.stat().st_size - len(line(level="error", event="from before")) - len(b'{"level":"err')
    with path.open("ab") as file:
        file.write(b'or"}\n' + line(**ACCESS, status=200, method="DELETE", run_id="bt-2026-11-28-001"))
    again = log.since_last()
    assert (again.counts[ERRORS], again.counts[SERVER_ERRORS], again.deleted) == (1, 0, frozenset({"bt-2026-11-28-001"}))


def test_a_file_that_was_moved_away_is_read_to_its_end_and_the_new_one_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "serve.log"
    path.write_bytes(b"")
    log = WrittenLog([path])
    path.write_bytes(line(level="error", event="old"))
    path.rename(tmp_path / "serve.log.2026-11-28")
    path.write_bytes(line(level="warning", event="new"))
    (tmp_path / "serve.log.2026-11-27.gz").write_bytes(b"\x1f\x8b")
    written = log.since_last()
    assert (written.counts[ERRORS], written.counts[WARNINGS], written.counts[UNREADABLE]) == (1, 1, 0)
    assert log.since_last().size == 0


def test_the_first_reading_of_the_processor_is_thrown_away() -> None:
    with spinning(), CpuMeter(0.2) as cpu:
        assert cpu.since_last() is None
        seen: list[float] = []

        def has_one() -> bool:
            value = cpu.since_last()
            seen.extend([] if value is None else [value])
            return bool(seen)

        wait_until(has_one, 30)
    assert 0.0 < seen[0] <= 100.0


@contextmanager
def spinning() -> Iterator[None]:
    """A process that does nothing as fast as it can."""
    process = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_memory_is_that_of_the_group_where_it_has_a_limit(tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("100000000\n")
    (tmp_path / "memory.current").write_text("99500000\n")
    (tmp_path / "memory.stat").write_text("anon 90000000\ninactive_file 500000\n")
    assert memory_percent(tmp_path) == pytest.approx(99.0)
    (tmp_path / "memory.max").write_text("max\n")
    assert 0.0 < memory_percent(tmp_path) < 100.0


class Told(Asker):
    """A service whose figures are given."""

    def __init__(self, texts: Iterator[str]) -> None:
        super().__init__("http://told")
        object.__setattr__(self, "texts", texts)

    texts: Iterator[str]

    def ask(self, asked: Asked, limit_seconds: float = 30.0) -> Answer:
        return Answer(200, {}, next(self.texts).encode(), 0.0, "1")


def counters(errors: int, failed: int, good: int = 10, instance: str | None = None) -> str:
    name = "" if instance is None else f'bokgi_instance_info{{instance="{instance}"}} 1.0\n'
    series = 'bokgi_http_requests_total{method="GET",route="/api/health",status="%s"} %s.0\n'
    return name + series % (200, good) + series % (500, errors) + f"bokgi_runs_failed_total {failed}.0\n# HELP x\n"


def test_own_figures_are_differences_and_a_new_process_counts_from_nothing() -> None:
    figures = OwnFigures()
    asker = Told(iter([counters(2, 1), counters(3, 1, 20), counters(1, 2, 5)]))
    figures.since_last(asker)
    same = {"runs_failed": 0, "instance": None, "has_started_anew": False}
    assert figures.since_last(asker) == {"server_errors": 1, "requests": 11, **same}
    anew = figures.since_last(asker)
    assert anew == {"server_errors": 1, "requests": 6, "runs_failed": 1, "instance": None, "has_started_anew": True}
    assert figures_of("") == {"server_errors": 0.0, "requests": 0.0}


def test_a_new_process_that_has_counted_more_than_the_old_one_is_known_by_its_name() -> None:
    figures = OwnFigures()
    asker = Told(iter([counters(0, 1, 10, "a"), counters(3, 1, 40, "b"), counters(3, 2, 41, "b")]))
    figures.since_last(asker)
    anew = figures.since_last(asker)
    assert anew == {"server_errors": 3, "requests": 43, "runs_failed": 0, "instance": "b", "has_started_anew": True}
    later = figures.since_last(asker)
    assert later == {"server_errors": 0, "requests": 1, "runs_failed": 1, "instance": "b", "has_started_anew": False}


def test_failures_that_the_service_does_not_say_are_unknown_and_are_counted_when_it_does() -> None:
    figures = OwnFigures()
    silent = 'bokgi_http_requests_total{status="200"} 12.0\nbokgi_database_up 0.0\n'
    asker = Told(iter([counters(0, 5), silent, counters(0, 6, 20)]))
    figures.since_last(asker)
    seen = [figures.since_last(asker) for _ in range(2)]
    assert [each["runs_failed"] for each in seen if each is not None] == [None, 1]


def test_a_result_that_changed_on_the_disk_or_over_http_is_lost(with_result: ServiceProcess, tmp_path: Path) -> None:
    asker = target_of(with_result.address, with_result.home).asker
    kept = KeptResults.chosen(asker)
    run = next(iter(kept.hashes))
    assert kept.lost(asker, with_result.home, ()) == {}
    assert kept.lost(asker, tmp_path, ()).keys() == kept.hashes.keys()
    assert run in KeptResults({run: "0" * 64}).lost(asker, None, ())
    gone = "bt-2001-01-01-001"
    assert KeptResults({gone: "0" * 64}).lost(asker, None, ()) == {gone: "status 404"}
    assert KeptResults({gone: "0" * 64}).lost(asker, None, {gone}) == {}
