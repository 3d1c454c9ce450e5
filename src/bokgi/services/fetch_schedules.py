"""Schedules of fetches: which stocks are brought up to date each day after the close, and on which day each was last queued.

Convention: one file, `<home>/fetches/schedules.json`, that all machines of an installation share; whoever changes it holds its lock. A
schedule is due once on each session of the exchange from its time on, in Korea; a day on which no worker ran is made up for by the next.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bokgi.data.store_files import write_atomically, writer_lock
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import ScheduleUnknown
from bokgi.market.calendar import calendar_range, is_session
from bokgi.market.instruments import Exchange

MOST_SCHEDULES = 50
USUAL_TIME = "20:40"
"""After the after-market has closed, too."""
EARLIEST = time(16, 0)
FRIDAY = 5
_LOCK_SECONDS = 10.0
_ZONE = ZoneInfo("Asia/Seoul")


@dataclass(frozen=True, slots=True)
class Schedule:
    """One schedule.

    stocks : what to fetch, as a fetch takes it: codes, `stored`, or `list:NAME`; at : time in Korea; last_day : when it was last queued
    """

    id: str
    profile: str
    source: str
    interval: str
    stocks: tuple[str, ...]
    at: str = USUAL_TIME
    last_day: str | None = None

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Schedule":
        """A schedule as the file keeps it."""
        return cls(**{**row, "stocks": tuple(row["stocks"])})


class Schedules:
    """The schedules of one home folder."""

    def __init__(self, home: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = home / "fetches"
        self._clock = clock

    def all(self) -> tuple[Schedule, ...]:
        """In the order in which they were made."""
        path = self._folder / "schedules.json"
        return tuple(Schedule.of(row) for row in json.loads(path.read_text("utf-8"))["schedules"]) if path.exists() else ()

    def add(self, profile: str, source: str, interval: str, stocks: tuple[str, ...], at: str) -> Schedule:
        """Keep a new schedule.

        Raises
        ------
        FieldInvalid
            Its time is none after the close, or there are too many.
        """
        _check_time(at)
        with writer_lock(self._folder, _LOCK_SECONDS):
            known = self.all()
            if len(known) >= MOST_SCHEDULES:
                raise FieldInvalid("schedules", len(known), f"at most {MOST_SCHEDULES}", f"{MOST_SCHEDULES}개까지")
            number = max((int(each.id.removeprefix("fs-")) for each in known), default=0) + 1
            made = Schedule(f"fs-{number}", profile, source, interval, stocks, at)
            self._write((*known, made))
        return made

    def remove(self, number: str) -> None:
        """Forget a schedule.

        Raises
        ------
        ScheduleUnknown
        """
        with writer_lock(self._folder, _LOCK_SECONDS):
            known = self.all()
            if number not in {each.id for each in known}:
                raise ScheduleUnknown(number)
            self._write(tuple(each for each in known if each.id != number))

    def start_due(self, start: Callable[[Schedule], object]) -> int:
        """Start every schedule that is due and was not started today; says how many were."""
        now = self._clock().astimezone(_ZONE)
        if not any(_is_due(each, now) for each in self.all()):
            return 0
        with writer_lock(self._folder, _LOCK_SECONDS):
            known = self.all()
            due = [each for each in known if _is_due(each, now)]
            for each in due:
                start(each)
            today = now.date().isoformat()
            self._write(tuple(replace(each, last_day=today) if each in due else each for each in known))
        return len(due)

    def _write(self, schedules: tuple[Schedule, ...]) -> None:
        content = json.dumps({"schedules": [asdict(each) for each in schedules]}, ensure_ascii=False, indent=1)
        write_atomically(self._folder, lambda path: path.write_text(content, "utf-8"), lambda _: "schedules.json")


def _is_due(schedule: Schedule, now: datetime) -> bool:
    if now.time() < time.fromisoformat(schedule.at) or not _is_session(now.date()):
        return False
    return schedule.last_day is None or date.fromisoformat(schedule.last_day) < now.date()


def _is_session(day: date) -> bool:
    """By the calendar; past its end every weekday, for a source says by itself that there is nothing new."""
    if day > calendar_range(Exchange.XKRX).last:
        return day.isoweekday() <= FRIDAY
    return is_session(Exchange.XKRX, day)


def _check_time(at: str) -> None:
    try:
        given = time.fromisoformat(at)
    except ValueError as error:
        raise FieldInvalid("at", at[:20], "a time such as 20:40", "20:40 같은 시각") from error
    if given < EARLIEST or len(at) != len(USUAL_TIME):
        raise FieldInvalid("at", at, "16:00 to 23:59, after the close", "16:00~23:59(장 마감 뒤)")
