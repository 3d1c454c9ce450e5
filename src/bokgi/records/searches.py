"""Rows of searches and of the parts that workers share.

Convention: a part is taken by a lane, the job that works on it; a job that is started anew first gives back what the one before it left
unfinished. Every taking raises the part's `attempt`, and whoever works writes with it, so a worker that was given up changes nothing, and
takes nothing from the one who follows it. Counters of a search are the sums over its parts and never fall.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Row, and_, case, delete, func, insert, select, update

from bokgi.errors.records import RecordMalformed, SearchStillActive
from bokgi.records.columns import is_storable
from bokgi.records.counters import last_number, next_number
from bokgi.records.database import Database
from bokgi.records.run_row import FINISHED, UNFINISHED, RunState
from bokgi.records.tables import SEARCH_PARTS, SEARCHES

_SEOUL = ZoneInfo("Asia/Seoul")
_ORDER = "searches"
FAILURE_COUNTER = "searches_failed"
_PARTS = SEARCH_PARTS.c


@dataclass(frozen=True, slots=True)
class NewSearch:
    """A search as it is asked for; bounds : first and end of each part's instruments; lanes : jobs that share it"""

    profile: str
    origin: str
    stock_mode: str
    strategy: str
    request: Mapping[str, Any]
    resolved: Mapping[str, Any]
    data_versions: Mapping[str, int]
    release: str
    total_symbols: int
    bounds: Sequence[tuple[int, int]]
    lanes: int


