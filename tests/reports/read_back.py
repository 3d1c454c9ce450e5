"""Readers of downloads: what a browser, a reader of PDF and a spreadsheet find in a file."""

import io
import re
from functools import cache
from html.parser import HTMLParser
from typing import Any

from openpyxl import load_workbook
from pypdf import PdfReader


class Page(HTMLParser):
    """A page as a browser takes it apart: tags with their attributes, texts, and the rows of each section's table."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.style, self.texts = "", [""]
        self.sections: dict[str, list[list[str]]] = {}
        self._open: list[str] = []
        self._section = ""
        self.feed(content.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._open.append(tag)
        self.texts.append("")
        if tag == "section":
            self._section = dict(attrs)["class"] or ""
        if tag == "tr":
            self.sections.setdefault(self._section, []).append([])
        if tag in {"td", "th"}:
            self.sections[self._section][-1].append("")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1] == "style":
            self.style += data
            return
        self.texts[-1] += data
        if {"td", "th"} & set(self._open):
            self.sections[self._section][-1][-1] += data


@cache
def pdf_text(content: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def joined(text: str) -> str:
    """A text without its spaces and line ends: paper breaks lines where it likes."""
    return re.sub(r"\s+", "", text)


def sheet_rows(content: bytes, name: str) -> list[list[Any]]:
    book = load_workbook(io.BytesIO(content))
    return [[cell.value for cell in row] for row in book[name].iter_rows()]
