"""The smoke flow passes on the real service, and on a service that lies in one way it fails at the step that the lie touches."""

import json
import random
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest

from bokgi.errors.observation import FlowRefused
from bokgi.operations.asking import Answer, Asked, Asker
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.policy import BrowserRule
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.smoke import Flow, Target, default_flow, read_flow, run_smoke
from bokgi.operations.smoke import browser as browser_module
from bokgi.operations.smoke.browser import view_page
from bokgi.operations.smoke.judging_again import contradicted_steps
from tests.cli.service_process import ServiceProcess, wait_until
from tests.operations.served_release import AskedOtherwise, Lie, RecordingAsker, Replay, changed, outcomes_of, target_of

Said: TypeAlias = dict[tuple[str, str], list[Answer]]


def without_browser() -> Flow:
    flow = read_flow()
    return replace(flow, steps=tuple(step for step in flow.steps if step.action != "open_in_browser"))


@pytest.fixture(scope="module")
def said(served: ServiceProcess, tmp_path_factory: pytest.TempPathFactory) -> Said:
    """What the real service said in one whole flow."""
    target = target_of(served.address, served.home)
    asker = RecordingAsker(target)
    outcome, _ = gone(tmp_path_factory.mktemp("said"), otherwise(target, asker))
    assert outcome is Outcome.PASSED
    found: Said = {}
    for asked, answer in asker.kept:
        found.setdefault((asked.method, asked.path), []).append(answer)
    return found


def otherwise(target: Target, asker: Asker) -> AskedOtherwise:
    return AskedOtherwise(target.base_url, None, target.expected_version, target.expected_commit, target.access_log, instead=asker)


def gone(folder: Path, target: Target, flow: Flow | None = None) -> tuple[Outcome, list[Record]]:
    """The flow, and everything that it recorded."""
    with EvidenceLog(folder) as log:
        outcome = run_smoke(target, flow or without_browser(), log, stage="public", randomness=random.Random(7))
    return outcome, records_of(folder)


def records_of(folder: Path) -> list[Record]:
    return [Record.from_line(line) for line in (folder / "evidence.jsonl").read_bytes().splitlines()]


def test_the_real_service_passes_and_every_body_is_kept(served: ServiceProcess, tmp_path: Path) -> None:
    outcome, records = gone(tmp_path, target_of(served.address, served.home))
    assert outcome is Outcome.PASSED, [record.facts for record in records if record.facts.get("outcome") == "failed"]
    assert set(outcomes_of(records).values()) == {"passed"}
    answers = [answer for record in records for answer in record.facts.get("answers", ())]
    assert len(answers) >= 20
    assert all((tmp_path / "bodies" / answer["body_sha256"]).is_file() for answer in answers)
    summary = records[-1]
    assert (summary.kind, summary.facts["stage"], summary.facts["failed"]) == (Kind.SMOKE, "public", [])
    assert (tmp_path / "bodies" / summary.facts["flow_sha256"]).read_bytes() == default_flow()
    by_name = {record.facts.get("name"): record.facts for record in records}
    last = json.loads((tmp_path / "bodies" / by_name["progress"]["answers"][-1]["body_sha256"]).read_bytes())
    assert (last["progress_percent"], last["completed_symbols"]) == (100, 6)
    assert (tmp_path / "bodies" / by_name["csv"]["answers"][0]["body_sha256"]).read_bytes().count(b"\r\n") > 100
    assert contradicted_steps(summary, records[:-1], bodies_of(tmp_path)) == ["browser"]  # the step that was left out here


def bodies_of(folder: Path) -> Callable[[str], bytes]:
    return lambda sha256: (folder / "bodies" / sha256).read_bytes()


def set_at(path: str, value: object) -> Lie:
    *parents, last = path.split(".")

    def change(body: dict[str, object]) -> None:
        place: dict[str, object] = body
        for name in parents:
            found = place.get(name)
            if not isinstance(found, dict):
                return
            place = found
        if last in place:
            place[last] = value

    return changed("/api/", change)


