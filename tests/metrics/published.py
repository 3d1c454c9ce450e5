"""Numbers that others printed, from `tests/answers`."""

import json
from pathlib import Path
from typing import Any

ANSWERS = Path(__file__).parents[1] / "answers"


def published(name: str) -> dict[str, Any]:
    """Read one file of answers."""
    content: dict[str, Any] = json.loads((ANSWERS / name).read_text("utf-8"))
    return content


def to_printed_digits(printed: float) -> float:
    """Half a unit of the last digit that was printed."""
    text = repr(printed)
    return 0.5 * 10.0 ** -len(text.partition(".")[2])
