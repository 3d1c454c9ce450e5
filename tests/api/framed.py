"""Asking the application without a network: each question runs the whole stack of layers in a loop of its own."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from bokgi.api.application import create_app
from bokgi.bootstrap.build import build
from bokgi.services.application import Application
from tests.api.running_service import settings_for

BASE = "http://localhost:3000"
TOKEN = "a-long-word-that-nobody-guesses"


@contextmanager
def built_application(home: Path) -> Iterator[Application]:
    """The real services over an empty home folder."""
    application = build(settings_for(home))
    try:
        yield application
    finally:
        application.close()


def app_with(application: Application, **settings: Any) -> FastAPI:
    """The application with other settings; options of `create_app` go there."""
    body_seconds = settings.pop("body_seconds", 15.0)
    return create_app(replace(application, settings=replace(application.settings, **settings)), body_seconds=body_seconds)


def ask(app: FastAPI, method: str, path: str, *, client: tuple[str, int] = ("127.0.0.1", 50_000), **request: Any) -> httpx.Response:
    """One request and its answer."""

    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=app, client=client)
        async with httpx.AsyncClient(transport=transport, base_url=BASE) as asking:
            return await asking.request(method, path, **request)

    return asyncio.run(asked())


def add_route(app: FastAPI, path: str, answer: Callable[..., Any], **options: Any) -> FastAPI:
    """The application with one more GET route, for what no real route does."""
    app.get(path, **options)(answer)
    app.openapi_schema = None
    return app
