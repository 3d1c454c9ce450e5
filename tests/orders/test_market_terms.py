"""Terms of a panel: ticks, limits, taxes and delistings by instrument and session."""

from datetime import date

import numpy as np
import pytest

from bokgi.bars.interval import DAILY
from bokgi.bars.panel import Panel
from bokgi.errors.market import ForeignUnderKrx, RulesNotKnown
from bokgi.market.calendar import sessions_between
from bokgi.market.instruments import Board, Exchange, Instrument, Kind
from bokgi.orders.market_terms import market_terms
from bokgi.orders.rules import CostRules, ExecutionRules, Market
from bokgi.orders.terms import Terms

KRX, PLAIN = ExecutionRules(), ExecutionRules(market=Market.PLAIN)
SAMSUNG = Instrument("005930")
JANUARY = date(2026, 1, 2), date(2026, 1, 9)


def daily_panel(
    instruments: list[Instrument],
    period: tuple[date, date] = JANUARY,
    bases: list[float] | None = None,
    adjusted: list[bool] | None = None,
    exchange: Exchange = Exchange.XKRX,
    first_session: int = 0,
) -> Panel:
    """One daily bar of 10,000 won for each instrument and session from `first_session` on; `bases` by instrument."""
    sessions = sessions_between(exchange, *period)
    count, kept = len(instruments), len(sessions) - first_session
    shape = (count, len(sessions))
    session = np.tile(np.arange(first_session, len(sessions), dtype=np.int32), count)
    price = np.full(len(session), 10_000.0)
    base = np.repeat(np.array(bases or [np.nan] * count)[:, None], len(sessions), axis=1)
    return Panel(
        instruments=tuple(instruments),
        interval=DAILY,
        sessions=sessions,
        offsets=np.arange(count + 1, dtype=np.int64) * kept,
        session=session,
        minute=sessions.open_minute[session],
        open=price,
        high=price,
        low=price,
        close=price,
        volume=np.ones(len(session)),
        auction=np.full(shape, np.nan),
        auction_row=np.full(shape, -1, dtype=np.int64),
        base_price=base,
        adjusted=np.array(adjusted or [False] * count),
    )


def tick_at(terms: Terms, instrument: int, session: int, price: float) -> float:
    ladder = int(terms.ladder[instrument, session])
    step = int(np.searchsorted(terms.ladder_bounds[ladder], price, side="right"))
    return float(terms.ladder_steps[ladder, step])


def test_a_kospi_share_has_ticks_limits_and_two_taxes() -> None:
    terms = market_terms(daily_panel([SAMSUNG], bases=[64_900.0]), KRX)
    assert tick_at(terms, 0, 0, 64_900) == 100
    assert terms.lower_limit[0].tolist() == [45_500.0] * 6
    assert terms.upper_limit[0].tolist() == [84_300.0] * 6
    assert set(terms.transaction_tax_ppm[0].tolist()) == {500}
    assert set(terms.special_tax_ppm[0].tolist()) == {1_500}


def test_boards_and_kinds_of_one_panel_keep_their_own_rules() -> None:
    kosdaq = Instrument("035720", board=Board.KOSDAQ)
    etf = Instrument("122630", kind=Kind.ETF, leverage=2.0)
    terms = market_terms(daily_panel([etf, SAMSUNG, kosdaq], bases=[10_000.0, 10_000.0, 10_000.0]), KRX)
    assert [tick_at(terms, index, 0, 10_000) for index in range(3)] == [5, 10, 10]
    assert terms.lower_limit[:, 0].tolist() == [4_000, 7_000, 7_000]
    assert terms.transaction_tax_ppm[:, 0].tolist() == [0, 500, 2_000]
    assert terms.special_tax_ppm[:, 0].tolist() == [0, 1_500, 0]


def test_rules_change_inside_a_period() -> None:
    terms = market_terms(daily_panel([SAMSUNG], (date(2023, 1, 19), date(2023, 1, 26)), [150_000.0]), KRX)
    assert [tick_at(terms, 0, session, 150_000) for session in range(4)] == [500, 500, 100, 100]


def test_an_unknown_base_price_leaves_the_limit_unknown() -> None:
    terms = market_terms(daily_panel([SAMSUNG]), KRX)
    assert np.isnan(terms.upper_limit).all()
    assert np.isnan(terms.lower_limit).all()
    assert (terms.ladder >= 0).all()


