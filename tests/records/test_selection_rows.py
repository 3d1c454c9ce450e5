"""Modes and lists of stocks, on SQLite and on PostgreSQL."""

import pytest

from bokgi.errors.service import TooManyStocks
from bokgi.records.database import Database
from bokgi.records.selections import SelectionRows


@pytest.fixture
def selections(database: Database) -> SelectionRows:
    return SelectionRows(database)


def test_a_profile_that_never_chose_has_all_stocks(selections: SelectionRows) -> None:
    assert (selections.mode("default"), selections.specific("default"), selections.listed("default", "blacklist")) == ("all", (), ())


def test_modes_and_lists_survive_a_restart(database: Database) -> None:
    first = SelectionRows(database)
    first.set_mode("default", "specific")
    first.add("default", ["005930", "000660"])
    first.add_listed("default", "whitelist", "0126Z0")
    reopened = Database.open(database.url.render_as_string(hide_password=False))
    second = SelectionRows(reopened)
    assert (second.mode("default"), second.specific("default")) == ("specific", ("005930", "000660"))
    assert second.listed("default", "whitelist") == ("0126Z0",)
    reopened.close()


def test_codes_keep_their_order_and_count_once(selections: SelectionRows) -> None:
    assert selections.add("default", ["005930", "000660", "005930"]) == ("005930", "000660")
    assert selections.add("default", ["000660", "035420"]) == ("005930", "000660", "035420")
    assert selections.remove("default", "000660") == ("005930", "035420")
    assert selections.add("default", ["000660"]) == ("005930", "035420", "000660")
    assert selections.replace("default", ["051910", "005930"]) == ("051910", "005930") == selections.specific("default")


def test_an_addition_beyond_the_limit_adds_nothing(selections: SelectionRows) -> None:
    codes = [f"{number:06d}" for number in range(100)]
    selections.add("default", codes, limit=100)
    with pytest.raises(TooManyStocks):
        selections.add("default", ["999990"], limit=100)
    assert selections.add("default", codes[:5], limit=100) == tuple(codes), "those that are there need no room"
    with pytest.raises(TooManyStocks):
        selections.replace("default", [*codes, "999990"], limit=100)
    assert selections.specific("default") == tuple(codes)


@pytest.mark.parametrize(("mode", "kept"), [("specific", ("005930",)), ("all", ()), ("filtered", ())])
def test_leaving_the_specific_mode_clears_its_list_alone(selections: SelectionRows, mode: str, kept: tuple[str, ...]) -> None:
    selections.set_mode("default", "specific")
    selections.add("default", ["005930"])
    selections.add_listed("default", "blacklist", "000660")
    selections.set_mode("default", mode)
    assert (selections.mode("default"), selections.specific("default")) == (mode, kept)
    assert selections.listed("default", "blacklist") == ("000660",)


def test_profiles_and_lists_do_not_touch_each_other(selections: SelectionRows) -> None:
    selections.add("default", ["005930"])
    selections.add("smoke", ["000660"])
    selections.add_listed("default", "blacklist", ["035420", "051910"])
    selections.clear("smoke")
    assert selections.remove_listed("default", "blacklist", ["035420"]) == ("051910",)
    assert (selections.specific("default"), selections.specific("smoke"), selections.mode("smoke")) == (("005930",), (), "all")
