"""The demo market keeps the rules of the exchange, is the same everywhere, and takes nothing from real issues."""

import csv
import hashlib
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from bokgi.data.demo import DEMO_INDEX, DEMO_SEED, demo_incoming, demo_names, demo_sessions, write_demo
from bokgi.data.demo_prices import DemoKind
from bokgi.data.incoming import Incoming
from bokgi.data.series import ClosingAuction
from bokgi.errors.demo import DemoSizeWrong
from bokgi.market.calendar import session_of
from bokgi.market.codes import is_code
from bokgi.market.halts import halted_minutes
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.market.limits import Limits, daily_limits
from bokgi.market.ticks import is_on_tick
from bokgi.units import FloatArray

BREAKER_DAY = date(2024, 8, 5)
COLUMNS = ["code", "start", "session", "minute", "open", "high", "low", "close", "volume", "base_price"]
SHA256 = {
    DemoKind.MARKET: "a4faf94207d98c8319ce35fc20ce07b62ae8c82ad58ae405d99c42b08a6491bc",
    DemoKind.NOISE: "303bcdea4f765c9e281a1508f006834a4e1419e33b79cfa137d1222af9057710",
}
INSTRUMENTS = {name.instrument.code: name.instrument for name in demo_names()}
KINDS = sorted({(item.board, item.kind, item.leverage) for item in INSTRUMENTS.values()})


@pytest.fixture(scope="module")
def market() -> list[Incoming]:
    return demo_incoming()


@pytest.fixture(scope="module")
def noise() -> list[Incoming]:
    return demo_incoming(DemoKind.NOISE)


def digest(parts: list[Incoming]) -> str:
    """Over all columns of all parts: codes as text, times and days as whole numbers, numbers as little-endian float64."""
    total = hashlib.sha256()
    for part in parts:
        assert part.bars.columns == COLUMNS
        total.update("\n".join(part.bars["code"]).encode())
        for name in ("start", "session", "minute"):
            total.update(part.bars[name].to_physical().to_numpy().astype("<i8").tobytes())
        for name in COLUMNS[4:]:
            total.update(part.bars[name].fill_null(-1.0).to_numpy().astype("<f8").tobytes())
    return total.hexdigest()


def of_kind(bars: pl.DataFrame, board: Board, kind: Kind, leverage: float) -> pl.DataFrame:
    codes = [code for code, item in INSTRUMENTS.items() if (item.board, item.kind, item.leverage) == (board, kind, leverage)]
    return bars.filter(pl.col("code").is_in(codes))


def limits_of(bars: pl.DataFrame, item: Instrument) -> Limits:
    days = bars["session"].to_numpy()
    return daily_limits(bars["base_price"].to_numpy(), days, item.board, item.kind, item.leverage)


def prices_of(bars: pl.DataFrame) -> list[FloatArray]:
    return [bars[name].to_numpy() for name in ("open", "high", "low", "close")]


@pytest.mark.parametrize("kind", list(DemoKind))
def test_it_is_the_same_on_every_machine(kind: DemoKind, request: pytest.FixtureRequest) -> None:
    assert digest(request.getfixturevalue(kind.value)) == SHA256[kind]


def test_another_seed_gives_another_market() -> None:
    assert digest(demo_incoming(seed=DEMO_SEED, instruments=3, sessions=2)) != digest(demo_incoming(seed=1, instruments=3, sessions=2))


def test_a_smaller_demo_is_the_beginning_of_the_whole(market: list[Incoming]) -> None:
    small = demo_incoming(instruments=7, sessions=12)
    codes, last = list(INSTRUMENTS)[:7], demo_sessions(12).day[-1].item()
    for part, whole in zip(small[:2], market[:2], strict=True):
        assert part.bars.equals(whole.bars.filter(pl.col("code").is_in(codes) & (pl.col("session") <= last)))


