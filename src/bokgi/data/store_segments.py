"""Segments: immutable Parquet files that hold whole series, sorted by (code, start).

Convention: a segment is named after its SHA-256. Unknown numbers are null in the file and NaN in arrays. Before its first use in a
process a segment is hashed; after that its size and time of change must stay the same.

Notes
-----
LZ4 over dictionaries and row groups of 65,536 rows: see docs/decisions/0002-encoding-of-stored-bars.md for the measurement.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from bokgi.data.store_files import file_hash, write_atomically
from bokgi.data.store_manifest import Segment
from bokgi.errors.store import SegmentBroken

ROW_GROUP_ROWS = 65_536
COLUMNS = ("code", "start", "session", "minute", "open", "high", "low", "close", "volume", "base_price")
HASHED = COLUMNS[1:]
SCHEMA = pl.Schema(
    {
        "code": pl.String(),
        "start": pl.Datetime("us", "UTC"),
        "session": pl.Date(),
        "minute": pl.Int32(),
        **{name: pl.Float64() for name in ("open", "high", "low", "close", "volume", "base_price")},
    }
)
_INTEGERS: dict[str, type[np.integer[Any]]] = {"start": np.int64, "session": np.int32, "minute": np.int32}
Column = NDArray[Any]
_checked: dict[Path, tuple[int, int, int]] = {}


@dataclass(frozen=True, slots=True)
class Piece:
    """`count` rows of a segment from `row` on, which go to `target` of the result."""

    row: int
    target: int
    count: int


def write_segment(folder: Path, bars: pl.DataFrame) -> Segment:
    """Write bars (columns of `SCHEMA`, sorted) as a new segment."""
    found: list[str] = []

    def name_of(temporary: Path) -> str:
        found.append(file_hash(temporary))
        return f"{found[0][:32]}.parquet"

    path = write_atomically(folder, lambda temporary: _write_parquet(bars, temporary), name_of)
    return Segment(path.name, found[0], path.stat().st_size, bars.height)


def _write_parquet(bars: pl.DataFrame, path: Path) -> None:
    table = bars.select(COLUMNS).to_arrow()
    dictionary = [name for name in COLUMNS if name != "start"]
    pq.write_table(
        table,
        path,
        row_group_size=ROW_GROUP_ROWS,
        compression="lz4",
        use_dictionary=dictionary,
        column_encoding={"start": "DELTA_BINARY_PACKED"},
        store_schema=False,
    )


def check_segment(folder: Path, segment: Segment) -> Path:
    """The segment's path, once it is known to be what was written.

    Raises
    ------
    SegmentBroken
        The file is missing, cut off or changed.
    """
    path = folder / segment.name
    try:
        status = path.stat()
    except OSError as error:
        raise SegmentBroken(path, error.strerror or "it cannot be opened") from error
    mark = (status.st_size, status.st_mtime_ns, status.st_ino)
    if _checked.get(path) == mark:
        return path
    if status.st_size != segment.size_bytes:
        raise SegmentBroken(path, f"it has {status.st_size:,} bytes instead of {segment.size_bytes:,}")
    if file_hash(path) != segment.sha256:
        raise SegmentBroken(path, "its hash does not match the manifest")
    _checked[path] = mark
    return path


def fill_columns(path: Path, pieces: Sequence[Piece], into: dict[str, Column]) -> None:
    """Read pieces of a checked segment into arrays that are there already, by column name."""
    try:
        with pq.ParquetFile(path, memory_map=True) as opened:
            groups, moved = _located(opened, sorted(pieces, key=lambda piece: piece.row))
            if not groups:
                return
            table = opened.read_row_groups(groups, columns=list(into))
            for name, target in into.items():
                _copy(table.column(name), name, moved, target)
    except (pa.ArrowException, OSError) as error:
        raise SegmentBroken(path, str(error)) from error


def _copy(column: pa.ChunkedArray, name: str, pieces: Sequence[Piece], target: Column) -> None:
    """Copy the pieces out of the chunks, both in ascending order of rows."""
    start = at = 0
    for chunk in column.chunks:
        values, end = _values(chunk, name), start + len(chunk)
        while at < len(pieces):
            piece = pieces[at]
            low, high = max(piece.row, start), min(piece.row + piece.count, end)
            if low < high:
                place = piece.target - piece.row
                target[place + low : place + high] = values[low - start : high - start]
            if piece.row + piece.count > end:
                break
            at += 1
        start = end


def _values(chunk: pa.Array, name: str) -> Column:
    """The chunk as an array, without a copy where nothing is unknown; unknown numbers are NaN.

    Arrow's own conversions would import pandas.
    """
    dtype, count = _dtype(name), len(chunk)
    validity, content = chunk.buffers()
    values = np.frombuffer(content, dtype=dtype, count=count, offset=chunk.offset * dtype.itemsize)
    if not chunk.null_count:
        return values
    if name in _INTEGERS:
        raise pa.ArrowInvalid(f"{name} holds nulls")
    is_known = np.unpackbits(np.frombuffer(validity, dtype=np.uint8), count=chunk.offset + count, bitorder="little")
    return np.where(is_known[chunk.offset :] == 1, values, np.nan)


def read_rows(path: Path, code_pieces: Iterable[tuple[str, Piece]]) -> pl.DataFrame:
    """Whole series as a frame with the columns of `SCHEMA`."""
    chosen = list(code_pieces)
    total = sum(piece.count for _, piece in chosen)
    into: dict[str, Column] = {name: np.empty(total, dtype=_dtype(name)) for name in HASHED}
    fill_columns(path, [piece for _, piece in chosen], into)
    codes = pl.Series([code for code, _ in chosen], dtype=pl.String)
    of_row = np.repeat(np.arange(len(chosen), dtype=np.uint32), [piece.count for _, piece in chosen])
    return to_stored(pl.DataFrame({"code": codes.gather(of_row), **into}))


def to_stored(bars: pl.DataFrame) -> pl.DataFrame:
    """The columns of `SCHEMA`, unknown numbers as null."""
    floats = [name for name, dtype in SCHEMA.items() if dtype == pl.Float64()]
    casts = [pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()]
    return bars.select(casts).with_columns(pl.col(floats).fill_nan(None))


def hashed_columns(bars: pl.DataFrame) -> dict[str, Column]:
    """The columns that a hash covers, as arrays: made once for all series of a segment."""
    return {name: np.ascontiguousarray(_numbers(bars[name], name)) for name in HASHED}


def rows_hash(columns: dict[str, Column], first: int, end: int) -> str:
    """SHA-256 over the rows `[first, end)`, which are those of one series."""
    digest = hashlib.sha256()
    for name, column in columns.items():
        digest.update(name.encode() + b"\0")
        digest.update(column[first:end].tobytes())
    return digest.hexdigest()


def _numbers(column: pl.Series, name: str) -> Column:
    if name in _INTEGERS:
        return column.to_physical().to_numpy().astype(_dtype(name), copy=False)
    filled = column.fill_null(float("nan")) if column.null_count() else column
    return filled.to_numpy()


def _dtype(name: str) -> np.dtype[Any]:
    return np.dtype(_INTEGERS.get(name, np.float64))


def _located(opened: pq.ParquetFile, pieces: Sequence[Piece]) -> tuple[list[int], list[Piece]]:
    """Row groups that the pieces touch, and the pieces with rows counted in those groups alone."""
    sizes = np.array([opened.metadata.row_group(index).num_rows for index in range(opened.metadata.num_row_groups)], dtype=np.int64)
    starts = np.concatenate(([0], np.cumsum(sizes)))
    filled = [piece for piece in pieces if piece.count]
    low = np.searchsorted(starts, [piece.row for piece in filled], side="right") - 1
    high = np.searchsorted(starts, [piece.row + piece.count for piece in filled], side="left")
    is_wanted = np.zeros(len(sizes), dtype=np.bool_)
    for first, end in zip(low, high, strict=True):
        is_wanted[first:end] = True
    left_out = np.cumsum(np.where(is_wanted, 0, sizes))
    moved = [Piece(piece.row - int(left_out[first]), piece.target, piece.count) for piece, first in zip(filled, low, strict=True)]
    return [int(index) for index in np.flatnonzero(is_wanted)], moved
