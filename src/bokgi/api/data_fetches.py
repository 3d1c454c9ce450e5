"""Bars from sources of the network: what sources there are, starting a fetch, and schedules that keep stocks up to date."""

from typing import Annotated, Any

from fastapi import APIRouter, Path

from bokgi.api.data import import_of
from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody
from bokgi.api.json_bodies import Body, JsonObject, check_fields, text_field
from bokgi.api.schemas_base import request_body
from bokgi.api.schemas_data import ImportAnswer
from bokgi.api.schemas_fetches import (
    FetchRequest,
    HeldAnswer,
    HeldDecision,
    HeldRequest,
    HeldRow,
    ScheduleAnswer,
    ScheduleRemoved,
    ScheduleRequest,
    SchedulesAnswer,
    SourceRow,
    SourcesAnswer,
)
from bokgi.data.sources.held import Choice
from bokgi.errors.requests import FieldInvalid
from bokgi.services.fetch_schedules import Schedule

router = APIRouter(prefix="/api/data", tags=["data"])

LONGEST_WORD = 100
UNKNOWN: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "No schedule has this id, nothing is held, or nothing is stored"}
}
_NOT_DECIDED: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "Nothing is held of that series"},
    409: {"model": ErrorBody, "description": "Another answer is held now than the one with this SHA-256"},
}
_NOT_CANCELLED: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "No import has this id"},
    409: {"model": ErrorBody, "description": "It imports a file"},
}


@router.get("/sources", operation_id="listSources")
def list_sources(application: TheApplication) -> SourcesAnswer:
    """Every source of bars, and why it cannot be asked where it cannot."""
    rows = [SourceRow.model_validate(row) for row in application.fetches.sources()]
    return SourcesAnswer(count=len(rows), sources=rows)


@router.post("/fetch", operation_id="startFetch", status_code=202, responses=UNKNOWN, openapi_extra=request_body(FetchRequest))
def start_fetch(application: TheApplication, profile: TheProfile, body: Body) -> ImportAnswer:
    """Fetch series by a worker; the answer is an import, whose report grows while it goes on."""
    check_fields(body, ("source", "interval", "stocks"))
    row = application.fetches.start(
        profile, text_field(body, "source", LONGEST_WORD), text_field(body, "interval", LONGEST_WORD), _words(body)
    )
    return import_of(row)


@router.post("/imports/{id}/cancel", operation_id="cancelImport", responses=_NOT_CANCELLED)
def cancel_import(
    application: TheApplication, number: Annotated[str, Path(alias="id", description="Id of the import.", examples=["im-1"])]
) -> ImportAnswer:
    """End a fetch; what was fetched is kept. One that has ended stays as it is; the import of a file ends by itself and is refused."""
    return import_of(application.fetches.cancel(number))


@router.get("/schedules", operation_id="listSchedules")
def list_schedules(application: TheApplication) -> SchedulesAnswer:
    """What is brought up to date each day."""
    rows = [_schedule(each) for each in application.fetches.schedules()]
    return SchedulesAnswer(count=len(rows), schedules=rows)


@router.post("/schedules", operation_id="addSchedule", status_code=201, responses=UNKNOWN, openapi_extra=request_body(ScheduleRequest))
def add_schedule(application: TheApplication, profile: TheProfile, body: Body) -> ScheduleAnswer:
    """Bring stocks up to date each session after the close."""
    check_fields(body, ("source", "interval", "stocks", "at"))
    source, interval = (text_field(body, name, LONGEST_WORD) for name in ("source", "interval"))
    at = text_field(body, "at", LONGEST_WORD) if body.get("at") is not None else None
    return _schedule(application.fetches.add_schedule(profile, source, interval, _words(body), at))


@router.delete("/schedules/{id}", operation_id="removeSchedule", responses=UNKNOWN)
def remove_schedule(
    application: TheApplication, number: Annotated[str, Path(alias="id", description="Id of the schedule.", examples=["fs-1"])]
) -> ScheduleRemoved:
    """Stop a schedule; what it fetched stays."""
    application.fetches.remove_schedule(number)
    return ScheduleRemoved(id=number)


@router.get("/held", operation_id="listHeld")
def list_held(application: TheApplication) -> HeldAnswer:
    """Answers of sources that contradict what is stored, with what each would change, and what was decided; a person decides."""
    rows = [HeldRow.model_validate(row) for row in application.fetches.held()]
    decided = [HeldDecision.model_validate(row) for row in application.fetches.decided()]
    return HeldAnswer(count=len(rows), held=rows, decisions=decided)


@router.post("/held", operation_id="decideHeld", status_code=202, responses=_NOT_DECIDED, openapi_extra=request_body(HeldRequest))
def decide_held(application: TheApplication, profile: TheProfile, body: Body) -> ImportAnswer:
    """Decide about a held answer by a worker: `take` its values (older versions of the data keep the stored ones), `join` or `refuse` it.

    `sha256` names the answer that was looked at; where another one is held by now nothing is decided. What comes back is an import, whose
    report says what was before and after.
    """
    check_fields(body, ("source", "interval", "code", "decision", "sha256"))
    source, interval, code = (text_field(body, name, LONGEST_WORD) for name in ("source", "interval", "code"))
    decision = text_field(body, "decision", LONGEST_WORD) if body.get("decision") is not None else Choice.TAKE
    sha256 = text_field(body, "sha256", LONGEST_WORD)
    return import_of(application.fetches.decide_held(profile, source, interval, code, decision, sha256))


def _schedule(each: Schedule) -> ScheduleAnswer:
    return ScheduleAnswer(
        id=each.id, source=each.source, interval=each.interval, stocks=list(each.stocks), at=each.at, last_day=each.last_day
    )


def _words(body: JsonObject) -> list[str]:
    given = body.get("stocks")
    if not isinstance(given, list) or not given or not all(isinstance(word, str) and word.strip() for word in given):
        raise FieldInvalid("stocks", given, "a list of codes or names", "종목코드나 이름의 목록")
    return [word.strip()[:LONGEST_WORD] for word in given]
