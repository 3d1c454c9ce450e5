"""Schemas of the stocks that a profile has chosen."""

from typing import Annotated, Literal

from pydantic import Field

from bokgi.api.schemas_base import Answer, Code, Request

StockMode = Annotated[
    Literal["all", "filtered", "specific"],
    Field(
        description="All stocks of the base universe; the same minus blacklist plus whitelist; or those chosen one by one.",
        examples=["specific"],
    ),
]
Codes = Annotated[list[Code], Field(description="Codes in the order in which they were chosen.", examples=[["005930", "000660"]])]


class Stock(Answer):
    """One stock as lists show it."""

    code: Code
    name: str = Field(description="Korean name.", examples=["삼성전자"])
    name_en: str = Field(description="English name; empty where none is known.", examples=["Samsung Electronics"])
    market: str = Field(description="KOSPI, KOSDAQ, KONEX or the exchange; empty where unknown.", examples=["KOSPI"])


class StockModeRequest(Request):
    """Which stocks backtests run on by default."""

    mode: StockMode


class StockModeAnswer(Answer):
    """The mode as it is now."""

    success: Literal[True] = True
    current_mode: StockMode
    message: str = Field(examples=["Stock mode is now specific"])


class AddCodesRequest(Request):
    """Codes to add to the specific list: all or none of them."""

    codes: list[Code] = Field(min_length=1, max_length=100, description="At most 100 stocks in all.", examples=[["005930", "000660"]])


class SelectedAnswer(Answer):
    """The specific list after codes were added."""

    success: Literal[True] = True
    selected_count: int = Field(ge=0, le=100, examples=[2])
    selected_stocks: Codes
    message: str = Field(examples=["2 stocks selected"])


class SpecificStocksAnswer(Answer):
    """The mode and the specific list."""

    current_mode: StockMode
    selected_count: int = Field(ge=0, le=100, examples=[2])
    selected_stocks: Codes
    stocks: list[Stock] = Field(description="The same stocks with their names.")


class RemovedAnswer(Answer):
    """How many stocks are left on the specific list."""

    success: Literal[True] = True
    selected_count: int = Field(ge=0, le=100, examples=[1])
    message: str = Field(examples=["005930 removed"])


class StocksAnswer(Answer):
    """Stocks that were found, best match first."""

    count: int = Field(ge=0, examples=[1])
    stocks: list[Stock]


class StockCountsAnswer(Answer):
    """How many stocks each mode means at present."""

    all: int = Field(ge=0, description="Stocks of the base universe with bars of the finest interval.", examples=[200])
    filtered: int = Field(ge=0, description="The same minus blacklist plus whitelist.", examples=[198])
    specific: int = Field(ge=0, description="Stocks chosen one by one.", examples=[2])


class ListedCodeRequest(Request):
    """A code for the blacklist or the whitelist."""

    code: Code


class ListedCodesAnswer(Answer):
    """The codes of a list."""

    success: Literal[True] = True
    count: int = Field(ge=0, examples=[1])
    codes: Codes
