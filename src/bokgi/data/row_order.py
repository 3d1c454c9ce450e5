"""Whether rows are in order: a look at neighbours, far quicker than sorting what is sorted."""

import polars as pl


def is_ordered(rows: pl.DataFrame, *keys: str) -> bool:
    """Whether no row comes before its neighbour by the keys; a null is out of order."""
    after = pl.lit(value=False)
    for name in reversed(keys):
        now, before = pl.col(name), pl.col(name).shift(1)
        after = (now < before) | ((now == before) & after)
    nulls = pl.any_horizontal(pl.col(name).is_null().any() for name in keys)
    return not rows.select(after.any() | nulls).item()
