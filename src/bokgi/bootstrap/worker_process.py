"""The process that computes: `python -m bokgi.bootstrap.worker_process`, beside the service or alone on a machine.

It takes the lock on its name, says that it lives, fills the store with the demo where that is asked for, compiles or loads the kernels,
and only then says `ready` and takes runs. It ends on SIGTERM after what runs has finished (within a time), and at once when the process
that started it has gone. A run that it leaves is taken up again by the next worker.
"""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from bokgi.bootstrap.build import open_databases
from bokgi.bootstrap.heartbeat import DRAINING, READY, Heartbeat, host_name
from bokgi.bootstrap.locks import Lock, take_free_worker_lock, take_worker_lock
from bokgi.bootstrap.logs import secrets_of, start_logs
from bokgi.bootstrap.preparing import end_children, follow_up, is_done, prepare, start
from bokgi.bootstrap.rounds import Rounds
from bokgi.config.settings import Settings
from bokgi.errors.base import BokgiError
from bokgi.records.workers import WorkerRows

NICE = 10
GRACE_SECONDS = 60.0
_LOG = logging.getLogger("bokgi.worker")


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """How one worker process is run.

    worker_id : its name; empty takes the first free one
    watched : descriptor of the pipe to whoever started it; the worker ends when it closes. None for a worker of its own
    """

    worker_id: str = ""
    grace_seconds: float = GRACE_SECONDS
    with_demo: bool = False
    watched: int | None = None


def supervised_id(settings: Settings) -> str:
    """Name of the worker that `bokgi serve` keeps."""
    return f"{host_name()}-{settings.release_name}-serve"


def worker_command(settings: Settings, *, grace_seconds: float, with_demo: bool) -> list[str]:
    """The command line of the worker that a service keeps beside it."""
    command = [sys.executable, "-m", "bokgi.bootstrap.worker_process", "--supervised", "--id", supervised_id(settings)]
    return [*command, "--grace", str(grace_seconds), *(["--demo"] if with_demo else [])]


def run_worker(settings: Settings, plan: WorkerPlan) -> NoReturn:
    """Work until told to end; then the process ends with exit code 0.

    Raises
    ------
    WorkerIdTaken, HomeUnwritable, DatabaseUnavailable, JobsUnavailable, SchemaTooNew, DemoFailed
    """
    stop = _stop_on_signals(plan.watched is not None)
    worker_id, lock = _named(settings, plan.worker_id)
    start_logs(settings.home, f"worker-{worker_id}", secrets=secrets_of(settings))
    if plan.watched is not None:
        threading.Thread(target=_end_with_parent, args=(plan.watched,), name="parent", daemon=True).start()
    with lock:
        _work(settings, plan, worker_id, stop)
    # Threads that nobody can stop may go on; a run among them is taken up by the next worker. Where none does, taking the interpreter and
    # its compiled kernels apart would cost seconds of a busy machine, and whoever waits for the end would wait for nothing.
    end_at_once(0)


def _named(settings: Settings, worker_id: str) -> tuple[str, Lock]:
    if worker_id:
        return worker_id, take_worker_lock(settings.home, worker_id)
    return take_free_worker_lock(settings.home, f"{host_name()}-{settings.release_name}-")


def _work(settings: Settings, plan: WorkerPlan, worker_id: str, stop: threading.Event) -> None:
    """Prepare, work until told to end, finish what runs."""
    database, queue = open_databases(settings)
    heart = Heartbeat(WorkerRows(database), worker_id, settings.release_name)
    heart.start()
    try:
        if not is_done(start(partial(prepare, with_demo=plan.with_demo), "prepare"), stop):
            return
        os.nice(NICE)  # from here on others wait for answers; until here they wait for this process
        from bokgi.bootstrap.handlers import create_worker  # loads the engine: the sign of life comes first

        worker = create_worker(settings, database, worker_id)
        worker.start()
        heart.tell(READY)
        _LOG.info("ready", extra={"worker_id": worker_id})
        start(follow_up, "follow-up")
        Rounds(settings, database, queue).until(stop)
        heart.tell(DRAINING)
        left = worker.stop(plan.grace_seconds)
        if left:
            _LOG.warning("the worker ends with unfinished work: %s", list(left))
    finally:
        heart.stop()
        queue.close()
        database.close()


def end_at_once(code: int) -> NoReturn:
    """End this process and all that it started, without waiting for threads."""
    end_children()
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


def _stop_on_signals(is_supervised: bool) -> threading.Event:
    """Set on SIGTERM and SIGINT; beside a service Ctrl-C is the service's matter, which then asks the worker to end."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN if is_supervised else lambda *_: stop.set())
    return stop


def _end_with_parent(pipe: int) -> None:
    """Wait until the parent's end of the pipe closes, which it does however the parent ends."""
    while os.read(pipe, 1024):
        pass
    _LOG.warning("the process that started this worker has gone; its runs go on at the next start")
    end_at_once(1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a child of `bokgi serve`; settings come by the environment."""
    parser = argparse.ArgumentParser(prog="worker_process")
    parser.add_argument("--id", default="")
    parser.add_argument("--grace", type=float, default=GRACE_SECONDS)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--supervised", action="store_true")
    given = parser.parse_args(arguments)
    watched = sys.stdin.fileno() if given.supervised else None
    settings = Settings.from_environment()
    try:
        run_worker(settings, WorkerPlan(given.id, given.grace, given.demo, watched))
    except BokgiError as error:
        sys.stderr.write(error.sentence(settings.language) + "\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
