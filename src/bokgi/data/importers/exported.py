"""Files that Bokgi exported itself: what was known of each series stands in the file and need not be detected.

Convention: see `bokgi.data.store_export`. The rows pass the same checks as any other file's; a person may have edited them.
"""

from dataclasses import replace
from typing import TypeVar

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.content import FileContent, Sentence
from bokgi.data.importers.hints import ImportHints, Label
from bokgi.data.incoming import Incoming
from bokgi.data.series import SeriesFacts
from bokgi.data.store_export import FACTS_COLUMN, NUMBERS, facts_in
from bokgi.errors.base import BokgiError
from bokgi.errors.imports import FileBroken
from bokgi.market.clock import time_zone

Told = TypeVar("Told")


def is_export(columns: list[str]) -> bool:
    """Whether the table has the column that only our exports have."""
    return FACTS_COLUMN in columns


def read_exported(content: FileContent, table: pl.DataFrame, hints: ImportHints, said: tuple[Sentence, ...]) -> list[Incoming]:
    """Bars of an export, one `Incoming` for each group of series of which the same is known. What the hints say goes before the file.

    Raises
    ------
    FileBroken
        The facts in the file cannot be read.
    """
    try:
        known = facts_in(table[FACTS_COLUMN].cast(pl.String))
        groups = _groups(known)
    except (ValueError, KeyError, TypeError, AttributeError, BokgiError) as error:
        raise FileBroken(content.name, "Bokgi export", f"{FACTS_COLUMN}: {type(error).__name__} {error}") from error
    unknown = table.filter(~pl.col("code").cast(pl.String).is_in(list(known)))
    if unknown.height:
        raise FileBroken(content.name, "Bokgi export", f"{FACTS_COLUMN} says nothing about {unknown['code'][0]}")
    words = ("복기에서 내보낸 파일", "a file that Bokgi exported")
    return [_read_group(content, table, hints, codes, known, (*said, words)) for codes in groups]


def _groups(known: dict[str, tuple[str, SeriesFacts]]) -> list[list[str]]:
    groups: dict[tuple[str, SeriesFacts], list[str]] = {}
    for code, (interval, facts) in known.items():
        Interval.from_text(interval)
        groups.setdefault((interval, replace(facts, code="", name="", name_en="")), []).append(code)
    return list(groups.values())


def _read_group(
    content: FileContent,
    table: pl.DataFrame,
    hints: ImportHints,
    codes: list[str],
    known: dict[str, tuple[str, SeriesFacts]],
    said: tuple[Sentence, ...],
) -> Incoming:
    word, shared = known[codes[0]]
    interval = hints.interval or Interval.from_text(word)
    told = _with_facts(hints, interval, shared)
    rows = table.filter(pl.col("code").cast(pl.String).is_in(codes)).select("code", pl.col("datetime").alias("at"), *NUMBERS)
    (incoming,) = incoming_from(content, rows, told, source=told.source, adjusted=told.adjusted, interval=interval, said=said)
    kept = {code: _facts(known[code][1], facts, hints) for code, facts in incoming.facts.items()}
    return replace(incoming, facts=kept)


def _with_facts(hints: ImportHints, interval: Interval, facts: SeriesFacts) -> ImportHints:
    return replace(
        hints,
        interval=interval,
        kind=hints.kind or facts.kind,
        board=hints.board or facts.board,
        leverage=_first(hints.leverage, facts.leverage),
        exchange=hints.exchange or facts.exchange,
        timezone=hints.timezone or time_zone(facts.exchange),
        label=hints.label or Label.START,
        closing_auction=hints.closing_auction or facts.closing_auction,
        volume_kind=hints.volume_kind or facts.volume_kind,
        source=hints.source or facts.source,
        adjusted=_first(hints.adjusted, facts.adjusted),
        fetched_at=hints.fetched_at or facts.fetched_at,
    )


def _facts(stored: SeriesFacts, read: SeriesFacts, hints: ImportHints) -> SeriesFacts:
    """What was read, with what only the file knows."""
    return replace(read, name=hints.name or stored.name, name_en=stored.name_en, synthetic=stored.synthetic)


def _first(told: Told | None, known: Told) -> Told:
    return known if told is None else told
