"""What a worker does before it says `ready`, in such a way that it can be told to end meanwhile.

Convention: compiling runs in processes of its own and loading in a thread, because both take seconds and the main thread must hear
signals. Whoever ends early ends those processes, too.
"""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import Future

import psutil

from bokgi.bootstrap.demo_market import start_filling
from bokgi.errors.processes import DemoFailed

LOOK_SECONDS = 0.05


def prepare(*, with_demo: bool) -> None:
    """Everything that `ready` promises; the demo is written while the kernels are compiled.

    Raises
    ------
    DemoFailed
    """
    filling = start_filling() if with_demo else None
    from bokgi.services.warm import READY, warm_kernels  # loads the engine

    warm_kernels(READY)
    if filling is not None and (code := filling.wait()) != 0:
        raise DemoFailed(code)


def follow_up() -> None:
    """What may come when runs are computed already."""
    from bokgi.services.warm import LATER, warm_kernels

    warm_kernels(LATER)


def start(work: Callable[[], None], name: str) -> "Future[None]":
    """Do something in a thread that nobody waits for at the end."""
    done: Future[None] = Future()

    def carry_out() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001  # raised again where the result is asked for
            done.set_exception(error)
        else:
            done.set_result(None)

    threading.Thread(target=carry_out, name=name, daemon=True).start()
    return done


def is_done(doing: "Future[None]", stop: threading.Event) -> bool:
    """Wait for the end of something; False when told to stop before. Raises what it raised."""
    while not stop.wait(LOOK_SECONDS):
        if doing.done():
            doing.result()
            return True
    return False


def end_children() -> None:
    """End every process that this one has started, and theirs."""
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            child.kill()