def without(part: str, name: str) -> Lie:
    return changed(part, lambda body: body.pop(name, None))


def constant_results() -> Lie:
    """Every result is the first one, under the id that was asked for."""
    kept: dict[str, dict[str, object]] = {}

    def lie(path: str, body: bytes) -> bytes:
        if "/api/backtest/result/bt-20" not in path or b"not_found" in body:
            return body
        given = json.loads(body)
        first = kept.setdefault("first", given)
        return json.dumps({**first, "backtest_id": given["backtest_id"]}).encode()

    return lie


def changed_csv(old: bytes, new: bytes) -> Lie:
    return lambda path, body: body.replace(old, new, 1) if path.endswith(".csv") else body


def one_row_less(path: str, body: bytes) -> bytes:
    return body[: body[:-2].rindex(b"\r\n") + 2] if path.endswith(".csv") else body


LIES: dict[str, tuple[Lie, set[str]]] = {
    "the version is another": (set_at("version", "9.9.9"), {"live", "health"}),
    "the commit is another": (set_at("commit", "b" * 40), {"commit"}),
    "health is well and the worker is not": (set_at("services.python_worker", "offline"), {"health"}),
    "a field of the result is missing": (without("/result/", "performance"), {"result"}),
    "a field deep in the result is missing": (changed("/result/", lambda body: body.get("metrics", {}).pop("total_return", 0)), {"result"}),
    "results are constants": (constant_results(), {"result_other"}),
    "a profit is too high": (changed("/result/", lambda body: body.get("metrics", {}).update(total_profit=10**9)), {"csv"}),
    "a trade is missing in the file": (one_row_less, {"csv"}),
    "the file has another header": (changed_csv("매매차익".encode(), "이익".encode()), {"csv"}),
    "progress stands still": (changed("/progress", lambda body: body.update(progress_percent=42)), {"progress"}),
    "progress is done before the work": (
        changed("/progress", lambda body: body.update(progress_percent=100, status=body["status"], completed_symbols=0)),
        {"progress"},
    ),
    "a script of the page is empty text": (lambda path, body: b"" if path.startswith("/pages/specific") else body, {"page", "scripts"}),
    "a wrong request is taken": (set_at("error", "no"), {"wrong_mode", "no_strategy", "unknown_run"}),
    "stocks are forgotten": (set_at("selected_stocks", []), {"add_stocks", "stocks_kept"}),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_found_at_the_step_that_it_touches(said: Said, served: ServiceProcess, tmp_path: Path, name: str) -> None:
    lie, expected = LIES[name]
    outcome, records = gone(tmp_path, otherwise(target_of(served.address, served.home), Replay(said=said, lie=lie)))
    failed = {step for step, seen in outcomes_of(records).items() if seen == "failed"}
    assert outcome is Outcome.FAILED
    claiming = [replace(record, facts={**record.facts, "outcome": "passed"}) for record in records[:-1]]
    found_again = set(contradicted_steps(records[-1], claiming, bodies_of(tmp_path)))
    assert expected <= found_again
    assert expected <= failed, [record.facts["seen"] for record in records if record.facts.get("outcome") == "failed"]


@pytest.mark.parametrize(
    ("part", "status", "step"),
    [("/api/backtest/result/", 404, "result"), (".csv", 500, "csv"), ("/assets/", 404, "scripts"), ("/api/health", 503, "health")],
)
def test_a_wrong_status_is_found(said: Said, served: ServiceProcess, tmp_path: Path, part: str, status: int, step: str) -> None:
    replay = Replay(said=said, statuses={part: status})
    outcome, records = gone(tmp_path, otherwise(target_of(served.address, served.home), replay))
    assert (outcome, outcomes_of(records)[step]) == (Outcome.FAILED, "failed")


def test_a_slow_service_fails_by_its_time(said: Said, served: ServiceProcess, tmp_path: Path) -> None:
    target = otherwise(target_of(served.address, served.home), Replay(said=said, seconds=2.1))
    outcome, records = gone(tmp_path, target)
    assert outcome is Outcome.FAILED
    assert {"page", "health", "start"} <= {name for name, seen in outcomes_of(records).items() if seen == "failed"}


def test_the_same_answers_without_a_lie_pass_again(said: Said, served: ServiceProcess, tmp_path: Path) -> None:
    outcome, records = gone(tmp_path, otherwise(target_of(served.address, served.home), Replay(said=said)))
    assert (outcome, set(outcomes_of(records).values())) == (Outcome.PASSED, {"passed"})


def test_requests_that_the_service_never_saw_are_missed_in_its_log(served: ServiceProcess, tmp_path: Path) -> None:
    other = tmp_path / "serve.log"
    other.write_text('{"logger":"bokgi.access","request_id":"0"}\n')
    outcome, records = gone(tmp_path / "evidence", replace(target_of(served.address, served.home), access_log=other))
    assert (outcome, outcomes_of(records)["access_log"]) == (Outcome.FAILED, "failed")


def test_nobody_at_the_address_is_a_failure_and_the_rest_is_not_checked(tmp_path: Path) -> None:
    outcome, records = gone(tmp_path, Target("http://127.0.0.1:9", None, "1", "a" * 40, None))
    seen = outcomes_of(records)
    assert (outcome, seen["health"], seen["result"], seen["access_log"]) == (Outcome.FAILED, "failed", "not_checked", "not_checked")


def test_a_budget_that_is_over_fails_the_flow(served: ServiceProcess, tmp_path: Path) -> None:
    outcome, records = gone(tmp_path, target_of(served.address, served.home), replace(without_browser(), budget_seconds=1e-6))
    assert (outcome, set(outcomes_of(records).values())) == (Outcome.FAILED, {"not_checked"})


def browser_steps(folder: Path, target: Target, rule: BrowserRule) -> tuple[Outcome, Record]:
    flow = read_flow()
    kept = tuple(step for step in flow.steps if step.name in {"page", "browser"})
    with EvidenceLog(folder) as log:
        outcome = run_smoke(target, replace(flow, steps=kept), log, stage="public", browser=rule)
    return outcome, next(record for record in records_of(folder) if record.facts.get("name") == "browser")


def test_without_a_browser_the_policy_decides(served: ServiceProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROME_PATH", str(tmp_path / "nothing"))
    target = target_of(served.address, served.home)
    outcome, record = browser_steps(tmp_path / "one", target, BrowserRule.IF_PRESENT)
    assert (outcome, record.facts["outcome"]) == (Outcome.PASSED, "not_checked")
    assert "no browser" in record.facts["seen"]["why_not_checked"]
    outcome, record = browser_steps(tmp_path / "other", target, BrowserRule.REQUIRED)
    assert (outcome, record.facts["outcome"]) == (Outcome.FAILED, "failed")


@pytest.mark.browser
def test_a_browser_keeps_a_picture_and_hears_a_script_that_throws(served: ServiceProcess, tmp_path: Path) -> None:
    target = target_of(served.address, served.home)
    with ThreadPoolExecutor(1) as apart:  # tests of pages keep a browser driver in the main thread of this process
        outcome, record = apart.submit(browser_steps, tmp_path / "one", target, BrowserRule.IF_PRESENT).result()
    if record.facts["outcome"] == "not_checked":
        pytest.skip("No Chromium was found on this machine; install it, or name it in CHROME_PATH.")
    assert (outcome, record.facts["seen"]["browser"]["console_errors"]) == (Outcome.PASSED, 0)
    picture = (tmp_path / "one" / "bodies" / record.facts["seen"]["screenshot_sha256"]).read_bytes()
    assert picture.startswith(b"\x89PNG")
    broken = b"<body>x<script>throw new Error('broken')</script></body>"
    with page_over_unix_socket(tmp_path / "s", broken) as socket_path, ThreadPoolExecutor(1) as apart:
        view = apart.submit(view_page, "http://localhost", socket_path, "/").result()
    assert view.was_viewed
    assert "broken" in str(view.errors)


class FakePage:
    """A page that notes what it was asked, in order."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, object]] = []
        self.request = self

    def on(self, _name: str, _hear: object) -> None:
        """Nothing is heard."""

    def post(self, url: str, *, data: object, timeout: float) -> None:
        self.asked.append((url, data))

    def goto(self, url: str, **_how: object) -> None:
        self.asked.append((url, None))

    def wait_for_load_state(self, _name: str, **_how: object) -> None:
        """It is quiet."""

    def screenshot(self, **_how: object) -> bytes:
        return b"picture"

    def inner_text(self, _part: str) -> str:
        return "words"


class FakeBrowser:
    version = "1"

    def __init__(self) -> None:
        self.page = FakePage()

    def new_page(self) -> FakePage:
        return self.page


@pytest.mark.parametrize("token", [None, "secret"])
def test_a_browser_opens_a_session_where_the_service_has_a_token(token: str | None) -> None:
    pytest.importorskip("playwright.sync_api", reason="The package playwright is not installed here.")
    browser = FakeBrowser()
    view = browser_module._viewed(cast("Any", browser), "http://h:1", "/pages/x.html", "chromium", token)
    session = [] if token is None else [("http://h:1/api/session", {"token": token})]
    assert browser.page.asked == [*session, ("http://h:1/pages/x.html", None)]
    assert view.errors == ()


@contextmanager
def page_over_unix_socket(path: Path, body: bytes) -> Iterator[Path]:
    """A page of a service that has no address yet."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_more: object) -> None:  # noqa: A002  # the parent's name
            """Say nothing."""

        def address_string(self) -> str:
            return ""

    with socketserver.ThreadingUnixStreamServer(str(path), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield path
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", "file"),
        ("[]", "file"),
        ("name: x\nbudget_seconds: 5\nsteps: []", "steps"),
        ("name: x\nbudget_seconds: 0\nsteps: [{name: a, korean: a, english: a, get: /, expect: {status: 200}}]", "budget_seconds"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: /}]", "steps.0"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: /, expect: {}}]", "steps.0.expect"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: /, expect: {status: ok}}]", "steps.0.expect.status"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: '/${b}', expect: {status: 200}}]", "a"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, check: nothing}]", "steps.0.check"),
        ("name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: /, expect: {status: 200}, note: b}]", "steps.0"),
        (
            "name: x\nbudget_seconds: 5\nsteps: [{name: a, korean: a, english: a, get: /, expect: {status: 200, json: {b: {is: 1}}}}]",
            "steps.0.expect.json.b",
        ),
    ],
)
def test_a_flow_that_cannot_fail_or_is_not_understood_is_refused(text: str, place: str) -> None:
    with pytest.raises(FlowRefused) as refused:
        read_flow(text.encode())
    assert refused.value.field == place


def test_counters_of_progress_stand_still_while_the_worker_is_suspended(served: ServiceProcess) -> None:
    asker = target_of(served.address, served.home).asker
    body = {"strategy": "daily_trading", "stock_mode": "all", "strategy_params": {"buy_time": "09:30"}}
    worker = served.worker()
    worker.suspend()
    try:
        started = asker.ask(Asked("POST", "/api/backtest/start", {"X-Bokgi-Profile": "smoke"}, body)).json()
        path = f"/api/backtest/progress?id={started['backtest_id']}"
        first = asker.get(path).json()
        time.sleep(1.0)
        later = asker.get(path).json()
    finally:
        worker.resume()
    counters = ("progress_percent", "completed_symbols", "total_trades", "current_symbol", "current_date")
    assert [first[name] for name in counters] == [later[name] for name in counters]
    assert later["progress_percent"] < 100
    wait_until(lambda: asker.get(path).json()["status"] == "completed")
