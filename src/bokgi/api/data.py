"""What bars are stored, how complete they are, and files on their way into the store."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from bokgi.api.backtests import LAST_PAGE, MOST_ROWS
from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody
from bokgi.api.schemas_data import (
    CalendarAnswer,
    CoverageRow,
    DataCoverageAnswer,
    FaultsAnswer,
    IntervalRow,
    IntervalsAnswer,
    SeriesAnswer,
)
from bokgi.api.schemas_results import DataFault
from bokgi.errors.service import FieldMissing

router = APIRouter(prefix="/api/data", tags=["data"])

ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": ErrorBody, "description": "No such bars are stored"}}
IntervalChoice = Annotated[str | None, Query(description="Length of the bars; by default the finest that is stored.", examples=["5m"])]
CodeChoice = Annotated[str | None, Query(description="Code of the instrument.", examples=["005930"])]
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
