"""Schemas of the stored bars and of imports."""

from typing import Any, Literal

from pydantic import Field

from bokgi.api.schemas_base import Answer, Code, Day, Instant
from bokgi.api.schemas_results import DataFault


class IntervalRow(Answer):
    """Stored bars of one length."""

    interval: str = Field(examples=["5m"])
    series: int = Field(ge=0, description="Number of instruments.")
    bars: int = Field(ge=0)
    first: Day = Field(description="First session of any series.")
    last: Day
    synthetic: bool = Field(description="Whether all of it is of the synthetic demo market.")
    sources: list[str]
    version: int | None = Field(description="Number of the data's version; results name the one they used.")


class IntervalsAnswer(Answer):
    """Every stored interval, finest first."""

    count: int = Field(ge=0)
    intervals: list[IntervalRow]


class SeriesRow(Answer):
    """Stored bars of one instrument."""

    code: str = Field(examples=["005930"])
    name: str
    name_en: str
    market: str
    bars: int
    first: Day
    last: Day
    source: str
    adjusted: bool = Field(description="Prices adjusted for splits.")
    synthetic: bool
    faults: list[str] = Field(description="Kinds of faults; `GET /api/data/faults` explains them.")


class SeriesAnswer(Answer):
    """One page of the series of an interval, by code."""

    interval: str
    total: int = Field(ge=0)
    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    series: list[SeriesRow]


class CoverageRow(SeriesRow):
    """What is stored of the instrument at one interval."""

    interval: str


class DataCoverageAnswer(Answer):
    """What is stored of one instrument, finest interval first."""

    code: str
    count: int = Field(ge=0)
    coverage: list[CoverageRow]


class CalendarAnswer(Answer):
    """Bars by session, columns of equal length: every session of the exchange between the first and the last with bars."""

    code: str
    interval: str
    days: list[Day]
    bars: list[int]
    traded_bars: list[int]


class FaultsAnswer(Answer):
    """One page of what is known to be wrong or unusual in stored bars."""

    total: int = Field(ge=0)
    page: int = Field(ge=1)
    page_size: int = Field(ge=1)
    faults: list[DataFault]


class Words(Answer):
    """A sentence in both languages."""

    korean: str
    english: str


class ImportedSeries(Answer):
    """A series that a file held."""

    code: Code
    interval: str


class ImportedFile(Answer):
    """What became of one file: of an archive there are several."""

    file_name: str
    outcome: str = Field(description="`taken`, `repaired`, `refused` or `skipped`.")
    korean: str
    english: str
    rows: int
    series: list[ImportedSeries]
    detected: list[Words] = Field(description="What was recognised without being told.")
    faults: list[DataFault]
    fault_count: int


class ImportFailure(Answer):
    """Why nothing, or not all, was taken."""

    code: str
    english: str
    korean: str
    field: str | None


class ImportAnswer(Answer):
    """An uploaded file on its way into the store."""

    id: str = Field(examples=["im-1"])
    status: Literal["queued", "running", "completed", "failed"]
    file_name: str
    size_bytes: int
    hints: dict[str, Any] = Field(description="What was said of the file.")
    report: list[ImportedFile]
    error: ImportFailure | None
    created_at: Instant
    finished_at: Instant | None


class ImportsAnswer(Answer):
    """Imports of the profile, newest first."""

    count: int = Field(ge=0)
    imports: list[ImportAnswer]
