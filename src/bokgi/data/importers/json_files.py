"""JSON answers of sources: the chart of Yahoo, the tables of the exchange."""

import json

from bokgi.data.importers import krx_json, yahoo_chart
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import FileBroken, FileUnrecognised


def sniffs(content: FileContent) -> bool:
    """An object or a list."""
    return content.head().lstrip()[:1] in (b"{", b"[")


def read(content: FileContent, hints: ImportHints) -> list[Incoming] | MasterRows:
    """Read a JSON answer.

    Raises
    ------
    FileBroken, FileUnrecognised and what the reader of the source raises
    """
    text = content.text(hints.encoding)
    try:
        body = json.loads(text.utf8)
    except (ValueError, RecursionError) as error:
        raise FileBroken(content.name, "JSON", str(error)) from error
    if yahoo_chart.is_chart(body):
        return yahoo_chart.read_chart(content, body, hints)
    if krx_json.is_answer(body):
        return krx_json.read_answer(content, body, hints)
    raise FileUnrecognised(content.name, text.utf8[:60].decode("utf-8", "replace"))
