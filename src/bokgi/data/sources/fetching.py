"""Fetching series into the store: politely, in turn, each at most once a day, and never over what is stored.

Convention: a series whose question was answered today is not asked again; an interrupted fetch goes on where it was. Bars of a session that
is not over and settled are not stored. What a source says differently about the past becomes a fault; where it contradicts most of the
past, the whole answer is kept beside the store, in `<home>/fetches/<source>/held`, for a person to decide.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.faults import Fault
from bokgi.data.importers.codes import exchange_of
from bokgi.data.importers.entry import ImportEntry, Outcome, described_by
from bokgi.data.incoming import Incoming
from bokgi.data.judging import judged
from bokgi.data.master import Master
from bokgi.data.session_hours import session_table, zone_of
from bokgi.data.sources.held import Held, hold
from bokgi.data.sources.ledger import Ledger
from bokgi.data.sources.past import Past, compared_with_past
from bokgi.data.sources.port import Clock, Source, Wanted
from bokgi.data.store import Store
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.runs import RunCancelled
from bokgi.errors.sources import LoginRefused, SourceLimited, SourceNotInstalled, SourceUnreachable
from bokgi.market.instruments import Exchange

BACKOFF_SECONDS = (2.0, 8.0, 30.0)
"""Pauses before a question is put again."""
LAST_END_HOURS = 6
"""Sessions of an exchange without known hours bear their own day; the last to end, in Honolulu, do so at four of the next UTC day."""
_PASSING = (SourceUnreachable, SourceLimited)
_ENDING = (SourceUnreachable, SourceLimited, SourceNotInstalled, LoginRefused)
"""What ends the whole fetch: the next series would fare no better."""


@dataclass
class FetchReport:
    """entries : one a series that was looked at, in order; error : what ended the fetch before all were; left : codes not looked at"""

    entries: list[ImportEntry] = field(default_factory=list)
    error: BokgiError | None = None
    left: tuple[str, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """Number of series with that outcome."""
        return sum(entry.outcome is outcome for entry in self.entries)


def wanted_series(store: Store, master: Master, codes: Iterable[str], interval: Interval) -> tuple[Wanted, ...]:
    """What to ask for: boards from the master, the last session from the store."""
    stored = store.series(interval) if interval in store.intervals() else {}
    found = []
    for code in dict.fromkeys(codes):
        held = stored.get(code)
        board = master.lookup(code).board if master.known(code) else held.facts.board if held else None
        exchange = held.facts.exchange if held else exchange_of(code)
        found.append(Wanted(code, interval, exchange, board, held.last if held else None))
    return tuple(found)


class Fetching:
    """Asks one source and puts the answers into one store."""

    def __init__(
        self,
        source: Source,
        store: Store,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._source, self._store, self._clock, self._sleep = source, store, clock, sleep
        self._home = store.folder.parent
        self._ledger = Ledger(self._home, source.name, clock, sleep)

    def fetch(
        self,
        wanted: Sequence[Wanted],
        *,
        on_entry: Callable[[ImportEntry, int, int], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> FetchReport:
        """Fetch each series in turn.

        Parameters
        ----------
        on_entry : told after each series, with how many are done and how many there are
        cancelled : asked before each question

        Raises
        ------
        SourceNotInstalled, LoginMissing
            The source cannot be asked at all.
        """
        self._source.check_ready()
        report = FetchReport()
        for done, each in enumerate(wanted):
            try:
                if cancelled is not None and cancelled():
                    raise RunCancelled(done, len(wanted))
                entry = self._fetched(each)
            except (*_ENDING, RunCancelled) as error:
                report.error, report.left = error, tuple(other.code for other in wanted[done:])
                break
            report.entries.append(entry)
            if on_entry is not None:
                on_entry(entry, done + 1, len(wanted))
        return report

    def _fetched(self, wanted: Wanted) -> ImportEntry:
        with self._ledger.turn():
            asked = self._ledger.asked_today(wanted.code, wanted.interval)
            if asked is not None:
                return _entry(
                    self._path(wanted),
                    Outcome.SKIPPED,
                    "오늘 이미 물었음(하루에 한 번만 묻습니다)",
                    "asked today already (once a day at most)",
                )
            try:
                entry = self._taken(wanted, self._asked(wanted))
            except _ENDING:
                raise
            except BokgiError as error:
                words = error.sentence(Language.KOREAN), error.sentence(Language.ENGLISH)
                entry = replace(_entry(self._path(wanted), Outcome.REFUSED, *words), error=error)
            self._ledger.note(wanted.code, wanted.interval, entry.outcome.value)
            return entry

    def _asked(self, wanted: Wanted) -> Incoming:
        """The source's answer; a passing failure is tried again after a pause."""
        for pause in BACKOFF_SECONDS:
            self._ledger.wait_for_gap(self._source.manner.gap_seconds)
            try:
                return self._source.fetch_bars(wanted)
            except _PASSING:
                self._sleep(pause)
        self._ledger.wait_for_gap(self._source.manner.gap_seconds)
        return self._source.fetch_bars(wanted)

    def _taken(self, wanted: Wanted, answer: Incoming) -> ImportEntry:
        path = self._path(wanted)
        settled = self._settled(answer)
        if settled.bars.is_empty():
            return _entry(path, Outcome.CURRENT, "아직 끝나지 않은 거래일의 봉만 있음", "only bars of a session that is not over yet")
        master = Master.read(self._home)
        described = described_by(settled, master)
        stored = self._store.series(wanted.interval).get(wanted.code) if wanted.interval in self._store.intervals() else None
        found: tuple[Fault, ...] = ()
        if stored is not None:
            old = self._store.read_incoming([wanted.code], wanted.interval).bars
            compared = compared_with_past(stored, old, described)
            if compared.past is Past.CONTRADICTS:
                whole = self._whole_past(wanted, described, stored.first)
                return self._held(wanted, whole, compared_with_past(stored, old, whole).faults or compared.faults)
            described, found = compared.addition, compared.faults
        whole = judged(described, master)
        whole = replace(whole, faults=(*whole.faults, *found))
        receipt = self._store.write(whole)
        return _taken_entry(path, whole, receipt.added, found)

    def _whole_past(self, wanted: Wanted, answer: Incoming, first: date) -> Incoming:
        """An answer that contradicts the past, with as much of it as the source has: a part on another scale could not be taken alone."""
        days: list[date] = answer.bars["session"].to_list()
        if wanted.since is None or min(days) <= first:
            return answer
        whole = self._settled(self._asked(replace(wanted, since=None)))
        return answer if whole.bars.is_empty() else described_by(whole, Master.read(self._home))

    def _held(self, wanted: Wanted, answer: Incoming, faults: tuple[Fault, ...]) -> ImportEntry:
        """Keep the answer beside the store and the finding with the series; an answer that a person refused is not kept again."""
        self._store.add_faults(wanted.interval, faults)
        refused_at = hold(self._home, Held.of(self._home, self._source.name, wanted.interval, wanted.code), answer)
        if refused_at is not None:
            return replace(_entry(self._path(wanted), Outcome.SKIPPED, *_refused_words(refused_at)), faults=faults)
        words = f"{wanted.code} --source {self._source.name} --interval {wanted.interval}"
        korean = f"{fault_sentence(faults[0], Language.KOREAN)} 보고 정하려면: bokgi data held show {words}"
        english = f"{fault_sentence(faults[0])} To look and decide: bokgi data held show {words}"
        return replace(_entry(self._path(wanted), Outcome.HELD, korean, english), faults=faults)

    def _settled(self, answer: Incoming) -> Incoming:
        """The answer without the bars of a session that is not over, or whose figures may still change."""
        exchange = next(iter(answer.facts.values())).exchange
        if exchange is Exchange.OTHER:
            return self._surely_over(answer)
        zone = ZoneInfo(zone_of(exchange))
        now = self._clock().astimezone(zone)
        hours = session_table(exchange, now.date(), now.date()).filter(pl.col("session") == now.date())
        if hours.is_empty():
            return answer
        midnight = datetime.combine(now.date(), datetime.min.time(), tzinfo=zone)
        if now >= midnight + timedelta(minutes=hours["close_minute"][0] + self._source.manner.settled_minutes):
            return answer
        return replace(answer, bars=answer.bars.filter(pl.col("session") < now.date()))

    def _surely_over(self, answer: Incoming) -> Incoming:
        """Where no hours are known: the sessions that are over wherever in the world they are held."""
        last_end = timedelta(hours=LAST_END_HOURS, minutes=self._source.manner.settled_minutes)
        return replace(answer, bars=answer.bars.filter(pl.col("session") < (self._clock().astimezone(UTC) - last_end).date()))

    def _path(self, wanted: Wanted) -> Path:
        return Path(f"{self._source.name} {wanted.code} {wanted.interval}")


