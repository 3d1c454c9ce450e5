"""Files of a search: the trials of each part as they come, what was found of its stocks, and the result of all parts.

Convention: a search has a folder of its own below `<home>/searches`. A part is `part-0003.json`, which names the file of its trials with
its hash and is written last, so a part is whole or not there. `result-<sha256>.json` is the body of the API; the row of the search says
which one, so whoever writes another changes nothing. Trials are Parquet with a group of rows a stock, in order of the stocks.
"""

import hashlib
import json
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bokgi.data.store_files import TEMPORARY_PREFIX, file_hash, sync_file, sync_folder, write_atomically, writing
from bokgi.errors.reports import SearchResultAbsent, SearchResultBroken
from bokgi.units import FloatArray, IntArray

if TYPE_CHECKING:
    from bokgi.research.stock_outcome import StockOutcome  # loads the compiler, which readers do without

FOLDER = "searches"
_NAMELESS_RESULT = "result.json"
"""What the result was called before its name told the hash; searches of that time are still read."""
_FIGURES = ("balance", "trades", "wins", "mean", "deviation", "drawdown")
_SPLIT = [name for name in _FIGURES if name not in {"trades", "wins"}]
"""Bytes of the same weight stand together, which makes these a fifth smaller in the same time."""
GROUP_ROWS = 1 << 17
"""Rows of one write: a stock with more trials has several groups."""
_PAGE_BYTES = 1 << 22
"""A column of one group is one page."""
_log = logging.getLogger(__name__)


def search_folder(home: Path, search_id: str) -> Path:
    """Where the files of a search lie."""
    return home / FOLDER / search_id


class TrialsFile:
    """The trials of one part while they come; memory holds those of one stock."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._writer: pq.ParquetWriter | None = None
        self.groups: dict[str, list[int]] = {}
        self._count = 0

    def add(self, code: str, columns: Mapping[str, IntArray | FloatArray], outcome: "StockOutcome") -> None:
        """Write all trials of a stock."""
        arrays: dict[str, Any] = {name: _narrow(values) for name, values in columns.items()}
        arrays |= {name: getattr(outcome.figures, name) for name in _FIGURES}
        count = len(outcome.totals)
        arrays["noise"] = pa.nulls(count, pa.float32()) if outcome.noise is None else outcome.noise.astype(np.float32)
        table = pa.table({"code": pa.DictionaryArray.from_arrays(np.zeros(count, np.int8), [code]), **arrays})
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                table.schema,
                compression="lz4",
                use_dictionary=["code"],
                use_byte_stream_split=_SPLIT,
                write_statistics=False,
                data_page_size=_PAGE_BYTES,
                write_batch_size=GROUP_ROWS,
            )
        first = self._count
        for start in range(0, table.num_rows, GROUP_ROWS):
            self._writer.write_table(table.slice(start, GROUP_ROWS), row_group_size=GROUP_ROWS)
            self._count += 1
        self.groups[code] = [first, self._count]

    def close(self) -> None:
        """End the file."""
        if self._writer is not None:
            self._writer.close()


@contextmanager
def new_part(folder: Path, number: int) -> Iterator[TrialsFile]:
    """The trials of a part under a temporary name, gone if the part is not finished.

    Raises
    ------
    StoreUnwritable
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        trials = TrialsFile(folder / f"{TEMPORARY_PREFIX}{number:04d}-{uuid4().hex}")
        try:
            yield trials
            trials.close()
        finally:
            trials._path.unlink(missing_ok=True)  # noqa: SLF001  # the file is this module's


def finish_part(folder: Path, number: int, trials: TrialsFile, stocks: list[dict[str, Any]], key: str) -> None:
    """Put a part in its place: first the trials under the name of their hash, then what says so."""
    trials.close()
    path = trials._path  # noqa: SLF001  # the file is this module's
    named = ""
    if trials.groups:
        sync_file(path)
        named = f"trials-{file_hash(path)}.parquet"
        path.replace(folder / named)
    body = {"key": key, "trials": named, "groups": trials.groups, "stocks": stocks}
    content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode()
    write_atomically(folder, lambda place: place.write_bytes(content), lambda _: part_name(number))
    sync_folder(folder)


