"""Schemas of sources, fetches and schedules."""

from pydantic import Field

from bokgi.api.schemas_base import Answer, Code, Day, Instant, Request
from bokgi.api.schemas_data import Words
from bokgi.data.sources.held import Choice
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


class SeriesExtent(Answer):
    """How much there is of a series."""

    bars: int = Field(ge=0)
    first: Day
    last: Day
    last_close: float


class HeldDifference(Answer):
    """One bar with other prices."""

    session: Day
    minute: int = Field(description="Start of the bar, minutes since midnight at the exchange.")
    before: float = Field(description="Stored close.")
    after: float = Field(description="Close of the answer.")


class LeftBars(Answer):
    """Stored bars that taking an answer would leave in the version before alone, because the answer does not have them."""

    bars: int = Field(ge=1)
    first: str = Field(description="Session; of bars within the day with the time of their start.", examples=["2026-03-05 09:05"])
    last: str


class HeldRow(Answer):
    """One answer that is held back, and what taking it would change; nulls where it cannot be read, which `problem` says."""

    source: str
    interval: str
    code: Code
    sha256: str = Field(description="Of the answer; a decision names it.")
    before: SeriesExtent | None = Field(description="What is stored.")
    after: SeriesExtent | None = Field(description="What the source sent.")
    common: int | None = Field(description="Bars that both have.")
    differing: int | None = Field(description="Of these, bars with other prices.")
    factor: float | None = Field(description="By which every close in common differs; null where there is no such factor.")
    older: int | None = Field(description="Stored bars from before the answer.")
    keeps_older: bool | None = Field(description="Whether these would be kept, read times `factor`.")
    left: LeftBars | None = Field(description="What taking it would leave in the earlier version alone; null where nothing.")
    differences: list[HeldDifference] = Field(description="The first ones.")
    reason: Words | None
    problem: Words | None


class HeldDecision(Answer):
    """What was decided about an answer, with before and after."""

    at: Instant
    decision: Choice
    source: str
    interval: str
    code: Code
    sha256: str | None = Field(None, description="Of the answer.")
    before: SeriesExtent | None
    after: SeriesExtent | None
    offered: SeriesExtent
    common: int
    differing: int
    factor: float | None
    rescaled_bars: int = Field(description="Older bars that are read times `factor`.")
    left_bars: int = Field(description="Bars that the answer lacks and that stay in the version before alone.")
    left_first: str | None = Field(None, description="When the first of them begins.")
    left_last: str | None = Field(None, description="When the last of them begins.")
    version_before: int | None
    version_after: int | None


class HeldAnswer(Answer):
    """Every answer that is held back, and the last decisions."""

    count: int = Field(ge=0)
    held: list[HeldRow]
    decisions: list[HeldDecision]


class HeldRequest(Request):
    """What to do with which held answer."""

    source: str = Field(examples=["yahoo"])
    interval: str = Field(examples=["1d"])
    code: Code
    decision: Choice = Field(
        Choice.TAKE, description="`take` exchanges the series, `join` adds what agrees, `refuse` keeps what is stored."
    )
    sha256: str = Field(description="Of the answer that was looked at, as `GET /api/data/held` gives it.")