def test_an_adjusted_series_has_no_ticks_and_no_limits_but_pays_taxes() -> None:
    terms = market_terms(daily_panel([SAMSUNG, SAMSUNG], bases=[64_900.0, 64_900.0], adjusted=[True, False]), KRX)
    assert (terms.ladder[0] == -1).all()
    assert np.isnan(terms.upper_limit[0]).all()
    assert terms.upper_limit[1, 0] == 84_300
    assert terms.transaction_tax_ppm[0, 0] == 500


def test_elw_have_ticks_but_no_limits() -> None:
    terms = market_terms(daily_panel([Instrument("57J123", kind=Kind.ELW)], bases=[100.0]), KRX)
    assert tick_at(terms, 0, 0, 100) == 5
    assert np.isnan(terms.upper_limit).all()


def test_the_plain_market_has_no_ticks_limits_or_taxes_anywhere() -> None:
    foreign = Instrument("SPY", kind=Kind.FOREIGN, board=Board.FOREIGN, exchange=Exchange.XNYS)
    terms = market_terms(daily_panel([foreign], bases=[100.0], exchange=Exchange.XNYS), PLAIN)
    assert (terms.ladder == -1).all()
    assert np.isnan(terms.upper_limit).all()
    assert (terms.transaction_tax_ppm == 0).all()


@pytest.mark.parametrize(
    "instrument",
    [Instrument("SPY", kind=Kind.FOREIGN, board=Board.FOREIGN, exchange=Exchange.XNYS), Instrument("KOSPI200", kind=Kind.INDEX)],
)
def test_foreign_instruments_and_indices_are_refused_under_krx(instrument: Instrument) -> None:
    with pytest.raises(ForeignUnderKrx, match=instrument.code):
        market_terms(daily_panel([SAMSUNG, instrument]), KRX)


def test_a_fixed_tax_replaces_both_taxes_of_every_sale() -> None:
    etf = Instrument("069500", kind=Kind.ETF)
    terms = market_terms(daily_panel([SAMSUNG, etf]), ExecutionRules(costs=CostRules(fixed_tax_ppm=2_000)))
    assert (terms.transaction_tax_ppm == 2_000).all()
    assert (terms.special_tax_ppm == 0).all()


def test_a_delisted_instrument_ends_at_the_first_session_without_it() -> None:
    """2026-01-03 is a Saturday: the next session is the second of the period."""
    gone = [Instrument("000001", delisted=day) for day in (date(2026, 1, 3), date(2026, 1, 5), date(2025, 6, 2), date(2027, 1, 4))]
    assert market_terms(daily_panel([*gone, SAMSUNG]), KRX).delisted_session.tolist() == [1, 1, 0, 6, 6]


def test_a_share_has_the_wide_range_of_the_offer_price_on_its_first_day_only() -> None:
    share = Instrument("373160", board=Board.KOSDAQ, listed=date(2025, 1, 24))
    terms = market_terms(daily_panel([share], (date(2025, 1, 23), date(2025, 1, 31)), [13_000.0]), KRX)
    assert terms.lower_limit[0].tolist() == [9_100, 7_800, 9_100]
    assert terms.upper_limit[0].tolist() == [16_900, 52_000, 16_900]


def test_kosdaq_bars_before_its_rules_are_known_are_refused() -> None:
    old = Instrument("035720", board=Board.KOSDAQ)
    with pytest.raises(RulesNotKnown, match="2003-07-21"):
        market_terms(daily_panel([old], (date(2003, 7, 17), date(2003, 7, 22))), KRX)


def test_a_period_may_begin_before_the_rules_of_an_instrument_without_bars_there() -> None:
    old = Instrument("035720", board=Board.KOSDAQ)
    terms = market_terms(daily_panel([old], (date(2003, 7, 18), date(2003, 7, 22)), [1_000.0], first_session=1), KRX)
    assert (terms.ladder[0] >= 0).tolist() == [False, True, True]
    assert np.isnan(terms.upper_limit[0]).tolist() == [True, False, False]


def test_the_arrays_have_the_types_that_the_contract_names() -> None:
    terms = market_terms(daily_panel([SAMSUNG], bases=[64_900.0]), KRX)
    kinds = {name: (getattr(terms, name).dtype.name, getattr(terms, name).flags.c_contiguous) for name in Terms.__dataclass_fields__}
    floats = dict.fromkeys(("ladder_bounds", "ladder_steps", "upper_limit", "lower_limit"), ("float64", True))
    whole = dict.fromkeys(("transaction_tax_ppm", "special_tax_ppm", "delisted_session"), ("int64", True))
    assert kinds == {"ladder": ("int32", True)} | floats | whole
