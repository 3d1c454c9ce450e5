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
from bokgi.bars.grids import in_threads, write_cells
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
from bokgi.units import FloatArray, IntArray, ShortArray

GROUP_SERIES = 100
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
class _Beside:
    """Daily series beside the bars of a panel.

    rows : of every code that is helped; index : int32[row], its session among those of the panel and `lead` before them, -1 for none
    place : of each helped instrument among the rows' series
    derived : instruments whose series has no base prices of its own, so that the previous close may stand for them
    """

    rows: Rows
    index: ShortArray
    sessions: int
    lead: int
    place: dict[int, int]
    derived: frozenset[int]

    def grids(self, members: Sequence[int]) -> dict[str, FloatArray]:
        """float64[member, lead + session] each, NaN where there is no row.

        close, high, low : of sessions that traded; last : the close, traded or not; base : from the source, where it has any
        """
        places = np.array([self.place[member] for member in members], dtype=np.int64)
        offsets = self.rows.offsets
        rows = np.concatenate([np.arange(offsets[place], offsets[place + 1]) for place in places])
        ends = np.concatenate(([0], np.cumsum(offsets[places + 1] - offsets[places]))).astype(np.int64)
        column = {name: values[rows] for name, values in self.rows.columns.items()}
        index, close = self.index[rows], column["close"]
        traded = is_traded(column["high"], column["low"], column["volume"]) & (index >= 0)
        chosen = {name: (column[name], traded) for name in ("close", "high", "low")}
        chosen["last"] = close, (close > 0) & (index >= 0)
        if "base_price" in column:
            chosen["base"] = column["base_price"], (index >= 0)
        grids = {name: np.full((len(members), self.lead + self.sessions), np.nan) for name in chosen}
        for name, (values, known) in chosen.items():
            write_cells(grids[name], ends, index, values, known & ~np.isnan(values))
        return grids


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
    from_day, to_day = day.dtype.type(first), day.dtype.type(last)  # of the same type: NumPy would copy every part otherwise
    low = np.array([np.searchsorted(part, from_day, side="left") for part in parts], dtype=np.int64)
    high = np.array([np.searchsorted(part, to_day, side="right") for part in parts], dtype=np.int64)
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

    def fill(name: str) -> None:
        check_going()
        fill_columns(check_segment(folder, manifest.segments[name]), by_segment[name], into)

    if into:
        in_threads(fill, list(by_segment))


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
    helped = _helped_by_daily(manifest, daily, codes) if exchange is not Exchange.OTHER else []
    is_own = bool(helped) and daily is manifest  # daily bars, helped by their own series: one reading is enough
    until = (_day_before(exchange, period[0]) if is_own else period[0], period[1])
    read = read_rows_between(folder_of(manifest), manifest, codes, until, wanted, check_going, raw=raw, factors=factors)
    rows = read if until == period else _rows_from(read, period[0])
    sessions = timeline(exchange, *period, rows.day.astype("datetime64[D]") if exchange is Exchange.OTHER else np.empty(0, dtype="M8[D]"))
    session = _sessions_of_rows(rows, sessions, codes, manifest, exchange)
    opens, highs, lows, closes, volume = (rows.columns[name] for name in _PRICES)
    minute = sessions.open_minute[session] if interval.is_daily else rows.columns["minute"]
    last_bar = np.array([_is_in_last_bar(fact, is_daily=interval.is_daily) for fact in facts], dtype=np.bool_)
    prices = (opens, highs, lows, closes)
    check_going()
    auction, auction_row = own_auctions(interval, sessions, rows.offsets, session, minute, prices, volume, last_bar)
    known = tuple(instruments.get(code) or instrument_of(fact) for code, fact in zip(codes, facts, strict=True))
    reached = {code for code, spans in (factors or {}).items() if any(span.reaches(*period) for span in spans)}
    adjusted = np.array([fact.adjusted or fact.code in reached for fact in facts], dtype=np.bool_)
    base = np.full(auction.shape, np.nan)
    if names:
        write_cells(base, rows.offsets, session, rows.columns["base_price"], ~np.isnan(rows.columns["base_price"]))
    if daily is not None and helped and len(sessions):
        wider = _with_session_before(exchange, sessions)
        lead = len(wider) - len(sessions)
        if is_own:
            index = session + np.int32(lead) if read is rows else session_index(wider, read.day)
            beside = _beside_own(daily, codes, helped, read, index, len(sessions), lead)
        else:
            beside = _beside(folder_of(daily), daily, codes, helped, wider, len(sessions), check_going, raw=raw, factors=factors)
        del read
        if not is_own:
            _add_auctions(auction, beside, check_going)
        _add_bases(base, beside, known, sessions, check_going)
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


def _rows_from(rows: Rows, first: date) -> Rows:
    """Without the rows before a day."""
    is_kept = rows.day >= rows.day.dtype.type(np.datetime64(first).astype(np.int64))
    if is_kept.all():
        return rows
    kept = np.concatenate(([0], np.cumsum(is_kept))).astype(np.int64)[rows.offsets]
    return Rows(kept, rows.day[is_kept], {name: column[is_kept] for name, column in rows.columns.items()})


