"""Runs: start, follow, cancel, list, change, delete.

Convention: everything a start may be refused for is status 400, missing data too: the request is wrong, not the address.
"""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody, response_of
from bokgi.api.event_stream import RunEvents
from bokgi.api.json_bodies import Body, check_fields, flag_field, free_text_field
from bokgi.api.progress_hub import ENDED, ProgressHub, number_of
from bokgi.api.run_routes import UNKNOWN, IdInPath, RunRoute, check_id
from bokgi.api.schemas_backtests import (
    BacktestRow,
    CancelledAnswer,
    ChangeBacktestRequest,
    DoneAnswer,
    HistoryAnswer,
    ProgressAnswer,
    RunStatus,
    StartBacktestRequest,
    StartedAnswer,
)
from bokgi.api.schemas_base import BACKTEST_ID, request_body
from bokgi.errors.base import MissingError
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing
from bokgi.records.runs import RunRow, RunState
from bokgi.services.application import Application
from bokgi.services.runs import NOTE_CHARACTERS, Started, history_json, progress_json

router = APIRouter(tags=["backtests"], route_class=RunRoute)

LONGEST_KEY = 200
MOST_ROWS = 200
LAST_PAGE = 1_000_000
CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ErrorBody, "description": "It cannot be done in this state"}}
EVENT_SCHEMA = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "A number that only grows; a client sends the last one as `Last-Event-ID`."},
        "event": {"type": "string", "enum": ["progress", *ENDED]},
        "data": {"type": "string", "contentMediaType": "application/json", "description": "The body of `GET /api/backtest/progress`."},
        "retry": {"type": "integer", "description": "When to come back after a break [ms]."},
    },
    "required": ["id", "event", "data"],
}
"""Of one event of the stream."""
STREAM: dict[int | str, dict[str, Any]] = {
    200: {"description": "Events until the run has ended", "content": {"text/event-stream": {"schema": EVENT_SCHEMA}}}
}
Page = Annotated[int, Query(ge=1, le=LAST_PAGE, description="From 1.")]
PageSize = Annotated[int, Query(ge=1, le=MOST_ROWS, description="Rows on a page.")]


async def idempotency_key(
    key: Annotated[str | None, Header(alias="Idempotency-Key", description="Makes a repeated request return the first answer.")] = None,
) -> str | None:
    """The checked `Idempotency-Key`.

    Raises
    ------
    FieldInvalid
    """
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        allowed = f"1 to {LONGEST_KEY} printable ASCII characters"
        raise FieldInvalid("Idempotency-Key", key[:40], allowed, f"화면에 보이는 ASCII 문자 1~{LONGEST_KEY}자")
    return key


async def hub_of(request: Request) -> ProgressHub:
    """The one hub of this server; it is made when the first client follows a run."""
    state = request.app.state
    if not hasattr(state, "progress_hub"):
        application = cast("Application", state.application)
        state.progress_hub = ProgressHub(lambda backtest_id: progress_json(application.runs.get(backtest_id)))
    return cast("ProgressHub", state.progress_hub)


@router.post(
    "/api/backtest/start",
    operation_id="startBacktest",
    response_model=StartedAnswer,
    responses=CONFLICT,
    openapi_extra=request_body(StartBacktestRequest),
)
def start_backtest(
    application: TheApplication, profile: TheProfile, body: Body, key: Annotated[str | None, Depends(idempotency_key)]
) -> StartedAnswer | Response:
    """Check a backtest, store it and answer with its id; it survives every restart from then on."""
    try:
        started = application.runs.start(body, profile=profile, idempotency_key=key)
    except MissingError as error:
        return response_of(error, status=400)
    return started_answer(started)


def started_answer(started: Started) -> StartedAnswer:
    """What the client is told of a stored run."""
    row = started.run
    if started.is_worker_ready:
        return StartedAnswer(backtest_id=row.id, status="running", message=f"Backtest {row.id} started", worker_status="connected")
    message = f"Backtest {row.id} is queued; it starts as soon as a worker is there"
    return StartedAnswer(backtest_id=row.id, status="queued", message=message, worker_status="offline")


