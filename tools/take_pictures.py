"""Walk through the pages of a running service as a newcomer does, and keep a picture of every screen.

    .venv/bin/python tools/take_pictures.py http://127.0.0.1:3000 FOLDER [--keep]

Every screen in light and dark, for a desk and for a phone, to be looked at before a release. `--keep` also takes those that docs/images
holds anew. The walk starts a backtest and a search of the service's stocks and says how long each step took a person's browser.
"""

import argparse
import json
import os
import shutil
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

KEPT = Path(__file__).parents[1] / "docs" / "images"
IN_DOCUMENTS = {
    "backtest-light": "backtest-light",
    "result-dark": "result-dark",
    "trade-dark": "trade-dark",
    "history-light": "history-light",
    "data-light": "data-light",
    "search-light": "search-light",
    "backtest-phone-light": "phone-light",
}
"""The pictures of a walk that docs/images holds, by their names there; that of the operator's page needs a host with releases."""
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SIZES = {"": (1280, 860), "-phone": (360, 740)}
THEMES = ("light", "dark")
TALLEST = 1500
"""Pixels of a long page that a picture shows."""
SETTLED = 2000
"""Milliseconds after which charts have drawn themselves."""
SECONDS = 300


def main() -> int:
    """Walk, then take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args()
    address, folder = chosen.address.rstrip("/"), chosen.folder
    folder.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        run, search = walk(browser, address, folder)
        for name, path in screens(address, run, search).items():
            for size, theme in ((size, theme) for size in SIZES for theme in THEMES):
                picture(browser, address + path, folder / f"{name}{size}-{theme}.png", SIZES[size], theme)
    if chosen.keep:
        for name, kept in IN_DOCUMENTS.items():
            shutil.copy(folder / f"{name}.png", KEPT / f"{kept}.png")
    return 0


@contextmanager
def chromium() -> Iterator[Browser]:
    """The browser of `$BOKGI_CHROMIUM`, or the one of this machine."""
    program = os.environ.get("BOKGI_CHROMIUM") or shutil.which("chromium")
    if program is None:
        sys.exit("No Chromium was found on this machine; install it, or name it in BOKGI_CHROMIUM.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=list(FLAGS))
        yield browser
        browser.close()


def walk(browser: Browser, address: str, folder: Path) -> tuple[str, str]:
    """The steps of somebody who has read nothing; gives the ids of his run and of his search."""
    page = opened(browser, address + "/", SIZES[""], "light")
    began = time.monotonic()
    page.get_by_role("button", name="백테스트 시작").click()
    page.wait_for_url("**id=bt-*")
    page.screenshot(path=folder / "running-light.png")
    page.locator(".first .figure").first.wait_for()
    say("a backtest of all stocks, from the press to its figures", began)
    run = page.url.split("id=")[1].split("&")[0]
    began = time.monotonic()
    for name in ("CSV", "JSON"):
        with page.expect_download() as caught:
            page.get_by_role("link", name=name).first.click()
        caught.value.save_as(folder / caught.value.suggested_filename)
    say("two downloads", began)
    began = time.monotonic()
    page.goto(address + "/pages/search.html")
    page.get_by_role("button", name="탐색 시작").click()
    page.wait_for_url("**id=se-*")
    page.wait_for_timeout(1000)
    page.screenshot(path=folder / "searching-light.png")
    page.get_by_role("region", name="종목별 판단").wait_for()
    say("a search over the chosen stocks, from the press to its verdicts", began)
    search = page.url.split("id=")[1].split("&")[0]
    page.context.close()
    return run, search


def screens(address: str, run: str, search: str) -> dict[str, str]:
    """Name and address of each screen."""
    trade = asked(f"{address}/api/backtest/result/{run}/trades")["trades"][0]
    return {
        "backtest": "/pages/specific-stock-selection.html",
        "result": f"/pages/result.html?id={run}",
        "trade": f"/pages/result.html?id={run}&trade={trade['number']}",
        "history": "/pages/history.html",
        "data": "/pages/data.html",
        "search": f"/pages/search.html?id={search}&code={trade['code']}",
        "ops": "/ops",
    }


def picture(browser: Browser, url: str, path: Path, size: tuple[int, int], theme: str) -> None:
    """One screen as far as `TALLEST`; a phone's picture is its first window."""
    page = opened(browser, url, size, theme)
    page.wait_for_timeout(SETTLED)
    if size != SIZES["-phone"]:
        height = int(page.evaluate("document.documentElement.scrollHeight"))
        page.set_viewport_size({"width": size[0], "height": max(size[1], min(height, TALLEST))})
        page.wait_for_timeout(SETTLED)
    page.screenshot(path=path)
    page.context.close()


def opened(browser: Browser, url: str, size: tuple[int, int], theme: str) -> Page:
    """A page in a profile of its own; what its scripts complain of is printed."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="ko-KR", color_scheme="dark" if theme == "dark" else "light"
    )
    page = context.new_page()
    page.set_default_timeout(SECONDS * 1000)
    page.on("console", lambda message: print(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: print(f"script: {error}"))
    page.goto(url, wait_until="load")
    return page


def asked(url: str) -> dict[str, Any]:
    """The JSON object of an address."""
    with urllib.request.urlopen(url, timeout=30) as answer:  # noqa: S310  # the service that the person named
        body: dict[str, Any] = json.load(answer)
        return body


def say(what: str, began: float) -> None:
    """A line with the time that a step took."""
    print(f"{what}: {time.monotonic() - began:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
