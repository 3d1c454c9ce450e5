"""Speed and memory of the store: reading a panel, a large import, a day more for the whole market.

Run: `.venv/bin/python -m benchmarks.store_speed`. Each case runs in a process of its own; memory is the highest of that process,
the generated bars included.
"""

import multiprocessing
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction, SeriesFacts
from bokgi.data.store import Store
from bokgi.data.store_segments import SCHEMA
from bokgi.market.calendar import Sessions, sessions_between
from bokgi.market.instruments import Exchange
from bokgi.units import IntArray

TWO_MINUTES = np.concatenate([np.arange(540, 920, 2), [930]])
ONE_MINUTE = np.concatenate([np.arange(540, 920), [930]])
MICROS_PER_MINUTE = 60_000_000


def half_year() -> Sessions:
    """The sessions of the first half of 2025."""
    return sessions_between(Exchange.XKRX, date(2025, 1, 2), date(2025, 6, 30))


def generated_bars(
    codes: int, sessions: Sessions, *, two_minutes: bool = False, minutes: IntArray | None = None, seed: int = 1
) -> pl.DataFrame:
    """Random walks on a tick of 50 won."""
    at = TWO_MINUTES if two_minutes else np.array([540]) if minutes is None else minutes
    generator, length = np.random.default_rng(seed), len(sessions) * len(at)
    close = np.maximum(100.0, np.cumsum(generator.integers(-2, 3, (codes, length)), axis=1) * 50.0 + 80_000).ravel()
    opens = close + generator.integers(-1, 2, close.size) * 50.0
    start = np.repeat(sessions.midnight_at, len(at)) + np.tile(at, len(sessions)) * MICROS_PER_MINUTE
    names = pl.Series([f"{seed:02d}{code:04d}" for code in range(codes)], dtype=pl.String)
    columns = {
        "code": names.gather(np.repeat(np.arange(codes, dtype=np.uint32), length)),
        "start": pl.Series(np.tile(start, codes)).cast(pl.Datetime("us", "UTC")),
        "session": pl.Series(np.tile(np.repeat(sessions.day, len(at)), codes)),
        "minute": np.tile(at.astype(np.int32), codes * len(sessions)),
        "open": opens,
        "high": np.maximum(opens, close) + 50.0,
        "low": np.minimum(opens, close) - 50.0,
        "close": close,
        "volume": np.floor(generator.lognormal(8, 1.5, close.size)) + 1.0,
    }
    return pl.DataFrame(columns).with_columns(base_price=pl.lit(None, dtype=pl.Float64)).select(list(SCHEMA))


def incoming(bars: pl.DataFrame, interval: Interval) -> Incoming:
    """The bars with the facts of a broker's feed."""
    facts = {code: SeriesFacts(code, "benchmark", closing_auction=ClosingAuction.OWN_BAR) for code in bars["code"].unique()}
    return Incoming(interval, bars, facts)


def panel_case(home: Path) -> str:
    """Read 200 instruments x 60 sessions x 191 bars."""
    store, sessions = Store(home), half_year().slice(0, 60)
    store.write(incoming(generated_bars(200, sessions, two_minutes=True), Interval(2)))
    store.write(incoming(generated_bars(200, sessions), DAILY))
    times = [timed(lambda: Store(home).read_panel(None, Interval(2))) for _ in range(15)]
    return f"panel of 2.29 million two-minute bars: first {times[0] * 1000:.0f} ms, then {sorted(times[1:])[7] * 1000:.0f} ms (median)"


def daily_case(home: Path) -> str:
    """Import ten years of the whole market, then a day more."""
    store, sessions = Store(home), sessions_between(Exchange.XKRX, date(2014, 1, 2), date(2024, 12, 30))
    bars = incoming(generated_bars(2_800, sessions.slice(0, 2_500)), DAILY)
    first = timed(lambda: store.write(bars))
    later = incoming(generated_bars(2_800, sessions.slice(2_500, 2_501)), DAILY)
    second = timed(lambda: store.write(later))
    return f"import of {bars.bars.height:,} daily rows: {first:.1f} s; of a day more for 2,800 codes: {second:.1f} s"


def minute_case(home: Path) -> str:
    """Import 19 million one-minute rows."""
    sessions = sessions_between(Exchange.XKRX, date(2024, 1, 2), date(2025, 3, 31)).slice(0, 249)
    parts = [generated_bars(10, sessions, minutes=ONE_MINUTE, seed=seed) for seed in range(1, 21)]
    bars = incoming(pl.concat(parts, rechunk=False), Interval(1))
    del parts
    return f"import of {bars.bars.height:,} one-minute rows: {timed(lambda: Store(home).write(bars)):.1f} s"


def timed(work: Callable[[], object]) -> float:
    """Seconds that the work took."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def run(name: str) -> None:
    """One case, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        said = globals()[name](Path(folder))
    print(f"{said}; highest memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def main() -> None:
    """Run all cases."""
    for name in ("panel_case", "daily_case", "minute_case"):
        process = multiprocessing.get_context("spawn").Process(target=run, args=(name,))
        process.start()
        process.join()


if __name__ == "__main__":
    main()
