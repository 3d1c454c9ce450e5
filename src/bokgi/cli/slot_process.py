"""The process of a slot: `python -m bokgi.cli.slot_process`, started by the holder with the code and the environment of its release.

It keeps a worker of its own release beside it, answers on its private Unix socket from the start and on the shared socket by order, and
lives on when its holder goes. What its holder needs to take it over again (the listening socket and the lock of the folder) it hands to
whoever may open the socket beside its state.
"""

import argparse
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bokgi.config.settings import Settings
from bokgi.errors.base import BokgiError
from bokgi.operations.slots.slot_files import SlotFiles
from bokgi.operations.slots.slot_state import Phase, SlotState, write_state

if TYPE_CHECKING:
    from bokgi.services.application import Application

WORKER_GRACE_SECONDS = 20.0
AGAIN_SECONDS = 3.0
"""Starts that were in flight at the switch are queued by the old slot a moment later."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Be a slot until told to end; settings come by the environment."""
    parser = argparse.ArgumentParser(prog="slot_process")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--public", type=int, required=True)
    parser.add_argument("--lock", type=int, required=True)
    given = parser.parse_args(arguments)
    settings = Settings.from_environment()
    try:
        _run(settings, SlotFiles.of(given.folder, settings.release_name), given.public, given.lock)
    except BokgiError as error:
        sys.stderr.write(error.sentence(settings.language) + "\n")
        return 1
    return 0


def _run(settings: Settings, files: SlotFiles, public: int, lock: int) -> None:
    """The worker first, because it takes longest to be ready; then everything that answers."""
    state = SlotState.mine(settings.release_name)
    write_state(files.state, state)
    from bokgi.api.application import create_app
    from bokgi.api.listening import inherited
    from bokgi.api.slot_server import Doors, run_slot
    from bokgi.bootstrap.beside import worker_beside
    from bokgi.bootstrap.build import build
    from bokgi.bootstrap.home import make_home
    from bokgi.bootstrap.logs import secrets_of, start_logs
    from bokgi.operations.slots.handing_over import offer

    make_home(settings)
    start_logs(settings.home, f"slot-{settings.release_name}", secrets=secrets_of(settings))
    offer(files.handing_over, (public, lock))
    with worker_beside(settings, with_demo=False, grace_seconds=WORKER_GRACE_SECONDS, tell=_tell) as start:
        application = build(settings)
        try:
            start(application.workers)

            def tell(phase: Phase, draining: int) -> None:
                write_state(files.state, state.at(phase, draining))

            app = create_app(application)
            doors = Doors(files.private, inherited(public))
            is_healthy = application.health.is_worker_ready
            run_slot(app, doors, tell=tell, is_healthy=is_healthy, on_taking=lambda: _take_over(application))
        finally:
            application.close()


def _take_over(application: "Application") -> None:
    """Move what is queued to the queue of this release; what runs already is left to the worker that runs it."""
    for pause_seconds in (0.0, AGAIN_SECONDS):
        threading.Event().wait(pause_seconds)
        application.runs.take_over_queued()


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
