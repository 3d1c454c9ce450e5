"""Answers of sources that were held back because they contradict what is stored: what differs, and what a person decides.

Convention: a held answer lies in `<home>/fetches/<source>/held`. Taking it exchanges the series for the answer as a whole, for two scales
in one series would be a false jump; stored bars from before the answer stay where every bar in common differs by one factor, and are read
multiplied by it (a repair, with before and after), else they stay in the version before alone. Joining, where no bar in common differs,
puts the answer behind the stored bars as it is. Refusing changes no bar. Whatever was decided, the answer is kept in `decided`, and a line
in `<home>/fetches/decisions.jsonl` says what was before and after. A decision names the SHA-256 of the answer that was looked at: a source
may put another in its place meanwhile.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from bokgi.bars.interval import Interval
from bokgi.data.faults import Fault
from bokgi.data.importers.entry import described_by
from bokgi.data.importers.registry import read_file
from bokgi.data.incoming import Incoming
from bokgi.data.judging import judged
from bokgi.data.master import Master
from bokgi.data.repair_records import Repair
from bokgi.data.sources.ledger import line_end_before
from bokgi.data.store import Store
from bokgi.data.store_export import write_export
from bokgi.data.store_files import file_hash, sync_file, sync_folder, writer_lock
from bokgi.errors.imports import FileBroken
from bokgi.errors.service import HeldChanged, HeldNotJoinable, NothingHeld

SHOWN_DIFFERENCES = 10
ONE_FACTOR = 0.001
"""How far the ratios of bars in common may lie apart for one factor to explain them all: rounding, and no small dividend."""
OLDEST_BARS = 5
"""Bars in common whose ratio holds for what is older than they."""
SAME_VOLUME = 0.02
"""How near to the factor the ratio of volumes must be for them to be counted anew."""
LOCK_SECONDS = 30.0
_PRICES = ("open", "high", "low", "close")
_REASONS = ("source_contradicts", "no_common_bars_held")


class Choice(StrEnum):
    """What a person decides about a held answer."""

    TAKE = "take"
    JOIN = "join"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Held:
    """One answer that waits for a decision."""

    source: str
    interval: Interval
    code: str
    path: Path

    @classmethod
    def of(cls, home: Path, source: str, interval: Interval, code: str) -> "Held":
        """The place of the answer about a series, whether one lies there or not."""
        return cls(source, interval, code, home / "fetches" / source / "held" / f"{code}_{interval}.parquet")


@dataclass(frozen=True, slots=True)
class Extent:
    """Bars of one series: how many, first and last session, the last close."""

    bars: int
    first: date
    last: date
    last_close: float

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return asdict(self) | {"first": str(self.first), "last": str(self.last)}


@dataclass(frozen=True, slots=True)
class Difference:
    """One bar whose prices differ: its session and minute of the day, and both closes."""

    session: date
    minute: int
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Left:
    """Stored bars that taking an answer would leave in the version before alone: how many, and when the first and the last begin.

    first, last : `2026-03-05`, of bars within the day with the time at the exchange, `2026-03-05 09:05`
    """

    bars: int
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class HeldView:
    """What taking a held answer would change.

    common, differing : bars that both have, and those with other prices; factor : of every common close, None where there is no such
    older : stored bars from before the answer; reason : why it was held, as the series' fault says it
    sha256 : of the answer that was compared; left : what would be lost from the series
    """

    held: Held
    before: Extent | None
    after: Extent
    common: int
    differing: int
    factor: float | None
    older: int
    differences: tuple[Difference, ...]
    reason: Fault | None
    sha256: str
    left: Left | None = None

    @property
    def keeps_older(self) -> bool:
        """Whether bars from before the answer can be read on its scale."""
        return self.older > 0 and self.factor is not None


def hold(home: Path, held: Held, answer: Incoming) -> str | None:
    """Keep an answer for a decision; the instant at which a person refused this very answer, where it is therefore not kept.

    Raises
    ------
    StoreUnwritable
    """
    offered = replace(held, path=held.path.with_name(f".{held.path.name}.offered"))
    write_export(answer, offered.path, "parquet")
    refused_at = refused_earlier(home, held, held_sha256(offered))
    if refused_at is None:
        offered.path.replace(held.path)
        sync_folder(held.path.parent)
        return None
    offered.path.unlink()
    return refused_at


def held_answers(home: Path) -> tuple[Held, ...]:
    """All that wait, by source and code."""
    found = []
    for path in sorted((home / "fetches").glob("*/held/*.parquet")):
        code, _, interval = path.stem.rpartition("_")
        found.append(Held(path.parent.parent.name, Interval.from_text(interval), code, path))
    return tuple(found)


def held_answer(home: Path, source: str, interval: str, code: str) -> Held:
    """One that waits.

    Raises
    ------
    NothingHeld
    """
    for held in held_answers(home):
        if (held.source, str(held.interval), held.code) == (source, interval, code):
            return held
    raise NothingHeld(f"{source} {code} {interval}")


def held_sha256(held: Held) -> str:
    """SHA-256 of the file of an answer as it lies there now.

    Raises
    ------
    NothingHeld
        It was decided meanwhile.
    """
    try:
        return file_hash(held.path)
    except FileNotFoundError as error:
        raise NothingHeld(f"{held.source} {held.code} {held.interval}") from error


def check_same_answer(held: Held, sha256: str) -> None:
    """Raise `HeldChanged` where another answer lies there than the one that was looked at."""
    now = held_sha256(held)
    if now != sha256.lower():
        raise HeldChanged(held.code, sha256, now)


def held_view(store: Store, held: Held) -> HeldView:
    """Compare a held answer with what is stored now.

    Raises
    ------
    NothingHeld, FileBroken
    """
    while True:
        sha256 = held_sha256(held)
        view = _compared(store, held, _answer(held), sha256)
        if held_sha256(held) == sha256:
            return view


def decide(
    store: Store, master: Master, held: Held, choice: Choice, sha256: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> dict[str, Any]:
    """Take or refuse a held answer, and keep the record, which is returned.

    Parameters
    ----------
    sha256 : of the answer that was looked at, as `held_view` gives it

    Raises
    ------
    NothingHeld
        Somebody else decided meanwhile.
    HeldChanged
        Another answer lies there now.
    HeldNotJoinable
        The answer is to be joined, and bars in common differ.
    FactsDiffer
        The answer is to be joined, and is of another kind.
    """
    home = store.folder.parent
    with writer_lock(home / "fetches" / held.source, LOCK_SECONDS):
        held_answer(home, held.source, str(held.interval), held.code)
        check_same_answer(held, sha256)
        answer = described_by(_answer(held), master)
        view = _compared(store, held, answer, sha256.lower())
        version = store.current_version(held.interval)
        if choice is Choice.TAKE:
            store.write(_whole(store, view, judged(answer, master)), exchange=True)
        elif choice is Choice.JOIN:
            _check_joinable(view)
            store.write(judged(answer, master))
        record = _record(store, view, choice, clock(), version)
        _keep(home, held, record)
    return record


def decisions(home: Path) -> list[dict[str, Any]]:
    """Every decision, the newest first; a line that a crash cut off says nothing."""
    path = home / "fetches" / "decisions.jsonl"
    lines = path.read_bytes().splitlines() if path.exists() else []
    return [record for line in reversed(lines) if (record := _record_in(line)) is not None]


def refused_earlier(home: Path, held: Held, sha256: str) -> str | None:
    """When a person refused this very answer, ISO 8601 in UTC; None where nobody did, or took it later."""
    answer, names = (held.source, str(held.interval), held.code, sha256), ("source", "interval", "code", "sha256")
    last = next((each for each in decisions(home) if tuple(each.get(name) for name in names) == answer), None)
    return str(last["at"]) if last is not None and last["decision"] == Choice.REFUSE else None


def _record_in(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _answer(held: Held) -> Incoming:
    found = read_file(held.path)
    if not isinstance(found, list) or len(found) != 1 or held.code not in found[0].facts:
        raise FileBroken(held.path.name, "Parquet", f"it holds no answer about {held.code}")
    return found[0]


def _compared(store: Store, held: Held, answer: Incoming, sha256: str) -> HeldView:
    stored = store.series(held.interval).get(held.code) if held.interval in store.intervals() else None
    after = _extent(answer.bars)
    if stored is None:
        return HeldView(held, None, after, 0, 0, None, 0, (), None, sha256)
    old = store.read_incoming([held.code], held.interval).bars
    both = old.join(answer.bars, on=["code", "start"], how="inner", suffix="_new", maintain_order="left")
    moved = both.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_new")) for name in _PRICES))
    shown = moved.head(SHOWN_DIFFERENCES).select("session", "minute", "close", "close_new").rows()
    older = _older(old, answer.bars).height
    reason = next((fault for fault in stored.faults if fault.kind in _REASONS), None)
    differences = tuple(Difference(*row) for row in shown)
    view = HeldView(held, _extent(old), after, both.height, moved.height, _factor(both), older, differences, reason, sha256)
    return replace(view, left=_left(view, old, answer.bars))


def _left(view: HeldView, old: pl.DataFrame, new: pl.DataFrame) -> Left | None:
    """Stored bars that the answer does not have, without those before it that its factor keeps."""
    absent = old.join(new, on="start", how="anti", maintain_order="left")
    if view.keeps_older:
        absent = absent.filter(pl.col("session") >= new["session"].min())
    if absent.is_empty():
        return None
    first, last = (_time_of(view.held.interval, absent.row(at, named=True)) for at in (0, -1))
    return Left(absent.height, first, last)


def _time_of(interval: Interval, bar: dict[str, Any]) -> str:
    return str(bar["session"]) if interval.is_daily else f"{bar['session']} {bar['minute'] // 60:02d}:{bar['minute'] % 60:02d}"


def _extent(bars: pl.DataFrame) -> Extent:
    days = bars["session"]
    return Extent(bars.height, days[0], days[-1], float(bars["close"][-1]))


def _factor(both: pl.DataFrame) -> float | None:
    """The one factor between the closes of bars in common, as the oldest show it; None where there is none, or no bar in common."""
    ratio = (both["close_new"] / both["close"]).drop_nulls()
    low, high, oldest = ratio.min(), ratio.max(), ratio.head(OLDEST_BARS).median()
    if isinstance(low, float) and isinstance(high, float) and isinstance(oldest, float) and low > 0 and high / low <= 1 + ONE_FACTOR:
        return oldest
    return None


def _older(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Stored bars of sessions before the answer: a factor reaches whole sessions."""
    return old.filter(pl.col("session") < new["session"].min())


