"""Settings to services: the database opened and brought up to date, the queue, and all that stands on them."""

from importlib.metadata import version

from bokgi.bootstrap.home import make_home
from bokgi.config.settings import Settings
from bokgi.jobs.database import migrate_jobs
from bokgi.jobs.dbos_queue import create_queue
from bokgi.jobs.port import JobQueue
from bokgi.records.database import Database
from bokgi.services.application import Application, to_application
from bokgi.services.restore import settle_restore


def build(settings: Settings) -> Application:
    """The services of one process; whoever called closes them.

    Raises
    ------
    HomeUnwritable, DatabaseUnavailable, SchemaTooNew, JobsUnavailable
    """
    database, queue = open_databases(settings)
    return to_application(settings, version("bokgi"), database, queue)


def open_databases(settings: Settings) -> tuple[Database, JobQueue]:
    """Rows and queue, both with their tables; several processes may do this at once."""
    make_home(settings)
    settle_restore(settings.home)
    database = Database.open(settings.records_url)
    database.migrate()
    migrate_jobs(settings.jobs_url)
    return database, create_queue(settings.jobs_url, settings.release_name)
