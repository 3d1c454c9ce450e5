"""Which stocks: the mode, the specific list, search and counts. Everything belongs to the profile of the request."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.json_bodies import Body
from bokgi.api.schemas_base import request_body
from bokgi.api.schemas_stocks import (
    AddCodesRequest,
    RemovedAnswer,
    SelectedAnswer,
    SpecificStocksAnswer,
    Stock,
    StockCountsAnswer,
    StockModeAnswer,
    StockModeRequest,
    StocksAnswer,
)
from bokgi.services import stock_lists

router = APIRouter(prefix="/api/stocks", tags=["stocks"])

MOST_FOUND = 200
CodeInPath = Annotated[str, Path(description="Stock code, six characters.", examples=["005930"])]
SearchText = Annotated[str, Query(description="Code, Korean or English name, or initial consonants (ㅅㅅㅈㅈ).", examples=["삼성"])]


def stock_of(stock: stock_lists.Stock) -> Stock:
    """A stock of the services as its schema."""
    return Stock(code=stock.code, name=stock.name, name_en=stock.name_en, market=stock.market)


@router.post("/mode", operation_id="setStockMode", openapi_extra=request_body(StockModeRequest))
def set_stock_mode(application: TheApplication, profile: TheProfile, body: Body) -> StockModeAnswer:
    """Choose the stocks of future backtests: `all`, `filtered` or `specific`. `all` and `filtered` clear the specific list."""
    mode = application.stocks.set_mode(profile, body.get("mode")).mode
    return StockModeAnswer.model_validate({"current_mode": mode, "message": f"Stock mode is now {mode}"})


@router.post("/specific/add", operation_id="addSpecificStocks", openapi_extra=request_body(AddCodesRequest))
def add_specific_stocks(application: TheApplication, profile: TheProfile, body: Body) -> SelectedAnswer:
    """Add stocks to the specific list, all or none; duplicates count once and the order is kept."""
    codes = application.stocks.add_specific(profile, body.get("codes")).codes
    return SelectedAnswer(selected_count=len(codes), selected_stocks=list(codes), message=f"{len(codes)} stocks selected")


@router.get("/specific", operation_id="getSpecificStocks")
def get_specific_stocks(application: TheApplication, profile: TheProfile) -> SpecificStocksAnswer:
    """The mode and the specific list."""
    chosen = application.stocks.selection(profile)
    stocks = [stock_of(stock) for stock in chosen.stocks]
    counted = {"selected_count": len(chosen.codes), "selected_stocks": list(chosen.codes)}
    return SpecificStocksAnswer.model_validate({"current_mode": chosen.mode, **counted, "stocks": stocks})


@router.delete("/specific", operation_id="clearSpecificStocks")
def clear_specific_stocks(application: TheApplication, profile: TheProfile) -> RemovedAnswer:
    """Take all stocks off the specific list."""
    left = application.stocks.clear_specific(profile).codes
    return RemovedAnswer(selected_count=len(left), message="All specific stocks cleared")


@router.delete("/specific/{code}", operation_id="removeSpecificStock")
def remove_specific_stock(application: TheApplication, profile: TheProfile, code: CodeInPath) -> RemovedAnswer:
    """Take one stock off the specific list; the answer is the same when it was not on it."""
    left = application.stocks.remove_specific(profile, code).codes
    return RemovedAnswer(selected_count=len(left), message=f"{code} removed")


@router.get("/search", operation_id="searchStocks")
def search_stocks(
    application: TheApplication,
    profile: TheProfile,
    q: SearchText = "",
    limit: Annotated[int, Query(ge=1, le=MOST_FOUND, description="Most stocks to give.")] = 20,
) -> StocksAnswer:
    """Find stocks by code, name or initial consonants, best match first; at least one character."""
    found = [stock_of(stock) for stock in application.stocks.search(profile, q, limit)]
    return StocksAnswer(count=len(found), stocks=found)


@router.get("/counts", operation_id="countStocks")
def count_stocks(application: TheApplication, profile: TheProfile) -> StockCountsAnswer:
    """How many stocks each mode means at present."""
    return StockCountsAnswer.model_validate(application.stocks.counts(profile))
