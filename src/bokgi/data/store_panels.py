"""From stored series to a panel: sessions, closing auctions, base prices.

Convention: days are inclusive. What the bars of an interval do not hold comes from the unadjusted daily series of the same code in the
same store (auction price, base price), never for a series that is adjusted itself: prices of two scales are not mixed.

Notes
-----
Base price, first that exists: the series' own; the daily series' own; for a daily series without any, its previous session's close, a
half tick rounded up. The last one is dropped where the day traded beyond the limits it would set (an ex-date), and so is every base
where the series has base prices but none on that day (liquidation trading, first days): there the source says that it is not known.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from bokgi.bars.auctions import is_traded, own_auctions
from bokgi.bars.panel import Panel
from bokgi.bars.timeline import session_index, timeline
from bokgi.data.factors import Factors
from bokgi.data.series import ClosingAuction, SeriesFacts
from bokgi.data.store_manifest import Manifest, StoredSeries
from bokgi.data.store_segments import Column, Piece, check_segment, fill_columns
from bokgi.errors.requests import PeriodReversed
from bokgi.errors.store import ExchangesMixed, StoredOutsideCalendar
from bokgi.market.calendar import Sessions, calendar_range, last_sessions_before
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.market.kinds import has_price_limit
from bokgi.market.limits import daily_limits
from bokgi.market.ticks import Direction, ladder_of, ladder_rounded
from bokgi.units import BoolArray, FloatArray, IntArray, ShortArray

GROUP_SERIES = 200
"""Series whose base prices are derived at once: enough to be fast, few enough to stop in between."""
_PRICES = ("open", "high", "low", "close", "volume")
REPAIRED_PRICES = frozenset({"open", "high", "low", "close", "base_price"})


@dataclass(frozen=True)
class Rows:
    """Rows of some series within a period; `day` is counted from 1970-01-01, columns by name."""

    offsets: IntArray
    day: ShortArray
    columns: dict[str, Column]


@dataclass(frozen=True)
class _DailyGrids:
    """Of the daily series, float64[instrument, session]: NaN where there is no row.

    close : regular close of sessions that traded; previous_close : of the session before, traded or not; own_base : from the source
    is_derived : bool[instrument], the series has no base prices of its own, so that the previous close may stand for them
    """

    close: FloatArray
    previous_close: FloatArray
    high: FloatArray
    low: FloatArray
    own_base: FloatArray
    is_derived: BoolArray


def read_rows_between(
    folder: Path,
    manifest: Manifest,
    codes: Sequence[str],
    period: tuple[date, date],
    names: Sequence[str],
    check_going: Callable[[], None],
    *,
    raw: bool = False,
    factors: Factors | None = None,
) -> Rows:
    """Columns of the codes' bars with sessions in the period (both inclusive), repaired unless `raw`, then adjusted by the factors.

    check_going : called between files; it may raise to end the reading
    """
    series = [manifest.series[code] for code in codes]
    counts = np.array([stored.bars for stored in series], dtype=np.int64)
    bounds = np.concatenate(([0], np.cumsum(counts)))
    day = np.empty(int(bounds[-1]), dtype=np.int32)
    _fill(folder, manifest, series, np.zeros(len(series), dtype=np.int64), counts, bounds, {"session": day}, check_going)
    first, last = (int(np.datetime64(bound).astype(np.int64)) for bound in period)
    low, high = _cut(day, bounds, first, last)
    taken = high - low
    offsets = np.concatenate(([0], np.cumsum(taken))).astype(np.int64)
    if int(offsets[-1]) != len(day):
        day = np.concatenate([day[b + lo : b + hi] for b, lo, hi in zip(bounds, low, high, strict=False)] or [day])
    columns: dict[str, Column] = {name: np.empty(len(day), dtype=np.int32 if name == "minute" else np.float64) for name in names}
    _fill(folder, manifest, series, low, taken, offsets, columns, check_going)
    if not raw:
        _repair(series, offsets, day, columns)
    if factors:
        _adjust(codes, factors, offsets, day, columns)
    return Rows(offsets, day, columns)


def _repair(series: Sequence[StoredSeries], offsets: IntArray, day: ShortArray, columns: dict[str, Column]) -> None:
    """Multiply the rows that the repairs of their series name."""
    for index, stored in enumerate(series):
        for repair in stored.repairs:
            rows = _rows_between(day, offsets, index, repair.first, repair.last)
            for name in REPAIRED_PRICES & columns.keys():
                columns[name][rows] = columns[name][rows] * repair.price_times / repair.price_over
            if "volume" in columns:
                columns["volume"][rows] = columns["volume"][rows] * repair.volume_times


def _adjust(codes: Sequence[str], factors: Factors, offsets: IntArray, day: ShortArray, columns: dict[str, Column]) -> None:
    """Multiply the rows that the factors of their codes name."""
    for index, code in enumerate(codes):
        for span in factors.get(code, ()):
            rows = _rows_between(day, offsets, index, span.first or date.min, span.last)
            for name in REPAIRED_PRICES & columns.keys():
                columns[name][rows] = columns[name][rows] * span.price_times
            if "volume" in columns:
                columns["volume"][rows] = columns["volume"][rows] * span.volume_times


def _rows_between(day: ShortArray, offsets: IntArray, index: int, first: date, last: date) -> IntArray:
    """Rows of one series from one day to another, both inclusive."""
    low, high = (int(np.datetime64(bound).astype(np.int64)) for bound in (first, last))
    own = day[offsets[index] : offsets[index + 1]]
    return np.asarray(offsets[index] + np.flatnonzero((own >= low) & (own <= high)))


def _cut(day: ShortArray, bounds: IntArray, first: int, last: int) -> tuple[IntArray, IntArray]:
    """Row range of the period within each series."""
    parts = [day[bounds[i] : bounds[i + 1]] for i in range(len(bounds) - 1)]
    low = np.array([np.searchsorted(part, first, side="left") for part in parts], dtype=np.int64)
    high = np.array([np.searchsorted(part, last, side="right") for part in parts], dtype=np.int64)
    return low, np.maximum(low, high)


def _fill(
    folder: Path,
    manifest: Manifest,
    series: Sequence[StoredSeries],
    skipped: IntArray,
    counts: IntArray,
    targets: IntArray,
    into: dict[str, Column],
    check_going: Callable[[], None],
) -> None:
    by_segment: dict[str, list[Piece]] = {}
    for stored, skip, count, target in zip(series, skipped, counts, targets, strict=False):
        by_segment.setdefault(stored.segment, []).append(Piece(stored.row + int(skip), int(target), int(count)))
    if into:
        for name, pieces in by_segment.items():
            check_going()
            fill_columns(check_segment(folder, manifest.segments[name]), pieces, into)


def panel_of(
    folder_of: Callable[[Manifest], Path],
    manifest: Manifest,
    daily: Manifest | None,
    codes: Sequence[str],
    start: date | None,
    end: date | None,
    instruments: Mapping[str, Instrument],
    check_going: Callable[[], None],
    *,
    raw: bool = False,
    factors: Factors | None = None,
) -> Panel:
    """The panel of the codes; sessions from `start` to `end`, by default from the first stored bar to the last.

    raw : without the repairs; factors : what prices and volumes are multiplied by, which makes them adjusted
    check_going : called between files and steps; it may raise to end the reading
    """
    facts = [manifest.series[code].facts for code in codes]
    exchange = _exchange(facts)
    period = _period(manifest, codes, exchange, start, end)
    interval = manifest.interval
    names = ("base_price",) if any(manifest.series[code].has_base for code in codes) else ()
    wanted = (*_PRICES, *names, *(() if interval.is_daily else ("minute",)))
    rows = read_rows_between(folder_of(manifest), manifest, codes, period, wanted, check_going, raw=raw, factors=factors)
    sessions = timeline(exchange, *period, rows.day.astype("datetime64[D]") if exchange is Exchange.OTHER else np.empty(0, dtype="M8[D]"))
    session = _sessions_of_rows(rows, sessions, codes, manifest, exchange)
    opens, highs, lows, closes, volume = (rows.columns[name] for name in _PRICES)
    minute = sessions.open_minute[session] if interval.is_daily else rows.columns["minute"]
    last_bar = np.array([_is_in_last_bar(fact, is_daily=interval.is_daily) for fact in facts], dtype=np.bool_)
    prices = (opens, highs, lows, closes)
    check_going()
    auction, auction_row = own_auctions(interval, sessions, rows.offsets, session, minute, prices, volume, last_bar)
    known = tuple(instruments.get(code) or instrument_of(fact) for code, fact in zip(codes, facts, strict=True))
    adjusted = np.array([fact.adjusted or bool((factors or {}).get(fact.code)) for fact in facts], dtype=np.bool_)
    base = np.full(auction.shape, np.nan)
    if names:
        _spread(base, rows.offsets, session, np.arange(len(codes)), rows.columns["base_price"])
    helped = _helped_by_daily(manifest, daily, codes)
    if daily is not None and helped and exchange is not Exchange.OTHER and len(sessions):
        grids = _daily_grids(folder_of(daily), daily, codes, helped, sessions, exchange, check_going, raw=raw, factors=factors)
        _add_auctions(auction, grids)
        _add_bases(base, grids, known, sessions, check_going)
    base[adjusted] = np.nan
    columns = (rows.offsets, session, minute, *prices, volume, auction, auction_row, base, adjusted)
    sources = tuple(dict.fromkeys(fact.source for fact in facts))
    return Panel(known, interval, sessions, *columns, synthetic=any(fact.synthetic for fact in facts), sources=sources)


def _helped_by_daily(manifest: Manifest, daily: Manifest | None, codes: Sequence[str]) -> list[int]:
    """Instruments to which the daily series may add something: both unadjusted, and for daily panels only where base prices are missing."""
    is_daily = manifest.interval.is_daily
    chosen = [index for index, code in enumerate(codes) if not manifest.series[code].facts.adjusted] if daily is not None else []
    beside = [(index, daily.series.get(codes[index])) for index in chosen] if daily is not None else []
    return [index for index, series in beside if series and _is_regular(series) and not (is_daily and series.has_base)]


def instrument_of(facts: SeriesFacts) -> Instrument:
    """The instrument as its import described it; without a word about kind and board a KOSPI share, and `assumed`."""
    is_foreign = facts.exchange is not Exchange.XKRX
    return Instrument(
        code=facts.code,
        name=facts.name,
        name_en=facts.name_en,
        kind=facts.kind or (Kind.FOREIGN if is_foreign else Kind.STOCK),
        board=facts.board or (Board.FOREIGN if is_foreign else Board.KOSPI),
        exchange=facts.exchange,
        leverage=facts.leverage,
        assumed=not is_foreign and (facts.kind is None or facts.board is None),
    )


def _exchange(facts: Sequence[SeriesFacts]) -> Exchange:
    found = list(dict.fromkeys(fact.exchange for fact in facts))
    if len(found) > 1:
        raise ExchangesMixed([exchange.value for exchange in found])
    return found[0]


def _period(manifest: Manifest, codes: Sequence[str], exchange: Exchange, start: date | None, end: date | None) -> tuple[date, date]:
    """The days asked for; a bound that is left out is the data's, as far as the calendar reaches."""
    first = min(manifest.series[code].first for code in codes)
    last = max(manifest.series[code].last for code in codes)
    if exchange is not Exchange.OTHER:
        covered = calendar_range(exchange)
        first, last = (min(max(bound, covered.first), covered.last) for bound in (first, last))
    begin, until = start or first, end or last
    if start and end and start > end:
        raise PeriodReversed(start, end)
    return begin, max(begin, until)


