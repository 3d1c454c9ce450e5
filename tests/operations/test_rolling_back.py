"""A rollback by hand looks at what serves again; what it finds undoes nothing and is told as it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.cli.release_words import told_back
from bokgi.errors.observation import FlowRefused
from bokgi.operations.host_state import HostState, read_host_state
from bokgi.operations.record_kinds import Kind, Outcome
from bokgi.operations.releasing import rolling_back
from bokgi.operations.releasing.release import Goal
from bokgi.operations.releasing.rolling_back import RolledBack, roll_back
from bokgi.operations.releasing.site import Site
from bokgi.operations.report import assessed
from bokgi.operations.report.claims import Tick
from bokgi.operations.slots.slot_state import Phase
from bokgi.operations.smoke import read_flow
from bokgi.operations.verification import verified
from tests.operations.named_host import NEW, OLD, NamedHolder, answering, named_site, records_of

LIVE = HostState(NEW.name, OLD.name)
FLOW = b"""
name: user
budget_seconds: 20
steps:
  - {name: health, korean: health, english: health, get: /api/health, expect: {status: 200, json: {version: {equals: "WANTED"}}}}
"""


@pytest.fixture
def holder() -> Iterator[NamedHolder]:
    made = NamedHolder(wanted=NEW.name, slots={NEW.name: Phase.TAKING, OLD.name: Phase.STANDBY})
    with answering(made):
        yield made


def rolled(root: Path, holder: NamedHolder, wanted: str) -> tuple[RolledBack, Site]:
    with named_site(root, holder, NEW, Goal.DEPLOY, LIVE) as site:
        flow = read_flow(FLOW.replace(b"WANTED", wanted.encode()), "smoke.yaml")
        object.__setattr__(site, "flow", flow)
        return roll_back(site, OLD.name), site


def claim(site: Site) -> Tick:
    found = assessed(verified(site.log.folder, site.signer.public_key))
    return next(each.tick for each in found.claims if each.key == "rolled_back_smoke")


@pytest.mark.parametrize(
    ("wanted", "flow", "code", "tick"), [("1.1.0", Outcome.PASSED, 0, Tick.HOLDS), ("9.9.9", Outcome.FAILED, 4, Tick.FAILS)]
)
def test_what_serves_again_is_looked_at_and_stays_whatever_is_found(
    tmp_path: Path, holder: NamedHolder, wanted: str, flow: Outcome, code: int, tick: Tick
) -> None:
    done, site = rolled(tmp_path / "host", holder, wanted)
    assert (done.has_moved, done.is_healthy, done.flow, told_back(done)) == (True, True, flow, code)
    assert (holder.wanted, read_host_state(tmp_path / "host").current) == (OLD.name, OLD.name)
    (smoke,) = records_of(site, Kind.SMOKE)
    (rollback,) = records_of(site, Kind.ROLLBACK)
    assert (smoke.facts["stage"], smoke.facts["outcome"]) == ("rolled_back", flow)
    assert (rollback.facts["outcome"], rollback.seq < smoke.seq) == ("passed", True)
    assert flow in done.words
    assert claim(site) is tick


def test_an_unhealthy_release_that_serves_again_is_not_called_well_whatever_its_flow(tmp_path: Path, holder: NamedHolder) -> None:
    holder.unhealthy = frozenset({OLD.name})
    done, _ = rolled(tmp_path / "host", holder, "1.1.0")
    assert (done.has_moved, done.is_healthy, done.outcome, told_back(done)) == (True, False, Outcome.FAILED, 4)
    assert "not healthy" in done.words


def test_a_rollback_that_changed_nothing_looks_at_nothing(tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rolling_back, "go_back", lambda _site, _target: False)
    done, site = rolled(tmp_path / "host", holder, "1.1.0")
    assert (done.has_moved, told_back(done), records_of(site, Kind.SMOKE)) == (False, 1, [])
    assert holder.wanted == NEW.name


def test_a_flow_that_cannot_be_gone_leaves_the_rollback_unchecked(
    tmp_path: Path, holder: NamedHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_words: object, **_more: object) -> Outcome:
        raise FlowRefused("smoke.yaml", "steps", "there are none")

    monkeypatch.setattr(Site, "smoke", refused)
    done, _ = rolled(tmp_path / "host", holder, "1.1.0")
    assert (done.has_moved, done.outcome, told_back(done)) == (True, Outcome.NOT_CHECKED, 3)
