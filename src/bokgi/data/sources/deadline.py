"""A time limit and silence for packages that have neither.

Some packages ask without a time limit and print to the terminal. What runs past its time is left behind in a thread of its own, which
ends with its connection or with the process.
"""

import contextlib
import io
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from bokgi.errors.sources import SourceUnreachable

SECONDS = 60.0
Answer = TypeVar("Answer")


@dataclass
class Told(Generic[Answer]):
    """What a package answered, and what it printed meanwhile."""

    answer: Answer
    printed: str


def within(seconds: float, source: str, ask: Callable[[], Answer]) -> Told[Answer]:
    """Run `ask`, at most so long. Its own exceptions come out as they are.

    Raises
    ------
    SourceUnreachable
        It took longer.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []
    printed = io.StringIO()

    def run() -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a package's talk about its own packages says nothing to a person here
                answers.append(ask())
        except BaseException as error:  # noqa: BLE001  # raised again below, in the thread that asked
            errors.append(error)

    thread = threading.Thread(target=run, name=f"fetch-{source}", daemon=True)
    with contextlib.redirect_stdout(printed):
        thread.start()
        thread.join(seconds)
    if thread.is_alive():
        raise SourceUnreachable(source, f"no answer within {seconds:g} s")
    if errors:
        raise errors[0]
    return Told(answers[0], printed.getvalue())