def _sessions_of_rows(rows: Rows, sessions: Sessions, codes: Sequence[str], manifest: Manifest, exchange: Exchange) -> ShortArray:
    index = session_index(sessions, rows.day)
    if len(index) and int(index.min()) < 0:
        row = int(np.argmin(index))
        code = codes[int(np.searchsorted(rows.offsets, row, side="right")) - 1]
        day = np.datetime64(int(rows.day[row]), "D").item()
        raise StoredOutsideCalendar(code, str(manifest.interval), day, exchange.value)
    return index


def _is_in_last_bar(facts: SeriesFacts, *, is_daily: bool) -> bool:
    """Daily bars end with the auction unless their source says that they do not."""
    if is_daily:
        return facts.regular_close
    return facts.closing_auction is ClosingAuction.LAST_BAR


def _spread(grid: FloatArray, offsets: IntArray, session: ShortArray, chosen: IntArray, values: FloatArray) -> None:
    """Write values of rows into [instrument, session]; rows that fall on no session, and unknown values, are left out."""
    if not len(values):
        return
    cell = np.repeat(chosen * grid.shape[1], np.diff(offsets)) + session
    known = (session >= 0) & ~np.isnan(values)
    grid.reshape(-1)[cell[known]] = values[known]


def _daily_grids(
    folder: Path,
    daily: Manifest,
    codes: Sequence[str],
    helped: Sequence[int],
    sessions: Sessions,
    exchange: Exchange,
    check_going: Callable[[], None],
    *,
    raw: bool,
    factors: Factors | None,
) -> _DailyGrids:
    """Grids over the sessions, read with the session before the first."""
    wider = _with_session_before(exchange, sessions)
    names = [codes[index] for index in helped]
    period = (wider.day[0].item(), wider.day[-1].item())
    rows = read_rows_between(folder, daily, names, period, (*_PRICES, "base_price"), check_going, raw=raw, factors=factors)
    high, low, close, volume = (rows.columns[name] for name in _PRICES[1:])
    traded = is_traded(high, low, volume)
    values = {name: np.where(traded, column, np.nan) for name, column in (("close", close), ("high", high), ("low", low))}
    values |= {"last": np.where(close > 0, close, np.nan), "base": rows.columns["base_price"]}
    index, chosen = session_index(wider, rows.day), np.array(helped, dtype=np.int64)
    grids = {name: np.full((len(codes), len(wider)), np.nan) for name in values}
    for name, grid in grids.items():
        check_going()
        _spread(grid, rows.offsets, index, chosen, values[name])
    lead = len(wider) - len(sessions)
    previous = grids["last"][:, : len(sessions)] if lead else np.pad(grids["last"], ((0, 0), (1, 0)), constant_values=np.nan)[:, :-1]
    is_derived = np.zeros(len(codes), dtype=np.bool_)
    is_derived[helped] = [not daily.series[name].has_base for name in names]
    own = {name: grid[:, lead:] for name, grid in grids.items()}
    return _DailyGrids(own["close"], previous, own["high"], own["low"], own["base"], is_derived)


