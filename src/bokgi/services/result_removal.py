"""Removing what a run left on disk, so that a crash in the middle leaves nothing half there."""

import shutil
from pathlib import Path

MARKS = "removing"


def mark_removal(home: Path, backtest_id: str) -> None:
    """Say that a run is being removed, so that a removal that is cut off is finished later (`services/retention.py`)."""
    mark = home / MARKS / backtest_id
    mark.parent.mkdir(parents=True, exist_ok=True)
    mark.touch()


def unmark_removal(home: Path, backtest_id: str) -> None:
    """Say that nothing more is to be removed."""
    (home / MARKS / backtest_id).unlink(missing_ok=True)


def remove_result(home: Path, backtest_id: str) -> None:
    """Remove the result and the unfinished parts of a run; nothing happens where there are none.

    The folder is renamed first: nobody can read half a result.
    """
    for place in ("results", "work"):
        folder = home / place / backtest_id
        gone = folder.with_name(f".{backtest_id}.removed")
        if folder.is_dir():
            shutil.rmtree(gone, ignore_errors=True)
            folder.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
