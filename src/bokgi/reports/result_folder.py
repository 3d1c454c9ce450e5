"""One stored result: everything that a result page and the downloads need, in a folder of its own.

Convention: `body.json` is the API's result body byte for byte; `record.json` the rest that is no array; `trades.parquet`, `equity.parquet`
(slots), `sessions.parquet` (session ends with the benchmarks) and `stocks.parquet` (with equity by stock and session) the arrays;
`files.json` the hashes. What was read is never shown before its hash was found right. How files come into place: `result_files`.
"""

import json
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from bokgi.errors.reports import ResultBroken
from bokgi.reports.result_body import result_body
from bokgi.reports.result_files import check_files, read_file, read_json, read_table, remove_folder, remove_leftovers, write_files
from bokgi.reports.result_views import TradesPage, read_equity, read_trade, read_trades_page
from bokgi.reports.run_record import RunRecord
from bokgi.reports.stored_record import record_json, sessions_table, slots_table, stocks_table, to_parquet, to_record, trades_table

__all__ = [
    "TradesPage",
    "check_result",
    "read_body",
    "read_equity",
    "read_result",
    "read_trade",
    "read_trades_page",
    "remove_leftovers",
    "remove_result",
    "write_result",
]

_TABLES = ("trades.parquet", "equity.parquet", "sessions.parquet", "stocks.parquet")


def write_result(folder: Path, record: RunRecord) -> str:
    """Write the whole result and return the manifest's result hash; empty where the manifest has none.

    Raises
    ------
    ResultUnwritable
        The disk is full or may not be written: nothing half written is left, and what was there before is intact.
    """
    tables = (trades_table(record.simulation.trades), slots_table(record.simulation), sessions_table(record), stocks_table(record))
    files = {"body.json": _json_bytes(result_body(record)), "record.json": _json_bytes(record_json(record))}
    write_files(folder, files | {name: to_parquet(table) for name, table in zip(_TABLES, tables, strict=True)})
    return str(record.manifest.get("result_hash", ""))


def read_result(folder: Path, *, check: bool = True) -> RunRecord:
    """Return the record: equal to the one that was written, but for the bars of its panel.

    Raises
    ------
    ResultAbsent, ResultBroken, ResultTooNew
    """
    stored = read_json(folder, "record.json", check=check)
    tables = [read_table(folder, name, check=check) for name in _TABLES]
    try:
        return to_record(stored, *tables)
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise ResultBroken(folder.name, "record.json", f"{type(error).__name__}: {error}") from error


def read_body(folder: Path) -> bytes:
    """Return the API's result body as it was stored.

    Raises
    ------
    ResultAbsent, ResultBroken, ResultTooNew
    """
    return read_file(folder, "body.json")


def check_result(folder: Path) -> None:
    """Check every file against its hash.

    Raises
    ------
    ResultAbsent, ResultBroken, ResultTooNew
        `ResultBroken` names the file.
    """
    check_files(folder)


def remove_result(folder: Path) -> None:
    """Remove a result, all of it at once for readers. One that is not there is no error.

    Raises
    ------
    ResultUnwritable
    """
    remove_folder(folder)


def _json_bytes(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
