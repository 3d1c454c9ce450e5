"""The long forms: real releases under load, every bad release found out where it must be, the tool killed while people use the service."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psutil
import pytest

from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.operations.policy import default_policy, read_policy, values_of
from bokgi.operations.record_kinds import Kind
from bokgi.operations.seals import public_path, read_public_key
from bokgi.operations.smoke import default_flow
from bokgi.operations.smoke.browser import NAMES
from bokgi.operations.verification import verified
from tests.cli.service_process import wait_until
from tests.operations.bad_releases import (
    DIES_AFTER_A_WHILE,
    FAST_FLOW,
    FOUND_BY_THE_BROWSER,
    FOUND_BY_THE_SMOKE_TEST,
    FOUND_BY_THE_WATCH,
    REFUSED_BY_THE_PLAN,
    STOPPED_AT_BOOT,
    BadRelease,
    released,
)
from tests.operations.drilled_host import DrilledHost, drilled_host, under_load
from tests.operations.release_repository import ReleaseRepository
from tests.plain_http import NO_TLS

pytestmark = pytest.mark.drill
ROLLBACK_MILLISECONDS = 1000
STEPS = ("tag and commit", "unpack", "boot in private", "smoke test in private", "traffic moves", "smoke test in public")
OWN_STAGES = ("private", "public")
LONG_RUN = {"strategy": "daily_trading", "stock_mode": "all", "interval": "2m"}
BAD = (*REFUSED_BY_THE_PLAN, *STOPPED_AT_BOOT, DIES_AFTER_A_WHILE, *FOUND_BY_THE_SMOKE_TEST)
PATIENT_FLOW = re.sub(rb"under_seconds: 5", b"under_seconds: 30", default_flow())
"""The whole flow; a machine that does many things at once may take longer for a download."""


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> ReleaseRepository:
    made = ReleaseRepository(tmp_path_factory.mktemp("repository") / "git")
    for tag in ("v0.1.1", "v0.1.2", "v0.1.3"):
        made.release(tag)
    for bad in (*BAD, FOUND_BY_THE_BROWSER, *FOUND_BY_THE_WATCH):
        released(made, bad)
    return made


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, repository: ReleaseRepository) -> Iterator[DrilledHost]:
    """A host with v0.1.1 in service and a market to compute on."""
    with drilled_host(tmp_path_factory.mktemp("d") / "host", repository.folder, PATIENT_FLOW) as drilled:
        write_demo(Store(drilled.host.settings.home), instruments=60, sessions=20)
        code, said = drilled.tool("deploy", "v0.1.1")
        assert code == 0, said
        yield drilled


def current(host: DrilledHost) -> str:
    """Tag of the release that serves."""
    return str(httpx.get(f"{host.address}/api/status", timeout=30, verify=NO_TLS).json()["release"]).rsplit("-", 1)[0]


def test_a_good_release_and_the_way_back_lose_no_request_at_200_a_second(host: DrilledHost) -> None:
    with under_load(host.address, 200) as ended, starting_runs(host) as ids:
        deployed, said = host.tool("deploy", "v0.1.2")
        tag_after = current(host)
        back, said_back = host.tool("rollback")
        load = ended()
    assert (deployed, back) == (0, 0), said + said_back
    assert (tag_after, current(host)) == ("v0.1.2", "v0.1.1")
    assert load.failed == []
    rollback = next(record for record in reversed(host.records()) if record.kind is Kind.ROLLBACK)
    assert rollback.facts["milliseconds"] < ROLLBACK_MILLISECONDS
    assert len(ids) > 10
    wait_until(lambda: all(status_of(host, backtest_id) not in ("queued", "running") for backtest_id in ids), 300)
    assert {status_of(host, backtest_id) for backtest_id in ids} == {"completed"}


@contextmanager
def starting_runs(host: DrilledHost) -> Iterator[list[str]]:
    """Start a backtest twice a second while the block runs; gives their ids, which fill up."""
    ids: list[str] = []
    over = threading.Event()

    def start() -> None:
        while not over.wait(0.5):
            answer = httpx.post(f"{host.address}/api/backtest/start", json={**LONG_RUN, "seed": len(ids)}, timeout=60, verify=NO_TLS)
            ids.append(str(answer.json().get("backtest_id", answer.text)))

    starter = threading.Thread(target=start)
    starter.start()
    try:
        yield ids
    finally:
        over.set()
        starter.join()


def status_of(host: DrilledHost, backtest_id: str) -> str:
    return str(httpx.get(f"{host.address}/api/backtest/progress?id={backtest_id}", timeout=30, verify=NO_TLS).json().get("status"))


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_bad_release_is_found_out_before_it_gets_traffic(host: DrilledHost, bad: BadRelease) -> None:
    before = current(host)
    with under_load(host.address, 20) as ended:
        code, said = host.tool("deploy", bad.tag)
        load = ended()
    assert code == 1, said
    assert load.failed == []
    assert current(host) == before
    records = host.records()
    assert Kind.SWITCH not in {record.kind for record in records}
    assert bad.detected_at in found_at(host), said


def test_a_release_whose_page_throws_is_found_out_by_the_browser_that_the_policy_requires(host: DrilledHost) -> None:
    if not any(map(shutil.which, NAMES)):
        pytest.skip("No Chromium was found on this machine; install it to drill what only a browser sees.")
    before, policy = current(host), host.root / "policy.yaml"
    policy.write_bytes(default_policy().replace(b"browser: if_present", b"browser: required"))
    with under_load(host.address, 20) as ended:
        code, said = host.tool("deploy", FOUND_BY_THE_BROWSER.tag)
        load = ended()
    policy.write_bytes(default_policy())
    assert code == 1, said
    assert load.failed == []
    assert current(host) == before
    assert found_at(host) == [FOUND_BY_THE_BROWSER.detected_at], said


def found_at(host: DrilledHost) -> list[str]:
    """Every gate, boot, step and limit at which the last release failed."""
    failed = [record for record in host.records() if record.facts.get("outcome") == "failed"]
    return [
        "boot" if record.kind is Kind.BOOT else str(record.facts["name"])
        for record in failed
        if record.kind in (Kind.BOOT, Kind.CHECK) or (record.kind is Kind.SMOKE_STEP and record.facts["stage"] in OWN_STAGES)
    ]


@pytest.mark.parametrize("bad", FOUND_BY_THE_WATCH, ids=str)
def test_a_bad_release_is_found_out_by_the_watch_and_taken_back(host: DrilledHost, bad: BadRelease) -> None:
    before, policy = current(host), host.root / "policy.yaml"
    percent = psutil.virtual_memory().percent + 8
    limit = b"memory_percent: {below: %d," % percent
    policy.write_bytes(re.sub(rb"memory_percent: \{below: 80,", limit, re.sub(rb"  cpu_percent: .*\n", b"", default_policy())))
    with under_load(host.address, 20) as ended:
        code, said = host.tool("run", bad.tag, "--for", "60s", "--every", "5s")
        load = ended()
    limits = read_policy(policy.read_bytes()).limits
    policy.write_bytes(default_policy())
    samples = [values_of(record.facts) for record in host.records() if record.kind is Kind.SAMPLE]
    seen = [(limit, values.get(limit.metric)) for limit in limits for values in samples]
    broken = {limit.metric.value for limit, value in seen if value is not None and not limit.is_kept(value)}
    assert code == 1, said
    assert load.failed == []
    assert current(host) == before
    kinds = [record.kind for record in host.records()]
    assert Kind.SWITCH in kinds
    assert Kind.ROLLBACK in kinds
    assert bad.detected_at in broken


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("then", ["resume", "abort"])
def test_a_killed_tool_leaves_a_service_that_answers(host: DrilledHost, step: str, then: str) -> None:
    (host.root / "smoke.yaml").write_bytes(FAST_FLOW)
    before = current(host)
    with under_load(host.address, 20) as ended:
        process = host.start("deploy", "v0.1.3")
        assert process.stdout is not None
        with process:
            for line in process.stdout:
                if f"… {step}" in line:
                    process.kill()
                    break
        code, said = host.tool(then)
        assert code == 0, said
        after = current(host)
        if then == "resume":
            assert host.tool("rollback")[0] == 0
        load = ended()
    assert load.failed == []
    assert (after, current(host)) == ("v0.1.3" if then == "resume" else before, before)
    records = host.records()
    assert len([record for record in records if record.kind is Kind.GAP]) == 1
    ended_as = next(record.facts["outcome"] for record in records if record.kind is Kind.ENDED)
    assert ended_as == ("deployed" if then == "resume" else "aborted")


def test_the_evidence_of_all_releases_is_sound(host: DrilledHost) -> None:
    key = read_public_key(public_path(host.host.key))
    assert {attempt.folder.name: verified(attempt.folder, key).findings for attempt in host.attempts()} == {
        attempt.folder.name: () for attempt in host.attempts()
    }