def _refused_words(at: str) -> tuple[str, str]:
    day = f"{datetime.fromisoformat(at).astimezone(ZoneInfo(zone_of(Exchange.XKRX))):%Y-%m-%d %H:%M}"
    return (
        f"{day}에 거절한 것과 똑같은 자료라서 다시 보류하지 않았습니다. 저장된 봉은 그대로입니다",
        f"the same answer was refused on {day} (Korea), so it is not held back again; the stored bars stay as they are",
    )


def _entry(path: Path, outcome: Outcome, korean: str, english: str) -> ImportEntry:
    return ImportEntry(path, outcome, f"{path.name}: {korean}", f"{path.name}: {english}")


def _taken_entry(path: Path, taken: Incoming, added: int, found: tuple[Fault, ...]) -> ImportEntry:
    days = taken.bars["session"]
    first, last = str(days.min()), str(days.max())
    outcome = Outcome.TAKEN if added else Outcome.CURRENT
    korean = f"봉 {added:,}개를 더함({first}~{last}을 받음)" if added else f"새 봉 없음({last}까지 있음)"
    english = f"{added:,} bars added ({first} to {last} were sent)" if added else f"nothing new (complete to {last})"
    told_korean = "".join(f" {fault_sentence(fault, Language.KOREAN)}" for fault in found)
    told_english = "".join(f" {fault_sentence(fault)}" for fault in found)
    entry = _entry(path, outcome, korean + told_korean, english + told_english)
    series = tuple((code, taken.interval) for code in taken.facts)
    return replace(entry, series=series, rows=added, faults=taken.faults, detected=taken.detected)
