"""What instruments are, from master files: kept as Parquet in `<home>/master`, one file a kind, read back as `Instrument`.

Every row carries `as_of`, the day the list was published (null where unknown). Newer lists win; nothing is ever removed, so that a
delisted issue stays known.
"""

import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.data.faults import Fault
from bokgi.data.store_files import write_atomically, writer_lock
from bokgi.market.codes import normalised_code
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.market.kinds import board_from_master, kind_from_master
from bokgi.market.universes import effective_session_of

LOCK_SECONDS = 30.0


class MasterKind(StrEnum):
    """LISTED issues of a day; DELISTED issues; LISTING_FACTS with delisting dates and kinds; others by their name."""

    LISTED = "listed"
    DELISTED = "delisted"
    LISTING_FACTS = "listing_facts"
    HOLIDAYS = "holidays"
    SECTORS = "sectors"
    MEMBERS = "members"
    FACTORS = "factors"


_TEXT, _DAY, _NUMBER = pl.String, pl.Date, pl.Float64
SCHEMAS: dict[MasterKind, dict[str, Any]] = {
    MasterKind.LISTED: {
        "code": _TEXT, "isin": _TEXT, "name": _TEXT, "name_en": _TEXT, "market": _TEXT, "security_group": _TEXT, "section": _TEXT,
        "stock_kind": _TEXT, "listed": _DAY, "par_value": _NUMBER, "shares": _NUMBER, "as_of": _DAY,
    },
    MasterKind.DELISTED: {"code": _TEXT, "isin": _TEXT, "name": _TEXT, "market": _TEXT, "as_of": _DAY},
    MasterKind.LISTING_FACTS: {
        "code": _TEXT, "name": _TEXT, "category": _TEXT, "first": _DAY, "last": _DAY, "delisted": _DAY, "reason": _TEXT, "as_of": _DAY,
    },
    MasterKind.HOLIDAYS: {"day": _DAY, "as_of": _DAY},
    MasterKind.SECTORS: {"code": _TEXT, "name": _TEXT, "market": _TEXT, "sector": _TEXT, "industry": _TEXT, "listed": _DAY, "as_of": _DAY},
    MasterKind.MEMBERS: {"list": _TEXT, "code": _TEXT, "name": _TEXT, "effective": _DAY, "source": _TEXT, "as_of": _DAY},
    MasterKind.FACTORS: {"code": _TEXT, "day": _DAY, "price_factor": _NUMBER, "split_factor": _NUMBER, "reference_price": _NUMBER,
        "as_of": _DAY,
   },
}  # fmt: skip
_KEYS = {
    MasterKind.LISTED: ["code", "as_of"],
    MasterKind.DELISTED: ["isin"],
    MasterKind.LISTING_FACTS: ["code"],
    MasterKind.HOLIDAYS: ["day"],
    MasterKind.SECTORS: ["code"],
    MasterKind.MEMBERS: ["list", "as_of", "code"],
    MasterKind.FACTORS: ["code", "day"],
}
_ETF_CATEGORIES_OF_SHARES = ("equity", "delisted")


@dataclass(frozen=True)
class MasterRows:
    """One master file's rows; `rows` has the columns of `SCHEMAS[kind]`."""

    kind: MasterKind
    rows: pl.DataFrame
    as_of: date | None = None
    faults: tuple[Fault, ...] = ()
    detected: tuple[tuple[str, str], ...] = field(default=())
    is_whole_history: bool = False
    """Whether the rows say all that ever was of their lists, as a file of stays does."""


@dataclass(frozen=True)
class MemberList:
    """One list of an index's members, in the order of its file.

    published : the day in its name; effective : the session from which it holds; source : name of its file; None where they are not known
    """

    name: str
    published: date | None
    effective: date | None
    codes: tuple[str, ...]
    source: str | None = None


