"""`bokgi data watch`: a folder whose new and changed files are imported as they come.

Convention: that of `services/folder_watch.py`; `bokgi serve` does the same for the folder of `BOKGI_WATCH_FOLDER`.
"""

import time
from pathlib import Path

import click

from bokgi.cli.data_import import MARKS
from bokgi.cli.endings import DONE, WRONG_INPUT
from bokgi.cli.frame import Command
from bokgi.cli.language import current_language, say
from bokgi.config.settings import Settings
from bokgi.data.importers.entry import Outcome, import_path
from bokgi.data.store import Store
from bokgi.errors.imports import FileAbsent
from bokgi.services.folder_watch import Mark, marks_in, take_new


@click.command(
    "watch",
    cls=Command,
    help=say(
        "Watch FOLDER and import every new or changed file, until Ctrl-C; with --once look once, for a scheduler of your own.",
        "FOLDER를 지켜보며 새로 생기거나 바뀐 파일을 가져옵니다(Ctrl-C로 끝냄). --once는 한 번만 봅니다.",
    ),
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--once", is_flag=True, help=say("Look once and end.", "한 번만 보고 끝냅니다."))
@click.option(
    "--seconds", type=click.FloatRange(0.1, 3600), default=5.0, show_default=True, help=say("Between two looks.", "살펴보는 간격(초).")
)
@click.pass_obj
def watch_command(settings: Settings, /, folder: Path, once: bool, seconds: float) -> int:
    """Look, import, and look again."""
    if not folder.is_dir():
        raise FileAbsent(folder)
    refused, before = 0, marks_in(folder) if once else {}
    while True:
        now = marks_in(folder)
        steady = {path: mark for path, mark in now.items() if before.get(path) == mark}
        refused += import_new(settings.home, steady)
        if once:
            return WRONG_INPUT if refused else DONE
        before = now
        time.sleep(seconds)


def import_new(home: Path, files: dict[str, Mark]) -> int:
    """Import what was not seen like this before; says how many files were refused."""
    refused = 0

    def take(path: Path) -> None:
        nonlocal refused
        for entry in import_path(Store(home), path).entries:
            click.echo(click.style("● ", **MARKS[entry.outcome]) + entry.sentence(current_language()))
            refused += entry.outcome is Outcome.REFUSED

    take_new(home, files, take)
    return refused
