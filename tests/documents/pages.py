"""The project's pages and what stands in their code blocks."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

_BLOCK = re.compile(r"^```(?P<language>[\w-]*)(?P<marks>[^\n]*)\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: ` ```python ` is run as a test, ` ```python sketch ` is not."""

    page: Path
    line: int
    language: str
    marks: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT).as_posix()}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """All blocks of these languages on all pages."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in _BLOCK.finditer(text):
            line = text.count("\n", 0, match.start()) + 1
            found.append(Block(page, line, match["language"], match["marks"].strip(), match["text"]))
    return [block for block in found if block.language in languages]


def without_blocks(page: Path) -> str:
    """A page's text with its code blocks taken out."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))
