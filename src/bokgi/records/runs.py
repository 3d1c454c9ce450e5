"""Rows of runs: the one truth about where a run stands.

Convention: every claim raises `attempt`, and whoever works writes with the attempt of its claim: a worker that was given up for dead
and comes back changes nothing any more. A change of state is one conditional statement, so it happens once.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    case,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from bokgi.errors.records import IdempotencyKeyReused, RecordMalformed, RunStillActive
from bokgi.records.columns import is_storable
from bokgi.records.counters import last_number, next_number
from bokgi.records.database import Database
from bokgi.records.run_row import (
    FINISHED,
    RUN_FIELDS,
    UNFINISHED,
    Idempotency,
    NewRun,
    OpenRun,
    Outcome,
    Progress,
    RunPage,
    RunRow,
    RunState,
)
from bokgi.records.tables import IDEMPOTENCY_KEYS, RUNS

__all__ = ["Idempotency", "NewRun", "OpenRun", "Outcome", "Progress", "RunPage", "RunRow", "RunRows", "RunState"]

SMOKE_DAYS = 7
ORDER_COUNTER, FAILURE_COUNTER = "runs", "runs_failed"
SEARCHED_CODES = 100
"""A run over more stocks is not found by its codes: a whole market would make every search slow and every run a hit."""
_SEOUL = ZoneInfo("Asia/Seoul")
_COLUMNS = tuple(RUNS.c[name] for name in RUN_FIELDS)
_BY_ID = select(*_COLUMNS).where(RUNS.c.id == bindparam("backtest_id"))
_KEYS = IDEMPOTENCY_KEYS.c


def _now() -> datetime:
    return datetime.now(UTC)


def run_counter(day: str) -> str:
    """Name of the counter of a day's runs."""
    return f"run:{day}"


