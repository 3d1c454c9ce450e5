"""Which stocks a run over the whole market takes: the base universe, and what blacklist and whitelist make of it.

Convention: the members of the KOSPI 200 by the list whose effective session lies on or before the start. Where only later lists are there
the oldest of them is taken, and the result says so; without a list every instrument with bars in the period. A member without bars cannot
be traded: it is named in a fault, never left out in silence. Lists name real issues, so that a store of synthetic bars alone needs none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bokgi.bars.interval import Interval
from bokgi.data.fault_catalog import FAULT_KINDS
from bokgi.data.faults import Fault
from bokgi.data.master import Master, MemberList
from bokgi.data.periods import default_start
from bokgi.data.store import Store, StoredSeries
from bokgi.errors.market import UnknownUniverse
from bokgi.errors.requests import FieldInvalid
from bokgi.market.calendar import sessions_between
from bokgi.market.codes import is_code, normalised_code
from bokgi.market.instruments import Board, Exchange, Kind
from bokgi.market.universes import MembershipChange, last_change_before

BASE_LIST = "KOSPI200"
STORED = "stored"
"""Source of a universe that no list decided."""
WITHOUT_BARS = "member_without_bars"
WHOLE_MARKETS: Mapping[str, Board | None] = {"KRX": None, "KOSPI": Board.KOSPI, "KOSDAQ": Board.KOSDAQ, "KONEX": Board.KONEX}
SHARES = frozenset({Kind.STOCK, Kind.PREFERRED, Kind.REIT, Kind.SPAC})


@dataclass(frozen=True)
class Universe:
    """The stocks of a run over the whole market.

    codes : those that can be traded, in the order of the list, or sorted where there is none
    source : name of the list, or `stored`; effective, published : of the list, None where not known
    without_bars : chosen codes that have no bars of the interval in the period; each has a fault
    tradable : all codes with bars of the interval in the period
    """

    codes: tuple[str, ...]
    source: str
    effective: date | None = None
    published: date | None = None
    faults: tuple[Fault, ...] = ()
    without_bars: tuple[str, ...] = ()
    blacklisted: tuple[str, ...] = ()
    whitelisted: tuple[str, ...] = ()
    tradable: frozenset[str] = field(default=frozenset(), repr=False)

    def to_json(self) -> dict[str, Any]:
        """As a request and a manifest keep it."""
        return {
            "source": self.source,
            "effective": _text(self.effective),
            "published": _text(self.published),
            "without_bars": list(self.without_bars),
            "blacklisted": list(self.blacklisted),
            "whitelisted": list(self.whitelisted),
            "faults": [_fault_to_json(fault) for fault in self.faults if fault.kind != WITHOUT_BARS],
        }


def base_universe(store: Store, master: Master, interval: Interval, start: date | None, end: date | None) -> Universe:
    """The stocks of the mode `all`, for bars of an interval.

    Parameters
    ----------
    start, end : of the period, both inclusive; None is what a run without them takes
    """
    series = _series_of(store, interval)
    if not series:
        return Universe((), STORED)
    start, end = _period(series, start, end)
    tradable = frozenset(code for code, stored in series.items() if stored.first <= end and stored.last >= start)
    lists = () if all(stored.facts.synthetic for stored in series.values()) else master.member_lists(BASE_LIST)
    if not lists:
        return Universe(tuple(sorted(tradable)), STORED, tradable=tradable)
    chosen = _list_for(lists, start)
    listed = Universe((), chosen.name, chosen.effective, chosen.published, _faults_of(chosen, start), tradable=tradable)
    return _with_codes(listed, chosen.codes)


def named_universe(
    store: Store,
    master: Master,
    interval: Interval,
    name: str,
    start: date | None,
    end: date | None,
    *,
    without_delisted: bool = False,
) -> Universe:
    """The stocks of a list (`KOSPI200`) as it was at the start, or of a whole market (`KRX`, `KOSPI`, `KOSDAQ`, `KONEX`).

    Parameters
    ----------
    start, end : of the period, both inclusive; None is what a run without them takes
    without_delisted : leave out what was delisted by the end, to see what survivorship bias does; the universe then says so

    Raises
    ------
    FieldInvalid
        No list and no market has that name.
    """
    series = _series_of(store, interval)
    word = name if master.member_lists(name) else name.upper()
    lists = master.member_lists(word)
    if not lists and word not in WHOLE_MARKETS:
        known = ", ".join(sorted({*master.list_names(), *WHOLE_MARKETS}))
        raise FieldInvalid("universe", name[:40], known)
    if not series:
        return Universe((), word)
    start, end = _period(series, start, end)
    tradable = frozenset(code for code, stored in series.items() if stored.first <= end and stored.last >= start)
    if lists:
        chosen = _list_for(lists, start)
        bare = Universe((), chosen.name, chosen.effective, chosen.published, _faults_of(chosen, start), tradable=tradable)
        codes = chosen.codes
    else:
        bare, codes = Universe((), word, start, tradable=tradable), _trading_at(series, master, WHOLE_MARKETS[word], start)
    return _with_codes(*_surviving(bare, codes, master, end)) if without_delisted else _with_codes(bare, codes)


def list_on(master: Master, name: str, day: date) -> MemberList:
    """The list of that name in force on a day; where only later ones are there, the oldest.

    Raises
    ------
    FieldInvalid
        No list has that name.
    """
    lists = master.member_lists(name)
    if not lists:
        raise FieldInvalid("universe", name[:40], ", ".join(master.list_names()) or "-")
    return _list_for(lists, day)


def list_faults(members: MemberList, day: date) -> tuple[Fault, ...]:
    """What is to be known of a list that is read for a day: of later members, of an unknown day, or superseded."""
    return _faults_of(members, day)


def membership_intervals(lists: Sequence[MemberList]) -> dict[str, tuple[tuple[date, date | None], ...]]:
    """When each code was a member: from (inclusive) and until (exclusive, None while it is), by the lists whose effective day is known.

    Of several lists of one day the one published last counts.
    """
    dated = {each.effective: each.codes for each in sorted(lists, key=lambda each: each.published or date.min) if each.effective}
    days = sorted(dated)
    found: dict[str, list[tuple[date, date | None]]] = {}
    for day, following in zip(days, [*days[1:], None], strict=True):
        for code in dated[day]:
            spans = found.setdefault(code, [])
            if spans and spans[-1][1] == day:
                spans[-1] = (spans[-1][0], following)
            else:
                spans.append((day, following))
    return {code: tuple(spans) for code, spans in found.items()}


def _trading_at(series: Mapping[str, StoredSeries], master: Master, board: Board | None, start: date) -> tuple[str, ...]:
    """Shares of the board that have bars on both sides of the start: those that are listed later are no part of that day's market."""

    def is_share(code: str) -> bool:
        known, facts = master.lookup(code), series[code].facts
        kind = known.kind if master.known(code) else facts.kind or Kind.STOCK
        on = known.board if master.known(code) else facts.board or Board.KOSPI
        return kind in SHARES and board in (None, on)

    first = _first_session(series, start)
    return tuple(code for code in sorted(series) if series[code].first <= first <= series[code].last and is_share(code))


