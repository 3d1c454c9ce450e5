"""What bars are stored, how complete they are, and files on their way into the store."""

import re
import shutil
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from bokgi.api.backtests import LAST_PAGE, MOST_ROWS
from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody
from bokgi.api.schemas_base import request_body
from bokgi.api.schemas_data import (
    CalendarAnswer,
    CoverageRow,
    DataCoverageAnswer,
    FaultsAnswer,
    ImportAnswer,
    ImportsAnswer,
    IntervalRow,
    IntervalsAnswer,
    SeriesAnswer,
    UploadRequest,
)
from bokgi.api.schemas_results import DataFault
from bokgi.api.upload_form import Upload, read_upload
from bokgi.errors.base import BokgiError
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing, UploadUnknown
from bokgi.records.imports import ImportRow
from bokgi.reports.formats import utc_text
from bokgi.services.import_work import FLAG_HINTS, to_hints

router = APIRouter(prefix="/api/data", tags=["data"])

ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such bars are stored"}}
IntervalChoice = Annotated[str | None, Query(description="Length of the bars; by default the finest that is stored.", examples=["5m"])]
CodeChoice = Annotated[str | None, Query(description="Code of the instrument.", examples=["005930"])]
_IMPORT = re.compile(r"im-[0-9]{1,12}")
_FLAGS = {"true": True, "false": False}
Page = Annotated[int, Query(ge=1, le=LAST_PAGE, description="From 1.")]
PageSize = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows on a page.")]


@router.get("/intervals", operation_id="listIntervals")
def list_intervals(application: TheApplication, profile: TheProfile) -> IntervalsAnswer:
    """The stored intervals with their periods and sizes."""
    rows = [IntervalRow.model_validate(row) for row in application.library.intervals(profile)]
    return IntervalsAnswer(count=len(rows), intervals=rows)


@router.get("/series", operation_id="listSeries", responses=ABSENT)
def list_series(
    application: TheApplication,
    profile: TheProfile,
    interval: IntervalChoice = None,
    q: Annotated[str, Query(description="Part of a code or name.")] = "",
    page: Page = 1,
    page_size: PageSize = 50,
) -> SeriesAnswer:
    """The stored series of an interval, by code."""
    return SeriesAnswer.model_validate(application.library.series(profile, interval, q, page, page_size))


@router.get("/coverage", operation_id="getCoverage", responses=ABSENT)
def get_coverage(application: TheApplication, profile: TheProfile, code: CodeChoice = None) -> DataCoverageAnswer:
    """What is stored of one instrument at every interval."""
    rows = [CoverageRow.model_validate(row) for row in application.library.coverage(profile, _given(code))]
    return DataCoverageAnswer(code=_given(code), count=len(rows), coverage=rows)


@router.get("/coverage/calendar", operation_id="getCoverageCalendar", responses=ABSENT)
def get_coverage_calendar(
    application: TheApplication, profile: TheProfile, code: CodeChoice = None, interval: IntervalChoice = None
) -> CalendarAnswer:
    """Bars of one instrument by session: where there are none is a gap."""
    return CalendarAnswer.model_validate(application.library.calendar(profile, _given(code), interval))


@router.get("/faults", operation_id="listFaults", responses=ABSENT)
def list_faults(
    application: TheApplication,
    profile: TheProfile,
    interval: IntervalChoice = None,
    code: CodeChoice = None,
    page: Page = 1,
    page_size: PageSize = 50,
) -> FaultsAnswer:
    """What is known to be wrong or unusual in stored bars, in both languages."""
    found = application.library.faults(profile, interval, code)
    shown = [DataFault.model_validate(fault) for fault in found[(page - 1) * page_size : page * page_size]]
    return FaultsAnswer(total=len(found), page=page, page_size=page_size, faults=shown)


def _given(code: str | None) -> str:
    if not code:
        raise FieldMissing("code")
    return code


# ------------------------------------------------------------ files on their way in


@router.post(
    "/upload", operation_id="uploadData", status_code=202, openapi_extra=request_body(UploadRequest, media_type="multipart/form-data")
)
async def upload_data(application: TheApplication, profile: TheProfile, request: Request) -> ImportAnswer:
    """Send a file of bars or a master file; it is written to disk as it arrives and imported by a worker."""
    upload = await read_upload(request, application.library.new_upload)
    return await run_in_threadpool(_started, application, profile, upload)


def _started(application: TheApplication, profile: str, upload: Upload) -> ImportAnswer:
    try:
        hints = hints_of(upload.fields)
        to_hints(hints)
    except BokgiError:
        shutil.rmtree(upload.path.parent, ignore_errors=True)
        raise
    return import_of(application.library.start_import(profile, upload.path, hints))


def hints_of(fields: dict[str, str]) -> dict[str, Any]:
    """The texts of a form as hints: empty ones say nothing, flags are true or false.

    Raises
    ------
    FieldInvalid
    """
    given: dict[str, Any] = {name: text.strip() for name, text in fields.items() if text.strip()}
    for name in FLAG_HINTS:
        if name in given:
            if given[name].lower() not in _FLAGS:
                raise FieldInvalid(name, given[name][:80], "true or false", "true 또는 false")
            given[name] = _FLAGS[given[name].lower()]
    return given


@router.get("/imports", operation_id="listImports")
def list_imports(application: TheApplication, profile: TheProfile, page: Page = 1, page_size: PageSize = 20) -> ImportsAnswer:
    """The imports of this profile, newest first."""
    rows = [import_of(row) for row in application.library.imports(profile, page, page_size)]
    return ImportsAnswer(count=len(rows), imports=rows)


@router.get("/imports/{id}", operation_id="getImport", responses=ABSENT)
def get_import(
    application: TheApplication, number: Annotated[str, Path(alias="id", description="Id of the import.", examples=["im-1"])]
) -> ImportAnswer:
    """How far an import is, and what became of each file."""
    if not _IMPORT.fullmatch(number):
        raise UploadUnknown(number)
    return import_of(application.library.get_import(number))


def import_of(row: ImportRow) -> ImportAnswer:
    """A row as its schema."""
    return ImportAnswer.model_validate(
        {
            "id": row.id,
            "status": row.status,
            "file_name": row.file_name,
            "size_bytes": row.size_bytes,
            "hints": dict(row.hints),
            "report": [dict(entry) for entry in row.report],
            "error": dict(row.error) if row.error else None,
            "created_at": utc_text(row.created_at),
            "finished_at": utc_text(row.finished_at) if row.finished_at else None,
        }
    )
