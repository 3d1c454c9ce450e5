"""Fetching for the service: what sources there are, starting a fetch as a job, and the schedules.

Convention: a fetch is an import whose bars come from a source instead of a file; it stands in the same list, with `fetch` in its hints.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.config.settings import Settings
from bokgi.data.master import Master
from bokgi.data.sources.registry import SOURCE_NAMES, source_named
from bokgi.data.sources.words import codes_of_words
from bokgi.data.store import Store
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FetchCancelled, FieldMissing, ImportNotCancellable, UploadUnknown
from bokgi.errors.sources import IntervalNotOffered
from bokgi.jobs.port import ASIDE, Job, JobQueue
from bokgi.records.imports import ImportRow, ImportRows
from bokgi.services.data_library import IMPORT
from bokgi.services.fetch_schedules import USUAL_TIME, Schedule, Schedules
from bokgi.services.held_work import checked_choice, decided_rows, held_rows
from bokgi.services.import_entries import error_json
from bokgi.services.shelf import Shelves

STORED, LIST = "stored", "list:"
"""Words for stocks: all that are stored at the interval; the members of a list, `list:KOSPI200`."""
MOST_STOCKS = 5_000


class Fetches:
    """The fetches of one installation."""

    def __init__(self, settings: Settings, shelves: Shelves, rows: ImportRows, queue: JobQueue) -> None:
        self._settings, self._shelves, self._rows, self._queue = settings, shelves, rows, queue
        self._schedules = Schedules(settings.home)

    def sources(self) -> list[dict[str, Any]]:
        """Every source, with what it has, and why it cannot be asked where it cannot."""
        return [_source_json(name, self._settings) for name in SOURCE_NAMES]

    def start(self, profile: str, source: str, interval: str, stocks: Sequence[str]) -> ImportRow:
        """Check what is asked for, store it and queue it.

        Raises
        ------
        SourceUnknown, IntervalNotOffered, NameNotFound, FieldMissing, FieldInvalid, UnknownInterval, NoBarsStored
        """
        chosen, words = self._checked(profile, source, interval, stocks)
        return self._started(profile, source, chosen, words)

    def cancel(self, number: str) -> ImportRow:
        """End a fetch: what was fetched stays, and a worker asks nothing more after the question that is on its way.

        A fetch that has ended stays as it is.

        Raises
        ------
        UploadUnknown, ImportNotCancellable
        """
        row = self._rows.get(number)
        if row is None:
            raise UploadUnknown(number)
        if fetch_of(row) is None:
            raise ImportNotCancellable(number)
        cancelled = self._rows.cancel(number, error_json(FetchCancelled()))
        if cancelled is not None:
            self._queue.cancel(number)
        return cancelled or self._rows.get(number) or row

    def held(self) -> list[dict[str, Any]]:
        """Answers that are kept beside the store because they contradict it, each with what it would change."""
        return held_rows(self._shelves.user)

    def decided(self) -> list[dict[str, Any]]:
        """The last decisions about held answers, the newest first."""
        return decided_rows(self._shelves.user)

    def decide_held(self, profile: str, source: str, interval: str, code: str, decision: str, sha256: str) -> ImportRow:
        """Queue a decision about the held answer with this SHA-256; a worker carries it out.

        Raises
        ------
        NothingHeld, HeldChanged, FieldInvalid
        """
        asked = checked_choice(self._settings.home, source, interval, code, decision, sha256)
        row = self._rows.add(profile, f"{source} {interval}: {code}", "", {"held": asked}, 0)
        self._queue.enqueue(import_job(row))
        return row

    def schedules(self) -> tuple[Schedule, ...]:
        """All schedules."""
        return self._schedules.all()

    def add_schedule(self, profile: str, source: str, interval: str, stocks: Sequence[str], at: str | None) -> Schedule:
        """Keep a schedule; see `start` for what is refused."""
        chosen, words = self._checked(profile, source, interval, stocks)
        return self._schedules.add(profile, source, str(chosen), words, at or USUAL_TIME)

    def remove_schedule(self, number: str) -> None:
        """Forget a schedule."""
        self._schedules.remove(number)

    def start_due(self) -> int:
        """Queue what is due today; called by the rounds of a worker."""
        return self._schedules.start_due(
            lambda each: self._started(each.profile, each.source, Interval.from_text(each.interval), each.stocks)
        )

    def _checked(self, profile: str, source: str, interval: str, stocks: Sequence[str]) -> tuple[Interval, tuple[str, ...]]:
        asked, chosen = source_named(source, self._settings), Interval.from_text(interval)
        if chosen not in asked.intervals():
            raise IntervalNotOffered(source, str(chosen), [str(each) for each in asked.intervals()])
        if not stocks:
            raise FieldMissing("stocks")
        if len(stocks) > MOST_STOCKS:
            raise FieldInvalid("stocks", len(stocks), f"at most {MOST_STOCKS:,}", f"{MOST_STOCKS:,}개까지")
        shelf = self._shelves.of(profile)
        if tuple(stocks) == (STORED,) or (len(stocks) == 1 and stocks[0].startswith(LIST)):
            codes_to_fetch(stocks, shelf.store, shelf.master, chosen)
            return chosen, tuple(stocks)
        return chosen, codes_of_words(shelf.store, shelf.master, stocks, chosen)

    def _started(self, profile: str, source: str, interval: Interval, words: tuple[str, ...]) -> ImportRow:
        shown = ", ".join(words[:3]) + (f" (+{len(words) - 3})" if len(words) > 3 else "")
        hints = {"fetch": {"source": source, "interval": str(interval), "stocks": list(words)}}
        row = self._rows.add(profile, f"{source} {interval}: {shown}", "", hints, 0)
        self._queue.enqueue(import_job(row))
        return row


def codes_to_fetch(words: Sequence[str], store: Store, master: Master, interval: Interval) -> tuple[str, ...]:
    """Codes of what was asked for, as they are today: `stored` and lists may have changed since.

    Raises
    ------
    NoBarsStored, FieldInvalid
    """
    if tuple(words) == (STORED,):
        return codes_of_words(store, master, (), interval)
    if len(words) == 1 and words[0].startswith(LIST):
        name = words[0].removeprefix(LIST)
        members = master.members(name)
        if not members:
            raise FieldInvalid("stocks", words[0], "a list that was imported, such as list:KOSPI200", "가져온 목록(예: list:KOSPI200)")
        return members
    return tuple(words)


def _source_json(name: str, settings: Settings) -> dict[str, Any]:
    source = source_named(name, settings)
    problem: BokgiError | None = None
    try:
        source.check_ready()
    except BokgiError as error:
        problem = error
    said = None if problem is None else {"korean": problem.sentence(Language.KOREAN), "english": problem.sentence()}
    return {"name": name, "intervals": [str(each) for each in source.intervals()], "problem": said}


def fetch_of(row: ImportRow) -> Mapping[str, Any] | None:
    """What a row asks to fetch; None where it is an uploaded file."""
    asked = row.hints.get("fetch")
    return asked if isinstance(asked, Mapping) and not row.path else None


def import_job(row: ImportRow) -> Job:
    """The job of an import; a fetch waits for its source most of the time, and keeps no run from being computed."""
    return Job(row.id, IMPORT, {} if fetch_of(row) is None else {ASIDE: True})
