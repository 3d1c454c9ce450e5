"""Daily bars of the exchange itself through the package `pykrx`, with a person's own login to the exchange's data site.

Convention: unadjusted prices with the exchange's own change, which gives the base price of each day. The login is asked by the exchange
since the end of 2025; it comes from the settings, is handed to the package in memory and is written nowhere.
"""

import os
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.importers.content import FileContent
from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.krx_json import read_answer
from bokgi.data.incoming import Incoming
from bokgi.data.sources.deadline import SECONDS, within
from bokgi.data.sources.installed import check_installed
from bokgi.data.sources.naver import COMMON_DAYS
from bokgi.data.sources.port import Clock, Manner, Wanted
from bokgi.errors.imports import FileBroken
from bokgi.errors.sources import IntervalNotOffered, LoginMissing, LoginRefused, NotAtSource, SourceNotInstalled, SourceUnreachable
from bokgi.market.instruments import Exchange

NAME, PACKAGE, EXTRA = "krx-login", "pykrx", "krx-login"
SETTINGS = ("BOKGI_KRX_ID", "BOKGI_KRX_PASSWORD")
_PACKAGE_VARIABLES = ("KRX_ID", "KRX_PW")
_MOST_SECONDS = 10 * SECONDS
"""Thirty years are asked in parts of two years, a second apart."""


class KrxLogin:
    """Asks the exchange's data site."""

    name = NAME
    manner = Manner(gap_seconds=2.0, settled_minutes=290)

    def __init__(self, login: str, password: str | None, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._login, self._password, self._clock = login, password, clock

    def intervals(self) -> tuple[Interval, ...]:
        """Daily bars alone."""
        return (DAILY,)

    def check_ready(self) -> None:
        """Whether there is a login and the package is installed.

        Raises
        ------
        LoginMissing, SourceNotInstalled
        """
        if not self._login or not self._password:
            raise LoginMissing(NAME, SETTINGS)
        check_installed(NAME, PACKAGE, PACKAGE, EXTRA)

    def fetch_bars(self, wanted: Wanted) -> Incoming:
        """Ask for one series; see `Source`."""
        if not wanted.interval.is_daily:
            raise IntervalNotOffered(NAME, str(wanted.interval), ["1d"])
        if wanted.exchange is not Exchange.XKRX:
            raise NotAtSource(NAME, wanted.code, "it has Korean codes only")
        self._session()
        asked_at = self._clock()
        body = self._asked(wanted, asked_at)
        name = f"{wanted.code}_adjStkPrc=1.json"
        hints = ImportHints(fetched_at=asked_at, source="krx", adjusted=False, exchange=Exchange.XKRX, code=wanted.code, board=wanted.board)
        found = read_answer(FileContent(Path(name), b""), body, hints)
        if not isinstance(found, list):
            raise FileBroken(name, "KRX JSON", "no bars but a list of issues")
        return found[0]

    def _asked(self, wanted: Wanted, asked_at: datetime) -> dict[str, Any]:
        first = (wanted.since - timedelta(days=COMMON_DAYS)) if wanted.since else date(1995, 5, 2)
        last = asked_at.astimezone(ZoneInfo("Asia/Seoul")).date()

        def ask() -> list[Mapping[str, Any]]:
            isin = import_module("pykrx.website.krx.market.ticker").get_stock_ticker_isin(wanted.code)
            if not isinstance(isin, str):
                return []
            asking = vars(import_module("pykrx.website.krx.market.core"))["개별종목시세"]()
            rows = asking.fetch(f"{first:%Y%m%d}", f"{last:%Y%m%d}", isin, 1)
            return list(rows.to_dict("records"))

        try:
            rows = within(_MOST_SECONDS, NAME, ask).answer
        except OSError as error:  # a JSONDecodeError of `requests` is one, too
            raise _failure(error) from error
        except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
            raise FileBroken(f"{wanted.code} 1d", "KRX JSON", f"{type(error).__name__}: {error}") from error
        if not rows:
            raise NotAtSource(NAME, wanted.code, "an empty answer")
        return {"output": rows}

    def _session(self) -> None:
        """Log in once; the package does so while it is imported, and again when the session has run out.

        Raises
        ------
        SourceNotInstalled, LoginRefused, SourceUnreachable
        """
        for variable, value in zip(_PACKAGE_VARIABLES, (self._login, self._password or ""), strict=True):
            os.environ[variable] = value
        try:
            told = within(SECONDS, NAME, lambda: import_module("pykrx.website.comm.auth").get_auth_session())
        except ImportError as error:
            raise SourceNotInstalled(NAME, PACKAGE, EXTRA) from error
        except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
            raise _failure(error) from error
        finally:
            for variable in _PACKAGE_VARIABLES:
                os.environ.pop(variable, None)
        if told.answer is None:
            raise LoginRefused(NAME, "no session was given", SETTINGS)


def _failure(error: Exception) -> SourceUnreachable | LoginRefused:
    """No connection, or an answer that is no data: what the exchange sends to a session that has run out."""
    if "JSON" in type(error).__name__ or not isinstance(error, OSError):
        return LoginRefused(NAME, "an answer that is no data", SETTINGS)
    return SourceUnreachable(NAME, f"{type(error).__name__}: {error}")
