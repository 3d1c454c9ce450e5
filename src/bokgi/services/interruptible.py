"""Wait for what cannot be stopped on its way: a strategy's own code, and long steps over whole panels.

Convention: it runs in a thread of its own. Where somebody asks for the end meanwhile, the caller goes on at once and the thread is left
to end by itself; nobody looks at what it returns.
"""

from collections.abc import Callable
from concurrent.futures import Future, wait
from threading import Thread
from typing import TypeVar

from bokgi.engine.parts import Cancelled
from bokgi.errors.runs import RunCancelled

ASK_SECONDS = 0.05
Outcome = TypeVar("Outcome")


def interruptible(task: Callable[[], Outcome], cancelled: Cancelled | None, total: int) -> Outcome:
    """What `task` returns or raises.

    Parameters
    ----------
    cancelled : asked while the task runs; without it the task runs here
    total : instruments of the run, for the error's sentence

    Raises
    ------
    RunCancelled
    """
    if cancelled is None:
        return task()
    promised: Future[Outcome] = Future()
    Thread(target=_fulfil, args=(promised, task), daemon=True).start()
    while not wait([promised], timeout=ASK_SECONDS).done:
        if cancelled():
            raise RunCancelled(0, total)
    return promised.result()


def _fulfil(promised: Future[Outcome], task: Callable[[], Outcome]) -> None:
    try:
        outcome = task()
    except BaseException as error:  # noqa: BLE001  # raised again where the outcome is asked for
        promised.set_exception(error)
    else:
        promised.set_result(outcome)
