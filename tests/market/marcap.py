"""The two files of the whole market, unadjusted: every listed issue of each session in two months."""

from pathlib import Path

import polars as pl

from bokgi.market.kinds import board_from_master

PRICES = ("Open", "High", "Low", "Close")


def read_marcap(shared_data: Path, year: int) -> pl.DataFrame:
    """Every listed issue of each session: code, board, date and unadjusted prices."""
    if year == 2025:
        rows = pl.read_csv(shared_data / "kr_daily/marcap_2025-01-02_2025-02-11.csv.gz", schema_overrides={"Code": pl.String})
    else:
        rows = pl.read_parquet(shared_data / "kr_daily/marcap_2026-01-02_2026-02-20.parquet")
    boards = {market: board_from_master(market) for market in rows["Market"].unique()}
    return rows.select(
        pl.col("Code"),
        pl.col("Market").replace_strict(boards, return_dtype=pl.String).alias("board"),
        pl.col("Date").cast(pl.String).str.slice(0, 10).str.to_date(),
        *(pl.col(name).cast(pl.Float64) for name in (*PRICES, "Changes", "Volume")),
        pl.col("ChangeCode").cast(pl.String),
    )
