"""The web application: all routes and the frame around them, from one built `Application`."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from fastapi import FastAPI

from bokgi.api import errors, health
from bokgi.services.application import Application

ROUTERS: tuple[ModuleType, ...] = (health,)
"""Every module with routes; each defines `router`."""

_UNUSED_SCHEMAS = ("HTTPValidationError", "ValidationError")


def create_app(application: Application) -> FastAPI:
    """The HTTP service over an application; whoever built the application closes it."""
    app = FastAPI(
        title="Bokgi",
        version=health.package_version(),
        summary="Backtests of Korean stocks that cannot lie",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=errors.ERROR_RESPONSES,
    )
    app.state.application = application
    app.state.health_watch = health.HealthWatch(application.health.report)
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    _describe_errors(app)
    return app


def _describe_errors(app: FastAPI) -> None:
    """Take the framework's own error answer, which is never given, out of the OpenAPI document."""
    built = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _without_unused(built())
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the document


def _without_unused(document: Mapping[str, Any]) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
    for name in _UNUSED_SCHEMAS:
        document.get("components", {}).get("schemas", {}).pop(name, None)
