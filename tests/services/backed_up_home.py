"""A home folder with a bit of everything: bars in two versions, runs in every state, results, lists, counters."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bokgi.bars.interval import Interval
from bokgi.config.settings import Settings
from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.records.database import Database
from bokgi.records.feedback import FeedbackRows
from bokgi.records.runs import NewRun, Outcome, RunRows, RunState
from bokgi.records.selections import SelectionRows
from bokgi.records.strategy_configs import StrategyConfigRows
from bokgi.records.workers import WorkerRows
from bokgi.reports.result_folder import remove_result, write_result
from tests.reports.small_record import small_record

MADE_AT = datetime(2026, 2, 8, 3, 0, tzinfo=UTC)
NEW = NewRun(
    profile="default",
    stock_mode="specific",
    request={"strategy": "daily_trading", "nested": [1, None, "☃"]},
    resolved={"stock_codes": ["005930"]},
    data_versions={"5m": 1},
    release="0.1.0",
    words=("삼성전자",),
)


@dataclass
class Home:
    """The folder, its settings, and the ids of its runs by state."""

    settings: Settings
    ids: dict[str, str]

    @property
    def folder(self) -> Path:
        return self.settings.home

    def open(self) -> Database:
        return Database.open(self.settings.records_url)


def settings_of(folder: Path, database_url: str = "") -> Settings:
    given = {"BOKGI_HOME": str(folder), "BOKGI_CACHE": str(folder.parent / "cache"), "BOKGI_DATABASE_URL": database_url}
    return Settings.from_environment(given)


def new_home(folder: Path, database_url: str = "") -> Home:
    settings = settings_of(folder, database_url)
    home = Home(settings, {})
    store = Store(folder)
    write_demo(store, instruments=2, sessions=3)
    store.remove_series([next(iter(store.series(interval_of(store))))], interval_of(store))
    (folder / "master").mkdir()
    (folder / "master" / "listed.parquet").write_bytes(b"a master file is taken along as it is")
    database = home.open()
    database.migrate()
    fill(home, database)
    database.close()
    return home


def interval_of(store: Store) -> Interval:
    return store.intervals()[0]


def fill(home: Home, database: Database) -> None:
    runs = RunRows(database, lambda: MADE_AT)
    for name in ("completed", "deleted", "cancelled", "queued", "running"):
        home.ids[name] = runs.add(replace(NEW, note=f"{name} ☃"))[0].id
    for name in ("completed", "deleted", "running"):
        runs.claim(home.ids[name], "w-1", "0.1.0")
    for name in ("completed", "deleted"):
        write_result(home.folder / "results" / home.ids[name], small_record(backtest_id=home.ids[name]))
        runs.finish(home.ids[name], 1, Outcome(RunState.COMPLETED, {"total_return": 0.1}, "ab" * 32))
    runs.request_cancel(home.ids["cancelled"])
    runs.delete(home.ids["deleted"])
    remove_result(home.folder / "results" / home.ids["deleted"])
    selections = SelectionRows(database)
    selections.set_mode("default", "specific")
    selections.add("default", ["005930", "000660"])
    StrategyConfigRows(database).save("default", "아침", "daily_trading", {"buy_time": "10:00"})
    FeedbackRows(database).add("default", "bug", "느려요")
    WorkerRows(database).beat("w-1", release="0.1.0", state="ready", pid=1, host="h")
    Store(home.folder).add_reference(home.ids["completed"], interval_of(Store(home.folder)), 1)


def files_below(folder: Path) -> dict[str, bytes]:
    """Content of every stored file of a home folder, by name; databases and locks aside."""
    tops = [folder / name for name in ("bars", "master", "results")]
    paths = [path for top in tops for path in top.rglob("*") if path.is_file() and path.name != "lock"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}
