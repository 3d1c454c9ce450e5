"""Universes by date, for people: which lists there are, who was a member on a day, since when and until when; and bringing lists.

Convention: a file of members is compared before it is taken, and what it would change (or has changed) is said in the same words.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.bars.interval import DAILY
from bokgi.data.importers.hints import MEGABYTE, ImportHints, ImportLimits
from bokgi.data.importers.registry import read_file
from bokgi.data.master import Master, MasterKind, MasterRows, MemberList, member_lists_in, with_rows, write_master
from bokgi.data.universe import WHOLE_MARKETS, list_faults, list_on, membership_intervals, named_universe
from bokgi.errors.imports import NothingUsable
from bokgi.errors.requests import FieldInvalid
from bokgi.services.data_facts import fault_json
from bokgi.services.shelf import Shelf

LONGEST_NAME = 60
SHOWN_CODES = 50
"""Of members that join or leave; all of them are counted."""
LIST_LIMITS = ImportLimits(file_bytes=16 * MEGABYTE, unpacked_bytes=64 * MEGABYTE, rows=2_000_000)


def universe_rows(shelf: Shelf) -> list[dict[str, Any]]:
    """Every list with the days from which its versions hold, then the whole markets."""
    master = shelf.master
    rows = []
    for name in master.list_names():
        lists = master.member_lists(name)
        days = sorted(each.effective for each in lists if each.effective is not None)
        newest = _newest(lists)
        known = {"first": str(days[0]) if days else None, "last": str(days[-1]) if days else None, "source": newest.source}
        rows.append({"name": name, "kind": "list", "versions": len(lists), "members": len(newest.codes), **known})
    stored = shelf.store.series(DAILY) if DAILY in shelf.store.intervals() else {}
    first = min((item.first for item in stored.values()), default=None)
    last = max((item.last for item in stored.values()), default=None)
    sources = ", ".join(sorted({item.facts.source for item in stored.values()})) or None
    for name in WHOLE_MARKETS:
        known = {"first": str(first) if first else None, "last": str(last) if last else None, "source": sources}
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


def taken_universe(shelf: Shelf, path: Path, name: str | None, *, preview: bool) -> dict[str, Any]:
    """Take a file of members into its list, or only say what it would change there.

    Raises
    ------
    NothingUsable, FieldInvalid, StoreBusy, StoreUnwritable and what `read_file` raises
    """
    rows = _members_in(path, name)
    change = universe_change(shelf.master, rows)
    if not preview:
        write_master(shelf.home, rows)
    return change | {"preview": preview}


def universe_change(master: Master, rows: MasterRows) -> dict[str, Any]:
    """What a file of members changes in its list: lists by their days, and who joins or leaves its newest."""
    name: str = rows.rows["list"][0]
    known = master.table(MasterKind.MEMBERS)
    before, after = (member_lists_in(table, name) for table in (known, with_rows(known, rows)))
    old, new = ({each.published: each for each in lists} for lists in (before, after))
    was, now = _newest(before).codes if before else (), _newest(after)
    told = pl.concat([known.filter(pl.col("list") == name).select("code", "name"), rows.rows.select("code", "name")])
    names: dict[str, str | None] = dict(told.iter_rows())
    joined, left = ([code for code in some if code not in set(others)] for some, others in ((now.codes, was), (was, now.codes)))
    days = sorted(each.effective for each in after if each.effective is not None)
    return {
        "name": name,
        "source": now.source,
        "is_new": not before,
        "lists_before": len(before),
        "lists_after": len(after),
        "added": [_day_of(each) for key, each in new.items() if key not in old],
        "changed": [_day_of(each) for key, each in new.items() if key in old and set(old[key].codes) != set(each.codes)],
        "removed": [_day_of(each) for key, each in old.items() if key not in new],
        "first": str(days[0]) if days else None,
        "last": str(days[-1]) if days else None,
        "members_before": len(was) if before else None,
        "members_after": len(now.codes),
        "joined_count": len(joined),
        "left_count": len(left),
        **{word: [_named(master, code, names) for code in some[:SHOWN_CODES]] for word, some in (("joined", joined), ("left", left))},
    }


def _members_in(path: Path, name: str | None) -> MasterRows:
    """The lists of a file, under a name of one's own where it is given: capitals, as `universe_on` looks for it."""
    if name is not None and (not name.strip() or len(name) > LONGEST_NAME or "/" in name or not name.isprintable()):
        raise FieldInvalid("name", name[:LONGEST_NAME], f"1 to {LONGEST_NAME} characters without /", f"/가 없는 1~{LONGEST_NAME}자")
    found = read_file(path, ImportHints(limits=LIST_LIMITS))
    if not isinstance(found, MasterRows) or found.kind is not MasterKind.MEMBERS:
        raise NothingUsable(path.name, "it is no list of members", "구성 종목 목록이 아님")
    return found if name is None else replace(found, rows=found.rows.with_columns(list=pl.lit(name.strip().upper())))


def _newest(lists: Sequence[MemberList]) -> MemberList:
    return max(lists, key=lambda each: (each.effective or date.min, each.published or date.min))


def _day_of(each: MemberList) -> str:
    return str(each.effective or each.published or "?")


def _named(master: Master, code: str, names: dict[str, str | None]) -> dict[str, str]:
    return {"code": code, "name": master.lookup(code).name or names.get(code) or ""}


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
