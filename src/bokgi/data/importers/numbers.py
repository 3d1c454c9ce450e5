"""Numbers as sources write them: `1,234`, `+12,300`, `"-"` for nothing."""

import polars as pl

_NOTHING = ("", "-", "--", "N/A", "n/a", "NA", "null", "NULL", "None")


def number_column(column: pl.Series) -> pl.Series:
    """Float64; null where the source wrote nothing, NaN where it wrote something that is no number."""
    if column.dtype.is_numeric():
        return column.cast(pl.Float64)
    if column.dtype != pl.String:
        column = column.cast(pl.String)
    quick = column.cast(pl.Float64, strict=False)
    if quick.null_count() == column.null_count():
        return quick
    return _slow_numbers(column)


def _slow_numbers(column: pl.Series) -> pl.Series:
    bare = pl.col("text").str.strip_chars(" \t'\"₩$").str.replace_all(",", "", literal=True).str.strip_prefix("+")
    nothing = pl.col("text").is_null() | bare.is_in(_NOTHING)
    number = bare.cast(pl.Float64, strict=False)
    value = pl.when(nothing).then(None).otherwise(number.fill_null(float("nan")))
    return pl.DataFrame({"text": column}).select(value.cast(pl.Float64).alias(column.name)).to_series()


def with_numbers(frame: pl.DataFrame, columns: tuple[str, ...]) -> pl.DataFrame:
    """The frame with those of the columns that it has as numbers."""
    return frame.with_columns(number_column(frame[name]) for name in columns if name in frame.columns)
