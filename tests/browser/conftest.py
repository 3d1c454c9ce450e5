"""A real browser on the real service with the demo market. Without a browser the tests say so and skip.

Convention: every page fails its test where it logs an error, and where it asks anything of another machine.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect, sync_playwright

from tests.browser.served import Served
from tests.operations.recorded_release import host_with_release

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NAMES = ("chromium", "chromium-browser", "google-chrome")
SECONDS = 45  # waited for what comes, not allowed for it: machines that test are busy
Open = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium: `$BOKGI_CHROMIUM`, or the one of this machine."""
    program = os.environ.get("BOKGI_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.skip("No Chromium was found on this machine; install it, or name it in BOKGI_CHROMIUM.")
    expect.set_options(timeout=SECONDS * 1000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture(scope="session")
def served(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One service for the tests of this process; asked for after the browser, so that it does not start where there is none."""
    service = Served(tmp_path_factory.mktemp("browser"))
    host_with_release(service.host_folder)
    with service as started:
        yield started


@pytest.fixture
def open_page(chromium: Browser, served: Served) -> Iterator[Open]:
    """Opens a page in a fresh profile of the browser; `is_tolerant` where the network fails on purpose, which browsers log as an error."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and "ERR_INTERNET_DISCONNECTED" not in message.text:
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((served.address, "data:", "blob:")):
            complaints.append(f"asked another machine: {request.url}")

    def opened(path: str, *, width: int = 1280, height: int = 900, theme: str = "light", is_tolerant: bool = False) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            locale="ko-KR",
            color_scheme="dark" if theme == "dark" else "light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(SECONDS * 1000)
        if not is_tolerant:
            page.on("console", heard)
        page.on("request", asked)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(served.address + path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture(scope="session")
def finished(served: Served) -> str:
    """Id of a finished run over two stocks."""
    return served.finished_run()


@pytest.fixture(scope="session")
def other(served: Served) -> str:
    """Id of a second one, to compare with."""
    return served.finished_run("RSI")


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core, which npm installs with the tools of the pages."""
    script = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
    if not script.is_file():
        pytest.skip("axe-core is not installed; run make web-check once.")
    return script.read_text("utf-8")
