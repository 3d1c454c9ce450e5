"""Looking at a page in a real browser: errors of its console counted, a picture kept.

Convention: without a browser nothing is said about the page: "not checked". `CHROME_PATH` names one that is not on the path. A private
slot listens on a Unix socket alone, so a forwarder on a loopback port lends it an address for as long as the browser looks.
"""

import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync", "--no-first-run")
LIMIT_MILLISECONDS = 30_000
SETTLING_MILLISECONDS = 5_000
_CHUNK = 1 << 16


@dataclass(frozen=True)
class BrowserView:
    """What a browser showed; `why_not` where none looked."""

    was_viewed: bool
    why_not: str = ""
    program: str = ""
    errors: tuple[str, ...] = ()
    screenshot: bytes = b""


def view_page(base_url: str, socket_path: Path | None, path: str, token: str | None = None) -> BrowserView:
    """Open a page and wait until nothing moves on the network.

    token : of a service that asks for one; the browser gets its session for it, as a person's does
    """
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return BrowserView(was_viewed=False, why_not="no browser: the package playwright is not installed")
    program = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    with _address(base_url, socket_path) as address, sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        except Error as error:
            return BrowserView(was_viewed=False, why_not=f"no browser: {str(error).splitlines()[0][:200]}")
        try:
            return _viewed(browser, address, path, Path(program or playwright.chromium.executable_path).name, token)
        finally:
            browser.close()


def _viewed(browser: "Browser", address: str, path: str, program: str, token: str | None) -> BrowserView:
    from playwright.sync_api import Error
    from playwright.sync_api import TimeoutError as TimeoutError_

    errors: list[str] = []
    page = browser.new_page()
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        if token is not None:
            page.request.post(f"{address}/api/session", data={"token": token}, timeout=LIMIT_MILLISECONDS)
        page.goto(address + path, wait_until="load", timeout=LIMIT_MILLISECONDS)
        with suppress(TimeoutError_):  # a page that goes on asking is no error
            page.wait_for_load_state("networkidle", timeout=SETTLING_MILLISECONDS)
        picture = page.screenshot(timeout=LIMIT_MILLISECONDS)
    except Error as error:
        return BrowserView(was_viewed=True, program=program, errors=(*errors, str(error).splitlines()[0]))
    if not page.inner_text("body").strip():
        errors.append("the page shows nothing")
    return BrowserView(was_viewed=True, program=f"{program} {browser.version}", errors=tuple(errors), screenshot=picture)


@contextmanager
def _address(base_url: str, socket_path: Path | None) -> Iterator[str]:
    """Where the browser finds the service."""
    if socket_path is None:
        yield base_url.rstrip("/")
        return
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_forward_all, args=(listening, socket_path), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _forward_all(listening: socket.socket, socket_path: Path) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        service = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            service.connect(str(socket_path))
        except OSError:
            client.close()
            service.close()
            continue
        for one, other in ((client, service), (service, client)):
            threading.Thread(target=_copy, args=(one, other), daemon=True).start()


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(_CHUNK):
            sink.sendall(part)
    for each in (source, sink):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
        each.close()