@dataclass(frozen=True, slots=True)
class SearchRow:
    """One search with the sums over its parts."""

    id: str
    order_number: int
    profile: str
    origin: str
    status: RunState
    strategy: str
    stock_mode: str
    request: Mapping[str, Any]
    resolved: Mapping[str, Any]
    data_versions: Mapping[str, int]
    release: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    lanes: int
    total_symbols: int
    cancel_requested_at: datetime | None
    partial: bool
    headline: Mapping[str, Any]
    result_hash: str | None
    error: Mapping[str, Any] | None
    completed_symbols: int = 0
    trials: int = 0
    elapsed_seconds: float = 0.0
    current_code: str = ""

    @property
    def percent(self) -> int:
        """Share of the instruments that are searched; 100 only once the result is stored."""
        if self.status is RunState.COMPLETED:
            return 100
        return min(99, 100 * self.completed_symbols // self.total_symbols) if self.total_symbols else 0

    @property
    def lane_ids(self) -> tuple[str, ...]:
        """Ids of its jobs."""
        return tuple(f"{self.id}.{lane}" for lane in range(self.lanes))


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part that was taken: instruments [first_symbol, end_symbol) of the search."""

    search_id: str
    number: int
    first_symbol: int
    end_symbol: int
    attempt: int
    elapsed_seconds: float


@dataclass(frozen=True, slots=True)
class SearchEnd:
    """How a search ended."""

    status: RunState
    headline: Mapping[str, Any]
    result_hash: str | None = None
    partial: bool = False
    error: Mapping[str, Any] | None = None


_OWN = tuple(each.name for each in fields(SearchRow) if each.name in SEARCHES.c)
_SUMS = ("completed_symbols", "trials", "elapsed_seconds")


def search_counter(day: str) -> str:
    """Name of the counter of a day's searches."""
    return f"search:{day}"


class SearchRows:
    """The searches of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._database = database
        self._clock = clock

    def add(self, new: NewSearch) -> SearchRow:
        """Store a search with its parts; it is on the disk when this returns."""
        at = self._clock()
        day = at.astimezone(_SEOUL).date().isoformat()
        with self._database.writing() as connection:
            order = next_number(connection, _ORDER)
            number = next_number(connection, search_counter(day))
            values = {
                name: getattr(new, name) for name in ("profile", "origin", "stock_mode", "strategy", "release", "total_symbols", "lanes")
            }
            values |= {name: dict(getattr(new, name)) for name in ("request", "resolved", "data_versions")}
            values |= {"id": f"se-{day}-{number:03d}", "order_number": order, "status": RunState.QUEUED.value, "created_at": at}
            connection.execute(insert(SEARCHES).values(values))
            parts = [
                {"search_id": values["id"], "number": place, "first_symbol": first, "end_symbol": end}
                for place, (first, end) in enumerate(new.bounds)
            ]
            connection.execute(insert(SEARCH_PARTS), parts)
            found = _one(connection, str(values["id"]))
        assert found is not None
        return found

    # ------------------------------------------------------------ reading

    def get(self, search_id: str) -> SearchRow | None:
        """One search; None where there is none of this id."""
        if not is_storable(search_id):
            return None
        with self._database.reading() as connection:
            return _one(connection, search_id)

    def page(self, profile: str, origin: str, page: int = 1, page_size: int = 50) -> tuple[tuple[SearchRow, ...], int]:
        """The searches of a profile, newest first, and how many there are."""
        mine = and_(SEARCHES.c.profile == profile, SEARCHES.c.origin == origin)
        wanted = select(SEARCHES.c.id).where(mine).order_by(SEARCHES.c.order_number.desc()).limit(page_size).offset((page - 1) * page_size)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(SEARCHES).where(mine)).scalar_one()
            found = [_one(connection, number) for number in connection.execute(wanted).scalars().all()]
        return tuple(row for row in found if row is not None), total

    def unfinished(self) -> tuple[SearchRow, ...]:
        """Queued and running ones, oldest first."""
        wanted = select(SEARCHES.c.id).where(_is_open()).order_by(SEARCHES.c.order_number)
        with self._database.reading() as connection:
            found = [_one(connection, number) for number in connection.execute(wanted).scalars().all()]
        return tuple(row for row in found if row is not None)

    def is_cancel_requested(self, search_id: str) -> bool:
        """Whether workers should stop: somebody cancelled the search, deleted it, or it has ended."""
        with self._database.reading() as connection:
            found = connection.execute(
                select(SEARCHES.c.status, SEARCHES.c.cancel_requested_at).where(SEARCHES.c.id == search_id)
            ).one_or_none()
        return found is None or found.cancel_requested_at is not None or found.status not in {state.value for state in UNFINISHED}

    def has_open_parts(self, search_id: str) -> bool:
        """Whether a part is not completed."""
        return self._has_parts(search_id, _PARTS.status != RunState.COMPLETED.value)

    def has_running_parts(self, search_id: str) -> bool:
        """Whether a lane has a part at this moment."""
        return self._has_parts(search_id, _PARTS.status == RunState.RUNNING.value)

    def _has_parts(self, search_id: str, such: ColumnElement[bool]) -> bool:
        wanted = select(func.count()).where(_PARTS.search_id == search_id, such)
        with self._database.reading() as connection:
            return bool(connection.execute(wanted).scalar_one())

    def versions_in_use(self) -> frozenset[tuple[str, int]]:
        """Every (interval, version) of the bars that a search refers to."""
        with self._database.reading() as connection:
            found = connection.execute(select(SEARCHES.c.data_versions)).scalars()
            return frozenset((interval, version) for versions in found for interval, version in versions.items())

    # ------------------------------------------------------------ work

    def release(self, search_id: str, lane: int) -> None:
        """Let the parts wait that whoever worked on this lane before has left; what it still writes of them changes nothing."""
        left = update(SEARCH_PARTS).where(_PARTS.search_id == search_id, _PARTS.lane == lane, _PARTS.status == RunState.RUNNING.value)
        with self._database.writing() as connection:
            connection.execute(left.values(status=RunState.QUEUED.value))

    def take(self, search_id: str, lane: int, worker_id: str) -> PartRow | None:
        """Take the next part that waits; None where there is none, or the search ended."""
        waits = _PARTS.status == RunState.QUEUED.value
        with self._database.writing() as connection:
            locked = select(SEARCHES.c.id).where(SEARCHES.c.id == search_id, _is_open(), SEARCHES.c.cancel_requested_at.is_(None))
            if connection.execute(locked.with_for_update()).first() is None:
                return None
            wanted = select(_PARTS.number).where(_PARTS.search_id == search_id, waits).order_by(_PARTS.number).limit(1)
            number = connection.execute(wanted).scalar_one_or_none()
            if number is None:
                return None
            values = {"status": RunState.RUNNING.value, "lane": lane, "worker_id": worker_id, "attempt": _PARTS.attempt + 1}
            taken = update(SEARCH_PARTS).where(_PARTS.search_id == search_id, _PARTS.number == number).values(values)
            row = connection.execute(taken.returning(*(_PARTS[name.name] for name in fields(PartRow)))).mappings().one()
            begun = {"status": RunState.RUNNING.value, "started_at": func.coalesce(SEARCHES.c.started_at, self._clock())}
            connection.execute(update(SEARCHES).where(SEARCHES.c.id == search_id).values(begun))
        return PartRow(**row)

    def save_progress(self, part: PartRow, completed: int, trials: int, code: str, elapsed_seconds: float) -> bool:
        """Keep how far a part is; False when the attempt is not the latest one any more."""
        values = {
            "completed_symbols": _never_less(_PARTS.completed_symbols, completed),
            "trials": _never_less(_PARTS.trials, trials),
            "elapsed_seconds": _never_less(_PARTS.elapsed_seconds, elapsed_seconds),
            "current_code": code,
        }
        with self._database.writing(durable=False) as connection:
            return connection.execute(update(SEARCH_PARTS).where(*_is_mine(part)).values(values)).rowcount == 1

    def finish_part(self, part: PartRow, trials: int, code: str, elapsed_seconds: float) -> bool:
        """Say that a part's files are on the disk; False when somebody else has taken it."""
        return self._end_part(part, RunState.COMPLETED, part.end_symbol - part.first_symbol, trials, code, elapsed_seconds)

    def leave_part(self, part: PartRow, completed: int, trials: int, code: str, elapsed_seconds: float) -> bool:
        """Let a part wait again after so many of its stocks: the search was cancelled; False when somebody else has taken it."""
        return self._end_part(part, RunState.QUEUED, completed, trials, code, elapsed_seconds)

    def _end_part(self, part: PartRow, status: RunState, completed: int, trials: int, code: str, elapsed_seconds: float) -> bool:
        values = {
            "status": status.value,
            "completed_symbols": completed,
            "trials": trials,
            "elapsed_seconds": _never_less(_PARTS.elapsed_seconds, elapsed_seconds),
            "current_code": code,
        }
        with self._database.writing() as connection:
            return connection.execute(update(SEARCH_PARTS).where(*_is_mine(part)).values(values)).rowcount == 1

    def reopen(self, search_id: str, numbers: Sequence[int]) -> None:
        """Let parts that are done be searched again; their counters stay, for they never fall."""
        again = update(SEARCH_PARTS).where(
            _PARTS.search_id == search_id, _PARTS.number.in_(numbers), _PARTS.status == RunState.COMPLETED.value
        )
        with self._database.writing() as connection:
            connection.execute(again.values(status=RunState.QUEUED.value))

    def finish(self, search_id: str, end: SearchEnd) -> bool:
        """End a search, once; a failure is counted with it, or neither is written."""
        if not end.status.is_finished:
            raise RecordMalformed(f"a search cannot end as {end.status}")
        values = {
            "status": end.status.value,
            "headline": dict(end.headline),
            "result_hash": end.result_hash,
            "partial": end.partial,
            "error": None if end.error is None else dict(end.error),
            "finished_at": self._clock(),
        }
        with self._database.writing() as connection:
            is_ended = connection.execute(update(SEARCHES).where(SEARCHES.c.id == search_id, _is_open()).values(values)).rowcount == 1
            if is_ended and end.status is RunState.FAILED:
                next_number(connection, FAILURE_COUNTER)
            return is_ended

    def failures(self) -> int:
        """How many searches have failed since the database counts them, whether their rows are still there or not; never falls."""
        with self._database.reading() as connection:
            return last_number(connection, FAILURE_COUNTER)

    def request_cancel(self, search_id: str) -> SearchRow | None:
        """Ask for the end: a queued search is cancelled at once, a running one told, a finished one left alone; None when unknown."""
        at = self._clock()
        is_queued = SEARCHES.c.status == RunState.QUEUED.value
        values = {
            "status": case((is_queued, RunState.CANCELLED.value), else_=SEARCHES.c.status),
            "finished_at": case((is_queued, at), else_=SEARCHES.c.finished_at),
            "cancel_requested_at": func.coalesce(SEARCHES.c.cancel_requested_at, at),
        }
        with self._database.writing() as connection:
            connection.execute(update(SEARCHES).where(SEARCHES.c.id == search_id, _is_open()).values(values))
        return self.get(search_id)

    # ------------------------------------------------------------ deleting

    def delete(self, search_id: str) -> bool:
        """Delete a search that has ended; False when there is none.

        Raises
        ------
        SearchStillActive
        """
        ended = SEARCHES.c.status.in_([state.value for state in FINISHED])
        with self._database.writing() as connection:
            connection.execute(
                delete(SEARCH_PARTS).where(_PARTS.search_id.in_(select(SEARCHES.c.id).where(SEARCHES.c.id == search_id, ended)))
            )
            if connection.execute(delete(SEARCHES).where(SEARCHES.c.id == search_id, ended)).rowcount:
                return True
            status = connection.execute(select(SEARCHES.c.status).where(SEARCHES.c.id == search_id)).scalar_one_or_none()
        if status is not None:
            raise SearchStillActive(search_id, status)
        return False

    def expired(self, now: datetime, keep_days: int = 30, keep_last: int = 100) -> tuple[str, ...]:
        """Ids of searches that may go: ended longer ago than the days and not among the last ones of their profile."""
        place = func.row_number().over(partition_by=(SEARCHES.c.profile, SEARCHES.c.origin), order_by=SEARCHES.c.order_number.desc())
        placed = select(SEARCHES.c.id, SEARCHES.c.status, SEARCHES.c.finished_at, place.label("place")).subquery().c
        has_ended = placed.status.in_([state.value for state in FINISHED])
        wanted = select(placed.id).where(has_ended, placed.finished_at < now - timedelta(days=keep_days), placed.place > keep_last)
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())


