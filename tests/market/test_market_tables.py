"""What every dated table promises: sources, rising days, words that the code knows."""

from datetime import date

import pytest

from bokgi.errors.market import MarketTableMalformed
from bokgi.market.calendar import calendar_range
from bokgi.market.dated import TABLES, Dated, rows_of, to_minute
from bokgi.market.instruments import Exchange, Kind
from bokgi.market.kinds import tick_group

NAMES = sorted(path.stem for path in TABLES.glob("*.csv"))
DAY_COLUMNS = ("day", "first_day", "first_trade_day", "effective_session", "published")


def test_all_tables_are_found_beside_the_package() -> None:
    assert len(NAMES) == 16


@pytest.mark.parametrize("table", NAMES)
def test_every_row_names_its_source_and_fills_the_columns_of_the_head(table: str) -> None:
    for row in rows_of(table):
        assert row["source"]
        assert None not in list(row)
        assert None not in row.values()


@pytest.mark.parametrize("table", NAMES)
def test_no_fact_stands_twice(table: str) -> None:
    facts = [tuple(value for column, value in row.items() if column != "source") for row in rows_of(table)]
    assert len(set(facts)) == len(facts)


@pytest.mark.parametrize("table", NAMES)
def test_every_day_can_be_read_and_unconfirmed_rows_say_so(table: str) -> None:
    for row in rows_of(table):
        assert all(date.fromisoformat(row[column]) for column in DAY_COLUMNS if column in row)
        assert row.get("confirmed", "yes") in {"yes", "no"}


@pytest.mark.parametrize("table", ["closed_days", "special_hours"])
def test_named_days_are_weekdays_inside_the_calendar(table: str) -> None:
    for row in rows_of(table):
        day, covered = date.fromisoformat(row["day"]), calendar_range(Exchange(row["exchange"]))
        assert day.weekday() < 5
        assert covered.first <= day <= covered.last


def test_no_day_with_special_hours_is_closed() -> None:
    closed = {(row["exchange"], row["day"]) for row in rows_of("closed_days")}
    assert not closed & {(row["exchange"], row["day"]) for row in rows_of("special_hours")}


def test_every_kind_has_its_row() -> None:
    groups = {row["group"] for row in rows_of("tick_rules")} | {""}
    assert {tick_group(kind) for kind in Kind} == groups


def test_a_clock_time_becomes_a_minute_of_the_day() -> None:
    assert (to_minute("09:00"), to_minute("11:19:12")) == (540, 679)


@pytest.mark.parametrize("pairs", [[], [("2020-01-02", 1), ("2020-01-02", 2)], [("2020-01-03", 1), ("2020-01-02", 2)]])
def test_days_that_do_not_rise_are_refused(pairs: list[tuple[str, int]]) -> None:
    with pytest.raises(MarketTableMalformed):
        Dated.from_pairs("example", pairs)
