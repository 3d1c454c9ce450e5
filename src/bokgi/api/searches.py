"""Searches: start, follow, cancel, list, read, delete.

Convention: as for runs, everything a start may be refused for is status 400. The answers to an unknown id and to a search without a result
carry `search_id` and `status`.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, cast

import orjson
from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field

from bokgi.api.backtests import CONFLICT, STREAM, Page, PageSize
from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.errors import ErrorBody, body_of, response_of, status_of
from bokgi.api.event_stream import RunEvents
from bokgi.api.json_bodies import Body
from bokgi.api.progress_hub import ProgressHub, number_of
from bokgi.api.results import JSON, ChosenLanguage, is_known
from bokgi.api.schemas_backtests import DoneAnswer
from bokgi.api.schemas_base import request_body
from bokgi.api.schemas_searches import (
    SEARCH_ID,
    SearchCancelledAnswer,
    SearchedStockAnswer,
    SearchesAnswer,
    SearchId,
    SearchListRow,
    SearchProgressAnswer,
    SearchResultAnswer,
    SearchStartedAnswer,
    StartSearchRequest,
    TrialsAnswer,
)
from bokgi.errors.base import BokgiError, Language, MissingError
from bokgi.errors.service import SearchUnknown, SearchWithoutResult
from bokgi.records.run_row import RunState
from bokgi.records.searches import SearchRow
from bokgi.services.application import Application
from bokgi.services.searches import MEDIA_TYPES as SEARCH_MEDIA_TYPES
from bokgi.services.searches import Searches, history_json, progress_json, status_json

MOST_TRIALS = 20_000
"""Combinations of one page: every pair of a day of two-minute bars, about 2 MB."""
_ID = re.compile(r"se-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3,12}")


class UnknownSearchBody(ErrorBody):
    """There is no such search."""

    search_id: str = Field(description="As it was given.")
    status: str = Field(examples=["not_found"])


class NoSearchResultBody(ErrorBody):
    """The search has no result to give: not yet, or never."""

    search_id: SearchId
    status: str = Field(description="State of the search.", examples=["running"])


UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": UnknownSearchBody, "description": "No search has this id"}}
UNKNOWN_STOCK: dict[int | str, dict[str, Any]] = {
    404: {"model": ErrorBody, "description": "No search has this id, or it has no combinations of this stock"}
}
NOTHING: dict[int | str, dict[str, Any]] = {409: {"model": NoSearchResultBody, "description": "There is no result to give"}}
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The body is the one whose `ETag` was given"}}


class SearchRoute(APIRoute):
    """A route about one search; its errors get the keys of a search."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's own handler."""
        handle = super().get_route_handler()

        async def handle_search(request: Request) -> Response:
            try:
                return await handle(request)
            except SearchUnknown as error:
                return _answer(error, request, "not_found")
            except SearchWithoutResult as error:
                return _answer(error, request, str(error.facts["status"]))

        return handle_search


router = APIRouter(tags=["searches"], route_class=SearchRoute)


def _answer(error: BokgiError, request: Request, status: str) -> JSONResponse:
    keys = {"search_id": str(request.path_params.get("id", "")), "status": status}
    return JSONResponse(body_of(error, **keys), status_code=status_of(error))


async def search_id_in_path(search_id: Annotated[str, Path(alias="id", description="Id of the search.", examples=[SEARCH_ID])]) -> str:
    """The checked id of the path.

    Raises
    ------
    SearchUnknown
    """
    if not _ID.fullmatch(search_id):
        raise SearchUnknown
    return search_id


SearchInPath = Annotated[str, Depends(search_id_in_path)]
CodeInPath = Annotated[str, Path(description="Stock code.", examples=["005930"])]


async def search_hub_of(request: Request) -> ProgressHub:
    """The one hub of searches; it is made when the first client follows one."""
    state = request.app.state
    if not hasattr(state, "search_hub"):
        searches = cast("Application", state.application).searches
        state.search_hub = ProgressHub(lambda search_id: _progress(searches, search_id))
    return cast("ProgressHub", state.search_hub)


def _progress(searches: Searches, search_id: str) -> dict[str, Any]:
    row = searches.get(search_id)
    return progress_json(row, searches.name_of(row))


@router.post(
    "/api/search/start",
    operation_id="startSearch",
    response_model=SearchStartedAnswer,
    openapi_extra=request_body(StartSearchRequest),
)
def start_search(application: TheApplication, profile: TheProfile, body: Body) -> SearchStartedAnswer | Response:
    """Check a search, store it and answer with its id; it survives every restart from then on."""
    try:
        started = application.searches.start(body, profile=profile)
    except MissingError as error:
        return response_of(error, status=400)
    number = started.search.id
    if started.is_worker_ready:
        return SearchStartedAnswer(search_id=number, status="running", message=f"Search {number} started", worker_status="connected")
    message = f"Search {number} is queued; it starts as soon as a worker is there"
    return SearchStartedAnswer(search_id=number, status="queued", message=message, worker_status="offline")


@router.get("/api/search/progress/{id}", operation_id="getSearchProgress", responses=UNKNOWN)
def get_search_progress(application: TheApplication, search_id: SearchInPath) -> SearchProgressAnswer:
    """How far a search is, measured from the work done."""
    return SearchProgressAnswer.model_validate(_progress(application.searches, search_id))


