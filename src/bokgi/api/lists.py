"""Blacklist and whitelist of a profile: `filtered` is the base universe minus the one plus the other."""

from typing import Annotated

from fastapi import APIRouter, Path

from bokgi.api.dependencies import TheApplication, TheProfile
from bokgi.api.json_bodies import Body
from bokgi.api.schemas_base import request_body
from bokgi.api.schemas_stocks import ListedCodeRequest, ListedCodesAnswer

router = APIRouter(prefix="/api", tags=["lists"])

CodeInPath = Annotated[str, Path(description="Stock code, six characters.", examples=["005930"])]


def _answer(codes: tuple[str, ...]) -> ListedCodesAnswer:
    return ListedCodesAnswer(count=len(codes), codes=list(codes))


@router.get("/blacklist", operation_id="getBlacklist")
def get_blacklist(application: TheApplication, profile: TheProfile) -> ListedCodesAnswer:
    """Stocks that the mode `filtered` leaves out."""
    return _answer(application.stocks.listed(profile, "blacklist"))


@router.post("/blacklist/add", operation_id="addToBlacklist", openapi_extra=request_body(ListedCodeRequest))
def add_to_blacklist(application: TheApplication, profile: TheProfile, body: Body) -> ListedCodesAnswer:
    """Leave a stock out of the mode `filtered`."""
    return _answer(application.stocks.add_listed(profile, "blacklist", body.get("code")))


@router.delete("/blacklist/{code}", operation_id="removeFromBlacklist")
def remove_from_blacklist(application: TheApplication, profile: TheProfile, code: CodeInPath) -> ListedCodesAnswer:
    """Take a stock off the blacklist; the answer is the same when it was not on it."""
    return _answer(application.stocks.remove_listed(profile, "blacklist", code))


@router.get("/whitelist", operation_id="getWhitelist")
def get_whitelist(application: TheApplication, profile: TheProfile) -> ListedCodesAnswer:
    """Stocks that the mode `filtered` adds to the base universe."""
    return _answer(application.stocks.listed(profile, "whitelist"))


@router.post("/whitelist/add", operation_id="addToWhitelist", openapi_extra=request_body(ListedCodeRequest))
def add_to_whitelist(application: TheApplication, profile: TheProfile, body: Body) -> ListedCodesAnswer:
    """Add a stock to the mode `filtered`, at most 100."""
    return _answer(application.stocks.add_listed(profile, "whitelist", body.get("code")))


@router.delete("/whitelist/{code}", operation_id="removeFromWhitelist")
def remove_from_whitelist(application: TheApplication, profile: TheProfile, code: CodeInPath) -> ListedCodesAnswer:
    """Take a stock off the whitelist; the answer is the same when it was not on it."""
    return _answer(application.stocks.remove_listed(profile, "whitelist", code))
