"""Reading an ASGI scope: headers, client, and the notes that the frame and the routes share about one request."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
NOTES = "bokgi.notes"


@dataclass(slots=True)
class Notes:
    """What is known about a request beside its scope; run_id : of the backtest it is about"""

    request_id: str
    run_id: str | None = None


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of this lower-case name, as text."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)


def headers_named(scope: Scope, name: bytes) -> list[str]:
    """All headers of this lower-case name."""
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def client_of(scope: Scope) -> str:
    """Address of the client, without its port; `local` on a Unix socket."""
    client = scope.get("client")
    return str(client[0]) if client else "local"


def notes_of(scope: Scope) -> Notes:
    """The notes of this request; empty ones outside the frame, as in tests of a single part."""
    notes = scope.get(NOTES)
    return notes if isinstance(notes, Notes) else Notes("-")


def template_of(scope: Scope) -> str:
    """`/api/backtest/result/{id}`: the path of the route that took the request; empty where there is none."""
    return str(getattr(scope.get("route"), "path", ""))
