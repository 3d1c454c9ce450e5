"""Results: the stored body byte for byte, curves, trades, and files to download.

Convention: files are found by the id of a run, never by a path. The body of a result never changes, so its hash is its `ETag`.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Header, Path, Query, Response
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from bokgi.api.backtests import LAST_PAGE, MOST_ROWS
from bokgi.api.dependencies import TheApplication
from bokgi.api.run_routes import NOTHING, UNKNOWN, IdInPath, RunRoute
from bokgi.api.schemas_results import EquityAnswer, ResultAnswer, TradeChartAnswer, TradesAnswer
from bokgi.errors.base import Language
from bokgi.reports.formats import utc_text_of_micros
from bokgi.reports.result_views import TRADE_FIELDS
from bokgi.services.rendering import MEDIA_TYPES
from bokgi.services.results import MAXIMUM_POINTS
from bokgi.services.runs import status_json

router = APIRouter(tags=["results"], route_class=RunRoute)

JSON = "application/json"
_MARK_FIELDS = ("buy_at_micros", "sell_at_micros", "buy_session", "sell_session", "last_session")
_UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The body is the one whose `ETag` was given"}}
_SORTS = [sign + name for name in TRADE_FIELDS for sign in ("", "-")]
ChosenLanguage = Annotated[Language, Query(description="Of the words in the file.")]


class WholeFile(FileResponse):
    """A file that is given as a whole: a part of a spreadsheet is of no use, and its errors would not be JSON."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, whatever range was asked for."""
        headers = [(name, value) for name, value in scope["headers"] if name not in {b"range", b"if-range"}]
        del self.headers["accept-ranges"]
        await super().__call__({**scope, "headers": headers}, receive, send)


@router.get("/api/backtest/result/{id}", operation_id="getResult", response_model=ResultAnswer, responses=UNKNOWN | _UNCHANGED)
def get_result(
    application: TheApplication,
    backtest_id: IdInPath,
    if_none_match: Annotated[str | None, Header(description="`ETag` of a body that the client has.")] = None,
) -> Response:
    """The result; before there is one the progress, and the error where there will be none."""
    row = application.runs.get(backtest_id)
    stored = application.results.body(row)
    if stored is None:
        return Response(orjson.dumps(status_json(row)), media_type=JSON, headers={"Cache-Control": "no-store"})
    headers = {"ETag": stored.etag, "Cache-Control": "no-cache"}
    if is_known(stored.etag, if_none_match):
        return Response(status_code=304, headers=headers)
    return Response(stored.content, media_type=JSON, headers=headers)


def is_known(etag: str, if_none_match: str | None) -> bool:
    """Whether the client said that it has this body.

    >>> is_known('"a"', 'W/"a", "b"'), is_known('"a"', "*"), is_known('"a"', '"b"')
    (True, True, False)
    """
    given = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    return etag in given or "*" in given


@router.get("/api/backtest/result/{id}/equity", operation_id="getEquity", response_model=EquityAnswer, responses=UNKNOWN | NOTHING)
def get_equity(
    application: TheApplication,
    backtest_id: IdInPath,
    points: Annotated[int, Query(ge=10, le=MAXIMUM_POINTS, description="Most points of the curve on bars.")] = MAXIMUM_POINTS,
) -> Response:
    """Equity and drawdown at session ends and on bars, with the benchmarks."""
    return Response(orjson.dumps(application.results.equity(backtest_id, points)), media_type=JSON)


@router.get("/api/backtest/result/{id}/trades", operation_id="getTrades", response_model=TradesAnswer, responses=UNKNOWN | NOTHING)
def get_trades(
    application: TheApplication,
    backtest_id: IdInPath,
    code: Annotated[str | None, Query(description="Only trades of this stock.", examples=["005930"])] = None,
    page: Annotated[int, Query(ge=1, le=LAST_PAGE, description="From 1.")] = 1,
    page_size: Annotated[int, Query(ge=1, le=MOST_ROWS, description="Trades on a page.")] = 50,
    sort: Annotated[
        str, Query(description="Field to sort by; `-` in front: largest first.", json_schema_extra={"enum": _SORTS})
    ] = "number",
) -> Response:
    """The trades, page by page; those without a value in the sorted field come last."""
    field, is_descending = sort.removeprefix("-"), sort.startswith("-")
    trades, total = application.results.trades(backtest_id, code or None, field, is_descending, page, page_size)
    body = {"backtest_id": backtest_id, "total": total, "page": page, "page_size": page_size, "trades": trades}
    return Response(orjson.dumps(body), media_type=JSON)


@router.get(
    "/api/backtest/result/{id}/trades/{number}/chart",
    operation_id="getTradeChart",
    response_model=TradeChartAnswer,
    responses=UNKNOWN | NOTHING,
)
def get_trade_chart(
    application: TheApplication,
    backtest_id: IdInPath,
    number: Annotated[int, Path(ge=1, le=2**31 - 1, description="Number of the trade, from 1.")],
) -> Response:
    """The bars around one trade, from 30 before the purchase to 30 after the sale, with both fills marked."""
    chart = application.results.trade_chart(backtest_id, number)
    trade = chart["trade"]
    plain = {name: value for name, value in trade.items() if name not in _MARK_FIELDS}
    return Response(orjson.dumps(chart | {"trade": plain, "marks": marks_of(trade)}), media_type=JSON)


def marks_of(trade: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The fills of a trade: purchase, and sale where there was one."""
    marks = [{"side": "buy", "at": utc_text_of_micros(trade["buy_at_micros"]), "price": trade["buy_price"]}]
    if trade["sell_at_micros"] is not None:
        marks.append({"side": "sell", "at": utc_text_of_micros(trade["sell_at_micros"]), "price": trade["sell_price"]})
    return marks


# ------------------------------------------------------------ downloads


def _file(application: TheApplication, backtest_id: str, file_format: str, language: Language) -> WholeFile:
    found = application.results.download(backtest_id, file_format, language)
    return WholeFile(found.path, media_type=found.media_type, filename=found.file_name, headers={"Cache-Control": "no-cache"})


def _described(file_format: str) -> dict[int | str, dict[str, Any]]:
    schema = {"type": "object"} if file_format == "json" else {"type": "string", "format": "binary"}
    content = {MEDIA_TYPES[file_format].partition(";")[0]: {"schema": schema}}
    return {200: {"description": f"`backtest-trades-<id>.{file_format}` as an attachment", "content": content}}


def _add_download(file_format: str, path: str, operation_id: str) -> None:
    """One route a format, so that the document names its media type; HEAD answers as GET without the body."""

    def download(application: TheApplication, backtest_id: IdInPath, language: ChosenLanguage = Language.KOREAN) -> WholeFile:
        return _file(application, backtest_id, file_format, language)

    download.__doc__ = (
        f"The result as {file_format}, as an attachment `backtest-trades-<id>.{file_format}`; cancelled runs give what was finished."
    )
    answers = _described(file_format) | UNKNOWN | NOTHING
    router.get(path, operation_id=operation_id, response_class=WholeFile, response_model=None, responses=answers)(download)
    router.head(path, include_in_schema=False, response_class=WholeFile, response_model=None)(download)


for _format in MEDIA_TYPES:
    _add_download(_format, f"/api/results/{{id}}.{_format}", f"download{_format.capitalize()}")
_add_download("csv", "/api/backtest/result/{id}/csv", "downloadCsvOfResult")
