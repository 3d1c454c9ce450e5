"""The pages over HTTP: by the addresses that people keep, from names alone, and cached no longer than they are the same."""

import asyncio
import gzip
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from bokgi.api import errors, page_files
from bokgi.errors import PagesAbsent

SHELL = b'<!doctype html><script type="module" src="/pages/assets/main-4f2c.js"></script>' * 20


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pages as a build leaves them, beside a file that is none of them."""
    pages = tmp_path / "pages"
    (pages / "assets").mkdir(parents=True)
    for name in (page_files.FIRST_PAGE, "result.html"):
        (pages / name).write_bytes(SHELL)
    (pages / "assets" / "main-4f2c.js").write_bytes(b"console.info(1)")
    (pages / "assets" / "letters.woff2").write_bytes(b"wOF2")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setattr(page_files, "FOLDER", pages)
    return pages


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(folder: Path) -> Ask:
    """Asks the routes of the pages, without a server."""
    app = FastAPI()
    app.include_router(page_files.router)
    errors.install(app)

    async def asked(address: str, method: str = "GET", **headers: str) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            return await client.request(method, address, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return lambda address, method="GET", **headers: asyncio.run(asked(address, method, **headers))


@pytest.mark.parametrize(
    "address", ["/", "/?strategy=RSI", "/pages/specific-stock-selection.html", "/pages/result.html?id=bt-2026-02-08-547"]
)
def test_every_page_has_an_address_that_can_be_shared(ask: Ask, address: str) -> None:
    answer = ask(address)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.content == SHELL
    assert ask(address, "HEAD").headers["etag"] == answer.headers["etag"]


def test_what_has_a_hash_in_its_name_is_kept_for_good_and_the_rest_is_asked_for_anew(ask: Ask) -> None:
    assert "immutable" in ask("/pages/assets/main-4f2c.js").headers["cache-control"]
    first = ask("/")
    assert first.headers["cache-control"] == "no-cache"
    again = ask("/", If_None_Match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")


def test_text_is_compressed_for_those_who_take_it_and_fonts_are_not(ask: Ask) -> None:
    packed = ask("/", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == SHELL
    assert int(packed.headers["content-length"]) == len(gzip.compress(SHELL, 6, mtime=0)) < len(SHELL)
    assert "content-encoding" not in ask("/", Accept_Encoding="identity").headers
    assert "content-encoding" not in ask("/pages/assets/letters.woff2").headers


@pytest.mark.parametrize(
    "name", ["../secret.txt", "%2e%2e/secret.txt", "..%2fsecret.txt", "assets", "", "assets/../result.html%00", "none.html"]
)
def test_a_name_that_is_none_of_the_pages_is_not_found(ask: Ask, name: str) -> None:
    answer = ask(f"/pages/{name}")
    assert answer.status_code == 404
    assert answer.json()["code"] == "path_unknown"


def test_a_package_without_pages_says_how_to_build_them(ask: Ask, folder: Path) -> None:
    (folder / page_files.FIRST_PAGE).unlink()
    page_files.read_pages.cache_clear()
    answer = ask("/")
    assert answer.status_code == 503
    assert answer.json()["code"] == PagesAbsent.code
    assert "make environment" in answer.json()["error"]


def test_the_pages_that_were_built_refer_only_to_files_that_are_there() -> None:
    pages = page_files.read_pages(Path(page_files.__file__).parent / "pages")
    assert page_files.FIRST_PAGE in pages, "the pages are not built; run make environment"
    for name in (name for name in pages if name.endswith(".html")):
        asked = re.findall(r'(?:src|href)="([^"]+)"', pages[name].content.decode())
        assert asked
        assert not [address for address in asked if address.removeprefix("/pages/") not in pages], name


def test_a_build_under_a_running_service_changes_nothing_for_it(ask: Ask, folder: Path) -> None:
    assert ask("/").content == SHELL
    (folder / "assets" / "main-4f2c.js").unlink()
    (folder / page_files.FIRST_PAGE).write_bytes(b"another build")
    assert ask("/").content == SHELL
    assert ask("/pages/assets/main-4f2c.js").status_code == 200
