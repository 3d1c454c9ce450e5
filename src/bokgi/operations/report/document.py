"""A report as sections of sentences and tables, before it becomes Markdown or HTML.

Convention: a cell is a text or a mark; a mark is a claim, printed as its sign with the records that it cites.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from bokgi.errors.base import Language
from bokgi.operations.report.claims import Claim, Tick

Cell: TypeAlias = str | Claim
Say: TypeAlias = Callable[[str, str], str]
"""Gives the Korean or the English of a sentence."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A paragraph; `claim` stands in front of it where there is one."""

    text: str
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """headings : one for each column of the rows"""

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


Block: TypeAlias = Sentence | Table


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report under its heading."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Document:
    """The whole report; `records` are the lines of the evidence by number, for the marks to lead to."""

    title: str
    language: Language
    sections: tuple[Section, ...]
    records: tuple[tuple[int, str, str, str, str], ...] = field(default=())

    @property
    def claims(self) -> list[Claim]:
        """Every claim that is printed."""
        found: list[Claim] = []
        for section in self.sections:
            for block in section.blocks:
                cells = [cell for row in block.rows for cell in row] if isinstance(block, Table) else [block.claim]
                found += [cell for cell in cells if isinstance(cell, Claim)]
        return found


SIGNS = {Tick.HOLDS: "✓", Tick.FAILS: "✗", Tick.UNPROVEN: "–"}
_PLAIN = str.maketrans({"✓": "v", "✗": "x"})
LISTED = 3
SHORT = 12


def mark_words(claim: Claim) -> list[tuple[int, str]]:
    """The records that a mark names, many of them as first and last; hashes are shortened, the list of records has them whole."""
    cited = claim.cited if len(claim.cited) <= LISTED else (claim.cited[0], claim.cited[-1])
    return [(citation.seq, citation.sha256[:SHORT]) for citation in cited]


def without_signs(text: str) -> str:
    """A text with none of the signs that only claims may show."""
    return text.translate(_PLAIN)


def table(headings: Sequence[str], rows: Sequence[Sequence[Cell]], otherwise: str) -> Block:
    """A table, or a sentence where it would be empty."""
    if not rows:
        return Sentence(otherwise)
    return Table(tuple(headings), tuple(tuple(row) for row in rows))
