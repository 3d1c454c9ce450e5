"""Dates of changes of the KOSPI 200."""

from datetime import date

import pytest

from bokgi.errors.market import UnknownUniverse
from bokgi.market.calendar import is_session, last_sessions_before
from bokgi.market.instruments import Exchange
from bokgi.market.universes import effective_session_of, last_change_before, membership_changes


def test_the_announced_changes_are_there() -> None:
    announced = ["2021-06-11", "2021-12-10", "2022-06-10", "2022-12-09", "2024-12-13", "2025-06-13", "2025-12-12"]
    assert [change.effective.isoformat() for change in membership_changes("kospi200") if change.confirmed] == announced


def test_every_change_takes_effect_on_the_session_after_a_second_thursday_of_june_or_december() -> None:
    for change in membership_changes("kospi200"):
        thursday = last_sessions_before(Exchange.XKRX, change.effective, 1).day.tolist()[0]
        assert is_session(Exchange.XKRX, change.effective)
        assert (thursday.weekday(), 8 <= thursday.day <= 14, thursday.month in {6, 12}) == (3, True, True)


@pytest.mark.parametrize(
    ("day", "effective"), [(date(2025, 6, 12), date(2024, 12, 13)), (date(2025, 6, 13), date(2025, 6, 13)), (date(2019, 1, 2), None)]
)
def test_a_change_is_in_force_from_its_session_on(day: date, effective: date | None) -> None:
    change = last_change_before("kospi200", day)
    assert (change.effective if change else None) == effective


def test_an_unknown_list_is_refused_with_the_known_ones() -> None:
    with pytest.raises(UnknownUniverse, match="kospi200"):
        membership_changes("nasdaq100")


@pytest.mark.parametrize(
    ("published", "effective"),
    [
        (date(2025, 7, 3), date(2024, 12, 13)),
        (date(2025, 10, 2), date(2025, 6, 13)),
        (date(2025, 12, 24), None),
        (date(2025, 7, 4), None),
        (None, None),
    ],
)
def test_a_published_list_holds_from_its_own_session_and_not_from_its_publication(published: date | None, effective: date | None) -> None:
    assert effective_session_of("kospi200", published) == effective
    assert effective_session_of("kosdaq150", published) is None


def test_every_known_list_holds_from_a_regular_change() -> None:
    changes = {change.effective for change in membership_changes("kospi200")}
    assert {effective_session_of("kospi200", day) for day in (date(2025, 7, 3), date(2025, 10, 2))} <= changes