@dataclass(frozen=True)
class Master:
    """All that is known of instruments in one home folder. Reading is lazy; a home without master files knows nothing."""

    folder: Path

    @classmethod
    def read(cls, home: Path) -> "Master":
        """The master tables of a home folder."""
        return cls(Path(home) / "master")

    def table(self, kind: MasterKind) -> pl.DataFrame:
        """The stored rows of a kind, empty where none were imported."""
        path, empty = self.folder / f"{kind}.parquet", pl.DataFrame(schema=SCHEMAS[kind])
        if not path.exists():
            return empty
        whole = io.BytesIO(path.read_bytes())  # polars opens a path twice, and another may take its place in between
        return pl.concat([empty, pl.read_parquet(whole)], how="diagonal")

    def known(self, code: str) -> bool:
        """Whether a master file names the code."""
        return normalised_code(code) in self._instruments

    def lookup(self, code: str) -> Instrument:
        """What the code is; an unknown one is taken as a KOSPI share and says so (`assumed`)."""
        word = normalised_code(code)
        return self._instruments.get(word) or Instrument(word, assumed=True)

    def sector(self, code: str) -> str:
        """The sector that the exchange puts the issue in; empty where no file says it."""
        return self._sectors.get(normalised_code(code), "")

    def is_listed(self, code: str) -> bool:
        """Whether the issue is still traded, as far as the files tell: False once a newer list of its board lacks it, or one says so."""
        return normalised_code(code) not in self._gone

    def version(self) -> str:
        """Changes whenever a master file is imported; nothing is read for it but the folder."""
        if not self.folder.is_dir():
            return ""
        files = sorted(path for path in self.folder.iterdir() if path.suffix == ".parquet" and not path.name.startswith("."))
        return ";".join(f"{path.name} {(facts := path.stat()).st_mtime_ns} {facts.st_size} {facts.st_ino}" for path in files)

    def instruments(self) -> Iterable[Instrument]:
        """Everything known, delisted issues included."""
        return self._instruments.values()

    def members(self, name: str, as_of: date | None = None) -> tuple[str, ...]:
        """Codes of the last list of that name published on or before a day (any day where None); empty where there is none."""
        rows = self.table(MasterKind.MEMBERS).filter(pl.col("list") == name)
        if as_of is not None:
            rows = rows.filter(pl.col("as_of") <= as_of)
        if rows.is_empty():
            return ()
        newest = rows["as_of"].max()
        return tuple(rows.filter(pl.col("as_of").eq_missing(pl.lit(newest, pl.Date)))["code"].to_list())

    def list_names(self) -> tuple[str, ...]:
        """Names of all lists of members."""
        return tuple(self.table(MasterKind.MEMBERS)["list"].unique().sort().to_list())

    def former_names(self) -> dict[str, tuple[str, ...]]:
        """Names that older lists of issues give to a code and its newest does not, newest first."""
        names: dict[str, list[str]] = {}
        for row in self._listed_rows():
            if row["name"]:
                names.setdefault(row["code"], []).insert(0, row["name"])
        found = {code: tuple(dict.fromkeys(name for name in given[1:] if name != given[0])) for code, given in names.items()}
        return {code: given for code, given in found.items() if given}

    def member_lists(self, name: str) -> tuple[MemberList, ...]:
        """Every list of that name, by the day of publication, the unknown ones first."""
        return member_lists_in(self.table(MasterKind.MEMBERS), name)

    def factors(self, code: str) -> pl.DataFrame:
        """Price and split factors of an issue, by the last day on which each holds."""
        return self.table(MasterKind.FACTORS).filter(pl.col("code") == code.upper()).sort("day")

    @cached_property
    def _instruments(self) -> dict[str, Instrument]:
        known: dict[str, Instrument] = {}
        for row in self.table(MasterKind.DELISTED).iter_rows(named=True):
            known[row["code"]] = _delisted_issue(row)
        for row in self.table(MasterKind.SECTORS).iter_rows(named=True):
            known[row["code"]] = _issue(row, Kind.SPAC if "스팩" in (row["name"] or "") else Kind.STOCK)
        for row in self._listed_rows():
            kind = kind_from_master(row["security_group"] or "", row["stock_kind"] or "", row["section"] or "", row["name"] or "")
            known[row["code"]] = _issue(row, kind)
        for row in self.table(MasterKind.LISTING_FACTS).iter_rows(named=True):
            known[row["code"]] = _with_facts(known.get(row["code"]), row)
        return known

    @cached_property
    def _sectors(self) -> dict[str, str]:
        rows = self.table(MasterKind.SECTORS).filter(pl.col("sector").is_not_null())
        return dict(zip(rows["code"].to_list(), rows["sector"].to_list(), strict=True))

    @cached_property
    def _gone(self) -> frozenset[str]:
        """Codes of which some file says, or shows, that they are not listed any more."""
        seen = {row["code"]: row for row in self._listed_rows()}
        newest: dict[Board | None, date] = {}
        for row in seen.values():
            board = board_from_master(row["market"] or "")
            newest[board] = max(newest.get(board, date.min), row["as_of"] or date.min)
        missing = {code for code, row in seen.items() if (row["as_of"] or date.min) < newest[board_from_master(row["market"] or "")]}
        dated = {code for code, instrument in self._instruments.items() if instrument.delisted is not None}
        ended = self.table(MasterKind.DELISTED).iter_rows(named=True)
        back = {code: row["as_of"] or date.min for code, row in seen.items() if code not in missing}
        return frozenset(missing | dated | {row["code"] for row in ended if back.get(row["code"], date.min) <= (row["as_of"] or date.max)})

    def _listed_rows(self) -> Iterable[dict[str, Any]]:
        """Rows of all lists of issues, the oldest list first."""
        return self.table(MasterKind.LISTED).sort("as_of", nulls_last=False, maintain_order=True).iter_rows(named=True)


