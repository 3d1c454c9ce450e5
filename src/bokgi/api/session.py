"""`/api/session`: a browser shows the token once and gets a cookie for it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from bokgi.api.tokens import COOKIE, SESSION_SECONDS, TokenCheck
from bokgi.errors.http import TokenWrong

router = APIRouter(tags=["session"])


class TokenGiven(BaseModel):
    """What a person typed into the page."""

    token: str = Field(max_length=1000)


class SessionState(BaseModel):
    """required : the service has a token; open : this client may ask"""

    success: bool = True
    required: bool
    open: bool


async def tokens_of(request: Request) -> TokenCheck:
    """The check that guards this application."""
    check = request.app.state.tokens
    assert isinstance(check, TokenCheck)
    return check


Tokens = Annotated[TokenCheck, Depends(tokens_of)]


@router.get("/api/session", operation_id="getSession")
async def session(request: Request, tokens: Tokens) -> SessionState:
    """Whether a token is needed, and whether this browser has shown it."""
    return SessionState(required=tokens.is_required, open=tokens.has_session(request.scope))


@router.post("/api/session", operation_id="openSession")
async def open_session(given: TokenGiven, request: Request, response: Response, tokens: Tokens) -> SessionState:
    """Take the token once, and answer with a cookie that stands for it."""
    if tokens.is_required:
        if not tokens.is_token(given.token):
            raise TokenWrong
        is_encrypted = request.url.scheme == "https"
        response.set_cookie(
            COOKIE, tokens.new_session(), max_age=SESSION_SECONDS, httponly=True, samesite="strict", secure=is_encrypted, path="/"
        )
    return SessionState(required=tokens.is_required, open=True)


@router.delete("/api/session", operation_id="closeSession")
async def close_session(response: Response, tokens: Tokens) -> SessionState:
    """Forget the cookie."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return SessionState(required=tokens.is_required, open=not tokens.is_required)
