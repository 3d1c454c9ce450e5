"""Schemas of sources, fetches and schedules."""

from pydantic import Field

from bokgi.api.schemas_base import Answer, Code, Day, Request
from bokgi.api.schemas_data import Words
from bokgi.services.fetch_schedules import USUAL_TIME

STOCKS = "Codes or names; or one word alone: `stored` for all stored stocks of the interval, `list:KOSPI200` for the members of a list."


class SourceRow(Answer):
    """One source of bars."""

    name: str = Field(examples=["yahoo"])
    intervals: list[str] = Field(description="Lengths of bars that it has, finest first.")
    problem: Words | None = Field(description="Why it cannot be asked: a package or a login is missing.")


class SourcesAnswer(Answer):
    """Every source."""

    count: int = Field(ge=0)
    sources: list[SourceRow]


class FetchRequest(Request):
    """What to fetch."""

    source: str = Field(description="A name of `GET /api/data/sources`.", examples=["yahoo"])
    interval: str = Field(examples=["1d"])
    stocks: list[str] = Field(min_length=1, description=STOCKS, examples=[["005930"]])


class ScheduleRequest(FetchRequest):
    """What to bring up to date each session."""

    at: str | None = Field(None, description=f"Time in Korea, after the close; {USUAL_TIME} by default.", examples=[USUAL_TIME])


class ScheduleAnswer(Answer):
    """One schedule."""

    id: str = Field(examples=["fs-1"])
    source: str
    interval: str
    stocks: list[str]
    at: str = Field(description="Time in Korea.")
    last_day: Day | None = Field(description="Day on which it was last started.")


class SchedulesAnswer(Answer):
    """Every schedule."""

    count: int = Field(ge=0)
    schedules: list[ScheduleAnswer]


class ScheduleRemoved(Answer):
    """The schedule is gone."""

    success: bool = True
    id: str


class HeldRow(Answer):
    """One answer that is held back."""

    source: str
    interval: str
    code: Code


class HeldAnswer(Answer):
    """Every answer that is held back."""

    count: int = Field(ge=0)
    held: list[HeldRow]


class HeldRequest(Request):
    """Which held answer to take."""

    source: str = Field(examples=["yahoo"])
    interval: str = Field(examples=["1d"])
    code: Code
