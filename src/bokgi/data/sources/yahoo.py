"""Yahoo's charts through the package `yfinance`, which brings the session, the cookie and the crumb.

Convention: asked by `range`, which counts sessions: 60 sessions of 2- and 5-minute bars, where a start and an end give 60 calendar days.
The answer itself is read by the importer of recorded answers, so that a fetched body and a saved one mean the same.

Notes
-----
Korean intraday bars end at 15:00 and know no closing auction. Prices are adjusted for splits. A row at the moment of the request is the
running price, not a bar. Errors are JSON with a status of 404 or 422; 429 is a plain text.
"""

import json
from datetime import UTC, date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, cast

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.yahoo_chart import read_chart
from bokgi.data.incoming import Incoming
from bokgi.data.sources.installed import check_installed
from bokgi.data.sources.port import Clock, Manner, Wanted
from bokgi.errors.imports import FileBroken, SourceAnsweredError
from bokgi.errors.sources import IntervalNotOffered, NotAtSource, SourceLimited, SourceNotInstalled, SourceRefused, SourceUnreachable
from bokgi.market.instruments import Board, Exchange

NAME, PACKAGE = "yahoo", "yfinance"
CHART_URL = "https://query2.finance.yahoo.com/v8/finance/chart/{symbol}"
TIMEOUT_SECONDS = 30
LONGEST_RANGE: dict[Interval, str] = {
    Interval(1): "7d",
    Interval(2): "60d",
    Interval(5): "60d",
    Interval(15): "60d",
    Interval(30): "60d",
    Interval(60): "730d",
    DAILY: "max",
}
_SHORTER = ((4, "5d"), (20, "1mo"), (80, "3mo"), (330, "1y"), (1_700, "5y"))
"""Calendar days since the last stored session, and the range that covers them with some sessions in common."""
_WORDS = {Interval(60): "1h"}
_SUFFIXES = {Board.KOSPI: "KS", Board.KOSDAQ: "KQ"}


class _Response(Protocol):
    status_code: int
    content: bytes
    text: str


class Yahoo:
    """Asks Yahoo for charts. `fetch_bars` of a Korean code of unknown board tries KOSPI, then KOSDAQ."""

    name = NAME
    manner = Manner(gap_seconds=1.0, settled_minutes=60)

    def __init__(self, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    def intervals(self) -> tuple[Interval, ...]:
        """All that Yahoo has of Korean stocks."""
        return tuple(LONGEST_RANGE)

    def check_ready(self) -> None:
        """Whether `yfinance` is installed.

        Raises
        ------
        SourceNotInstalled
        """
        check_installed(NAME, PACKAGE, PACKAGE, NAME)

    def fetch_bars(self, wanted: Wanted) -> Incoming:
        """Ask for one chart; see `Source`."""
        if wanted.interval not in LONGEST_RANGE:
            raise IntervalNotOffered(NAME, str(wanted.interval), [str(interval) for interval in LONGEST_RANGE])
        symbols = symbols_of(wanted)
        for symbol in symbols[:-1]:
            try:
                return self._chart(symbol, wanted)
            except NotAtSource:
                continue
        return self._chart(symbols[-1], wanted)

    def _chart(self, symbol: str, wanted: Wanted) -> Incoming:
        asked_at = self._clock()
        response = self._get(symbol, {"interval": _word(wanted.interval), "range": range_for(wanted, asked_at.date())})
        name = f"{symbol} {wanted.interval}"
        _check_status(response, symbol, str(wanted.interval))
        body = _body(response, name)
        hints = ImportHints(fetched_at=asked_at, source=NAME, exchange=wanted.exchange if wanted.exchange is Exchange.XKRX else None)
        try:
            (incoming,) = read_chart(FileContent(Path(name), response.content), body, hints)
        except SourceAnsweredError as error:
            raise SourceRefused(NAME, name, str(error.facts["answer"])) from error
        return incoming

    def _get(self, symbol: str, question: dict[str, str]) -> _Response:
        package = self._package()
        asked = question | {"includePrePost": "false", "events": "div,splits"}
        try:
            data = import_module("yfinance.data").YfData()
            return cast(_Response, data.get(CHART_URL.format(symbol=symbol), params=asked, timeout=TIMEOUT_SECONDS))
        except package.exceptions.YFRateLimitError as error:
            raise SourceLimited(NAME, "429 Too Many Requests") from error
        except Exception as error:
            if not _is_of_the_network(error):
                raise
            raise SourceUnreachable(NAME, f"{type(error).__name__}: {error}") from error

    def _package(self) -> Any:  # noqa: ANN401  # a module of an optional package
        try:
            return import_module(PACKAGE)
        except ImportError as error:
            raise SourceNotInstalled(NAME, PACKAGE, NAME) from error


def symbols_of(wanted: Wanted) -> tuple[str, ...]:
    """Yahoo's symbols to try: `005930.KS`; both boards where it is not known which."""
    if wanted.exchange is not Exchange.XKRX:
        return (wanted.code,)
    suffix = _SUFFIXES.get(wanted.board) if wanted.board is not None else None
    return (f"{wanted.code}.{suffix}",) if suffix else tuple(f"{wanted.code}.{each}" for each in _SUFFIXES.values())


def range_for(wanted: Wanted, today: date) -> str:
    """The shortest range that reaches back to the last stored session, so that something can be compared; else the longest there is.

    Daily bars always reach back; bars within the day are kept by Yahoo for 7 days (1m), 60 sessions (2m to 30m) or 730 days (60m), and
    after a longer pause nothing is in common.
    """
    longest = LONGEST_RANGE[wanted.interval]
    if wanted.since is None:
        return longest
    days = (today - wanted.since).days
    if not wanted.interval.is_daily:
        return "5d" if days <= _SHORTER[0][0] else longest
    return next((word for limit, word in _SHORTER if days <= limit), longest)


def _word(interval: Interval) -> str:
    return _WORDS.get(interval, str(interval))


def _check_status(response: _Response, symbol: str, interval: str) -> None:
    status = response.status_code
    if status == 200:
        return
    words = _error_words(response)
    if status == 404:
        raise NotAtSource(NAME, symbol, words)
    if status == 429:
        raise SourceLimited(NAME, f"429 {words}")
    if status == 422 or 400 <= status < 500:
        raise SourceRefused(NAME, f"{symbol} {interval}", f"{status} {words}")
    raise SourceUnreachable(NAME, f"{status} {words}")


def _error_words(response: _Response) -> str:
    try:
        error = json.loads(response.content)["chart"]["error"]
        return f"{error['code']}: {error['description']}"
    except (ValueError, KeyError, TypeError):
        return " ".join(response.text.split())[:120] or "no words"


def _body(response: _Response, name: str) -> object:
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError) as error:
        raise FileBroken(name, "JSON", str(error)) from error


def _is_of_the_network(error: Exception) -> bool:
    """Whether an exception came from a connection: those of `curl_cffi` and `requests` are both `OSError`s."""
    return isinstance(error, OSError)
