"""`bokgi data watch`: a folder whose new and changed files are imported as they come.

Convention: a file is taken when its size and time stayed the same between two looks; what was taken, or refused, is not looked at again
until it changes. The memory lies in `<home>/watched.json`.
"""

import json
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
from bokgi.data.store_files import write_atomically
from bokgi.errors.imports import FileAbsent

Mark = tuple[int, int]
"""Size and time of change [ns]."""


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


def marks_in(folder: Path) -> dict[str, Mark]:
    """Files of the folder and its subfolders, hidden ones left out."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts):
            facts = path.stat()
            found[str(path.resolve())] = (facts.st_size, facts.st_mtime_ns)
    return found


def import_new(home: Path, files: dict[str, Mark]) -> int:
    """Import what was not seen like this before; says how many files were refused."""
    memory = home / "watched.json"
    seen = {path: tuple(mark) for path, mark in json.loads(memory.read_text("utf-8")).items()} if memory.exists() else {}
    refused = 0
    for path, mark in files.items():
        if seen.get(path) == mark:
            continue
        for entry in import_path(Store(home), Path(path)).entries:
            click.echo(click.style("● ", **MARKS[entry.outcome]) + entry.sentence(current_language()))
            refused += entry.outcome is Outcome.REFUSED
        seen[path] = mark
        content = json.dumps(seen, ensure_ascii=False)
        write_atomically(home, lambda temporary, text=content: temporary.write_text(text, "utf-8"), lambda _: memory.name)  # type: ignore[misc]  # a default binds the text
    return refused