def _first_session(series: Mapping[str, StoredSeries], start: date) -> date:
    """The first session from the start on; before all bars it is their first."""
    earliest = min(stored.first for stored in series.values())
    days = sessions_between(Exchange.XKRX, max(start, earliest), max(stored.last for stored in series.values())).day
    return days[0].item() if len(days) else start


def _surviving(universe: Universe, codes: Sequence[str], master: Master, end: date) -> tuple[Universe, tuple[str, ...]]:
    gone = {code for code in codes if ((day := master.lookup(code).delisted) is not None and day <= end) or not master.is_listed(code)}
    fault = Fault("survivors_only", "", len(gone), example=universe.source)
    bare = replace(universe, faults=(*universe.faults, fault)) if gone else universe
    return bare, tuple(code for code in codes if code not in gone)


def filtered(universe: Universe, blacklist: Iterable[str], whitelist: Iterable[str]) -> Universe:
    """The universe without the codes of the blacklist, and with those of the whitelist behind; a code on both is taken."""
    added = tuple(dict.fromkeys(normalised_code(code) for code in whitelist))
    removed = {normalised_code(code) for code in blacklist} - set(added)
    before = (*universe.codes, *universe.without_bars)
    about_list = tuple(fault for fault in universe.faults if fault.kind != WITHOUT_BARS)
    bare = replace(universe, faults=about_list, blacklisted=tuple(code for code in before if code in removed), whitelisted=added)
    return _with_codes(bare, dict.fromkeys((*(code for code in before if code not in removed), *added)))


