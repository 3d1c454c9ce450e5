"""Universes by date: which lists there are, and who was a member on a day."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import Field

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.schemas_base import Answer, Code, Day
from bokgi.api.schemas_results import DataFault
from bokgi.errors.requests import FieldInvalid

router = APIRouter(prefix="/api/data/universes", tags=["data"])


class UniverseRow(Answer):
    """One list, or one whole market."""

    name: str = Field(examples=["KOSPI200"])
    kind: Literal["list", "market"]
    versions: int = Field(ge=0, description="Lists of that name.")
    members: int | None = Field(description="Of the newest list; null for markets.")
    first: Day | None = Field(description="From which day the oldest list holds; of a market, the first session with bars.")
    last: Day | None = Field(description="From which day the newest list holds; of a market, the last session with bars.")


class UniversesAnswer(Answer):
    """Every universe."""

    count: int = Field(ge=0)
    universes: list[UniverseRow]


class UniverseMember(Answer):
    """One member on the day."""

    code: Code
    name: str
    since: Day | None = Field(description="First day as a member; null where it is not known.")
    until: Day | None = Field(description="First day on which it is none any more; null while it is, or where it is not known.")
    delisted: Day | None
    has_bars: bool = Field(description="Whether daily bars are stored.")


class UniverseAnswer(Answer):
    """The members of a universe on a day."""

    name: str
    date: Day
    effective: Day | None = Field(description="From which day the list holds.")
    published: Day | None
    members: list[UniverseMember]
    faults: list[DataFault] = Field(description="What is to be known of it, such as members of a later day.")


@router.get("", operation_id="listUniverses")
def list_universes(application: TheApplication, profile: TheProfile) -> UniversesAnswer:
    """Lists of members that were imported, and the whole markets."""
    rows = [UniverseRow.model_validate(row) for row in application.library.universes(profile)]
    return UniversesAnswer(count=len(rows), universes=rows)


@router.get("/{name}", operation_id="getUniverse")
def get_universe(
    application: TheApplication,
    profile: TheProfile,
    name: Annotated[str, Path(description="A name of `GET /api/data/universes`.", examples=["KOSPI200"])],
    day: Annotated[str, Query(alias="date", description="The day.", examples=["2025-06-13"])],
) -> UniverseAnswer:
    """Who was a member on a day; those that were delisted later included."""
    try:
        chosen = date.fromisoformat(day)
    except ValueError as error:
        raise FieldInvalid("date", day, "a day such as 2025-06-13", "2025-06-13 같은 날짜") from error
    return UniverseAnswer.model_validate(application.library.universe(profile, name, chosen))
