"""The demo market: synthetic instruments and prices, the same on every machine, and labelled synthetic wherever they go.

200 invented instruments over the 60 sessions from 2024-07-01 to 2024-09-26 of the real calendar (the circuit breakers of 2024-08-05
included), 190 two-minute bars a session from 09:00 to 15:18 and one bar at 15:30 for the closing auction, daily bars of the same
trading, and an index of the demo's KOSPI shares. No price, name or code belongs to a real issue.
"""

import csv
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Protocol

import numpy as np
import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.demo_prices import BAR_MINUTES, BARS, DemoKind, DemoPrices, demo_prices
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, SeriesFacts, VolumeKind
from bokgi.errors.demo import DemoSizeWrong
from bokgi.market.calendar import Sessions, sessions_between
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.units import MICROS_PER_MINUTE, BoolArray, FloatArray, IntArray, ShortArray

FIRST_DAY, LAST_DAY = date(2024, 7, 1), date(2024, 9, 26)
INSTRUMENTS, SESSIONS = 200, 60
DEMO_SEED = 20_240_701
DEMO_INTERVAL = Interval(BAR_MINUTES)
DEMO_INDEX = "DEMOINDEX"
SOURCES = {DemoKind.MARKET: "demo market (synthetic)", DemoKind.NOISE: "demo noise (synthetic)"}


class DemoStore(Protocol):
    """What the demo needs of the store."""

    def write(self, incoming: Incoming, *, replace: bool = False) -> object: ...


@dataclass(frozen=True, slots=True)
class DemoName:
    """One row of demo_names.csv."""

    instrument: Instrument
    sector: str


def demo_incoming(
    kind: DemoKind | str = DemoKind.MARKET, *, seed: int = DEMO_SEED, instruments: int = INSTRUMENTS, sessions: int = SESSIONS
) -> list[Incoming]:
    """Two-minute bars, daily bars and the daily index of the demo market, in that order.

    Fewer instruments or sessions give the beginning of the whole; only the index then has other members.

    Raises
    ------
    DemoSizeWrong
    """
    _check_size("instruments", instruments, INSTRUMENTS, "종목")
    _check_size("sessions", sessions, SESSIONS, "거래일")
    word, names = DemoKind(kind), demo_names()[:instruments]
    calendar = demo_sessions(sessions)
    chosen = tuple(name.instrument for name in names)
    prices = demo_prices(word, seed, chosen, _sector_numbers(names), calendar)
    return [
        Incoming(DEMO_INTERVAL, _intraday(chosen, calendar, prices), _facts(word, chosen, ClosingAuction.OWN_BAR)),
        Incoming(DAILY, _daily(chosen, calendar, prices), _facts(word, chosen, ClosingAuction.NONE)),
        Incoming(DAILY, _index(chosen, calendar, prices), _facts(word, (_index_instrument(),), ClosingAuction.NONE)),
    ]


def write_demo(
    store: DemoStore,
    kind: DemoKind | str = DemoKind.MARKET,
    *,
    seed: int = DEMO_SEED,
    instruments: int = INSTRUMENTS,
    sessions: int = SESSIONS,
) -> list[Incoming]:
    """Write the demo into a store, in place of any demo that is there (market and noise share their codes); gives what was written."""
    parts = demo_incoming(kind, seed=seed, instruments=instruments, sessions=sessions)
    for part in parts:
        store.write(part, replace=True)
    return parts


@cache
def demo_names() -> tuple[DemoName, ...]:
    """All instruments of the demo, ordered by code."""
    text = files("bokgi.data").joinpath("demo_names.csv").read_text("utf-8")
    return tuple(_name(row) for row in csv.DictReader(text.splitlines()))


def demo_sessions(count: int = SESSIONS) -> Sessions:
    """The first sessions of the demo's period."""
    return sessions_between(Exchange.XKRX, FIRST_DAY, LAST_DAY).slice(0, count)


def _name(row: dict[str, str]) -> DemoName:
    instrument = Instrument(
        code=row["code"],
        name=row["name"],
        name_en=row["name_en"],
        kind=Kind(row["kind"]),
        board=Board(row["board"]),
        leverage=float(row["leverage"]),
    )
    return DemoName(instrument, row["sector"])


def _sector_numbers(names: tuple[DemoName, ...]) -> IntArray:
    known = list(dict.fromkeys(name.sector for name in demo_names() if name.sector != "index"))
    return np.array([known.index(name.sector) + 1 if name.sector in known else 0 for name in names], dtype=np.int64)


def _check_size(field: str, given: int, largest: int, korean: str) -> None:
    if not 1 <= given <= largest:
        raise DemoSizeWrong(field, given, largest, korean)


