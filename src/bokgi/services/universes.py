"""Universes by date, for people: which lists there are, who was a member on a day, since when and until when."""

from datetime import date
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.data.universe import WHOLE_MARKETS, list_faults, list_on, membership_intervals, named_universe
from bokgi.services.data_facts import fault_json
from bokgi.services.shelf import Shelf


def universe_rows(shelf: Shelf) -> list[dict[str, Any]]:
    """Every list with the days from which its versions hold, then the whole markets."""
    master = shelf.master
    rows = []
    for name in master.list_names():
        lists = master.member_lists(name)
        days = sorted(each.effective for each in lists if each.effective is not None)
        newest = max(lists, key=lambda each: (each.effective or date.min, each.published or date.min))
        known = {"first": str(days[0]) if days else None, "last": str(days[-1]) if days else None}
        rows.append({"name": name, "kind": "list", "versions": len(lists), "members": len(newest.codes), **known})
    stored = shelf.store.series(DAILY) if DAILY in shelf.store.intervals() else {}
    first = min((item.first for item in stored.values()), default=None)
    last = max((item.last for item in stored.values()), default=None)
    for name in WHOLE_MARKETS:
        known = {"first": str(first) if first else None, "last": str(last) if last else None}
        rows.append({"name": name, "kind": "market", "versions": 0, "members": None, **known})
    return rows


def universe_on(shelf: Shelf, name: str, day: date) -> dict[str, Any]:
    """The members on a day, each with since when and until when it is one, and whether daily bars of it are stored.

    Raises
    ------
    FieldInvalid
        No list and no market has that name.
    """
    master, word = shelf.master, name.upper()
    stored = shelf.store.series(DAILY) if DAILY in shelf.store.intervals() else {}
    spans: dict[str, tuple[tuple[date, date | None], ...]] = {}
    if word in WHOLE_MARKETS and not master.member_lists(word):
        found = named_universe(shelf.store, master, DAILY, word, day, day)
        codes, effective, published, faults = found.codes, None, None, found.faults
        spans = {code: ((stored[code].first, _end_of(shelf, code)),) for code in codes}
    else:
        chosen = list_on(master, name if master.member_lists(name) else word, day)
        codes, effective, published, faults = chosen.codes, chosen.effective, chosen.published, list_faults(chosen, day)
        spans = membership_intervals(master.member_lists(chosen.name))
    members = [_member(shelf, code, spans.get(code, ()), day, has_bars=code in stored) for code in codes]
    known = {"effective": str(effective) if effective else None, "published": str(published) if published else None}
    return {"name": word, "date": str(day), **known, "members": members, "faults": [fault_json(fault) for fault in faults]}


def _end_of(shelf: Shelf, code: str) -> date | None:
    return shelf.master.lookup(code).delisted


def _member(shelf: Shelf, code: str, spans: tuple[tuple[date, date | None], ...], day: date, *, has_bars: bool) -> dict[str, Any]:
    known = shelf.master.lookup(code)
    since, until = next((span for span in spans if span[0] <= day and (span[1] is None or day < span[1])), (None, None))
    return {
        "code": code,
        "name": known.name,
        "since": str(since) if since else None,
        "until": str(until) if until else None,
        "delisted": str(known.delisted) if known.delisted else None,
        "has_bars": has_bars,
    }
