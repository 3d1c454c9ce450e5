"""What a row of a run holds, and what writers hand over.

Convention: instants are UTC; `elapsed_seconds` is the time of work over all attempts. Mappings come from JSON and go there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping


class RunState(StrEnum):
    """Where a run stands; the values are the API's words."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_finished(self) -> bool:
        return self not in UNFINISHED


UNFINISHED = (RunState.QUEUED, RunState.RUNNING)
FINISHED = (RunState.COMPLETED, RunState.FAILED, RunState.CANCELLED)


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run as it is asked for.

    request : as asked; resolved : what is computed, every default written out; data_versions : version of the bars by interval
    strategy : for the filter of the history; by default what `request` says
    words : what else the history is searched by, beside id, strategy, note and codes: names of the stocks
    """

    profile: str
    stock_mode: str
    request: Mapping[str, Any]
    resolved: Mapping[str, Any]
    data_versions: Mapping[str, int]
    release: str
    origin: str = "user"
    total_symbols: int = 0
    strategy: str = ""
    note: str = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A client's key, and the SHA-256 of the request that came with it."""

    profile: str
    key: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Work done so far, over all attempts. `percent`, the counters and the seconds never fall in the row."""

    percent: int
    completed_symbols: int
    total_symbols: int
    total_trades: int = 0
    current_code: str = ""
    current_name: str = ""
    current_date: date | None = None
    elapsed_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a run ended. What is None keeps what progress said last; `error` holds code, english, korean and field."""

    status: RunState
    headline: Mapping[str, Any] = field(default_factory=dict)
    result_hash: str | None = None
    partial: bool = False
    error: Mapping[str, Any] | None = None
    elapsed_seconds: float | None = None
    total_trades: int | None = None
    completed_symbols: int | None = None
    total_symbols: int | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run. `attempt` is 0 before the first claim; `order_number` rises with every run."""

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
    worker_id: str | None
    attempt: int
    percent: int
    total_symbols: int
    completed_symbols: int
    current_code: str
    current_name: str
    current_date: date | None
    total_trades: int
    progress_at: datetime | None
    elapsed_seconds: float
    cancel_requested_at: datetime | None
    pinned: bool
    note: str
    partial: bool
    headline: Mapping[str, Any]
    result_hash: str | None
    error: Mapping[str, Any] | None

    @classmethod
    def of(cls, row: RowMapping) -> "RunRow":
        """The row of a database."""
        values = {name: row[name] for name in RUN_FIELDS}
        return cls(**{**values, "status": RunState(row["status"])})


RUN_FIELDS = tuple(each.name for each in fields(RunRow))


@dataclass(frozen=True, slots=True)
class OpenRun:
    """As much of an unfinished run as whoever looks after it needs; origin : user or smoke"""

    id: str
    status: RunState
    release: str
    created_at: datetime
    origin: str


@dataclass(frozen=True, slots=True)
class RunPage:
    """A page of the history, newest first; `total` counts all that match."""

    rows: tuple[RunRow, ...]
    total: int
    page: int
    page_size: int
