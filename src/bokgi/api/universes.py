"""Universes by date: which lists there are, who was a member on a day, and bringing lists with a preview of what they change."""

import shutil
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from bokgi.api.data import hints_of
from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.json_bodies import check_fields
from bokgi.api.schemas_base import Answer, Code, Day, request_body
from bokgi.api.schemas_base import Request as RequestBody
from bokgi.api.schemas_results import DataFault
from bokgi.api.upload_form import Upload, read_upload
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
    source: str | None = Field(description="Name of the file of the newest list; of a market, the sources of its bars.")


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


class UniverseUpload(RequestBody):
    """A file of members, of at most a megabyte."""

    file: Annotated[bytes, Field(json_schema_extra={"format": "binary"}, description="A list of a day, or stays: code, from, until.")]
    name: str | None = Field(None, description="Name of the list; by default from the file's name.", examples=["MINE"])
    preview: bool | None = Field(None, description="Say what would change, and store nothing.")


class NamedCode(Answer):
    """One instrument."""

    code: Code
    name: str


class UniverseChange(Answer):
    """What a file of members changes in its list, or would change where it is a preview."""

    name: str
    source: str | None = Field(description="Name of the file of the newest list afterwards.")
    preview: bool = Field(description="Whether nothing was stored.")
    is_new: bool = Field(description="Whether there was no list of that name.")
    lists_before: int = Field(ge=0)
    lists_after: int = Field(ge=1)
    added: list[str] = Field(description="Days of lists that were not there.", examples=[["2025-06-13"]])
    changed: list[str] = Field(description="Days of lists that get other members.")
    removed: list[str] = Field(description="Days of lists that this file does not know any more.")
    first: Day | None
    last: Day | None
    members_before: int | None = Field(description="Of the newest list; null where there was none.")
    members_after: int
    joined_count: int = Field(ge=0, description="Members of the newest list that were none of the newest before.")
    left_count: int = Field(ge=0)
    joined: list[NamedCode] = Field(description="The first of them.")
    left: list[NamedCode]


@router.post("", operation_id="importUniverse", openapi_extra=request_body(UniverseUpload, media_type="multipart/form-data"))
async def import_universe(application: TheApplication, profile: TheProfile, request: Request) -> UniverseChange:
    """Bring a list of members by date, or look first at what it would change (`preview`)."""
    upload = await read_upload(request, application.library.new_upload)
    return await run_in_threadpool(_taken, application, profile, upload)


def _taken(application: TheApplication, profile: str, upload: Upload) -> UniverseChange:
    try:
        check_fields(upload.fields, ("name", "preview"))
        told = hints_of(upload.fields)
        change = application.library.take_universe(profile, upload.path, told.get("name"), preview=told.get("preview", False))
        return UniverseChange.model_validate(change)
    finally:
        shutil.rmtree(upload.path.parent, ignore_errors=True)


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