def _one(connection: Connection, search_id: str) -> SearchRow | None:
    row = connection.execute(select(*(SEARCHES.c[name] for name in _OWN)).where(SEARCHES.c.id == search_id)).mappings().one_or_none()
    if row is None:
        return None
    sums = select(*(func.coalesce(func.sum(_PARTS[name]), 0).label(name) for name in _SUMS)).where(_PARTS.search_id == search_id)
    added = connection.execute(sums).one()
    latest = select(_PARTS.current_code).where(_PARTS.search_id == search_id, _PARTS.current_code != "").order_by(_PARTS.number.desc())
    code = connection.execute(latest.limit(1)).scalar_one_or_none()
    return _row_of(dict(row), added, code or "")


def _row_of(own: dict[str, Any], sums: Row[Any], code: str) -> SearchRow:
    own["status"] = RunState(own["status"])
    return SearchRow(
        **own,
        completed_symbols=int(sums.completed_symbols),
        trials=int(sums.trials),
        elapsed_seconds=float(sums.elapsed_seconds),
        current_code=code,
    )


def _is_open() -> ColumnElement[bool]:
    return SEARCHES.c.status.in_([state.value for state in UNFINISHED])


def _is_mine(part: PartRow) -> tuple[ColumnElement[bool], ...]:
    own = (_PARTS.search_id == part.search_id, _PARTS.number == part.number, _PARTS.attempt == part.attempt)
    return (*own, _PARTS.status == RunState.RUNNING.value)


def _never_less(column: ColumnElement[Any], value: float) -> ColumnElement[Any]:
    return case((column < value, value), else_=column)
