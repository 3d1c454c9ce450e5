"""A month of a host: looks are taken from every log of it, where they are believed; record and report say what was compared."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bokgi.errors.base import Language
from bokgi.operations.evidence_log import EvidenceLog, MachineClock
from bokgi.operations.host_folder import HostFolder
from bokgi.operations.host_settings import HostSettings
from bokgi.operations.policy import Metric, default_policy, read_policy
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing.month import review_month
from bokgi.operations.releasing.site import Site
from bokgi.operations.report import assessed, render
from bokgi.operations.repository import Tagged
from bokgi.operations.seals import read_signer, seal
from bokgi.operations.smoke import read_flow
from bokgi.operations.verification import verified
from tests.operations.recorded_release import WELL

NOW = datetime(2026, 11, 28, 3, 0, tzinfo=UTC)
OLD, NEW = "0001-v1.0.0-aaaaaaaa", "0002-v1.1.0-bbbbbbbb"


class DatedClock(MachineClock):
    """Stands at an instant."""

    def __init__(self, instant: datetime) -> None:
        self.boot_id, self.instant = "boot-1", instant

    def now(self) -> datetime:
        return self.instant


def record_days(log: EvidenceLog, clock: DatedClock, first: datetime, days: int, seconds: float) -> None:
    for number in range(days):
        clock.instant = first + timedelta(days=number)
        values = {**WELL, Metric.API_TIME: seconds, Metric.DISK: 30.0}
        run = {"status": "completed", "seconds": 0.5}
        seen = {"flow": "passed", "log": {"requests": 4000}}
        log.append(Kind.DAILY, day=clock.instant.date().isoformat(), outcome="passed", seen=seen, values=values, small_run=run)


@dataclass(frozen=True)
class Held:
    """A host with two releases: one served the month before, the other this one."""

    host: HostFolder
    site: Site


@pytest.fixture(params=[0.012])
def held(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Held]:
    host = HostFolder.made(tmp_path / "host", HostSettings(str(tmp_path), tmp_path / "home"))
    signer, policy = read_signer(host.key), default_policy()
    releases = ((OLD, "v1.0.0", NOW - timedelta(days=60), 0.012), (NEW, "v1.1.0", NOW - timedelta(days=29), request.param))
    for name, tag, first, seconds in releases:
        clock = DatedClock(first)
        with EvidenceLog(host.evidence / name, clock) as log:
            log.append(Kind.BEGUN, tag=tag, commit=name[-8:], tree="", version=tag[1:], operator="kim", host="host-1")
            log.append(Kind.POLICY, policy_sha256=log.keep_body(policy))
            record_days(log, clock, first, 29, seconds)
            seal(log, signer, "daily", tag, name[-8:])
    with EvidenceLog(host.evidence / NEW, DatedClock(NOW)) as log:
        tagged = Tagged("v1.1.0", NEW[-8:], "")
        yield Held(host, Site(host, cast("Any", None), cast("Any", None), tagged, log, signer, read_policy(policy), read_flow()))


def recorded(held: Held) -> dict[str, Any]:
    read = verified(held.site.log.folder, held.site.signer.public_key)
    (record,) = read.of_kind(Kind.MONTHLY)
    assert read.is_believed(record)
    return dict(record.facts)


def test_two_releases_are_two_months_of_one_host(held: Held) -> None:
    assert review_month(held.site, NOW) is Outcome.PASSED
    facts = recorded(held)
    figures = {each["name"]: each for each in facts["figures"]}
    assert facts["standing"] == "well"
    assert (figures[Metric.API_TIME]["before"], figures[Metric.API_TIME]["now"]) == (0.012, 0.012)
    assert (figures["run_seconds"]["now"], figures[Metric.SERVER_ERRORS]["now"]) == (0.5, 0.0)
    assert {source["log"] for source in facts["sources"]} == {OLD, NEW}
    assert facts["periods"]["now"] == ["2026-10-28", "2026-11-29"]


@pytest.mark.parametrize("held", [0.05], indirect=True)
def test_a_month_that_became_slow_has_not_passed_and_the_report_says_where(held: Held) -> None:
    assert review_month(held.site, NOW) is Outcome.NOT_CHECKED
    assert recorded(held)["standing"] == "worse"
    found = assessed(verified(held.site.log.folder, held.site.signer.public_key))
    korean, english = (render(found, language) for language in (Language.KOREAN, Language.ENGLISH))
    assert "월간 성능 분석(2026-11-28): 나빠짐" in korean
    assert "API time p95 (s) | 0.012 | 0.05 |" in english


def test_days_that_are_not_believed_do_not_count(held: Held) -> None:
    place = held.host.evidence / OLD / "evidence.jsonl"
    lines = place.read_bytes().splitlines(keepends=True)
    lines[15] = lines[15].replace(b"0.012", b"0.011")
    place.write_bytes(b"".join(lines))
    assert review_month(held.site, NOW) is Outcome.NOT_CHECKED
    facts = recorded(held)
    assert facts["standing"] == "not_enough_data"
    assert next(source for source in facts["sources"] if source["log"] == OLD)["not_believed"] > 0