@router.get("/api/backtest/progress", operation_id="getProgress", responses=UNKNOWN)
def get_progress(
    application: TheApplication,
    backtest_id: Annotated[str | None, Query(alias="id", description="Id of the backtest; required.", examples=[BACKTEST_ID])] = None,
) -> ProgressAnswer:
    """How far a run is, measured from the work done."""
    if not backtest_id:
        raise FieldMissing("backtest_id")
    return ProgressAnswer.model_validate(progress_json(application.runs.get(check_id(backtest_id))))


@router.get(
    "/api/backtest/events/{id}",
    operation_id="followBacktest",
    status_code=200,
    response_class=RunEvents,
    response_model=None,
    responses=STREAM | UNKNOWN,
)
async def follow_backtest(
    application: TheApplication,
    backtest_id: IdInPath,
    hub: Annotated[ProgressHub, Depends(hub_of)],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", description="Number of the last event that was seen.")] = None,
) -> RunEvents:
    """The progress as server-sent events; `data` is the body of `GET /api/backtest/progress`.

    Events are called `progress`; the last one `completed`, `failed` or `cancelled`.
    """
    await run_in_threadpool(application.runs.get, backtest_id)
    return RunEvents(hub, backtest_id, number_of(last_event_id))


@router.post("/api/backtest/cancel/{id}", operation_id="cancelBacktest", responses=UNKNOWN)
def cancel_backtest(application: TheApplication, backtest_id: IdInPath) -> CancelledAnswer:
    """Stop a run within a second; what was finished is kept. A finished run stays as it is."""
    row = application.runs.cancel(backtest_id)
    return CancelledAnswer(backtest_id=row.id, status=row.status.value, message=_cancel_message(row))


def _cancel_message(row: RunRow) -> str:
    if row.status in {RunState.QUEUED, RunState.RUNNING}:
        return "Cancellation requested; the run stops within a second"
    return "Cancelled" if row.status is RunState.CANCELLED else f"The run was {row.status.value} already"


@router.get("/api/backtests", operation_id="listBacktests", tags=["history"])
def list_backtests(
    application: TheApplication,
    profile: TheProfile,
    status: Annotated[RunStatus | None, Query(description="Only runs in this state.")] = None,
    strategy: Annotated[str | None, Query(description="Only runs of this strategy.", examples=["daily_trading"])] = None,
    q: Annotated[str | None, Query(description="Part of the id, of the note or of a stock's code.")] = None,
    pinned: Annotated[bool | None, Query(description="Only pinned runs, or only the others.")] = None,
    page: Page = 1,
    page_size: PageSize = 50,
) -> HistoryAnswer:
    """The runs of this profile, newest first."""
    state = None if status is None else RunState(status)
    found = application.runs.history(profile, status=state, strategy=strategy, text=q, pinned=pinned, page=page, page_size=page_size)
    rows = [BacktestRow.model_validate(history_json(row)) for row in found.rows]
    return HistoryAnswer(total=found.total, page=found.page, page_size=found.page_size, backtests=rows)


@router.patch(
    "/api/backtests/{id}",
    operation_id="changeBacktest",
    tags=["history"],
    responses=UNKNOWN,
    openapi_extra=request_body(ChangeBacktestRequest),
)
def change_backtest(application: TheApplication, backtest_id: IdInPath, body: Body) -> BacktestRow:
    """Pin a run, or write a note beside it."""
    check_fields(body, tuple(ChangeBacktestRequest.model_fields))
    pinned, note = flag_field(body, "pinned"), free_text_field(body, "note", NOTE_CHARACTERS)
    row = application.runs.get(backtest_id)
    if pinned is not None:
        row = application.runs.pin(backtest_id, pinned)
    if note is not None:
        row = application.runs.note(backtest_id, note)
    return BacktestRow.model_validate(history_json(row))


@router.delete("/api/backtests/{id}", operation_id="deleteBacktest", tags=["history"], responses=UNKNOWN | CONFLICT)
def delete_backtest(application: TheApplication, backtest_id: IdInPath) -> DoneAnswer:
    """Remove a finished run with its result; one that is not finished must be cancelled first."""
    application.runs.delete(backtest_id)
    return DoneAnswer(message=f"{backtest_id} deleted")
