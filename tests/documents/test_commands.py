"""Commands that a page tells people to type exist, with every option shown."""

import re
import shlex
from collections.abc import Iterator

import click
import pytest

from bokgi.cli.frame import LazyGroup
from bokgi.cli.main import bokgi
from bokgi.strategies.catalog import CATALOG
from bokgi.strategies.strategy import declared
from tests.documents.pages import ROOT, Block, blocks

CONSOLE = blocks("console", "sh", "bash")


def lines_of(block: Block) -> Iterator[str]:
    """The commands of a block; in `console` blocks those behind a `$`, elsewhere all."""
    for line in block.text.replace("\\\n", " ").splitlines():
        if block.language != "console":
            yield line.strip()
        elif line.startswith("$ "):
            yield line[2:].strip()


def words_of(program: str) -> list[tuple[Block, list[str]]]:
    found = []
    for block in CONSOLE:
        for line in lines_of(block):
            words = [word for word in shlex.split(line, comments=True) if not re.fullmatch(r"[A-Z_]+=\S*", word)]
            if words and words[0].rsplit("/", 1)[-1] == program:
                found.append((block, words[1:]))
    return found


TARGETS = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize(("block", "words"), words_of("make"), ids=str)
def test_every_make_target_on_a_page_exists(block: Block, words: list[str]) -> None:
    assert set(words) <= TARGETS


PARAMETERS = {f"--{name.replace('_', '-')}" for entry in CATALOG.values() for name in declared(entry.strategy)}
"""`bokgi backtest` takes the parameters of its strategies as options."""


def command_of(words: list[str]) -> tuple[click.Command, set[str]]:
    """The command that these words call, and the options that may stand with it."""
    command: click.Command = bokgi()
    options = names_of(command)
    for word in words:
        if not isinstance(command, LazyGroup):
            break
        if word in command.entries:
            found = command.get_command(click.Context(command), word)
            assert found is not None
            command, options = found, options | names_of(found) | (PARAMETERS if word == "backtest" else set())
    return command, options


def names_of(command: click.Command) -> set[str]:
    parameters = command.get_params(click.Context(command))
    return {name for parameter in parameters for name in [*parameter.opts, *parameter.secondary_opts] if name.startswith("-")}


@pytest.mark.parametrize(("block", "words"), words_of("bokgi"), ids=str)
def test_every_bokgi_command_on_a_page_exists_with_its_options(block: Block, words: list[str]) -> None:
    command, options = command_of(words)
    given = {word.split("=")[0] for word in words if word.startswith("--")}
    assert given <= options
    assert given or not isinstance(command, LazyGroup), "a group alone does nothing"


def test_every_make_target_has_its_sentence() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    described = set(re.findall(r"^([a-z][a-z-]*):[^\n]*## [A-Z].*\.$", text, re.MULTILINE))
    assert described == TARGETS


def test_the_pages_show_commands_at_all() -> None:
    assert words_of("make")
    assert words_of("bokgi")
