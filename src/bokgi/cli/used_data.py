"""What is known to be wrong with the data of a result, in its first lines."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from bokgi.cli.language import current_language, say
from bokgi.errors.base import Language

SHOWN_FAULTS = 15
_COLOURS = {"error": "red", "warning": "yellow", "note": "cyan"}
_ORDER = ("error", "warning", "note")


def show_used_data(faults: Sequence[Mapping[str, Any]]) -> None:
    """The heaviest first; kinds that many stocks share are one line."""
    if not faults:
        return
    click.echo(say("\nFaults and peculiarities of the data used:", "\n사용한 자료의 문제와 특이 사항:"))
    language = "korean" if current_language() is Language.KOREAN else "english"
    by_kind: dict[tuple[str, str], list[str]] = {}
    for fault in faults:
        by_kind.setdefault((fault["severity"], fault["kind"]), []).append(fault[language])
    for (severity, _), sentences in sorted(by_kind.items(), key=lambda item: _ORDER.index(item[0][0]))[:SHOWN_FAULTS]:
        more = say(f" (and {len(sentences) - 1} more)", f" (외 {len(sentences) - 1}건)") if len(sentences) > 1 else ""
        click.echo("  " + click.style("•", fg=_COLOURS[severity]) + f" {sentences[0]}{more}")
