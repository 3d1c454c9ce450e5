"""Whether completed results are still there and still the same: asked over HTTP, hashed anew on the disk, counted in the database.

Convention: the set is chosen in the plan, of the release that is live then, and grows with every look; what was recorded of a result holds
for all later looks. A result that a person deleted meanwhile, or whose time was over, is not lost; the log says so.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bokgi.errors.base import BokgiError
from bokgi.operations.asking import Asked, Asker
from bokgi.operations.evidence_log import Record, hash_of
from bokgi.operations.record_kinds import Kind

if TYPE_CHECKING:
    from bokgi.records.runs import RunRows

PROFILES = ("default", "smoke")
KEPT_OF_A_PROFILE = 10


@dataclass(frozen=True)
class KeptResults:
    """hashes : SHA-256 of each result's body by its id; empty of one that is named as completed and was not given"""

    hashes: Mapping[str, str]

    @classmethod
    def chosen(cls, asker: Asker) -> "KeptResults":
        """The newest completed results of each profile, as they are now."""
        ids = [run for profile in PROFILES for run in _completed(asker, profile)]
        answers = {run: asker.get(f"/api/backtest/result/{run}") for run in ids}
        return cls({run: hash_of(answer.body) if answer.status == 200 else "" for run, answer in answers.items()})

    @property
    def given(self) -> dict[str, str]:
        """Those of which a body was seen."""
        return {run: sha256 for run, sha256 in self.hashes.items() if sha256}

    def since(self, recorded: Mapping[str, str]) -> "KeptResults":
        """These, and those that were recorded before as they were then."""
        return KeptResults({**self.hashes, **recorded})

    def lost(self, asker: Asker, home: Path | None, deleted: Collection[str]) -> dict[str, str]:
        """What is not as it was: ids with the reason."""
        return dict(self._lost(asker, home, deleted))

    def _lost(self, asker: Asker, home: Path | None, deleted: Collection[str]) -> Iterator[tuple[str, str]]:
        from bokgi.reports.result_folder import check_result  # slow to import, and most commands of a release look at no result

        for run, sha256 in self.hashes.items():
            if run in deleted:
                continue
            answer = asker.get(f"/api/backtest/result/{run}")
            if answer.status != 200:
                yield run, f"status {answer.status}"
            elif hash_of(answer.body) != sha256:
                yield run, "another body"
            elif home is not None:
                try:
                    check_result(home / "results" / run)
                except BokgiError as error:
                    yield run, str(error)


def recorded_results(records: Iterable[Record]) -> dict[str, str]:
    """What the plan, the samples and the days of a release recorded of results; the first word on each of them holds."""
    found: dict[str, str] = {}
    for record in records:
        seen = record.facts.get("seen" if record.kind is Kind.CHECK else "results")
        hashes = seen.get("hashes") if isinstance(seen, Mapping) else None
        if record.kind in (Kind.CHECK, Kind.SAMPLE, Kind.DAILY) and isinstance(hashes, Mapping):
            found = {**hashes, **found}
    return found


def _completed(asker: Asker, profile: str) -> list[str]:
    path = f"/api/backtests?status=completed&page_size={KEPT_OF_A_PROFILE}"
    body = asker.ask(Asked("GET", path, {"X-Bokgi-Profile": profile})).json()
    rows = body.get("backtests") if isinstance(body, dict) else None
    return [str(row["backtest_id"]) for row in rows or [] if isinstance(row, dict) and "backtest_id" in row]


@contextmanager
def run_rows(records_url: str) -> "Iterator[RunRows]":
    """The rows of runs of a service, while the block runs.

    Raises
    ------
    DatabaseUnavailable
    """
    from bokgi.records.database import Database  # slow to import, and most commands of a release open no database
    from bokgi.records.runs import RunRows

    database = Database.open(records_url)
    try:
        yield RunRows(database)
    finally:
        database.close()


def rows_and_answers(asker: Asker, records_url: str) -> dict[str, Any]:
    """Completed runs in the database, before and after asking, and over HTTP: the answer must lie between the two.

    Raises
    ------
    DatabaseUnavailable
    """
    from bokgi.records.run_row import RunState  # slow to import

    with run_rows(records_url) as rows:
        before = rows.page(profile="default", status=RunState.COMPLETED, page_size=1).total
        body = asker.ask(Asked("GET", "/api/backtests?status=completed&page_size=1", {"X-Bokgi-Profile": "default"})).json()
        after = rows.page(profile="default", status=RunState.COMPLETED, page_size=1).total
    told = body.get("total") if isinstance(body, dict) else None
    low, high = sorted((before, after))
    return {"rows": after, "answered": told, "agrees": isinstance(told, int) and low <= told <= high}
