"""Faults of data on the terminal: the heaviest first, a line for each kind or each series."""

from dataclasses import replace

import click

from bokgi.cli.language import current_language, say
from bokgi.data.fault_catalog import fault_sentence, severity_of
from bokgi.data.faults import Fault, Severity
from bokgi.data.quality import faults_by_kind

_ORDER = (Severity.ERROR, Severity.WARNING, Severity.NOTE)
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def severity_word(severity: Severity) -> str:
    """The weight in the person's language."""
    words = {
        Severity.ERROR: ("refused", "거부"),
        Severity.WARNING: ("warning", "주의"),
        Severity.NOTE: ("note", "참고"),
    }
    return say(*words[severity])


def show_faults(faults: list[Fault], *, every_series: bool) -> None:
    """Print them as sentences, summed up by kind unless every series is asked for."""
    if not faults:
        click.echo(say("\nNo faults found.", "\n문제가 없습니다."))
        return
    click.echo(say("\nQuality of the data:", "\n자료 품질:"))
    for fault in sorted(faults if every_series else summed(faults), key=_weight):
        severity = severity_of(fault)
        click.echo(f"  {click.style(severity_word(severity), fg=_COLOURS[severity])}: {fault_sentence(fault, current_language())}")


def summed(faults: list[Fault]) -> list[Fault]:
    """One fault a kind; where several series have it, their number stands in place of the code."""
    codes: dict[str, set[str]] = {}
    for fault in faults:
        codes.setdefault(fault.kind, set()).add(fault.code)
    sums = faults_by_kind(tuple(faults)).values()
    return [fault if len(codes[fault.kind]) == 1 else replace(fault, code=_several(len(codes[fault.kind]))) for fault in sums]


def _several(count: int) -> str:
    return say(f"{count} series", f"{count}개 종목")


def _weight(fault: Fault) -> tuple[int, str, str]:
    return _ORDER.index(severity_of(fault)), fault.kind, fault.code
