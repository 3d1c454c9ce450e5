"""Costs: the worked example, and the law's rates on both sides of every confirmed date."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.market.costs import UNKNOWN_TAX, commission_krw, sale_taxes_ppm, tax_krw
from bokgi.market.instruments import Board, Kind
from bokgi.units import Krw, Ppm

ANSWERS = json.loads((Path(__file__).parents[1] / "answers" / "sale_costs.json").read_text(encoding="utf-8"))
KOSPI, KOSDAQ, KONEX = Board.KOSPI, Board.KOSDAQ, Board.KONEX


def rates(day: date, board: Board, kind: Kind = Kind.STOCK) -> tuple[int, int]:
    taxes = sale_taxes_ppm(day, board, kind)
    return int(taxes.transaction_tax_ppm), int(taxes.special_tax_ppm)


def taxes_of(example: dict[str, Any], amount: int) -> tuple[int, int]:
    day = date.fromisoformat(example["trade_day"])
    transaction, special = (tax_krw(Krw(amount), Ppm(rate)) for rate in rates(day, Board(example["board"])))
    return transaction, special


def test_the_worked_example_of_2026_nets_90791_won() -> None:
    example = ANSWERS["worked_example_2026"]
    transaction, special = taxes_of(example, example["sell_amount"])
    commission = commission_krw(Krw(example["sell_amount"]), Ppm(example["commission_ppm"]))
    assert (transaction, special, commission) == (example["transaction_tax"], example["special_tax"], example["commission"])
    assert transaction + special == example["total_tax"]
    assert example["sell_amount"] - example["buy_amount"] - transaction - special - commission == example["net"]


def test_each_tax_is_cut_off_separately() -> None:
    example = ANSWERS["cut_off_separately_2026"]
    assert taxes_of(example, example["sell_amount"]) == (example["transaction_tax"], example["special_tax"])
    assert taxes_of(example, example["second_sell_amount"]) == (example["second_transaction_tax"], example["second_special_tax"])


@pytest.mark.parametrize(
    ("day", "total_ppm"),
    [
        (date(2019, 5, 29), 3_000),
        (date(2019, 5, 30), 2_500),
        (date(2020, 12, 28), 2_500),
        (date(2020, 12, 29), 2_300),
        (date(2023, 6, 1), 2_000),
        (date(2024, 6, 3), 1_800),
        (date(2024, 12, 26), 1_800),
        (date(2024, 12, 27), 1_500),
        (date(2026, 2, 2), 2_000),
    ],
)
def test_the_tax_goes_by_the_day_of_the_trade(day: date, total_ppm: int) -> None:
    assert rates(day, KOSPI) == (total_ppm - 1_500, 1_500)
    assert rates(day, KOSDAQ) == (total_ppm, 0)


@pytest.mark.parametrize(
    ("day", "rate"), [(date(2013, 7, 1), 3_000), (date(2019, 5, 29), 3_000), (date(2019, 5, 30), 1_000), (date(2026, 2, 2), 1_000)]
)
def test_konex_pays_one_tax_of_its_own(day: date, rate: int) -> None:
    assert rates(day, KONEX) == (rate, 0)


@pytest.mark.parametrize("kind", [Kind.REIT, Kind.SPAC, Kind.PREFERRED])
def test_reits_spacs_and_preferred_shares_pay_as_shares_do(kind: Kind) -> None:
    assert rates(date(2026, 2, 2), KOSPI, kind) == (500, 1_500)


@pytest.mark.parametrize("kind", [Kind.ETF, Kind.ETN, Kind.ELW, Kind.FOREIGN])
def test_etf_etn_and_elw_pay_no_tax(kind: Kind) -> None:
    assert rates(date(2026, 2, 2), KOSPI, kind) == (0, 0)


def test_taxes_come_as_arrays_by_day_and_unknown_ones_are_marked() -> None:
    days = np.array(["1990-01-03", "2019-05-29", "2019-05-30"], dtype="datetime64[D]")
    taxes = sale_taxes_ppm(days, KOSPI, Kind.STOCK)
    assert taxes.transaction_tax_ppm.tolist() == [UNKNOWN_TAX, 1_500, 1_000]
    assert taxes.special_tax_ppm.tolist() == [UNKNOWN_TAX, 1_500, 1_500]


@pytest.mark.parametrize(("unit", "commission"), [(1, 1_105), (10, 1_100)])
def test_some_brokers_cut_the_commission_below_ten_won(unit: int, commission: int) -> None:
    assert commission_krw(Krw(10_052_000), Ppm(110), unit) == commission


@given(st.integers(0, 10**14), st.integers(0, 10_000), st.sampled_from([1, 10]))
def test_a_commission_is_the_largest_multiple_of_its_unit_below_the_exact_charge(amount: int, rate: int, unit: int) -> None:
    commission = commission_krw(Krw(amount), Ppm(rate), unit)
    assert commission % unit == 0
    assert commission * 1_000_000 <= amount * rate < (commission + unit) * 1_000_000
