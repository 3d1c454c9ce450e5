"""Tables, progress and marks on the terminal: results on stdout, progress on stderr.

Where the output goes to a file or pipe it is as wide as its content needs, and there is no progress bar.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

WIDTH_OF_FILES = 200
Advance = Callable[[int, int], None]
"""Called with (done, in all)."""


def console() -> Console:
    """The terminal that results go to."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_OF_FILES, highlight=False)


def table(title: str, columns: Sequence[tuple[str, str]]) -> Table:
    """An empty table; each column is a heading and `left` or `right`."""
    made = Table(title=title or None, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading, side in columns:
        made.add_column(heading, justify="right" if side == "right" else "left", no_wrap=side == "right")
    return made


@contextmanager
def progress_bar(words: str) -> Iterator[Advance]:
    """A bar of work done, with counts and the time that went by; on terminals only."""
    terminal = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as progress:
        task = progress.add_task(words, total=None)

        def advance(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield advance
