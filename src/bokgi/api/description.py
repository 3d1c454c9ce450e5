"""The OpenAPI document: what the framework builds from the routes, without what is never answered, with what bodies look like."""

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI

from bokgi.api.schemas_base import request_schemas

_UNUSED_SCHEMAS = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Build the document once, when it is first asked for."""
    built = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            complete(built())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the document


def complete(document: dict[str, Any]) -> None:
    """Take the framework's own error answer out (ours is given instead), and put the request bodies in."""
    for operation in operations_of(document):
        operation["responses"].pop("422", None)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _UNUSED_SCHEMAS:
        schemas.pop(name, None)
    schemas.update(request_schemas())


def operations_of(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Every operation of every path."""
    return [operation for methods in document["paths"].values() for operation in methods.values()]
