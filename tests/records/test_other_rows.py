"""Saved strategies, feedback and imports, on SQLite and on PostgreSQL."""

import pytest

from bokgi.errors.records import ConfigAbsent, ConfigNameTaken
from bokgi.records.database import Database
from bokgi.records.feedback import FeedbackRows
from bokgi.records.imports import ImportRows
from bokgi.records.strategy_configs import StrategyConfigRows
from tests.records.conftest import Clock


@pytest.fixture
def configs(database: Database, clock: Clock) -> StrategyConfigRows:
    return StrategyConfigRows(database, clock)


def test_saving_under_a_name_that_is_there_changes_that_configuration(configs: StrategyConfigRows, clock: Clock) -> None:
    first = configs.save("default", "아침 매수", "daily_trading", {"buy_time": "10:00"}, {"interval": "5m"})
    clock.move(hours=1)
    second = configs.save("default", "아침 매수", "daily_trading", {"buy_time": "09:30"})
    assert (second.id, second.created_at) == (first.id, first.created_at)
    assert (second.params, second.extra, second.updated_at) == ({"buy_time": "09:30"}, {}, clock.now)
    assert configs.list("default") == (second,)
    assert configs.get("default", first.id) == second


def test_configurations_are_listed_by_name_and_by_profile(configs: StrategyConfigRows) -> None:
    for name in ("나", "b", "A", "가"):
        configs.save("default", name, "daily_trading", {})
    configs.save("other", "A", "gap_up", {})
    assert [row.name for row in configs.list("default")] == ["A", "b", "가", "나"]
    assert [row.strategy for row in configs.list("other")] == ["gap_up"]


def test_a_configuration_is_renamed_and_updated_by_its_id(configs: StrategyConfigRows) -> None:
    row = configs.save("default", "one", "daily_trading", {"buy_time": "10:00"})
    assert configs.rename("default", row.id, "two").name == "two"
    updated = configs.update("default", row.id, "three", "gap_up", {"gap": 0.02})
    assert (updated.id, updated.name, updated.strategy, updated.params) == (row.id, "three", "gap_up", {"gap": 0.02})


def test_a_name_that_another_configuration_has_is_refused(configs: StrategyConfigRows) -> None:
    configs.save("default", "one", "daily_trading", {})
    two = configs.save("default", "two", "daily_trading", {})
    with pytest.raises(ConfigNameTaken):
        configs.rename("default", two.id, "one")
    assert [row.name for row in configs.list("default")] == ["one", "two"]


def test_a_configuration_of_another_profile_is_absent(configs: StrategyConfigRows) -> None:
    row = configs.save("default", "one", "daily_trading", {})
    for act in (
        lambda: configs.rename("other", row.id, "x"),
        lambda: configs.delete("other", row.id),
        lambda: configs.delete("default", "\0"),
    ):
        with pytest.raises(ConfigAbsent):
            act()
    assert configs.get("other", row.id) is None
    configs.delete("default", row.id)
    assert configs.list("default") == ()


def test_an_id_of_a_deleted_configuration_is_not_given_again(configs: StrategyConfigRows) -> None:
    first = configs.save("default", "one", "daily_trading", {})
    configs.delete("default", first.id)
    assert configs.save("default", "one", "daily_trading", {}).id != first.id


def test_feedback_is_kept_as_it_was_written(database: Database, clock: Clock) -> None:
    feedback = FeedbackRows(database, clock)
    row = feedback.add("default", "bug", "차트가\n안 보여요 ☹", page="/results", version="0.1.0", contact="a@example.org")
    assert feedback.page().rows == (row,)
    assert (row.text, row.created_at, row.status) == ("차트가\n안 보여요 ☹", clock.now, "new")


def test_feedback_is_newest_first_and_filtered_by_status(database: Database) -> None:
    feedback = FeedbackRows(database)
    ids = [feedback.add("default", "idea", f"{number}").id for number in range(5)]
    assert feedback.set_status(ids[1], "done")
    assert not feedback.set_status("fb-99", "done")
    page = feedback.page(page=2, page_size=2)
    assert ([row.id for row in page.rows], page.total) == ([ids[2], ids[1]], 5)
    assert [row.id for row in feedback.page(status="done").rows] == [ids[1]]


def test_an_import_ends_once(database: Database, clock: Clock) -> None:
    imports = ImportRows(database, clock)
    row = imports.add("default", "bars.csv", "uploads/x/bars.csv", {"interval": "5m"}, 1 << 33)
    assert imports.begin(row.id) is not None
    assert imports.finish(row.id, [{"file": "bars.csv", "bars": 390}])
    ended = imports.get(row.id)
    assert ended is not None
    assert (ended.status, ended.report, ended.error, ended.finished_at) == (
        "completed",
        [{"file": "bars.csv", "bars": 390}],
        None,
        clock.now,
    )
    assert (imports.begin(row.id), imports.finish(row.id, [], {"code": "x"})) == (None, False)
    assert (imports.get(row.id), imports.unfinished()) == (ended, ())
