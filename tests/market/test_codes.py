"""The form of codes, against the exchange's own lists."""

from pathlib import Path

import polars as pl
import pytest

from bokgi.errors.base import Language
from bokgi.errors.market import NotACode
from bokgi.market.codes import check_code, is_code, normalised_code


@pytest.mark.parametrize("text", ["005930", "0126Z0", "00104K", "0115H0", "00680K", "900280"])
def test_real_codes_have_the_form(text: str) -> None:
    assert is_code(text)


@pytest.mark.parametrize(
    "text", ["5930", "A005930", "0126I0", "0126O0", "0126U0", "00104J", "00593a", "06031012", "005930\n", "", "５０５９３０"]
)
def test_other_texts_do_not(text: str) -> None:
    assert not is_code(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A005930", "005930"),
        (" 005930 ", "005930"),
        ("00104k", "00104K"),
        ("005930.KS", "005930"),
        ("091990.kq", "091990"),
        ("Q500001", "Q500001"),
        ("AAPL", "AAPL"),
    ],
)
def test_a_code_is_found_inside_the_ways_in_which_feeds_write_it(text: str, code: str) -> None:
    assert normalised_code(text) == code


def test_a_wrong_code_is_refused_with_what_was_given_in_both_languages() -> None:
    assert check_code("A005930") == "005930"
    with pytest.raises(NotACode) as caught:
        check_code("삼성전자")
    assert all("삼성전자" in caught.value.sentence(language) for language in Language)


def test_every_code_of_the_exchange_has_the_form(shared_data: Path) -> None:
    master = pl.read_csv(shared_data / "kr_master/krx_base_info_2026-04-14.csv", infer_schema=False)
    assert master.height == 2_882
    assert [code for code in master["ISU_SRT_CD"] if not is_code(code)] == []
