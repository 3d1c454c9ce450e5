"""From a draft to `Incoming`: every check in order, then the columns of the store.

Order matters: times and values first, then rows of one instant, then sessions and hours, then what a bar must hold in itself.
"""

import polars as pl

from bokgi.data.importers.cleaning import check_enough, check_ranges, drop_unusable, order_rows
from bokgi.data.importers.codes import NamedCode
from bokgi.data.importers.draft import Draft, with_all_columns
from bokgi.data.importers.intervals import settle_interval
from bokgi.data.importers.placing import place_bars
from bokgi.data.importers.prices import check_chain, settle_adjusted
from bokgi.data.importers.times import instant
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, SeriesFacts
from bokgi.data.session_hours import zone_of
from bokgi.market.instruments import Board, Exchange, Kind

STORED = ("code", "start", "session", "minute", "open", "high", "low", "close", "volume", "base_price")


def finished(draft: Draft) -> Incoming:
    """The draft's bars as the store takes them.

    Raises
    ------
    MostlyBad, NothingUsable, IntervalUnclear, AllDayClose
        The file as a whole cannot be used.
    """
    draft.rows_read = draft.rows_read or draft.frame.height
    draft.frame = with_all_columns(draft.frame)
    drop_unusable(draft)
    check_enough(draft)
    order_rows(draft)
    settle_interval(draft)
    place_bars(draft)
    check_enough(draft)
    settle_adjusted(draft)
    if draft.adjusted:
        draft.frame = draft.frame.with_columns(pl.lit(None, pl.Float64).alias("base_price"))
    check_ranges(draft)
    draft.note("close_only", pl.col("high").is_null())
    check_chain(draft)
    check_enough(draft)
    return _incoming(draft)


def _incoming(draft: Draft) -> Incoming:
    assert draft.interval is not None
    local = pl.col("session").cast(pl.Datetime("us")) + pl.duration(minutes=pl.col("minute"))
    bars = draft.frame.with_columns(instant(local, zone_of(draft.exchange)).alias("start"), pl.col("minute").cast(pl.Int32))
    stored = bars.select(STORED)
    codes = stored["code"].unique(maintain_order=True).to_list()
    facts = {code: _facts(draft, code) for code in codes}
    return Incoming(draft.interval, stored, facts, tuple(draft.faults), tuple(draft.detected), splits=tuple(draft.splits))


def _facts(draft: Draft, code: str) -> SeriesFacts:
    hints, named = draft.hints, draft.named.get(code) or NamedCode(code, draft.exchange)
    foreign = draft.exchange is not Exchange.XKRX
    return SeriesFacts(
        code=code,
        source=hints.source or draft.source,
        exchange=draft.exchange,
        name=hints.name or named.name,
        name_en=named.name_en,
        kind=hints.kind or named.kind or (Kind.FOREIGN if foreign else None),
        board=hints.board or named.board or (Board.FOREIGN if foreign else None),
        leverage=hints.leverage if hints.leverage is not None else 1.0,
        adjusted=bool(draft.adjusted),
        closing_auction=draft.closing_auction or ClosingAuction.NONE,
        volume_kind=hints.volume_kind or draft.volume_kind,
        fetched_at=hints.fetched_at,
    )
