"""A request: to JSON and back, every wrong field by its name, and the defaults that the data decide."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.bars.interval import DAILY, Interval
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors import BokgiError, Language
from bokgi.errors.requests import CodesInvalid, FieldInvalid, NoBarsAtAll, NoCommonInterval, NoStocks, PeriodReversed, PeriodWithoutData
from bokgi.orders.rules import AccountMode, AccountRules, CostRules, ExecutionRules, Market, Reinvest, Unpriced
from bokgi.services.request import BacktestRequest
from bokgi.services.resolution import resolve
from tests.data.store_cases import bars_of, incoming_of
from tests.services.small_store import DAYS, FIVE, TEN, add_daily, seventy_sessions, store_with

BODY: dict[str, Any] = {"strategy": "daily_trading", "stock_codes": ["005930"]}
fractions = st.floats(1e-6, 1.0)


def _slippage() -> st.SearchStrategy[tuple[int, float]]:
    return st.one_of(st.tuples(st.integers(0, 100), st.just(0.0)), st.tuples(st.just(0), st.floats(0.0, 1_000.0)))


@st.composite
def requests(draw: st.DrawFn) -> BacktestRequest:
    days = sorted(draw(st.lists(st.dates(date(2000, 1, 1), date(2030, 1, 1)), min_size=2, max_size=2)))
    ticks, bps = draw(_slippage())
    costs = CostRules(
        commission_ppm=draw(st.integers(0, 50_000)),
        commission_on_buy=draw(st.booleans()),
        fixed_tax_ppm=draw(st.none() | st.integers(0, 50_000)),
        commission_unit_krw=draw(st.sampled_from((1, 10))),
        plain_fee_ratio=draw(st.floats(0.0, 0.1)),
    )
    execution = ExecutionRules(
        market=draw(st.sampled_from(Market)),
        costs=costs,
        max_wait_minutes=draw(st.integers(0, 390)),
        slippage_ticks=ticks,
        slippage_bps=bps,
        unpriced=draw(st.sampled_from(Unpriced)),
        fractional_shares=draw(st.booleans()),
    )
    account = AccountRules(
        mode=draw(st.sampled_from(AccountMode)),
        initial_capital=draw(st.integers(1, 10**12)),
        reinvest=draw(st.sampled_from(Reinvest)),
        position_fraction=draw(st.none() | fractions),
    )
    return BacktestRequest(
        strategy=draw(st.sampled_from(("daily_trading", "my.py:Breakout"))),
        codes=tuple(draw(st.lists(st.sampled_from(("005930", "000660", "0126Z0")), unique=True))),
        strategy_params=draw(st.dictionaries(st.sampled_from(("buy_time", "period")), st.sampled_from(("10:00", 20, 1.5)))),
        start=draw(st.none() | st.just(days[0])),
        end=draw(st.none() | st.just(days[1])),
        interval=draw(st.none() | st.sampled_from((DAILY, FIVE, Interval(1)))),
        execution=execution,
        account=account,
        risk_free_rate=draw(st.floats(-0.5, 1.0)),
        seed=draw(st.integers(0, 2**31 - 1)),
        check_all=draw(st.booleans()),
    )


@given(requests())
def test_a_request_written_as_json_is_read_back_equal(request: BacktestRequest) -> None:
    text = json.dumps(request.to_json(), allow_nan=False)
    assert BacktestRequest.from_json(json.loads(text)) == request


def test_what_is_not_given_is_the_default_that_semantics_names() -> None:
    request = BacktestRequest.from_json(BODY)
    assert request == BacktestRequest("daily_trading", ("005930",))
    assert request.account.initial_capital == 10_000_000
    assert request.execution.costs.commission_ppm == 110
    assert request.execution.max_wait_minutes == 10
    assert (request.execution.market, request.execution.unpriced) == (Market.KRX, Unpriced.REFUSE)
    assert (request.account.mode, request.account.reinvest) == (AccountMode.PER_STOCK, Reinvest.COMPOUND)
    assert (request.start, request.end, request.interval) == (None, None, None)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("strategy", ""),
        ("strategy", 5),
        ("stock_codes", "005930"),
        ("strategy_params", ["10:00"]),
        ("start_date", "16.10.2025"),
        ("end_date", 20251016),
        ("initial_capital", 0),
        ("initial_capital", 1e13),
        ("initial_capital", float("nan")),
        ("initial_capital", float("inf")),
        ("initial_capital", "much"),
        ("initial_capital", True),
        ("risk_free_rate", 2.0),
        ("seed", -1),
        ("seed", 1.5),
        ("check_all", "yes"),
        ("costs.commission_ppm", -1),
        ("costs.commission_on_buy", 1),
        ("costs.fixed_tax_ppm", 50_001),
        ("costs.commission_unit_krw", 5),
        ("costs.plain_fee_ratio", 0.2),
        ("costs.comission_ppm", 110),
        ("fills.market", "nasdaq"),
        ("fills.market", ["krx"]),
        ("fills.max_wait_minutes", 391),
        ("fills.slippage_ticks", 0.5),
        ("fills.slippage_bps", -1.0),
        ("fills.unpriced", None),
        ("fills.fractional_shares", "no"),
        ("fills.costs", {}),
        ("account.mode", "joint"),
        ("account.reinvest", ""),
        ("account.position_fraction", 0),
        ("account.initial_capital", 1),
        ("stocks", ["005930"]),
    ],
)
def test_a_wrong_field_is_named_in_both_languages(place: str, value: object) -> None:
    first, _, second = place.partition(".")
    body = BODY | {first: {second: value} if second else value}
    with pytest.raises(FieldInvalid) as error:
        BacktestRequest.from_json(body)
    assert error.value.field == place
    for language in Language:
        assert place in error.value.sentence(language)


@pytest.mark.parametrize(
    ("change", "korean"),
    [
        ({"seed": -1}, "seed에 -1을(를) 쓸 수 없습니다. 허용: 0~2,147,483,647인 정수."),
        ({"check_all": "yes"}, "check_all에 'yes'을(를) 쓸 수 없습니다. 허용: true 또는 false."),
        ({"start_date": "soon"}, "start_date에 'soon'을(를) 쓸 수 없습니다. 허용: 2025-10-16 같은 날짜."),
        ({"initial_capital": 0}, "initial_capital에 0을(를) 쓸 수 없습니다. 허용: 1~1,000,000,000,000."),
    ],
)
def test_what_is_allowed_is_said_in_korean_to_koreans(change: dict[str, Any], korean: str) -> None:
    with pytest.raises(FieldInvalid) as error:
        BacktestRequest.from_json(BODY | change)
    assert error.value.sentence(Language.KOREAN) == korean


def test_both_kinds_of_slippage_at_once_are_refused() -> None:
    with pytest.raises(FieldInvalid, match="not both"):
        BacktestRequest.from_json(BODY | {"fills": {"slippage_ticks": 1, "slippage_bps": 5.0}})


def test_codes_of_another_form_are_all_named_and_letters_are_made_capital() -> None:
    with pytest.raises(CodesInvalid, match="SAMSUNG, 12"):
        BacktestRequest.from_json(BODY | {"stock_codes": ["samsung", "005930", "12"]})
    with pytest.raises(CodesInvalid, match="5930"):
        BacktestRequest.from_json(BODY | {"stock_codes": [5930]})
    assert BacktestRequest.from_json(BODY | {"stock_codes": ["0126z0", "005930", "005930"]}).codes == ("0126Z0", "005930")


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(PeriodReversed, match="2025-10-17 lies after the end 2025-10-16"):
        BacktestRequest.from_json(BODY | {"start_date": "2025-10-17", "end_date": "2025-10-16"})
    same_day = BacktestRequest.from_json(BODY | {"start_date": "2025-10-16", "end_date": "2025-10-16"})
    assert same_day.start == same_day.end == date(2025, 10, 16)


def resolved(market: tuple[Store, Master], *codes: str, **more: Any) -> BacktestRequest:
    return resolve(*market, BacktestRequest("MA5_20", codes, **more))


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Master]:
    """005930 at 5m and 1d, 000660 at 5m, 000270 at 1d only."""
    store, master = store_with(tmp_path_factory.mktemp("requests"), {"005930": 70_000.0, "000660": 110_000.0})
    add_daily(store, "005930", seventy_sessions())
    add_daily(store, "000270", seventy_sessions())
    return store, master


def test_the_finest_interval_that_all_stocks_have_is_taken(market: tuple[Store, Master]) -> None:
    assert resolved(market, "005930").interval == FIVE
    assert resolved(market, "005930", "000660").interval == FIVE
    assert resolved(market, "005930", "000270").interval == DAILY
    assert resolved(market, "005930", interval=DAILY).interval == DAILY


def test_without_a_period_the_last_sixty_sessions_are_taken(market: tuple[Store, Master]) -> None:
    days = seventy_sessions()
    found = resolved(market, "000270")
    assert (found.start, found.end) == (days[-60], days[-1])
    ended = resolved(market, "000270", end=days[64])
    assert (ended.start, ended.end) == (days[5], days[64])
    begun = resolved(market, "000270", start=days[3])
    assert (begun.start, begun.end) == (days[3], days[-1])


def test_the_default_period_never_begins_before_the_data(market: tuple[Store, Master]) -> None:
    found = resolved(market, "000660")
    assert (found.start, found.end) == (DAYS[0], DAYS[-1])


def test_a_resolved_request_resolves_to_itself(market: tuple[Store, Master]) -> None:
    once = resolved(market, "005930", "000660")
    assert resolve(*market, once) == once


def test_no_stocks_and_unknown_codes_are_refused(market: tuple[Store, Master]) -> None:
    with pytest.raises(NoStocks):
        resolved(market)
    with pytest.raises(CodesInvalid, match="Invalid stock codes: 999990, 035720\\."):
        resolved(market, "005930", "999990", "035720")


def test_stocks_without_bars_at_the_interval_are_named(market: tuple[Store, Master]) -> None:
    with pytest.raises(NoBarsAtAll, match=r"no bars of 000270 \(5m\)"):
        resolved(market, "005930", "000270", interval=FIVE)
    with pytest.raises(NoBarsAtAll, match=r"no bars of 005930 \(10m\)"):
        resolved(market, "005930", interval=TEN)


def test_stocks_without_a_common_interval_are_told_with_what_each_has(tmp_path: Path) -> None:
    store, master = store_with(tmp_path, {"005930": 70_000.0})
    store.write(incoming_of(bars_of([("000660", DAYS[0], 600, 1e5, 1e5, 1e5, 1e5, 1.0, None)]), TEN))
    with pytest.raises(NoCommonInterval, match="005930 5m; 000660 10m"):
        resolved((store, master), "005930", "000660")


@pytest.mark.parametrize(("start", "end"), [(date(2025, 11, 3), None), (None, date(2025, 10, 15)), (date(2020, 1, 2), date(2020, 1, 3))])
def test_a_period_without_bars_is_told_with_the_one_that_has_them(
    market: tuple[Store, Master], start: date | None, end: date | None
) -> None:
    with pytest.raises(PeriodWithoutData) as error:
        resolved(market, "000660", start=start, end=end)
    assert "from 2025-10-16 to 2025-10-21" in error.value.sentence(Language.ENGLISH)


def test_an_empty_store_knows_no_codes(tmp_path: Path) -> None:
    with pytest.raises(BokgiError) as error:
        resolved((Store(tmp_path), Master.read(tmp_path)), "005930")
    assert "bokgi data" in error.value.sentence(Language.ENGLISH)