class RunRows:
    """The runs of one database."""

    def __init__(self, database: Database, clock: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._clock = clock

    # ------------------------------------------------------------ a run comes

    def add(self, new: NewRun, *, idempotency: Idempotency | None = None) -> tuple[RunRow, bool]:
        """Store a run; it is on the disk when this returns. Gives the row, and whether it is a new one.

        Raises
        ------
        IdempotencyKeyReused
            The key came with another request before.
        """
        known = self.answered(idempotency)
        if known is not None:
            return known, False
        with self._database.writing() as connection:
            order = next_number(connection, ORDER_COUNTER)  # held to the end: two requests with one key wait for each other here
            known = _answered(connection, idempotency)
            if known is not None:
                return known, False
            row = self._inserted(connection, new, order)
            if idempotency:
                _keep_key(connection, idempotency, row)
        return row, True

    def answered(self, idempotency: Idempotency | None) -> RunRow | None:
        """The run that a key made before; None where the key is new, or none was given. Raises `IdempotencyKeyReused`."""
        if idempotency is None:
            return None
        with self._database.reading() as connection:
            return _answered(connection, idempotency)

    def _inserted(self, connection: Connection, new: NewRun, order: int) -> RunRow:
        at = self._clock()
        day = at.astimezone(_SEOUL).date().isoformat()
        number = next_number(connection, run_counter(day))
        backtest_id = f"bt-{day}-{number:03d}"
        strategy = new.strategy or str(new.request.get("strategy", ""))
        values = {
            "id": backtest_id,
            "order_number": order,
            "profile": new.profile,
            "origin": new.origin,
            "status": RunState.QUEUED.value,
            "strategy": strategy,
            "stock_mode": new.stock_mode,
            "request": dict(new.request),
            "resolved": dict(new.resolved),
            "data_versions": dict(new.data_versions),
            "release": new.release,
            "created_at": at,
            "total_symbols": new.total_symbols,
            "note": new.note,
            "words": _words(backtest_id, strategy, new),
        }
        return RunRow.of(connection.execute(insert(RUNS).values(values).returning(*_COLUMNS)).mappings().one())

    # ------------------------------------------------------------ reading

    def get(self, backtest_id: str) -> RunRow | None:
        """One run; None where there is none of this id."""
        if not is_storable(backtest_id):
            return None
        return self._one(_BY_ID, backtest_id=backtest_id)

    def page(
        self,
        *,
        profile: str,
        status: RunState | str | None = None,
        strategy: str | None = None,
        text: str | None = None,
        pinned: bool | None = None,
        origin: str | None = "user",
        before: str | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> RunPage:
        """The history of a profile, newest first.

        Parameters
        ----------
        text : words that id, strategy, note, codes or names hold, all of them, whatever their case
        before : id of a run; only older ones
        """
        exact = {"profile": profile, "origin": origin, "strategy": strategy, "status": str(status) if status else None}
        conditions = [RUNS.c[name] == value for name, value in exact.items() if value]
        conditions += [_holds(word) for word in (text or "").split()]
        if pinned is not None:
            conditions.append(RUNS.c.pinned.is_(pinned))
        if before is not None:
            conditions.append(RUNS.c.order_number < select(RUNS.c.order_number).where(RUNS.c.id == before).scalar_subquery())
        return self._page(and_(*conditions), max(page, 1), max(page_size, 1))

    def _page(self, condition: ColumnElement[bool], page: int, page_size: int) -> RunPage:
        rows = select(*_COLUMNS).where(condition).order_by(RUNS.c.order_number.desc()).limit(page_size).offset((page - 1) * page_size)
        with self._database.reading() as connection:
            total = connection.execute(select(func.count()).select_from(RUNS).where(condition)).scalar_one()
            found = tuple(RunRow.of(row) for row in connection.execute(rows).mappings())
        return RunPage(found, total, page, page_size)

    def unfinished(self) -> tuple[RunRow, ...]:
        """Queued and running ones, oldest first."""
        with self._database.reading() as connection:
            found = connection.execute(select(*_COLUMNS).where(_is_in(UNFINISHED)).order_by(RUNS.c.order_number))
            return tuple(RunRow.of(row) for row in found.mappings())

    def count_by_state(self) -> dict[RunState, int]:
        """How many runs there are in each state, of all profiles and origins."""
        with self._database.reading() as connection:
            found = connection.execute(select(RUNS.c.status, func.count()).group_by(RUNS.c.status)).all()
        return dict.fromkeys(RunState, 0) | {RunState(status): count for status, count in found}

    def completed_ids(self) -> frozenset[str]:
        """Every run that has a result, of all profiles and origins."""
        with self._database.reading() as connection:
            return frozenset(connection.execute(select(RUNS.c.id).where(RUNS.c.status == RunState.COMPLETED.value)).scalars())

    def failures(self) -> int:
        """How many runs have failed since the database was made, whether their rows are still there or not; never falls."""
        with self._database.reading() as connection:
            return last_number(connection, FAILURE_COUNTER)

    def open_runs(self) -> tuple[OpenRun, ...]:
        """The same, in few words: a thousand that wait are read in no time."""
        columns = (RUNS.c.id, RUNS.c.status, RUNS.c.release, RUNS.c.created_at, RUNS.c.origin)
        wanted = select(*columns).where(_is_in(UNFINISHED)).order_by(RUNS.c.order_number)
        with self._database.reading() as connection:
            found = connection.execute(wanted).all()
        return tuple(OpenRun(row.id, RunState(row.status), row.release, row.created_at, row.origin) for row in found)

    def is_cancel_requested(self, backtest_id: str) -> bool:
        """Whether the worker should stop: somebody cancelled the run, or deleted it."""
        with self._database.reading() as connection:
            found = connection.execute(select(RUNS.c.status, RUNS.c.cancel_requested_at).where(RUNS.c.id == backtest_id)).one_or_none()
        return found is None or found.cancel_requested_at is not None or found.status == RunState.CANCELLED

    # ------------------------------------------------------------ work

    def claim(self, backtest_id: str, worker_id: str, release: str) -> RunRow | None:
        """Take a run for work; None when it is finished already, or gone. The latest claim wins."""
        values = {
            "status": RunState.RUNNING.value,
            "attempt": RUNS.c.attempt + 1,
            "worker_id": worker_id,
            "release": release,
            "started_at": func.coalesce(RUNS.c.started_at, self._clock()),
        }
        return self._changed(backtest_id, values, _is_in(UNFINISHED))

    def save_progress(self, backtest_id: str, attempt: int, progress: Progress) -> bool:
        """Keep how far the work is; False when the attempt is not the latest one any more, or the run has ended."""
        values = {
            "percent": _never_less(RUNS.c.percent, min(max(progress.percent, 0), 100)),
            "completed_symbols": _never_less(RUNS.c.completed_symbols, progress.completed_symbols),
            "total_symbols": _never_less(RUNS.c.total_symbols, progress.total_symbols),
            "total_trades": _never_less(RUNS.c.total_trades, progress.total_trades),
            "elapsed_seconds": _never_less(RUNS.c.elapsed_seconds, progress.elapsed_seconds),
            "current_code": progress.current_code,
            "current_name": progress.current_name,
            "current_date": progress.current_date,
            "progress_at": self._clock(),
        }
        statement = update(RUNS).where(RUNS.c.id == backtest_id, _is_mine(attempt)).values(values)
        with self._database.writing(durable=False) as connection:
            return connection.execute(statement).rowcount == 1

    def finish(self, backtest_id: str, attempt: int, outcome: Outcome) -> bool:
        """End a run, once; False when the attempt is not the latest one any more, or the run has ended."""
        if not outcome.status.is_finished:
            raise RecordMalformed(f"a run cannot end as {outcome.status}")
        counters = ("elapsed_seconds", "total_trades", "completed_symbols", "total_symbols")
        given = {name: value for name in counters if (value := getattr(outcome, name)) is not None}
        values: dict[str, Any] = {name: _never_less(RUNS.c[name], value) for name, value in given.items()}
        values |= {
            "status": outcome.status.value,
            "headline": dict(outcome.headline),
            "result_hash": outcome.result_hash,
            "partial": outcome.partial,
            "error": dict(outcome.error) if outcome.error is not None else None,
            "finished_at": self._clock(),
        }
        if outcome.status is RunState.COMPLETED:
            values["percent"] = 100
        return self._changed(backtest_id, values, _is_mine(attempt), is_failure=outcome.status is RunState.FAILED) is not None

    def fail_unclaimed(self, backtest_id: str, error: Mapping[str, Any]) -> bool:
        """End a run that no worker works on: it killed its workers too often, or could not be queued. False when it has ended."""
        values = {"status": RunState.FAILED.value, "error": dict(error), "finished_at": self._clock()}
        return self._changed(backtest_id, values, _is_in(UNFINISHED), is_failure=True) is not None

    def request_cancel(self, backtest_id: str) -> RunRow | None:
        """Ask for the end: a queued run is cancelled at once, a running one told, a finished one left alone; None when unknown."""
        at = self._clock()
        is_queued = RUNS.c.status == RunState.QUEUED.value
        values = {
            "status": case((is_queued, RunState.CANCELLED.value), else_=RUNS.c.status),
            "finished_at": case((is_queued, at), else_=RUNS.c.finished_at),
            "cancel_requested_at": func.coalesce(RUNS.c.cancel_requested_at, at),
        }
        return self._changed(backtest_id, values, _is_in(UNFINISHED)) or self.get(backtest_id)

    # ------------------------------------------------------------ keeping and deleting

    def pin(self, backtest_id: str, pinned: bool) -> RunRow | None:
        """Keep a run from being deleted by age, or no longer."""
        return self._changed(backtest_id, {"pinned": pinned})

    def set_note(self, backtest_id: str, note: str) -> RunRow | None:
        """Keep a person's words beside the run."""
        return self._changed(backtest_id, {"note": note})

    def delete(self, backtest_id: str) -> bool:
        """Delete a run that has ended; its id is never given again. False when there is none.

        Raises
        ------
        RunStillActive
            The run is queued or running.
        """
        with self._database.writing() as connection:
            if connection.execute(delete(RUNS).where(RUNS.c.id == backtest_id, _is_in(FINISHED))).rowcount:
                return True
            status = connection.execute(select(RUNS.c.status).where(RUNS.c.id == backtest_id)).scalar_one_or_none()
        if status is not None:
            raise RunStillActive(backtest_id, status)
        return False

    def delete_unpinned(self, backtest_id: str) -> bool:
        """Delete a run that has ended and is not pinned, at this moment; False when it stays, or was not there."""
        gone = delete(RUNS).where(RUNS.c.id == backtest_id, _is_in(FINISHED), RUNS.c.pinned.is_(False))
        with self._database.writing() as connection:
            return connection.execute(gone).rowcount == 1

    def versions_in_use(self) -> frozenset[tuple[str, int]]:
        """Every (interval, version) of the bars that a run refers to; they are not to be removed."""
        with self._database.reading() as connection:
            found = connection.execute(select(RUNS.c.data_versions)).scalars()
            return frozenset((interval, version) for versions in found for interval, version in versions.items())

    def expired(self, now: datetime, keep_days: int = 30, keep_last: int = 100) -> tuple[str, ...]:
        """Ids of runs that may go, oldest first: ended longer ago than the days and not among the last ones of their profile, never
        pinned ones. Smoke tests go after a week.
        """
        place = func.row_number().over(partition_by=(RUNS.c.profile, RUNS.c.origin), order_by=RUNS.c.order_number.desc())
        named = ("id", "order_number", "origin", "status", "finished_at", "pinned")
        placed = select(*(RUNS.c[name] for name in named), place.label("place")).subquery().c
        is_old = and_(placed.origin != "smoke", placed.finished_at < now - timedelta(days=keep_days), placed.place > keep_last)
        is_old_smoke = and_(placed.origin == "smoke", placed.finished_at < now - timedelta(days=SMOKE_DAYS))
        has_ended = placed.status.in_([state.value for state in FINISHED])
        wanted = select(placed.id).where(has_ended, placed.pinned.is_(False), or_(is_old, is_old_smoke)).order_by(placed.order_number)
        with self._database.reading() as connection:
            return tuple(connection.execute(wanted).scalars())

    # ------------------------------------------------------------ inside

    def _one(self, statement: Select[Any], **values: str) -> RunRow | None:
        with self._database.reading() as connection:
            row = connection.execute(statement, values).mappings().one_or_none()
        return None if row is None else RunRow.of(row)

    def _changed(
        self, backtest_id: str, values: Mapping[str, Any], *conditions: ColumnElement[bool], is_failure: bool = False
    ) -> RunRow | None:
        """The row after the change; None where no row met the conditions. A failure is counted with it, or neither is written."""
        statement = update(RUNS).where(RUNS.c.id == backtest_id, *conditions).values(values).returning(*_COLUMNS)
        with self._database.writing() as connection:
            row = connection.execute(statement).mappings().one_or_none()
            if row is not None and is_failure:
                next_number(connection, FAILURE_COUNTER)
        return None if row is None else RunRow.of(row)


def _is_in(states: tuple[RunState, ...]) -> ColumnElement[bool]:
    return RUNS.c.status.in_([state.value for state in states])


def _is_mine(attempt: int) -> ColumnElement[bool]:
    return and_(RUNS.c.attempt == attempt, RUNS.c.status == RunState.RUNNING.value)


def _never_less(column: ColumnElement[Any], value: float) -> ColumnElement[Any]:
    """The larger of both; the databases have different names for it."""
    return case((column < value, value), else_=column)


def _holds(word: str) -> ColumnElement[bool]:
    lowered = word.lower()
    return or_(RUNS.c.words.contains(lowered, autoescape=True), func.lower(RUNS.c.note).contains(lowered, autoescape=True))


def _words(backtest_id: str, strategy: str, new: NewRun) -> str:
    codes = new.resolved.get("stock_codes") or ()
    codes = codes if len(codes) <= SEARCHED_CODES else ()
    return " ".join([backtest_id, strategy, *map(str, codes), *new.words]).lower()


def _answered(connection: Connection, idempotency: Idempotency | None) -> RunRow | None:
    """The run that the key made before."""
    if idempotency is None:
        return None
    wanted = (
        select(_KEYS.request_hash, *_COLUMNS)
        .join_from(IDEMPOTENCY_KEYS, RUNS, _KEYS.run_id == RUNS.c.id)
        .where(_KEYS.profile == idempotency.profile, _KEYS.key == idempotency.key)
    )
    found = connection.execute(wanted).mappings().one_or_none()
    if found is None:
        return None
    if found["request_hash"] != idempotency.request_hash:
        raise IdempotencyKeyReused(idempotency.key)
    return RunRow.of(found)


def _keep_key(connection: Connection, idempotency: Idempotency, row: RunRow) -> None:
    values = {
        "profile": idempotency.profile,
        "key": idempotency.key,
        "request_hash": idempotency.request_hash,
        "run_id": row.id,
        "created_at": row.created_at,
    }
    connection.execute(insert(IDEMPOTENCY_KEYS).values(values))
