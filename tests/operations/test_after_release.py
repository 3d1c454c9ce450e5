"""The check of a day and the review of a week, over a real service whose slots are only named."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

import bokgi
from bokgi.config.commit import own_commit
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.policy import Metric, Policy, default_policy, read_policy
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.after_release import broken_limits, check_day, review_week
from bokgi.operations.releasing.people import record_history, tell_people
from bokgi.operations.releasing.quarter import check_quarter
from bokgi.operations.releasing.site import Site
from bokgi.operations.repository import Tagged
from bokgi.operations.seals import read_signer
from bokgi.operations.slots.control import HolderReport
from bokgi.operations.smoke import read_flow
from tests.architecture.source_tree import ROOT
from tests.cli.service_process import ServiceProcess
from tests.operations.recorded_release import WELL
from tests.operations.test_watch import lenient

NOW = datetime(2026, 11, 29, 1, 0, tzinfo=UTC)


@dataclass(frozen=True)
class NamedHolder:
    """Says where the service answers; there are no slots to order about."""

    address: str
    pid: int

    def report(self) -> HolderReport:
        return HolderReport(self.pid, self.address, None, None, {})


@pytest.fixture
def site(served: ServiceProcess, tmp_path: Path) -> Iterator[Site]:
    host = HostFolder.made(tmp_path / "host", HostSettings(str(tmp_path / "repository"), served.home))
    tagged = Tagged(f"v{bokgi.__version__}", own_commit(), "")
    log_of_slot = served.home / "logs" / f"slot-{tagged.name}.log"
    if not log_of_slot.is_symlink():
        log_of_slot.symlink_to(served.home / "logs" / "serve.log")
    with EvidenceLog(host.evidence / f"0001-{tagged.name}") as log:
        log.append(Kind.BEGUN, tag=tagged.tag, commit=tagged.commit, tree="", version=tagged.version, operator="kim", host="host-1")
        policy = log.keep_body(default_policy())
        log.append(Kind.POLICY, policy_sha256=policy)
        holder = cast("Any", NamedHolder(served.address, served.process.pid))
        yield Site(host, cast("Any", None), holder, tagged, log, read_signer(host.key), lenient(), read_flow())


def records_of(site: Site) -> list[Record]:
    return [Record.from_line(line) for line in (site.log.folder / "evidence.jsonl").read_bytes().splitlines()]


@pytest.mark.slow
def test_a_day_is_checked_and_a_week_with_missed_days_is_not_decided(site: Site) -> None:
    now = NOW
    outcome = check_day(site, now)
    records = records_of(site)
    (daily,) = (record for record in records if record.kind is Kind.DAILY)
    assert outcome is Outcome.PASSED, daily.facts
    assert (daily.facts["day"], daily.facts["seen"]["flow"], daily.facts["seen"]["feedback_read"]) == ("2026-11-29", "passed", True)
    assert daily.facts["values"][Metric.API_TIME] > 0
    assert daily.facts["results"]["checked"] >= 1
    assert daily.facts["small_run"]["status"] == "completed"
    assert daily.facts["seen"]["log"]["requests"] > 10
    assert {record.facts["source"] for record in records if record.kind is Kind.FEEDBACK} == {"form"}
    assert review_week(site, now) is Outcome.NOT_CHECKED
    (weekly,) = (record for record in records_of(site) if record.kind is Kind.WEEKLY)
    compared = {row["name"]: row for row in weekly.facts["compared"]}
    assert compared[Metric.API_TIME]["week"] > 0
    assert compared[Metric.API_TIME]["release_day"] is None


@pytest.mark.slow
def test_each_part_of_the_security_check_is_recorded_with_what_it_saw(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")  # no pip-audit, whatever this machine has
    site.folder(site.tagged.name).symlink_to(ROOT)
    settings = replace(site.host.settings, environment=Path(sys.executable))
    outcome = check_quarter(replace(site, host=replace(site.host, settings=settings)), NOW)
    (quarterly,) = (record for record in records_of(site) if record.kind is Kind.QUARTERLY)
    checks = {check["name"]: check for check in quarterly.facts["checks"]}
    assert checks.keys() == {"packages", "known_faults", "age_of_locks", "python", "running", "rights", "listening", "answers"}
    assert outcome is not Outcome.PASSED  # nobody looked for known faults
    assert checks["known_faults"]["outcome"] == checks["age_of_locks"]["outcome"] == "not_checked"
    assert {name: checks[name]["seen"] for name in ("python", "answers", "listening") if checks[name]["outcome"] != "passed"} == {}
    assert checks["packages"]["seen"]["locked"] > 30
    assert set(checks["answers"]["seen"].keys()) >= {"page_sha256", "strange_host_sha256"}
    assert all((site.log.folder / "bodies" / sha256).is_file() for sha256 in quarterly.cited)


def test_history_and_plans_are_recorded_as_they_are(site: Site) -> None:
    (site.host.root / "planned.yaml").write_text("- {tag: v9.0.0, day: 2027-01-15, words: 새 화면}\n", encoding="utf-8")
    record_history(site)
    facts = records_of(site)[-1].facts
    assert facts == {"releases": [], "planned": [{"tag": "v9.0.0", "day": "2027-01-15", "words": "새 화면"}]}


def test_channels_that_cannot_be_used_are_recorded_and_stop_nothing(site: Site) -> None:
    (site.host.root / "channels.yaml").write_text("notices: {webhook: {address: x}}\n")
    tell_people(site, "x")
    record = records_of(site)[-1]
    assert (record.kind, record.facts["outcome"]) == (Kind.ANCHOR, "failed")


def strict() -> Policy:
    return read_policy(default_policy())


@pytest.mark.parametrize(
    ("values", "broken", "unmeasured"),
    [
        ({}, [], []),
        ({Metric.SERVER_ERRORS: 1.0}, ["server_errors"], []),
        ({Metric.LOG_WARNINGS: 1000.0}, [], []),
        ({Metric.CPU: None}, [], ["cpu_percent"]),
    ],
)
def test_a_day_breaks_the_limits_that_take_a_release_back(
    values: dict[str, float | None], broken: list[str], unmeasured: list[str]
) -> None:
    assert broken_limits(strict(), {**WELL, **values}) == (broken, unmeasured)
