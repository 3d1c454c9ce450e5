"""The report as Markdown.

Convention: texts from outside are escaped, so that nothing that was recorded can look like a part of the report.
"""

import re

from bokgi.operations.report.claims import Claim
from bokgi.operations.report.document import LISTED, SIGNS, Block, Cell, Document, Sentence, mark_words, without_signs

_MARKS = re.compile(r"([\\`*_\[\]<>|#])")


def to_markdown(document: Document) -> str:
    """The text of the whole report."""
    parts = [f"# {escaped(document.title)}"]
    for number, section in enumerate(document.sections, 1):
        parts.append(f"## {number}. {escaped(section.title)}")
        parts += [_block(block) for block in section.blocks]
    parts.append(_records(document))
    return "\n\n".join(parts) + "\n"


def escaped(text: str) -> str:
    """A text that means nothing to Markdown, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(without_signs(text).split()))


def _block(block: Block) -> str:
    if isinstance(block, Sentence):
        return escaped(block.text) if block.claim is None else f"{_mark(block.claim)} {escaped(block.text)}"
    lines = [_row(tuple(escaped(heading) for heading in block.headings)), "|" + "---|" * len(block.headings)]
    return "\n".join([*lines, *(_row(tuple(_cell(cell) for cell in row)) for row in block.rows)])


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


def _cell(cell: Cell) -> str:
    return _mark(cell) if isinstance(cell, Claim) else escaped(cell)


def _mark(claim: Claim) -> str:
    named = [f"[#{seq}](#r{seq}) `{sha256}`" for seq, sha256 in mark_words(claim)]
    words = ", ".join(named) if len(claim.cited) <= LISTED else f"{' … '.join(named)} ({len(claim.cited)})"
    return f"{SIGNS[claim.tick]} {words}".rstrip()


def _records(document: Document) -> str:
    rows = [f'| <a id="r{seq}"></a>{seq} | {at} | {kind} | `{sha256}` |' for seq, at, kind, sha256, _ in document.records]
    return "\n".join(["| # | UTC | kind | SHA-256 |", "|---|---|---|---|", *rows])
