"""Daily bars of Korean stocks through the package `finance-datareader`, which reads Naver's chart for Korean codes.

Convention: prices are adjusted for splits, volumes are not. A day that is not over comes as an empty row.

Notes
-----
The package asks without a time limit, prints what went wrong, and answers with an empty table both for an unknown code and for an error
page; so an empty table is told as it is, and nothing is concluded from it.
"""

from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.building import incoming_from
from bokgi.data.importers.codes import NamedCode
from bokgi.data.importers.columns import renamed
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.incoming import Incoming
from bokgi.data.sources.deadline import SECONDS, within
from bokgi.data.sources.installed import check_installed
from bokgi.data.sources.port import Clock, Manner, Wanted
from bokgi.errors.imports import FileBroken
from bokgi.errors.sources import IntervalNotOffered, NotAtSource, SourceNotInstalled, SourceUnreachable
from bokgi.market.instruments import Exchange

NAME, PACKAGE, EXTRA = "krx", "finance-datareader", "krx"
COMMON_DAYS = 10
"""Days before the last stored session that are asked for again, so that something can be compared."""
_COLUMNS = ("Date", "Open", "High", "Low", "Close", "Volume")


class FinanceDataReader:
    """Asks through `FinanceDataReader.DataReader`."""

    name = NAME
    manner = Manner(gap_seconds=1.0, settled_minutes=290)

    def __init__(self, clock: Clock = lambda: datetime.now(UTC), seconds: float = SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds

    def intervals(self) -> tuple[Interval, ...]:
        """Daily bars alone."""
        return (DAILY,)

    def check_ready(self) -> None:
        """Whether the package is installed.

        Raises
        ------
        SourceNotInstalled
        """
        check_installed(NAME, "FinanceDataReader", PACKAGE, EXTRA)

    def fetch_bars(self, wanted: Wanted) -> Incoming:
        """Ask for one series; see `Source`."""
        if not wanted.interval.is_daily:
            raise IntervalNotOffered(NAME, str(wanted.interval), ["1d"])
        if wanted.exchange is not Exchange.XKRX:
            raise NotAtSource(NAME, wanted.code, "it has Korean codes only")
        asked_at, name = self._clock(), f"{wanted.code} 1d"
        table = self._asked(wanted)
        hints = ImportHints(fetched_at=asked_at, source="naver", adjusted=True, exchange=Exchange.XKRX)
        named = NamedCode(wanted.code, Exchange.XKRX, wanted.board)
        said = (
            "네이버 일봉(finance-datareader): 수정주가, 거래량은 수정 안 됨",
            "Naver's daily bars by finance-datareader: adjusted prices",
        )
        found = incoming_from(
            FileContent(Path(name), b""),
            renamed(table, name),
            hints,
            source="naver",
            adjusted=True,
            interval=DAILY,
            named=named,
            said=(said,),
        )
        return found[0]

    def _asked(self, wanted: Wanted) -> pl.DataFrame:
        reader = self._package().DataReader
        first = (wanted.since - timedelta(days=COMMON_DAYS)) if wanted.since else date(1990, 1, 1)
        try:
            told = within(self._seconds, NAME, lambda: reader(wanted.code, f"{first:%Y-%m-%d}"))
        except OSError as error:
            raise SourceUnreachable(NAME, f"{type(error).__name__}: {error}") from error
        except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
            raise FileBroken(f"{wanted.code} 1d", "Naver chart", f"{type(error).__name__}: {error}") from error
        if not len(told.answer):
            raise NotAtSource(NAME, wanted.code, told.printed or "an empty answer")
        return _table(told.answer)

    def _package(self) -> Any:  # noqa: ANN401  # a module of an optional package
        try:
            return import_module("FinanceDataReader")
        except ImportError as error:
            raise SourceNotInstalled(NAME, PACKAGE, EXTRA) from error


def _table(frame: Any) -> pl.DataFrame:  # noqa: ANN401  # a pandas DataFrame; pandas comes with the optional package
    """The package's table as text, as a file would hold it: the importer reads numbers and days."""
    plain = frame.reset_index()
    columns = {name: [None if str(value) == "nan" else str(value) for value in plain[name].tolist()] for name in _COLUMNS if name in plain}
    table = pl.DataFrame({name: pl.Series(name, column, dtype=pl.String) for name, column in columns.items()})
    return table.with_columns(pl.col("Date").str.slice(0, 10))
