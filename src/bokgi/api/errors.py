"""Errors over HTTP: one table from class to status, one shape of body, no details of ours.

Convention: the most derived class of an error that stands in `STATUS_OF` decides. An answer never holds HTML or a stack trace; what
nobody foresaw is told by the id of its request, under which the log has the rest.
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from bokgi.api.scopes import notes_of, template_of
from bokgi.errors.base import BokgiError, DataError, EnvironmentFault, InputError, InternalFault, Language, MissingError
from bokgi.errors.http import (
    BodyTooLarge,
    BodyTooSlow,
    BodyUnreadable,
    HostRefused,
    MethodRefused,
    OriginRefused,
    PathUnknown,
    RequestFailed,
    RequestFieldMissing,
    RequestRefused,
    TokenRequired,
    TokenWrong,
    TooManyRequests,
)
from bokgi.errors.records import ConfigNameTaken, IdempotencyKeyReused, RunStillActive, SearchStillActive
from bokgi.errors.reports import ResultBroken, ResultTooNew, SearchResultBroken
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.runs import RunCancelled
from bokgi.errors.service import HeldChanged, HeldNotJoinable, ImportNotCancellable, NothingToGive, SearchWithoutResult
from bokgi.errors.store import ManifestBroken, SegmentBroken, StoreTooNew
from bokgi.errors.strategies import StrategyUnknown

STATUS_OF: Mapping[type[BokgiError], int] = {
    BokgiError: 500,
    InputError: 400,
    DataError: 400,
    MissingError: 404,
    EnvironmentFault: 503,
    InternalFault: 500,
    RunCancelled: 409,
    NothingToGive: 409,
    RunStillActive: 409,
    SearchStillActive: 409,
    SearchWithoutResult: 409,
    ImportNotCancellable: 409,
    HeldNotJoinable: 409,
    HeldChanged: 409,
    IdempotencyKeyReused: 409,
    ConfigNameTaken: 409,
    StrategyUnknown: 400,  # named in a body, never in an address
    # What we stored is broken, and the request is not to blame for it.
    ResultBroken: 500,
    SearchResultBroken: 500,
    ResultTooNew: 500,
    SegmentBroken: 500,
    ManifestBroken: 500,
    StoreTooNew: 500,
    HostRefused: 421,
    OriginRefused: 403,
    TokenRequired: 401,
    TokenWrong: 401,
    MethodRefused: 405,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    TooManyRequests: 429,
}
RETRY_SECONDS = 2
"""What a client is told to wait when the machine, not the request, is at fault."""
SHOWN_CHARACTERS = 80
LONGEST_SENTENCE = 2_000
_LOG = logging.getLogger("bokgi.api")


class ErrorBody(BaseModel):
    """What every error answers; more keys may follow where a route says so."""

    success: bool = False
    error: str
    error_ko: str
    code: str
    field: str | None = None
    available_endpoints: list[str] | None = None


ERROR_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorBody, "description": HTTPStatus(status).phrase} for status in (400, 401, 403, 408, 413, 421, 429, 500, 503)
}
"""Answers that any route may give; 404, 405 and 409 are declared by the routes that have them."""


def status_of(error: BokgiError) -> int:
    """The HTTP status of an error: that of the most derived class in the table."""
    return next(STATUS_OF[kind] for kind in type(error).__mro__ if kind in STATUS_OF)


def body_of(error: BokgiError, **more: object) -> dict[str, object]:
    """The JSON of an error; `more` goes to its end."""
    return {
        "success": False,
        "error": _cut(error.sentence(Language.ENGLISH)),
        "error_ko": _cut(error.sentence(Language.KOREAN)),
        "code": error.code,
        "field": None if error.field is None else _cut(error.field),
        **more,
    }


def _cut(text: str) -> str:
    """A sentence may repeat what was given, but never a whole body."""
    return text if len(text) <= LONGEST_SENTENCE else f"{text[:LONGEST_SENTENCE]}..."


def headers_of(error: BokgiError, status: int) -> dict[str, str]:
    """Headers that belong to an error's status."""
    if isinstance(error, TooManyRequests):
        return {"Retry-After": str(error.facts["seconds"])}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": str(RETRY_SECONDS)}
    return {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}


def response_of(error: BokgiError, *, status: int | None = None, **more: object) -> JSONResponse:
    """The answer to a request that ended in this error.

    status : instead of the table's, where a route means another (missing data is a wrong request at the start of a run)
    """
    chosen = status or status_of(error)
    return JSONResponse(body_of(error, **more), status_code=chosen, headers=headers_of(error, chosen))


def unforeseen(error: BaseException, request_id: str) -> JSONResponse:
    """Log what happened, and answer without a detail of it."""
    _LOG.error("unforeseen", extra={"request_id": request_id, "error": type(error).__name__}, exc_info=error)
    return response_of(RequestFailed(request_id))


def install(app: FastAPI) -> None:
    """Answer every error of the application in the one shape."""
    app.add_exception_handler(BokgiError, _bokgi_error)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)


def endpoints_of(app: FastAPI) -> list[str]:
    """`GET /api/health` and all others that the OpenAPI document lists, in its order."""
    paths: Mapping[str, Mapping[str, object]] = app.openapi()["paths"]
    return [f"{method.upper()} {path}" for path, methods in paths.items() for method in methods]


async def _bokgi_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BokgiError)
    status = status_of(error)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        facts = {"request_id": notes_of(request.scope).request_id, "code": error.code, "error": str(error)}
        _LOG.error("fault", extra=facts, exc_info=error)
    if isinstance(error, InternalFault):
        return response_of(RequestFailed(notes_of(request.scope).request_id))
    return response_of(error)


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return response_of(error_of_fault(error.errors()))


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return response_of(PathUnknown(path), available_endpoints=endpoints_of(request.app))
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = allowed_methods(request)
            answer = response_of(MethodRefused(request.method, path, allowed))
            answer.headers["Allow"] = allowed
            return answer
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return response_of(BodyTooLarge(0))
        case status if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return response_of(RequestRefused(str(error.detail)), status=status)
    return unforeseen(error, notes_of(request.scope).request_id)


def allowed_methods(request: Request) -> str:
    """Methods of all routes that have the path of this request, for `Allow`."""
    template = template_of(request.scope)
    methods = request.app.openapi()["paths"].get(template, {})
    return ", ".join(sorted(method.upper() for method in methods)) or "GET"


def error_of_fault(faults: Sequence[Mapping[str, Any]]) -> InputError:
    """The first fault that the declared types found, as one of our situations."""
    fault = faults[0]
    kind, place = str(fault.get("type", "")), tuple(fault.get("loc", ()))
    names = [str(part) for part in place[1:]] if len(place) > 1 else []
    if kind == "json_invalid":
        return BodyUnreadable(str(fault.get("ctx", {}).get("error", fault["msg"])))
    if not names:
        return BodyUnreadable(str(fault["msg"]))
    if kind == "missing":
        return RequestFieldMissing(".".join(names))
    return FieldInvalid(".".join(names), _shown(fault.get("input")), str(fault["msg"]))


def _shown(given: object) -> object:
    return given if len(repr(given)) <= SHOWN_CHARACTERS else repr(given)[:SHOWN_CHARACTERS] + "..."
