"""All services of one process, over the real things that `bootstrap` built."""

from collections.abc import Callable
from dataclasses import dataclass

from bokgi.config.settings import Settings
from bokgi.jobs.port import JobQueue
from bokgi.records.database import Database
from bokgi.records.feedback import FeedbackRows
from bokgi.records.imports import ImportRows
from bokgi.records.runs import RunRows
from bokgi.records.searches import SearchRows
from bokgi.records.selections import SelectionRows
from bokgi.records.strategy_configs import StrategyConfigRows
from bokgi.records.workers import WorkerRows
from bokgi.services.data_library import DataLibrary
from bokgi.services.feedback import Feedback
from bokgi.services.fetches import Fetches
from bokgi.services.health import Health
from bokgi.services.rendering import Rendering
from bokgi.services.result_removal import remove_result
from bokgi.services.results import Results
from bokgi.services.runs import Runs
from bokgi.services.searches import Searches
from bokgi.services.shelf import Shelves
from bokgi.services.stock_lists import StockLists
from bokgi.services.strategy_configs import StrategyConfigs


@dataclass(frozen=True)
class Application:
    """What routes call. Threads share it."""

    settings: Settings
    version: str
    database: Database
    queue: JobQueue
    shelves: Shelves
    run_rows: RunRows
    search_rows: SearchRows
    workers: WorkerRows
    stocks: StockLists
    runs: Runs
    results: Results
    searches: Searches
    health: Health
    feedback: Feedback
    configs: StrategyConfigs
    library: DataLibrary
    fetches: Fetches
    close: Callable[[], None]


def to_application(settings: Settings, version: str, database: Database, queue: JobQueue) -> Application:
    """Put the services together over an open database and a queue."""
    shelves, rendering = Shelves(settings.home), Rendering(settings.home)
    run_rows, search_rows, workers = RunRows(database), SearchRows(database), WorkerRows(database)
    health = Health(database, workers, version, settings.release_name)
    stocks = StockLists(SelectionRows(database), shelves)

    def forget_result(backtest_id: str) -> None:
        remove_result(settings.home, backtest_id)
        rendering.forget(backtest_id)

    runs = Runs(
        run_rows,
        queue,
        stocks,
        shelves,
        release=settings.release_name,
        is_worker_ready=health.is_worker_ready,
        home=settings.home,
        forget_result=forget_result,
    )

    searches = Searches(
        search_rows,
        queue,
        stocks,
        shelves,
        release=settings.release_name,
        is_worker_ready=health.is_worker_ready,
        home=settings.home,
    )

    def close() -> None:
        rendering.close()
        queue.close()
        database.close()

    return Application(
        settings=settings,
        version=version,
        database=database,
        queue=queue,
        shelves=shelves,
        run_rows=run_rows,
        search_rows=search_rows,
        workers=workers,
        stocks=stocks,
        runs=runs,
        results=Results(settings.home, runs, shelves, rendering),
        searches=searches,
        health=health,
        feedback=Feedback(FeedbackRows(database), version),
        configs=StrategyConfigs(StrategyConfigRows(database)),
        library=DataLibrary(settings.home, shelves, ImportRows(database), queue),
        fetches=Fetches(settings, shelves, ImportRows(database), queue),
        close=close,
    )
