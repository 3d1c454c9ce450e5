"""The worker's side of the queue: which service carries out which kind of job. Importing this loads the engine."""

from bokgi.config.settings import Settings
from bokgi.jobs.dbos_worker import JobWorker
from bokgi.records.database import Database
from bokgi.records.imports import ImportRows
from bokgi.records.runs import RunRows
from bokgi.records.searches import SearchRows
from bokgi.services.data_library import IMPORT
from bokgi.services.fetch_work import FetchWork
from bokgi.services.import_work import ImportWork
from bokgi.services.runs import BACKTEST
from bokgi.services.search_work import SearchWork
from bokgi.services.searches import SEARCH
from bokgi.services.shelf import Shelves
from bokgi.services.work import RunWork


def create_worker(settings: Settings, database: Database, worker_id: str) -> JobWorker:
    """The worker with all its handlers, not yet started."""
    release, shelves = settings.release_name, Shelves(settings.home)
    runs = RunWork(settings.home, RunRows(database), shelves, worker_id=worker_id, release=release)
    rows = ImportRows(database)
    imports = ImportWork(rows, shelves, FetchWork(settings, rows, shelves))
    searches = SearchWork(settings.home, SearchRows(database), shelves, worker_id=worker_id)
    handlers = {BACKTEST: runs.carry_out, IMPORT: imports.carry_out, SEARCH: searches.carry_out}
    return JobWorker(settings.jobs_url, release, worker_id, handlers, settings.worker_concurrency)
