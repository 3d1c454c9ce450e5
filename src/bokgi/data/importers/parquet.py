"""Parquet tables, checked by their own table of contents before they are read."""

import io

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from bokgi.data.importers.columns import check_width, told_titles
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.tables_of import read_table
from bokgi.data.incoming import Incoming
from bokgi.data.master import MasterRows
from bokgi.errors.imports import FileBroken, FileTooLarge

_MAGIC = b"PAR1"


def sniffs(content: FileContent) -> bool:
    """The four letters that a Parquet file begins with."""
    return content.head(4) == _MAGIC


def read(content: FileContent, hints: ImportHints) -> list[Incoming] | MasterRows:
    """Read a Parquet table.

    Raises
    ------
    FileBroken, FileTooLarge and what `read_table` raises
    """
    _check_contents(content)
    try:
        table = pl.read_parquet(io.BytesIO(content.data))
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise FileBroken(content.name, "Parquet", str(error).split("\n", 1)[0]) from error
    flat = [name for name, dtype in table.schema.items() if not dtype.is_nested() and dtype != pl.Object]
    plain = table.select(flat).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    if hints.columns:
        plain = plain.rename(dict(zip(plain.columns, told_titles(content.name, plain.columns, hints.columns), strict=True)))
    words = ("Parquet 파일", "Parquet file")
    return read_table(content, plain, hints, (words,))


def _check_contents(content: FileContent) -> None:
    limits = content.limits
    try:
        contents = pq.read_metadata(io.BytesIO(content.data))
    except (pa.ArrowException, OSError, ValueError) as error:
        raise FileBroken(content.name, "Parquet", str(error)) from error
    check_width(content.name, contents.num_columns, limits.columns)
    if contents.num_rows > limits.rows:
        raise FileTooLarge(content.name, contents.num_rows, limits.rows, "rows", "rows")
    size = sum(contents.row_group(index).total_byte_size for index in range(contents.num_row_groups))
    if size > limits.unpacked_bytes:
        raise FileTooLarge(content.name, size, limits.unpacked_bytes, "unpacked_bytes")
