"""Schemas of the stored bars and of imports."""

from typing import Annotated, Any, Literal

from pydantic import Field

from bokgi.api.schemas_base import Answer, Code, Day, Instant, Request
from bokgi.api.schemas_results import DataFault
from bokgi.data.importers.hints import Label
from bokgi.data.series import ClosingAuction, VolumeKind
from bokgi.market.instruments import Board, Exchange, Kind


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


class UploadRequest(Request):
    """A file, and what is known of it; what is left out is detected, and what was detected is said."""

    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"}, description="CSV, Parquet, XLSX, ZIP or a master file.")]
    code: str | None = Field(None, description="Code of the instrument, where the file does not say it.", examples=["005930"])
    name: str | None = Field(None, description="Its name.")
    interval: str | None = Field(None, description="Length of the bars.", examples=["5m"])
    kind: Kind | None = Field(None, description="Kind of issue.")
    board: Board | None = Field(None, description="Market segment.")
    exchange: Exchange | None = None
    timezone: str | None = Field(None, description="Zone of times without an offset.", examples=["Asia/Seoul"])
    encoding: str | None = Field(None, description="Of the text.", examples=["cp949"])
    label: Label | None = Field(None, description="What a time names: start or end of its bar.")
    closing_auction: ClosingAuction | None = Field(None, description="Where the closing auction is.")
    volume_kind: VolumeKind | None = Field(None, description="What the volume counts.")
    source: str | None = Field(None, description="Where the data come from.")
    adjusted: bool | None = Field(None, description="Whether prices are adjusted for splits.")
    columns: str | None = Field(
        None,
        description="What columns are that are not recognised; `ignore` for one that is recognised and is not to be used.",
        examples=["체결가=close,거래일=date,메모=ignore"],
    )
    preview: bool | None = Field(None, description="Read and judge, and store nothing.")
    replace: bool | None = Field(None, description="Let new bars take the place of different stored ones.")


class Words(Answer):
    """A sentence in both languages."""

    korean: str
    english: str


class ImportedSeries(Answer):
    """A series that a file held."""

    code: Code
    interval: str


class FileColumn(Answer):
    """A column of a previewed file."""

    title: str
    column: str = Field(description="What it is taken for; empty where it is not recognised, `ignore` where the upload said so.")
    samples: list[str] = Field(description="Its first values.")


class ImportedFile(Answer):
    """What became of one file: of an archive there are several."""

    file_name: str
    outcome: str = Field(
        description="`taken`, `repaired`, `refused` or `skipped`; `previewed`; of sources also `current`, `held` and `running`."
    )
    korean: str
    english: str
    rows: int
    series: list[ImportedSeries]
    detected: list[Words] = Field(description="What was recognised without being told.")
    faults: list[DataFault]
    fault_count: int
    columns: list[FileColumn] = Field(default_factory=list, description="Of a previewed table: what each column is taken for.")


class ImportFailure(Answer):
    """Why nothing, or not all, was taken."""

    code: str
    english: str
    korean: str
    field: str | None


class ImportAnswer(Answer):
    """An uploaded file, or series fetched from a source, on their way into the store."""

    id: str = Field(examples=["im-1"])
    status: Literal["queued", "running", "completed", "failed", "cancelled"]
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