def _whole(store: Store, view: HeldView, answer: Incoming) -> Incoming:
    """The series after taking: the answer, and before it the stored bars that its factor reaches, as a repair."""
    if not view.keeps_older:
        return answer
    held = view.held
    old = store.read_incoming([held.code], held.interval).bars
    older = _older(old, answer.bars)
    first_new: date = answer.bars["session"][0]
    kept = tuple(replace(each, last=min(each.last, older["session"][-1])) for each in store.repairs_for([held.code], held.interval))
    earlier = tuple(each for each in kept if each.first < first_new and each.first <= each.last)
    repair = _rescaling(held.code, older, old, answer.bars, view.factor or 1.0)
    bars = pl.concat([older, answer.bars.select(older.columns)])
    faults = (fault for fault in store.faults_for([held.code], held.interval) if fault.last is not None and fault.last < first_new)
    own = tuple(fault for fault in faults if fault.code)
    return replace(answer, bars=bars, repairs=(*earlier, repair, *answer.repairs), faults=(*own, *answer.faults))


def _check_joinable(view: HeldView) -> None:
    if view.differing:
        raise HeldNotJoinable(view.held.code, view.differing)


def _rescaling(code: str, older: pl.DataFrame, old: pl.DataFrame, new: pl.DataFrame, factor: float) -> Repair:
    both = old.join(new, on=["code", "start"], how="inner", suffix="_new").filter((pl.col("volume") > 0) & (pl.col("volume_new") > 0))
    counted = (both["volume_new"] / both["volume"]).median()
    is_counted_anew = isinstance(counted, float) and abs(counted * factor - 1) <= SAME_VOLUME
    before, days = float(older["close"][0]), older["session"]
    volume_times = 1 / factor if is_counted_anew else 1.0
    return Repair(code, days[0], days[-1], older.height, factor, 1.0, volume_times, before, before * factor)


