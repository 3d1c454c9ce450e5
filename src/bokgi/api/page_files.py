"""The pages of the web application, as the build put them into the package.

Convention: a file is found by its name in a list that is made once, never by a path of the request. Names under `assets/` hold a hash of
what they name, so browsers keep them for good; all others are asked for anew and answered with 304 while they are the same. What is text
is given compressed to whoever takes it. Nothing here needs a token: the pages hold no data.
"""

import gzip
import hashlib
import mimetypes
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from starlette.exceptions import HTTPException

from bokgi.api.results import is_known
from bokgi.errors.pages import PagesAbsent

FOLDER = Path(__file__).parent / "pages"
FIRST_PAGE = "specific-stock-selection.html"
OPERATIONS_PAGE = "ops.html"
HASHED = "assets/"
FOR_GOOD = "public, max-age=31536000, immutable"
ASK_ANEW = "no-cache"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".woff2": "font/woff2",
}
_COMPRESSED = (".html", ".js", ".css", ".svg", ".md")
_COMPRESSION = 6
LONGEST_NAME = 200

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class PageFile:
    """One file as it is sent; compressed : None where that would not make it smaller."""

    content: bytes
    compressed: bytes | None
    media_type: str
    etag: str
    cache_control: str


@cache
def read_pages(folder: Path) -> Mapping[str, PageFile]:
    """All files of the pages by their names, such as `result.html` and `assets/main-4f2c.js`.

    Notes
    -----
    They are read once and all together (3 MB in 20 ms): a page always refers to files of its own build, whatever becomes of the folder.
    """
    paths = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: _read(path, FOR_GOOD if name.startswith(HASHED) else ASK_ANEW) for name, path in paths.items()}


def _read(path: Path, cache_control: str) -> PageFile:
    content = path.read_bytes()
    return PageFile(
        content=content,
        compressed=gzip.compress(content, _COMPRESSION, mtime=0) if path.suffix in _COMPRESSED else None,
        media_type=_TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream",
        etag=f'"{hashlib.sha256(content).hexdigest()[:32]}"',
        cache_control=cache_control,
    )


def page_of(name: str) -> PageFile:
    """A file by its name.

    Raises
    ------
    PagesAbsent
        The pages were not built into this package.
    HTTPException
        No page has this name: answered as every other unknown path.
    """
    pages = read_pages(FOLDER)
    if FIRST_PAGE not in pages:
        raise PagesAbsent(name[:LONGEST_NAME])
    if name not in pages:
        raise HTTPException(404)
    return pages[name]


@router.api_route("/", methods=["GET", "HEAD"])
async def first_page(request: Request, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The first page of the application."""
    return answer_of(request, FIRST_PAGE, if_none_match)


@router.api_route("/ops", methods=["GET", "HEAD"])
async def operations_page(request: Request, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """The page of the operator under its short address."""
    return answer_of(request, OPERATIONS_PAGE, if_none_match)


@router.api_route("/pages/{name:path}", methods=["GET", "HEAD"])
async def page(request: Request, name: str, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """A page, or a file that belongs to one."""
    return answer_of(request, name, if_none_match)


def answer_of(request: Request, name: str, if_none_match: str | None) -> Response:
    """The file of this name, as the browser can take it."""
    found = page_of(name)
    headers = {"ETag": found.etag, "Cache-Control": found.cache_control, "Vary": "Accept-Encoding"}
    if is_known(found.etag, if_none_match):
        return Response(status_code=304, headers=headers)
    if found.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        return Response(found.compressed, media_type=found.media_type, headers=headers | {"Content-Encoding": "gzip"})
    return Response(found.content, media_type=found.media_type, headers=headers)
