"""The token: what a client must know where the service has one.

`Authorization: Bearer <token>` for programs; for browsers a cookie that no script can read, set by `POST /api/session`. The cookie
does not hold the token but a proof of it with an end, so it cannot be turned back and ends when the token changes.
"""

import hashlib
import hmac
import time
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie

from bokgi.api.scopes import Scope, header
from bokgi.errors.http import TokenRequired, TokenWrong

COOKIE = "bokgi_session"
SESSION_SECONDS = 30 * 24 * 3600
OPEN_PATHS = frozenset({"/api/health/live", "/api/session"})
"""Within `/api`; the pages themselves are open too: they hold nothing, and one of them asks for the token."""
GUARDED_PATHS = frozenset({"/metrics", "/openapi.json"})


class TokenCheck:
    """Lets requests through that prove to know the token; all where there is none."""

    def __init__(self, token: str | None, clock: Callable[[], float] = time.time) -> None:
        self._token = token.encode() if token else None
        self._clock = clock

    @property
    def is_required(self) -> bool:
        """Whether the service has a token at all."""
        return self._token is not None

    def __call__(self, scope: Scope) -> None:
        if self._token is None or not is_guarded(scope["path"]) or self.has_session(scope):
            return
        given = header(scope, b"authorization")
        if given is None:
            raise TokenRequired
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or not self.is_token(token.strip()):
            raise TokenWrong("Authorization")

    def is_token(self, given: str) -> bool:
        """Whether this is the token; the comparison takes the same time wherever they differ."""
        expected = self._token or b""
        return hmac.compare_digest(_digest(given.encode("utf-8", "surrogateescape")), _digest(expected)) and bool(expected)

    def has_session(self, scope: Scope) -> bool:
        """Whether the request carries a session that this token opened and that has not ended."""
        if self._token is None:
            return True
        value = _cookie(header(scope, b"cookie") or "")
        end, _, _ = value.partition(".")
        if not (end.isascii() and end.isdigit() and len(end) <= 12):
            return False
        return hmac.compare_digest(value.encode(), self._proof(int(end)).encode()) and self._clock() < int(end)

    def new_session(self) -> str:
        """Value of the cookie for whoever just gave the token."""
        return self._proof(int(self._clock()) + SESSION_SECONDS)

    def _proof(self, end: int) -> str:
        return f"{end}.{hmac.new(self._token or b'', f'bokgi session until {end}'.encode(), hashlib.sha256).hexdigest()}"


def is_guarded(path: str) -> bool:
    """Whether a path asks for the token."""
    return path in GUARDED_PATHS or ((path == "/api" or path.startswith("/api/")) and path not in OPEN_PATHS)


def _digest(text: bytes) -> bytes:
    return hashlib.sha256(text).digest()


def _cookie(given: str) -> str:
    try:
        found = SimpleCookie(given).get(COOKIE)
    except CookieError:  # a cookie of somebody else that is none
        return ""
    return found.value if found is not None and found.value.isascii() else ""