def _record(store: Store, view: HeldView, choice: Choice, now: datetime, version: int | None) -> dict[str, Any]:
    held, left = view.held, view.left if choice is Choice.TAKE else None
    is_taken = choice is Choice.TAKE
    now_stored = store.read_incoming([held.code], held.interval).bars if choice is not Choice.REFUSE or view.before else None
    return {
        "at": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%S}.{now.microsecond // 1000:03d}Z",
        "decision": choice.value,
        "source": held.source,
        "interval": str(held.interval),
        "code": held.code,
        "sha256": view.sha256,
        "before": view.before.to_json() if view.before else None,
        "after": _extent(now_stored).to_json() if now_stored is not None else None,
        "offered": view.after.to_json(),
        "common": view.common,
        "differing": view.differing,
        "factor": view.factor,
        "rescaled_bars": view.older if is_taken and view.keeps_older else 0,
        "left_bars": left.bars if left else 0,
        "left_first": left.first if left else None,
        "left_last": left.last if left else None,
        "version_before": version,
        "version_after": store.current_version(held.interval),
    }


def _keep(home: Path, held: Held, record: dict[str, Any]) -> None:
    """The answer goes aside first and the line follows, so that no line speaks of an answer that still waits."""
    folder = held.path.parent.parent / "decided"
    folder.mkdir(exist_ok=True)
    stamp = record["at"].replace(":", "")
    held.path.replace(folder / f"{held.path.stem}_{stamp}_{record['decision']}.parquet")
    path = home / "fetches" / "decisions.jsonl"
    with path.open("ab+") as opened:
        opened.write((line_end_before(opened) + json.dumps(record, ensure_ascii=False) + "\n").encode())
    sync_file(path)