def _beside(
    folder: Path,
    daily: Manifest,
    codes: Sequence[str],
    helped: Sequence[int],
    wider: Sessions,
    sessions: int,
    check_going: Callable[[], None],
    *,
    raw: bool,
    factors: Factors | None,
) -> _Beside:
    """The daily series of the helped instruments, with the session before the first."""
    derived = _without_base(daily, codes, helped)
    names, period = [codes[index] for index in helped], (wider.day[0].item(), wider.day[-1].item())
    wanted = _PRICES[1:] if len(derived) == len(helped) else (*_PRICES[1:], "base_price")
    rows = read_rows_between(folder, daily, names, period, wanted, check_going, raw=raw, factors=factors)
    place = {index: number for number, index in enumerate(helped)}
    return _Beside(rows, session_index(wider, rows.day), sessions, len(wider) - sessions, place, derived)


def _beside_own(
    daily: Manifest, codes: Sequence[str], helped: Sequence[int], read: Rows, index: ShortArray, sessions: int, lead: int
) -> _Beside:
    """The panel's own rows as the daily series beside: none of the helped has base prices."""
    rows = Rows(read.offsets, read.day, {name: read.columns[name] for name in _PRICES[1:]})
    return _Beside(rows, index, sessions, lead, {each: each for each in helped}, _without_base(daily, codes, helped))


def _without_base(daily: Manifest, codes: Sequence[str], helped: Sequence[int]) -> frozenset[int]:
    return frozenset(index for index in helped if not daily.series[codes[index]].has_base)


def _is_regular(series: StoredSeries) -> bool:
    """Whether the daily series is unadjusted and its close is the regular close."""
    return not series.facts.adjusted and series.facts.regular_close


def _day_before(exchange: Exchange, first: date) -> date:
    """The session before a day, or the day itself where the calendar begins."""
    before = last_sessions_before(exchange, first, 1)
    day: date = before.day[0].item() if len(before) else first
    return day


def _with_session_before(exchange: Exchange, sessions: Sessions) -> Sessions:
    """The sessions and the one before the first, where the calendar has it."""
    first, last = sessions.day[0].item(), sessions.day[-1].item()
    before = last_sessions_before(exchange, first, 1)
    return timeline(exchange, before.day[0].item() if len(before) else first, last, sessions.day)


def _add_auctions(auction: FloatArray, beside: _Beside, check_going: Callable[[], None]) -> None:
    """`auction_from_daily`: the regular close where the bars hold no auction price."""

    def add(members: Sequence[int]) -> None:
        check_going()
        closes = beside.grids(members)["close"][:, beside.lead :]
        auction[members] = np.where(np.isnan(auction[members]), closes, auction[members])

    in_threads(add, _parts(list(beside.place)))


def _add_bases(
    base: FloatArray, beside: _Beside, instruments: Sequence[Instrument], sessions: Sessions, check_going: Callable[[], None]
) -> None:
    groups: dict[tuple[Board, Kind, float] | None, list[int]] = {}
    for index in beside.place:
        instrument = instruments[index]
        is_derived = index in beside.derived and instrument.exchange is Exchange.XKRX and has_price_limit(instrument.kind)
        groups.setdefault((instrument.board, instrument.kind, instrument.leverage) if is_derived else None, []).append(index)

    def add(part: tuple[tuple[Board, Kind, float] | None, Sequence[int]]) -> None:
        check_going()
        group, members = part
        grids = beside.grids(members)
        if "base" in grids:
            base[members] = np.where(np.isnan(base[members]), grids["base"][:, beside.lead :], base[members])
        if group is not None:
            derived = _bases_from_closes(grids, beside.lead, sessions, *group)
            base[members] = np.where(np.isnan(base[members]), derived, base[members])

    in_threads(add, [(group, part) for group, members in groups.items() for part in _parts(members)])


def _parts(members: Sequence[int]) -> list[Sequence[int]]:
    return [members[first : first + GROUP_SERIES] for first in range(0, len(members), GROUP_SERIES)]


def _bases_from_closes(
    grids: dict[str, FloatArray], lead: int, sessions: Sessions, board: Board, kind: Kind, leverage: float
) -> FloatArray:
    """Previous closes rounded up to the tick, NaN where the day traded beyond the limits that they would set."""
    high, low, last = (grids[name] for name in ("high", "low", "last"))
    previous = last[:, : len(sessions)] if lead else np.pad(last, ((0, 0), (1, 0)), constant_values=np.nan)[:, :-1]
    base = ladder_rounded(previous, ladder_of(sessions.day, board, kind), Direction.UP)
    limits = daily_limits(base, sessions.day, board, kind, leverage)
    is_beyond = (high[:, lead:] > limits.upper) | (low[:, lead:] < limits.lower)
    return np.where(is_beyond, np.nan, base)