def _is_regular(series: StoredSeries) -> bool:
    """Whether the daily series is unadjusted and its close is the regular close."""
    return not series.facts.adjusted and series.facts.regular_close


def _with_session_before(exchange: Exchange, sessions: Sessions) -> Sessions:
    """The sessions and the one before the first, where the calendar has it."""
    first, last = sessions.day[0].item(), sessions.day[-1].item()
    before = last_sessions_before(exchange, first, 1)
    return timeline(exchange, before.day[0].item() if len(before) else first, last, sessions.day)


def _add_auctions(auction: FloatArray, grids: _DailyGrids) -> None:
    """`auction_from_daily`: the regular close where the bars hold no auction price."""
    missing = np.isnan(auction)
    auction[missing] = grids.close[missing]


def _add_bases(
    base: FloatArray, grids: _DailyGrids, instruments: Sequence[Instrument], sessions: Sessions, check_going: Callable[[], None]
) -> None:
    missing = np.isnan(base)
    base[missing] = grids.own_base[missing]
    groups: dict[tuple[Board, Kind, float], list[int]] = {}
    for index, instrument in enumerate(instruments):
        if grids.is_derived[index] and instrument.exchange is Exchange.XKRX and has_price_limit(instrument.kind):
            groups.setdefault((instrument.board, instrument.kind, instrument.leverage), []).append(index)
    for (board, kind, leverage), group in groups.items():
        for first in range(0, len(group), GROUP_SERIES):
            check_going()
            members = group[first : first + GROUP_SERIES]
            derived = _bases_from_closes(grids, members, sessions, board, kind, leverage)
            base[members] = np.where(np.isnan(base[members]), derived, base[members])


def _bases_from_closes(
    grids: _DailyGrids, members: Sequence[int], sessions: Sessions, board: Board, kind: Kind, leverage: float
) -> FloatArray:
    """Previous closes rounded up to the tick, NaN where the day traded beyond the limits that they would set."""
    ladder = np.broadcast_to(ladder_of(sessions.day, board, kind), (len(members), len(sessions)))
    base = ladder_rounded(grids.previous_close[members], ladder, Direction.UP)
    limits = daily_limits(base, sessions.day, board, kind, leverage)
    is_beyond = (grids.high[members] > limits.upper) | (grids.low[members] < limits.lower)
    return np.where(is_beyond, np.nan, base)
