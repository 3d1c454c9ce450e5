"""Stored series in one file that an import reads again without loss.

Convention: columns code, datetime (start of the bar with the offset of its exchange), open, high, low, close, volume, base_price, and
`bokgi_facts`: what is known of the series and the interval, as JSON on each code's first row, empty below it. Unknown numbers are empty.
"""

import json
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.data.incoming import Incoming
from bokgi.data.series import SeriesFacts
from bokgi.data.session_hours import zone_of
from bokgi.data.store_files import write_atomically, writing
from bokgi.data.store_manifest import facts_to_plain, to_facts
from bokgi.errors.store import ExportFormatUnknown
from bokgi.market.instruments import Exchange

FACTS_COLUMN = "bokgi_facts"
NUMBERS = ("open", "high", "low", "close", "volume", "base_price")
EXPORT_COLUMNS = ("code", "datetime", *NUMBERS, FACTS_COLUMN)
_TIME = "%Y-%m-%dT%H:%M:%S%:z"


def write_export(incoming: Incoming, path: Path, file_format: str) -> Path:
    """Write bars to `path` as `csv` or `parquet`, whole or not at all; returns the file.

    Raises
    ------
    ExportFormatUnknown, StoreUnwritable
        The format is neither of the two, or the folder cannot be written.
    """
    if file_format not in ("csv", "parquet"):
        raise ExportFormatUnknown(file_format)
    rows = export_rows(incoming)
    fill = rows.write_csv if file_format == "csv" else rows.write_parquet
    with writing(path.parent):
        return write_atomically(path.parent, fill, lambda _: path.name)


def export_rows(incoming: Incoming) -> pl.DataFrame:
    """The table of an export."""
    is_first = pl.col("code") != pl.col("code").shift()
    notes = {code: _note(incoming, facts) for code, facts in incoming.facts.items()}
    zones = {code: zone_of(facts.exchange) for code, facts in incoming.facts.items()}
    time = pl.lit(None, dtype=pl.String)
    for zone in dict.fromkeys(zones.values()):
        own = [code for code, other in zones.items() if other == zone]
        time = pl.when(pl.col("code").is_in(own)).then(pl.col("start").dt.convert_time_zone(zone).dt.strftime(_TIME)).otherwise(time)
    facts = pl.when(is_first.fill_null(value=True)).then(pl.col("code").replace_strict(notes, return_dtype=pl.String, default=None))
    return incoming.bars.select("code", time.alias("datetime"), *NUMBERS, facts.alias(FACTS_COLUMN))


def facts_in(notes: pl.Series) -> dict[str, tuple[str, SeriesFacts]]:
    """Interval and facts by code from the column `bokgi_facts`.

    Raises
    ------
    ValueError, KeyError, TypeError
        A person changed the column.
    """
    found = [json.loads(text) for text in notes.drop_nulls().to_list() if text]
    return {row["facts"]["code"]: (str(row["interval"]), to_facts(_whole(row["facts"]))) for row in found}


def _note(incoming: Incoming, facts: SeriesFacts) -> str:
    return json.dumps({"interval": str(incoming.interval), "facts": facts_to_plain(facts)}, ensure_ascii=False, sort_keys=True)


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    """All facts, those missing in the file as their defaults; words that are no facts are refused by `to_facts`."""
    return facts_to_plain(SeriesFacts(code=row["code"], source=row["source"], exchange=Exchange(row["exchange"]))) | row