def part_name(number: int) -> str:
    """The name of a part's file."""
    return f"part-{number:04d}.json"


def read_part(folder: Path, number: int) -> dict[str, Any] | None:
    """A finished part; None where it is not there."""
    try:
        body: dict[str, Any] = json.loads((folder / part_name(number)).read_bytes())
        body["key"], body["stocks"], body["groups"]
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise SearchResultBroken(folder.name, part_name(number), str(error)) from error
    return body


def part_of_key(folder: Path, number: int, key: str) -> dict[str, Any] | None:
    """A finished part of this work; None where it is not there, of other work, or broken, so that it is searched again."""
    try:
        part = read_part(folder, number)
    except SearchResultBroken as error:
        _log.warning("a part of a search counts as not there: %s", error)
        return None
    return part if part is not None and part["key"] == key else None


def result_name(content_hash: str) -> str:
    """The name of a result's file."""
    return f"result-{content_hash}.json"


def write_search_result(folder: Path, body: Mapping[str, Any]) -> str:
    """Write the body of the API; gives its SHA-256."""
    content = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    content_hash = hashlib.sha256(content).hexdigest()
    with writing(folder):
        write_atomically(folder, lambda place: place.write_bytes(content), lambda _: result_name(content_hash))
    return content_hash


def remove_search_result(folder: Path, content_hash: str) -> None:
    """Remove a result that no row names."""
    (folder / result_name(content_hash)).unlink(missing_ok=True)


def read_search_result(folder: Path, wanted_hash: str) -> bytes:
    """The stored body, as it was written.

    Raises
    ------
    SearchResultAbsent, SearchResultBroken
    """
    named, nameless = folder / result_name(wanted_hash), folder / _NAMELESS_RESULT
    path = named if named.exists() else nameless
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SearchResultAbsent(folder.name) from error
    if hashlib.sha256(content).hexdigest() != wanted_hash:
        raise SearchResultBroken(folder.name, path.name, "its content has changed since it was written")
    return content


def check_search(folder: Path, wanted_hash: str) -> None:
    """Check that a stored result can be read, and that what its stocks refer to is there.

    Raises
    ------
    SearchResultAbsent, SearchResultBroken
    """
    body = json.loads(read_search_result(folder, wanted_hash))
    for number in sorted({int(stock["part"]) for stock in body["stocks"]}):
        part = read_part(folder, number)
        if part is None:
            raise SearchResultBroken(folder.name, part_name(number), "it is not there")
        if part["trials"] and not (folder / part["trials"]).is_file():
            raise SearchResultBroken(folder.name, part["trials"], "it is not there")


def read_trials(folder: Path, file_name: str, groups: tuple[int, int], first: int, count: int) -> pa.Table:
    """At most `count` trials of one stock, from the one with number `first` on; only their groups are read.

    Raises
    ------
    SearchResultBroken
    """
    try:
        opened = pq.ParquetFile(folder / file_name)
        numbers = list(range(*groups))
        ends = np.cumsum([opened.metadata.row_group(number).num_rows for number in numbers])
        wanted = [place for place, end in enumerate(ends) if end > first and (place == 0 or ends[place - 1] < first + count)]
        before = int(ends[wanted[0] - 1]) if wanted and wanted[0] > 0 else 0
        return opened.read_row_groups([numbers[place] for place in wanted]).slice(max(first - before, 0), count)
    except (OSError, pa.ArrowException) as error:
        raise SearchResultBroken(folder.name, file_name, str(error)) from error


def remove_search(home: Path, search_id: str) -> None:
    """Remove all files of a search; one without files is no error."""
    folder = search_folder(home, search_id)
    aside = folder.parent / f"{TEMPORARY_PREFIX}{search_id}-{uuid4().hex}"
    try:
        folder.rename(aside)
    except FileNotFoundError:
        return
    shutil.rmtree(aside, ignore_errors=True)


def _narrow(values: IntArray | FloatArray) -> Any:  # noqa: ANN401  # an array of some width
    """Whole numbers as 16 bits where they fit: minutes and periods do."""
    if values.dtype.kind == "i" and len(values) and values.min() >= -32768 and values.max() <= 32767:
        return values.astype(np.int16)
    return values