def universe_faults(kept: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a universe that a request or a manifest kept.

    Raises
    ------
    FieldInvalid
        It is not what `Universe.to_json` gives.
    """
    try:
        faults = tuple(_fault_from_json(row) for row in kept.get("faults", ()))
        codes = [str(code) for code in kept.get("without_bars", ())]
    except (TypeError, ValueError, KeyError, AttributeError) as error:
        raise FieldInvalid("universe", kept.get("source"), "what the service has written", "서비스가 적은 값") from error
    return (*faults, *_without_bars(codes))


def _series_of(store: Store, interval: Interval) -> dict[str, StoredSeries]:
    """Stored series of what a run can hold: no indices, and codes of the form of a share's."""
    stored = store.series(interval) if interval in store.intervals() else {}
    return {
        code: series
        for code, series in stored.items()
        if is_code(code) and series.facts.kind is not Kind.INDEX and series.facts.exchange is Exchange.XKRX
    }


def _period(series: Mapping[str, StoredSeries], start: date | None, end: date | None) -> tuple[date, date]:
    first, last = min(stored.first for stored in series.values()), max(stored.last for stored in series.values())
    until = end or last
    return start or default_start(min(until, last), first, Exchange.XKRX), until


def _list_for(lists: Sequence[MemberList], start: date) -> MemberList:
    """The newest list in force at the start; else the newest undated one published by then; else the oldest of all."""
    in_force = [each for each in lists if each.effective is not None and each.effective <= start]
    if in_force:
        return max(in_force, key=lambda each: (each.effective or date.min, each.published or date.min))
    early = [each for each in lists if each.effective is None and each.published is not None and each.published <= start]
    return max(early, key=_begin_of) if early else min(lists, key=_begin_of)


def _begin_of(members: MemberList) -> date:
    """The day from which a list holds, or by which it was known."""
    return members.effective or members.published or date.max


def _faults_of(members: MemberList, start: date) -> tuple[Fault, ...]:
    count, words = len(members.codes), _words(members)
    kinds = ["as_of_unknown"] if members.effective is None else []
    change = _change_before(members.name, start)
    if _begin_of(members) > start:
        kinds.append("membership_later_than_period")
    elif members.effective is not None and change is not None and change.effective > members.effective:
        kinds.append("membership_superseded")
    return tuple(Fault(kind, "", count, example=words) for kind in kinds)


def _change_before(name: str, day: date) -> MembershipChange | None:
    """The regular change in force; None of a list whose changes no table knows."""
    try:
        return last_change_before(name.lower(), day)
    except UnknownUniverse:
        return None


def _words(members: MemberList) -> str:
    day = f"{members.effective}~" if members.effective else members.published or "?"
    return f"{members.name} {day}"


def _with_codes(universe: Universe, chosen: Collection[str]) -> Universe:
    """The universe of the chosen codes; those without bars become faults."""
    codes = tuple(code for code in chosen if code in universe.tradable)
    missing = tuple(code for code in chosen if code not in universe.tradable)
    return replace(universe, codes=codes, without_bars=missing, faults=(*universe.faults, *_without_bars(missing)))


def _without_bars(codes: Sequence[str]) -> tuple[Fault, ...]:
    return tuple(Fault(WITHOUT_BARS, code, 1) for code in codes)


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _fault_to_json(fault: Fault) -> dict[str, Any]:
    return {"kind": fault.kind, "count": fault.count, "example": fault.example}


def _fault_from_json(row: Mapping[str, Any]) -> Fault:
    """A kind that the catalogue lacks is a KeyError."""
    _ = FAULT_KINDS[row["kind"]]
    return Fault(row["kind"], str(row.get("code", "")), int(row["count"]), example=str(row["example"]))
