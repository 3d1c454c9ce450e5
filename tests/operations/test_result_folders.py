"""A completed run whose folder is gone is lost, however old it is; one that is being deleted or replaced is not."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.operations.evidence_log import LOG_NAME, EvidenceLog, Record
from bokgi.operations.record_kinds import Kind
from bokgi.operations.watch.result_folders import GONE, folders_gone, recorded_gone
from bokgi.records.runs import Outcome, RunState
from bokgi.reports.result_files import BEFORE_PREFIX
from tests.services.service_parts import RELEASE, Parts, parts_in


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path, {"005930": 70_000.0})
    yield made
    made.database.close()


@pytest.fixture
def runs(parts: Parts) -> list[str]:
    """Thirty completed runs with folders, and one that waits."""
    ids = []
    for seed in range(30):
        run = parts.runs.start({"strategy": "buy_and_hold", "stock_codes": ["005930"], "seed": seed}, profile="default").run.id
        taken = parts.rows.claim(run, "w1", RELEASE)
        assert taken is not None
        parts.rows.finish(run, taken.attempt, Outcome(RunState.COMPLETED, result_hash="0" * 64))
        (parts.home / "results" / run).mkdir(parents=True)
        ids.append(run)
    parts.runs.start({"strategy": "buy_and_hold", "stock_codes": ["005930"], "seed": 99}, profile="default")
    return ids


def gone_of(parts: Parts) -> frozenset[str]:
    return folders_gone(f"sqlite:///{parts.home / 'bokgi.sqlite3'}", parts.home, wait=lambda _seconds: None)


def test_the_oldest_of_many_is_missed_as_the_newest_is(parts: Parts, runs: list[str]) -> None:
    assert gone_of(parts) == frozenset()
    for run in (runs[0], runs[-1]):
        shutil.rmtree(parts.home / "results" / run)
    assert gone_of(parts) == {runs[0], runs[-1]}
    shutil.rmtree(parts.home / "results")
    assert gone_of(parts) == set(runs)


def test_a_result_that_is_replaced_stands_aside_and_one_that_is_deleted_has_no_row_at_the_second_look(
    parts: Parts, runs: list[str]
) -> None:
    results = parts.home / "results"
    (results / runs[0]).rename(results / f"{BEFORE_PREFIX}{runs[0]}")
    assert gone_of(parts) == frozenset()
    shutil.rmtree(results / runs[1])
    url = f"sqlite:///{parts.home / 'bokgi.sqlite3'}"

    def deleted_meanwhile(_seconds: float) -> None:
        assert parts.rows.delete(runs[1])

    assert folders_gone(url, parts.home, wait=deleted_meanwhile) == frozenset()


def test_what_was_gone_when_the_release_was_planned_is_known_from_its_records(tmp_path: Path) -> None:
    with EvidenceLog(tmp_path) as log:
        log.append(Kind.CHECK, name="results", outcome="passed", seen={"hashes": {}, GONE: ["bt-2026-11-20-001"]})
        log.append(Kind.CHECK, name="space", outcome="passed", seen={})
    records = [Record.from_line(line) for line in (tmp_path / LOG_NAME).read_bytes().splitlines()]
    assert recorded_gone(records) == {"bt-2026-11-20-001"}
    assert recorded_gone([]) == frozenset()