@pytest.mark.parametrize(("instruments", "sessions", "field"), [(0, 60, "instruments"), (201, 60, "instruments"), (5, 61, "sessions")])
def test_sizes_that_the_demo_does_not_have_are_refused(instruments: int, sessions: int, field: str) -> None:
    with pytest.raises(DemoSizeWrong) as caught:
        demo_incoming(instruments=instruments, sessions=sessions)
    assert caught.value.field == field


def test_it_has_200_instruments_of_both_boards_and_some_funds() -> None:
    assert len(INSTRUMENTS) == 200
    boards = [item.board for item in INSTRUMENTS.values() if item.kind is Kind.STOCK]
    assert (boards.count(Board.KOSPI), boards.count(Board.KOSDAQ)) == (120, 74)
    assert sum(item.kind is Kind.ETF for item in INSTRUMENTS.values()) == 6
    assert list(INSTRUMENTS) == sorted(INSTRUMENTS)
    assert all(is_code(code) for code in INSTRUMENTS)
    assert any(not code.isdigit() for code in INSTRUMENTS)
    for names in ([item.name for item in INSTRUMENTS.values()], [item.name_en for item in INSTRUMENTS.values()]):
        assert len(set(names)) == 200
        assert all(names)


def test_no_code_and_no_name_belongs_to_a_real_issue(shared_data: Path) -> None:
    seen: set[str] = set()
    for path in sorted((shared_data / "kr_master").glob("*.csv")):
        encoding = "cp949" if "cp949" in path.name else "utf-8-sig"
        for row in csv.reader(path.read_text(encoding).splitlines()):
            seen.update(row)
    assert "005930" in seen
    assert "삼성전자" in seen
    for item in INSTRUMENTS.values():
        assert not {item.code, "A" + item.code, item.name, item.name_en} & seen
        assert not any(item.name in word for word in seen)


def test_everything_is_marked_synthetic(market: list[Incoming], noise: list[Incoming]) -> None:
    for part in [*market, *noise]:
        assert set(part.facts) == set(part.bars["code"].unique())
        assert all(facts.synthetic and "synthetic" in facts.source for facts in part.facts.values())
    assert {facts.closing_auction for facts in market[0].facts.values()} == {ClosingAuction.OWN_BAR}


def test_bars_lie_in_regular_hours_of_real_sessions_in_order(market: list[Incoming]) -> None:
    bars = market[0].bars
    sessions = demo_sessions()
    assert len(sessions) == 60
    assert set(bars["session"].unique()) == {day.item() for day in sessions.day}
    assert set(bars["minute"].unique()) == {*range(540, 920, 2), 930}
    for day in (date(2024, 7, 1), BREAKER_DAY, date(2024, 9, 26)):
        hours = session_of(Exchange.XKRX, day)
        assert (hours.open_minute, hours.close_minute) == (540, 930)
    local = bars["start"].dt.convert_time_zone("Asia/Seoul")
    assert (local.dt.date() == bars["session"]).all()
    assert (local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute().cast(pl.Int32) == bars["minute"]).all()
    assert bars.select("code", "start").is_duplicated().sum() == 0
    assert bars.select("code", "start").equals(bars.select("code", "start").sort("code", "start"))


@pytest.mark.parametrize("word", ["market", "noise"])
@pytest.mark.parametrize(("board", "kind", "leverage"), KINDS)
def test_all_prices_lie_on_the_tick_and_within_the_limits(
    word: str, board: Board, kind: Kind, leverage: float, request: pytest.FixtureRequest
) -> None:
    item = Instrument("", kind=kind, board=board, leverage=leverage)
    for part in request.getfixturevalue(word)[:2]:
        bars = of_kind(part.bars, board, kind, leverage).filter(pl.col("high") > 0)
        limits, days = limits_of(bars, item), bars["session"].to_numpy()
        for prices in (*prices_of(bars), bars["base_price"].to_numpy()):
            assert is_on_tick(prices, days, board, kind).all()
            assert ((prices >= limits.lower) & (prices <= limits.upper)).all()


