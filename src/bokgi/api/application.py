"""The web application: all routes and the frame around them, from one built `Application`."""

import threading
from types import ModuleType

from fastapi import FastAPI

from bokgi.api import (
    backtests,
    data,
    data_fetches,
    errors,
    feedback,
    health,
    lists,
    metrics,
    ops,
    page_files,
    results,
    searches,
    session,
    status,
    stocks,
    strategies,
    strategy_configs,
    universes,
)
from bokgi.api.body_limits import BODY_SECONDS, BodyLimits
from bokgi.api.description import describe
from bokgi.api.frame import Frame
from bokgi.api.hosts import HostCheck, check_origin
from bokgi.api.rates import RateCheck
from bokgi.api.tokens import TokenCheck
from bokgi.services.application import Application

ROUTERS: tuple[ModuleType, ...] = (
    health,
    session,
    stocks,
    lists,
    strategies,
    strategy_configs,
    backtests,
    results,
    searches,
    data,
    data_fetches,
    universes,
    feedback,
    status,
    metrics,
    ops,
    page_files,
)
"""Every module with routes; each defines `router`."""


def create_app(application: Application, *, stopping: threading.Event | None = None, body_seconds: float = BODY_SECONDS) -> FastAPI:
    """The HTTP service over an application; whoever built the application closes it.

    Parameters
    ----------
    stopping : set by the server when it is about to end: streams of events then close
    body_seconds : how long a client may take to send a body [s]
    """
    app = FastAPI(
        title="Bokgi",
        version=application.version,
        summary="Backtests of Korean stocks that cannot lie",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=errors.ERROR_RESPONSES,
    )
    _share(app, application, stopping or threading.Event())
    errors.install(app)
    for module in ROUTERS:
        app.include_router(module.router)
    _guard(app, application, body_seconds)
    describe(app)
    return app


def _share(app: FastAPI, application: Application, stopping: threading.Event) -> None:
    """What routes find again through `dependencies`."""
    app.state.application = application
    app.state.stopping = stopping
    app.state.tokens = TokenCheck(application.settings.token)
    app.state.metrics = metrics.Metrics(application)
    app.state.health_watch = health.HealthWatch(application.health.report)


def _guard(app: FastAPI, application: Application, body_seconds: float) -> None:
    """The layers, innermost first: bodies are read only for requests that passed the checks."""
    settings = application.settings
    checks = (HostCheck(settings), check_origin, RateCheck(settings), app.state.tokens)
    app.add_middleware(BodyLimits, upload_bytes=settings.upload_bytes, body_seconds=body_seconds)
    app.add_middleware(Frame, checks=checks, observer=app.state.metrics, stopping=app.state.stopping)
