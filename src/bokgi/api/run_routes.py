"""What the routes of one run share: its id, and errors that say more about it.

Convention: an id that is none (a path, a NUL, too long) is an unknown one, before any file or row is looked at. The answers to an unknown
id and to a run without a result carry the keys that the contract fixes: `backtest_id` and `status`.
"""

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import Field

from bokgi.api.errors import ErrorBody, body_of, status_of
from bokgi.api.schemas_base import BACKTEST_ID, BacktestId
from bokgi.errors.base import BokgiError
from bokgi.errors.service import BacktestUnknown, NothingToGive

_ID = re.compile(r"bt-[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{3,12}")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class UnknownBacktestBody(ErrorBody):
    """There is no such run."""

    backtest_id: str = Field(description="As it was given.")
    status: str = Field(examples=["not_found"])


class NoResultBody(ErrorBody):
    """The run has no result to give: not yet, or never."""

    backtest_id: BacktestId
    status: str = Field(description="State of the run.", examples=["running"])


UNKNOWN: dict[int | str, dict[str, Any]] = {404: {"model": UnknownBacktestBody, "description": "No backtest has this id"}}
NOTHING: dict[int | str, dict[str, Any]] = {409: {"model": NoResultBody, "description": "There is no result to give"}}


class RunRoute(APIRoute):
    """A route about one run."""

    def get_route_handler(self) -> Handler:
        """The route's own handler; errors about the run get the run's keys."""
        handle = super().get_route_handler()

        async def handle_run(request: Request) -> Response:
            try:
                return await handle(request)
            except BacktestUnknown as error:
                return _answer(error, request, "not_found")
            except NothingToGive as error:
                return _answer(error, request, str(error.facts["status"]))

        return handle_run


def _answer(error: BokgiError, request: Request, run_status: str) -> JSONResponse:
    keys = {"backtest_id": given_id(request), "status": run_status}
    return JSONResponse(body_of(error, **keys), status_code=status_of(error))


def given_id(request: Request) -> str:
    """The id in path or query, as it was given."""
    return str(request.path_params.get("id") or request.query_params.get("id", ""))


def check_id(backtest_id: str) -> str:
    """The id, where it has the form of one.

    Raises
    ------
    BacktestUnknown

    Examples
    --------
    >>> check_id("bt-2026-02-08-547")
    'bt-2026-02-08-547'
    """
    if not _ID.fullmatch(backtest_id):
        raise BacktestUnknown
    return backtest_id


async def id_in_path(backtest_id: Annotated[str, Path(alias="id", description="Id of the backtest.", examples=[BACKTEST_ID])]) -> str:
    """The checked id of the path."""
    return check_id(backtest_id)


IdInPath = Annotated[str, Depends(id_in_path)]