def _facts(kind: DemoKind, instruments: tuple[Instrument, ...], auction: ClosingAuction) -> dict[str, SeriesFacts]:
    return {
        item.code: SeriesFacts(
            code=item.code,
            source=SOURCES[kind],
            name=item.name,
            name_en=item.name_en,
            kind=item.kind,
            board=item.board,
            leverage=item.leverage,
            closing_auction=auction,
            volume_kind=VolumeKind.REGULAR,
            synthetic=True,
        )
        for item in instruments
    }


def _index_instrument() -> Instrument:
    return Instrument(DEMO_INDEX, "데모 지수", "Demo Index", Kind.INDEX, Board.KOSPI)


def _intraday(instruments: tuple[Instrument, ...], sessions: Sessions, prices: DemoPrices) -> pl.DataFrame:
    row, session, bar = np.nonzero(prices.present)
    minute = np.where(bar < BARS, 540 + BAR_MINUTES * bar, sessions.close_minute[session]).astype(np.int32)
    columns = {name: getattr(prices, name)[prices.present] for name in ("open", "high", "low", "close", "volume")}
    return _frame(instruments, sessions, row, session, minute, columns | {"base_price": prices.base[row, session]})


def _daily(instruments: tuple[Instrument, ...], sessions: Sessions, prices: DemoPrices) -> pl.DataFrame:
    """A halted day is written as the exchange does: open, high, low and volume 0, and the close of before."""
    present, shape = prices.present, prices.base.shape
    first, last = np.argmax(present, axis=2), BARS - np.argmax(present[:, :, ::-1], axis=2)
    traded = present.any(axis=2)
    columns = {
        "open": np.where(traded, _taken(prices.open, first), 0.0),
        "high": np.where(traded, np.max(prices.high, axis=2, where=present, initial=0.0), 0.0),
        "low": np.where(traded, np.min(prices.low, axis=2, where=present, initial=np.inf), 0.0),
        "close": np.where(traded, _taken(prices.close, last), prices.base),
        "volume": np.sum(prices.volume, axis=2, where=present),
        "base_price": prices.base,
    }
    return _by_session(instruments, sessions, {name: column.reshape(-1) for name, column in columns.items()}, shape[0])


def _index(instruments: tuple[Instrument, ...], sessions: Sessions, prices: DemoPrices) -> pl.DataFrame:
    """Value of all KOSPI shares of the demo, 1,000.00 at the first base price, cut to two places; sums in whole won are exact."""
    members = np.array([item.board is Board.KOSPI and item.kind is Kind.STOCK for item in instruments])
    chosen: BoolArray = members if members.any() else np.ones(len(instruments), dtype=np.bool_)
    shares = prices.listed_shares[chosen]
    start = int(np.sum(prices.base[chosen, 0].astype(np.int64) * shares))
    value = np.zeros(prices.path.shape[1:], dtype=np.int64)
    for path, count in zip(prices.path[chosen], shares, strict=True):
        value += path.astype(np.int64) * count
    level = np.floor(value / start * 100_000.0) / 100.0
    columns = {
        "open": level[:, 0],
        "high": level.max(axis=1),
        "low": level.min(axis=1),
        "close": level[:, -1],
        "volume": np.full(len(sessions), np.nan),
        "base_price": np.full(len(sessions), np.nan),
    }
    frame = _by_session((_index_instrument(),), sessions, columns, 1)
    return frame.with_columns(pl.col("volume", "base_price").fill_nan(None))


def _by_session(instruments: tuple[Instrument, ...], sessions: Sessions, columns: dict[str, FloatArray], count: int) -> pl.DataFrame:
    row = np.repeat(np.arange(count), len(sessions))
    session = np.tile(np.arange(len(sessions)), count)
    return _frame(instruments, sessions, row, session, sessions.open_minute[session], columns)


def _frame(
    instruments: tuple[Instrument, ...],
    sessions: Sessions,
    row: IntArray,
    session: IntArray,
    minute: ShortArray,
    columns: dict[str, FloatArray],
) -> pl.DataFrame:
    start = sessions.midnight_at[session] + minute.astype(np.int64) * MICROS_PER_MINUTE
    return pl.DataFrame(
        {
            "code": pl.Series([item.code for item in instruments], dtype=pl.String).gather(row),
            "start": pl.Series(start).cast(pl.Datetime("us", "UTC")),
            "session": pl.Series(sessions.day.astype(np.int64).astype(np.int32)[session]).cast(pl.Date),
            "minute": minute,
            **columns,
        }
    )


def _taken(columns: FloatArray, bar: IntArray) -> FloatArray:
    return np.take_along_axis(columns, bar[:, :, None], axis=2)[:, :, 0]