@pytest.mark.parametrize("word", ["market", "noise"])
def test_high_and_low_hold_open_and_close_and_volume_is_whole(word: str, request: pytest.FixtureRequest) -> None:
    bars = request.getfixturevalue(word)[0].bars
    opened, high, low, close = prices_of(bars)
    volume = bars["volume"].to_numpy()
    assert ((high >= np.maximum(opened, close)) & (low <= np.minimum(opened, close)) & (low > 0)).all()
    assert ((volume >= 1) & (volume == np.floor(volume))).all()
    auction = bars.filter(pl.col("minute") == 930)
    assert ((auction["open"] == auction["high"]) & (auction["low"] == auction["close"]) & (auction["open"] == auction["low"])).all()


@pytest.mark.parametrize("word", ["market", "noise"])
def test_daily_bars_sum_up_the_intraday_ones(word: str, request: pytest.FixtureRequest) -> None:
    intraday, daily = request.getfixturevalue(word)[:2]
    summed = intraday.bars.group_by("code", "session", maintain_order=True).agg(
        pl.col("open").first(), pl.col("high").max(), pl.col("low").min(), pl.col("close").last(), pl.col("volume").sum()
    )
    traded = daily.bars.filter(pl.col("high") > 0).select(summed.columns)
    assert traded.equals(summed)
    halted = daily.bars.filter(pl.col("high") == 0)
    assert halted.filter((pl.col("open") + pl.col("low") + pl.col("volume") > 0) | (pl.col("close") <= 0)).is_empty()
    assert halted.height == (0 if word == "noise" else len(intraday.facts) * 60 - summed.height)


def test_the_base_price_is_the_last_close(market: list[Incoming]) -> None:
    daily = market[1].bars.with_columns(pl.col("close").shift(1).over("code").alias("before"))
    later = daily.filter(pl.col("before").is_not_null())
    assert later.height == 200 * 59
    assert (later["before"] == later["base_price"]).all()


def test_there_are_locked_days_in_both_directions_and_gaps(market: list[Incoming]) -> None:
    locked = {"upper": 0, "lower": 0}
    for board, kind, leverage in KINDS:
        if kind is not Kind.STOCK:
            continue
        bars = of_kind(market[1].bars, board, kind, leverage).filter(pl.col("high") > 0)
        limits = limits_of(bars, Instrument("", kind=kind, board=board))
        flat = (bars["high"] == bars["low"]).to_numpy()
        locked["upper"] += int((flat & (bars["close"].to_numpy() == limits.upper)).sum())
        locked["lower"] += int((flat & (bars["close"].to_numpy() == limits.lower)).sum())
    gaps = market[1].bars.filter(pl.col("open") > 0).select((pl.col("open") / pl.col("base_price") - 1).abs() > 0.03)
    assert locked["upper"] >= 5
    assert locked["lower"] >= 3
    assert 50 < int(gaps.sum().item()) < 1_000


def test_instruments_are_halted_for_days_and_quiet_ones_lack_bars(market: list[Incoming]) -> None:
    halted = market[1].bars.filter(pl.col("high") == 0)
    assert halted["code"].n_unique() >= 4
    assert int(halted.group_by("code").len()["len"].to_numpy().max()) >= 4
    counts = market[0].bars.group_by("code").len()["len"].to_numpy()
    full = 60 * 191
    assert (counts == counts.max()).sum() >= 1
    assert (counts < 0.95 * full).sum() >= 15
    assert (counts > 0.98 * full).sum() >= 100


def test_the_circuit_breakers_of_the_calendar_leave_no_bar_of_their_board(market: list[Incoming]) -> None:
    day = market[0].bars.filter(pl.col("session") == BREAKER_DAY)
    for board in (Board.KOSPI, Board.KOSDAQ):
        codes = [code for code, item in INSTRUMENTS.items() if item.board is board]
        ((start, end),) = halted_minutes(BREAKER_DAY, board)
        minutes = day.filter(pl.col("code").is_in(codes))["minute"]
        assert end - start > 25
        assert minutes.filter((minutes >= start) & (minutes + 2 <= end)).is_empty()
        assert {start - start % 2 - 2, end + end % 2} <= set(minutes)
    index = market[2].bars.filter(pl.col("session") == BREAKER_DAY)
    before = market[2].bars.filter(pl.col("session") < BREAKER_DAY)["close"][-1]
    assert index["low"][0] / before < 0.93