@router.get(
    "/api/search/events/{id}",
    operation_id="followSearch",
    status_code=200,
    response_class=RunEvents,
    response_model=None,
    responses=STREAM | UNKNOWN,
)
async def follow_search(
    application: TheApplication,
    search_id: SearchInPath,
    hub: Annotated[ProgressHub, Depends(search_hub_of)],
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", description="Number of the last event that was seen.")] = None,
) -> RunEvents:
    """The progress as server-sent events; `data` is the body of `GET /api/search/progress/{id}`."""
    await run_in_threadpool(application.searches.get, search_id)
    return RunEvents(hub, search_id, number_of(last_event_id))


@router.post("/api/search/cancel/{id}", operation_id="cancelSearch", responses=UNKNOWN)
def cancel_search(application: TheApplication, search_id: SearchInPath) -> SearchCancelledAnswer:
    """Stop a search, as a rule within a second; stocks that were finished are kept. A finished search stays as it is."""
    row = application.searches.cancel(search_id)
    return SearchCancelledAnswer(search_id=row.id, status=row.status.value, message=_cancel_message(row))


def _cancel_message(row: SearchRow) -> str:
    if not row.status.is_finished:
        return "Cancellation requested; the search stops, as a rule within a second"
    return "Cancelled" if row.status is RunState.CANCELLED else f"The search was {row.status.value} already"


@router.get("/api/searches", operation_id="listSearches")
def list_searches(application: TheApplication, profile: TheProfile, page: Page = 1, page_size: PageSize = 50) -> SearchesAnswer:
    """The searches of this profile, newest first."""
    searches = application.searches
    rows, total = searches.history(profile, page, page_size)
    shown = [SearchListRow.model_validate(history_json(row, searches.name_of(row))) for row in rows]
    return SearchesAnswer(total=total, page=page, page_size=page_size, searches=shown)


@router.delete("/api/searches/{id}", operation_id="deleteSearch", responses=UNKNOWN | CONFLICT)
def delete_search(application: TheApplication, search_id: SearchInPath) -> DoneAnswer:
    """Remove a finished search with its result; one that is not finished must be cancelled first."""
    application.searches.delete(search_id)
    return DoneAnswer(message=f"{search_id} deleted")


@router.get("/api/search/result/{id}", operation_id="getSearchResult", response_model=SearchResultAnswer, responses=UNKNOWN | _UNCHANGED)
def get_search_result(
    application: TheApplication,
    search_id: SearchInPath,
    if_none_match: Annotated[str | None, Header(description="`ETag` of a body that the client has.")] = None,
) -> Response:
    """The stocks in order of their verdicts; before there is a result the progress, and the error where there will be none."""
    searches = application.searches
    row = searches.get(search_id)
    content = searches.result(row)
    if content is None:
        body = status_json(row, searches.name_of(row))
        return Response(orjson.dumps(body), media_type=JSON, headers={"Cache-Control": "no-store"})
    headers = {"ETag": f'"{row.result_hash}"', "Cache-Control": "no-cache"}
    if is_known(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=JSON, headers=headers)


@router.get(
    "/api/search/result/{id}/stocks/{code}",
    operation_id="getSearchedStock",
    response_model=SearchedStockAnswer,
    responses=UNKNOWN_STOCK | NOTHING,
)
def get_searched_stock(application: TheApplication, search_id: SearchInPath, code: CodeInPath) -> Response:
    """What was found of one stock: verdict, walk-forward, distribution, and what stands beside the best."""
    return Response(orjson.dumps(application.searches.stock(search_id, code)), media_type=JSON)


@router.get(
    "/api/search/result/{id}/stocks/{code}/trials",
    operation_id="getSearchTrials",
    response_model=TrialsAnswer,
    responses=UNKNOWN_STOCK | NOTHING,
)
def get_search_trials(
    application: TheApplication,
    search_id: SearchInPath,
    code: CodeInPath,
    page: Page = 1,
    page_size: Annotated[int, Query(ge=1, le=MOST_TRIALS, description="Combinations on a page.")] = 1_000,
) -> Response:
    """The combinations of one stock as columns, page by page, for the heat map."""
    return Response(orjson.dumps(application.searches.trials(search_id, code, page, page_size)), media_type=JSON)


# ------------------------------------------------------------ downloads


def _described(file_format: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object"} if file_format == "json" else {"type": "string", "format": "binary"}
    content = {SEARCH_MEDIA_TYPES[file_format].partition(";")[0]: {"schema": schema}}
    return {200: {"description": f"`search-<id>.{file_format}` as an attachment", "content": content}}


def _add_download(file_format: str) -> None:
    """One route a format, so that the document names its media type."""

    def download(application: TheApplication, search_id: SearchInPath, language: ChosenLanguage = Language.KOREAN) -> Response:
        content = application.searches.download(search_id, file_format, language)
        headers = {"Content-Disposition": f'attachment; filename="search-{search_id}.{file_format}"', "Cache-Control": "no-cache"}
        return Response(content, media_type=SEARCH_MEDIA_TYPES[file_format], headers=headers)

    download.__doc__ = f"The ranking of the stocks as {file_format}, as an attachment `search-<id>.{file_format}`."
    answers = _described(file_format) | UNKNOWN | NOTHING
    path, name = f"/api/search/results/{{id}}.{file_format}", f"downloadSearch{file_format.capitalize()}"
    router.get(path, operation_id=name, response_class=Response, response_model=None, responses=answers)(download)


for _format in SEARCH_MEDIA_TYPES:
    _add_download(_format)
