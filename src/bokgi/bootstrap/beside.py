"""The worker that a service keeps beside it, for as long as the service lives."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bokgi.bootstrap.demo_market import check_demo_fits
from bokgi.bootstrap.environment import environment_of
from bokgi.bootstrap.heartbeat import STARTING, host_name
from bokgi.bootstrap.supervisor import Supervisor
from bokgi.bootstrap.worker_process import supervised_id, worker_command
from bokgi.config.settings import Settings
from bokgi.errors.base import EnvironmentFault
from bokgi.records.workers import WorkerRows


@contextmanager
def worker_beside(
    settings: Settings, *, with_demo: bool, grace_seconds: float, tell: Callable[[str], None]
) -> Iterator[Callable[[WorkerRows], None]]:
    """Keep a worker process; gives a function that tells where its death is to be written, once the rows are open.

    Raises
    ------
    DemoBesideRealBars
    """
    if with_demo:
        check_demo_fits(settings.home)
    known: list[WorkerRows] = []

    def is_not_ready() -> None:
        """A worker that just died must not be taken for ready until its silence is noticed."""
        for rows in known:
            _mark_starting(rows, settings)

    def write_deaths_to(rows: WorkerRows) -> None:
        known.append(rows)
        is_not_ready()  # a row may be there from a service that was killed a moment ago

    command = worker_command(settings, grace_seconds=grace_seconds, with_demo=with_demo)
    supervisor = Supervisor(command, environment_of(settings), on_death=is_not_ready, tell=tell)
    supervisor.start()
    try:
        yield write_deaths_to
    finally:
        supervisor.stop(grace_seconds + 1.0)


def _mark_starting(rows: WorkerRows, settings: Settings) -> None:
    try:
        rows.beat(supervised_id(settings), release=settings.release_name, state=STARTING, pid=0, host=host_name())
    except EnvironmentFault:
        return  # the database is away, so the service is unwell for everybody to see