def test_trading_is_heaviest_at_the_open_and_the_close(market: list[Incoming]) -> None:
    mean = market[0].bars.filter(pl.col("minute") < 920).group_by("minute").agg(pl.col("volume").mean()).sort("minute")["volume"]
    noon = float(mean[80:110].to_numpy().mean())
    assert mean[0] > 1.5 * noon
    assert mean[-1] > 1.5 * noon


def test_instruments_of_the_market_move_together_and_those_of_noise_do_not(market: list[Incoming], noise: list[Incoming]) -> None:
    for parts, expected in ((market, True), (noise, False)):
        stocks = [code for code, item in INSTRUMENTS.items() if item.kind is Kind.STOCK]
        wide = parts[1].bars.filter(pl.col("code").is_in(stocks)).pivot(on="code", index="session", values="close")
        closes = wide.drop("session").to_numpy()
        changes = closes[1:] / closes[:-1] - 1.0
        correlation = np.corrcoef(changes.T)
        mean = float(np.mean(correlation[np.triu_indices(len(correlation), 1)]))
        assert (mean > 0.15) is expected
        assert mean > 0.15 or abs(mean) < 0.01


def test_noise_has_no_drift_and_no_memory(noise: list[Incoming]) -> None:
    # 200 independent instruments x 60 sessions: the mean session return has a standard error of 0.02 / sqrt(12,000) = 0.00018.
    daily = noise[1].bars.with_columns((pl.col("close") / pl.col("base_price") - 1.0).alias("change"))
    change = daily["change"].to_numpy()
    error = float(np.std(change)) / len(change) ** 0.5
    assert 0.005 < float(np.std(change)) < 0.04
    assert abs(float(np.mean(change))) < 3.5 * error
    grid = change.reshape(200, 60)
    memory = float(np.mean(grid[:, 1:] * grid[:, :-1]) / np.mean(grid * grid))
    assert abs(memory) < 3.5 / (200 * 59) ** 0.5


def test_noise_is_whole_no_bar_is_missing_and_nothing_is_locked(noise: list[Incoming]) -> None:
    assert noise[0].bars.height == 200 * 60 * 191
    assert noise[1].bars.filter(pl.col("high") == pl.col("low")).is_empty()


def test_the_index_is_the_value_of_its_members(market: list[Incoming]) -> None:
    index = market[2].bars
    assert index["code"].unique().to_list() == [DEMO_INDEX]
    assert market[2].facts[DEMO_INDEX].kind is Kind.INDEX
    assert ((index["high"] >= index["close"]) & (index["low"] <= index["close"])).all()
    kospi = [code for code, item in INSTRUMENTS.items() if item.board is Board.KOSPI and item.kind is Kind.STOCK]
    members = market[1].bars.filter(pl.col("code").is_in(kospi)).pivot(on="code", index="session", values="close").drop("session")
    own, mean = np.diff(np.log(index["close"].to_numpy())), np.diff(np.log(members.to_numpy()), axis=0).mean(axis=1)
    assert float(np.corrcoef(own, mean)[0, 1]) > 0.9


def test_a_store_gets_all_parts_in_place_of_an_older_demo() -> None:
    class Memory:
        def __init__(self) -> None:
            self.written: list[tuple[str, int, bool]] = []

        def write(self, incoming: Incoming, *, replace: bool = False) -> object:
            self.written.append((str(incoming.interval), incoming.bars.height, replace))
            return None

    store = Memory()
    write_demo(store, DemoKind.NOISE, instruments=3, sessions=2)
    assert store.written == [("2m", 3 * 2 * 191, True), ("1d", 6, True), ("1d", 2, True)]
