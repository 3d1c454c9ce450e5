"""Releases that are planned: a small file that people write, shown beside what was done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bokgi.errors.releases import HostSettingRefused


@dataclass(frozen=True, slots=True)
class Planned:
    """A release that is to come."""

    tag: str
    day: date | None
    words: str


def read_planned(path: Path) -> Sequence[Planned]:
    """The planned releases of a file; none where there is no file.

    Raises
    ------
    HostSettingRefused
    """
    if not path.is_file():
        return ()
    try:
        given = yaml.safe_load(path.read_text(encoding="utf-8")) or []
    except (ValueError, yaml.YAMLError) as error:
        raise HostSettingRefused(str(path), "file", f"it cannot be read ({error})") from error
    if not isinstance(given, list):
        raise HostSettingRefused(str(path), "file", "it is no list")
    return tuple(_planned(path, number, each) for number, each in enumerate(given, 1))


def _planned(path: Path, number: int, given: object) -> Planned:
    place = f"entry {number}"
    if not isinstance(given, dict) or not given.get("tag") or given.keys() - {"tag", "day", "words"}:
        raise HostSettingRefused(str(path), place, "it needs a 'tag' and may have a 'day' and 'words'")
    day = given.get("day")
    if day is not None and not isinstance(day, date):
        raise HostSettingRefused(str(path), place, f"the day {day!r} is no date such as 2027-01-15")
    return Planned(str(given["tag"]), day, str(given.get("words", "")))