def _issue(row: dict[str, Any], kind: Kind) -> Instrument:
    board = board_from_master(row["market"] or "") or Board.KOSPI
    return Instrument(row["code"], row["name"] or "", row.get("name_en") or "", kind, board, Exchange.XKRX, listed=row.get("listed"))


def member_lists_in(table: pl.DataFrame, name: str) -> tuple[MemberList, ...]:
    """Every list of that name in a table of members, by the day of publication, the unknown ones first."""
    rows = table.filter(pl.col("list") == name).sort("as_of", nulls_last=False, maintain_order=True)
    parts = rows.partition_by("as_of", maintain_order=True) if rows.height else []
    return tuple(_member_list(name, part) for part in parts)


def _member_list(name: str, rows: pl.DataFrame) -> MemberList:
    """A day that the file itself gives goes before what is known of its publication."""
    said, published = rows["effective"].drop_nulls(), rows["as_of"][0]
    effective = said.max() if said.len() else effective_session_of(name.lower(), published)
    return MemberList(name, published, effective, tuple(rows["code"].to_list()), rows["source"][-1])  # type: ignore[arg-type]  # polars' max is of the column's type


def _delisted_issue(row: dict[str, Any]) -> Instrument:
    return _issue(row, kind_from_master("", "우선주" if row["code"][-1:] != "0" else "", "", row["name"] or ""))


def _with_facts(known: Instrument | None, row: dict[str, Any]) -> Instrument:
    """Kind, leverage and delisting day of the listing facts, over what else is known."""
    name = (row["name"] or "").removeprefix("[상폐] ")
    is_share = row["category"] in _ETF_CATEGORIES_OF_SHARES
    base = known or Instrument(row["code"], name, kind=Kind.STOCK if is_share else Kind.ETF, assumed=is_share)
    return Instrument(
        base.code,
        base.name or name,
        base.name_en,
        base.kind if is_share else Kind.ETF,
        base.board,
        base.exchange,
        1.0 if is_share else leverage_in_name(name),
        base.listed,
        row["delisted"] or base.delisted,
        base.assumed,
    )


def leverage_in_name(name: str) -> float:
    """Leverage that the name of a Korean fund states: 레버리지 and 2X are 2, 인버스 is -1, both together -2."""
    times = 2.0 if "레버리지" in name or "2X" in name.upper() else 1.0
    return -times if "인버스" in name else times


def write_master(home: Path, master: MasterRows) -> None:
    """Add the rows to the stored ones of their kind, as `with_rows` says. The file changes in one step or not at all.

    Raises
    ------
    StoreBusy, StoreUnwritable
    """
    stored = Master.read(home)
    with writer_lock(stored.folder, LOCK_SECONDS):
        kept = with_rows(stored.table(master.kind), master)
        write_atomically(stored.folder, kept.write_parquet, lambda _: f"{master.kind}.parquet")


def with_rows(known: pl.DataFrame, master: MasterRows) -> pl.DataFrame:
    """The stored rows of a kind with new ones; rows of the same key are replaced.

    The factors of a code are replaced as a whole: a split after the old table changed them all. So are the lists of a file of memberships
    with intervals, which say the whole history of a list.
    """
    if master.kind is MasterKind.FACTORS:
        known = known.filter(~pl.col("code").is_in(master.rows["code"].unique().to_list()))
    if master.kind is MasterKind.MEMBERS and master.is_whole_history:
        is_older = pl.col("list").is_in(master.rows["list"].unique().to_list()) & (pl.col("effective") == pl.col("as_of"))
        known = known.filter(~is_older.fill_null(value=False))
    merged = pl.concat([known, master.rows.select(list(SCHEMAS[master.kind]))])
    return merged.unique(_KEYS[master.kind], keep="last", maintain_order=True)
