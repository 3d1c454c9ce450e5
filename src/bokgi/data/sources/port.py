"""What every source of bars can do, and what it is asked.

Convention: a source is asked for one series at a time and answers with what an importer would have made of a file: cleaned bars, facts,
faults and what was recognised. It never decides what is stored; `fetching.py` does.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from bokgi.bars.interval import Interval
from bokgi.data.incoming import Incoming
from bokgi.market.instruments import Board, Exchange

Clock = Callable[[], datetime]
"""Gives the UTC instant."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One series to ask for.

    board : of a Korean code, where it is known; since : last stored session, from which on bars are wanted; None asks for all there are
    """

    code: str
    interval: Interval
    exchange: Exchange = Exchange.XKRX
    board: Board | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """How a source wants to be asked.

    gap_seconds : least time between two requests; settled_minutes : how long after the regular close a session's bars change no more
    """

    gap_seconds: float
    settled_minutes: int


class Source(Protocol):
    """One provider."""

    @property
    def name(self) -> str:
        """The word by which a person chooses it."""

    @property
    def manner(self) -> Manner:
        """How it wants to be asked."""

    def intervals(self) -> tuple[Interval, ...]:
        """Lengths of bars that it has, finest first."""

    def check_ready(self) -> None:
        """Look whether it can be asked at all; nobody is asked for it, and no package is loaded.

        Raises
        ------
        SourceNotInstalled, LoginMissing
        """

    def fetch_bars(self, wanted: Wanted) -> Incoming:
        """Ask the provider once.

        Raises
        ------
        NotAtSource, SourceRefused
            It has no such bars, and asking again will not help today.
        SourceUnreachable, SourceLimited
            It did not answer, or answers nobody for now.
        NothingUsable, FileBroken, MostlyBad and what else an importer raises
            What it answered is no data.
        """
