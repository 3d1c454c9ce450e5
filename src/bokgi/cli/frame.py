"""What all commands share: lazy loading, `--home`, help in two languages.

A command is made with `@click.command(name, cls=Command, help=say(...))`. It gets the `Settings` with `@click.pass_obj`;
`--home` is already in them, whether it was written before or after the command's name.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click
from click.formatting import wrap_text

from bokgi.cli.catalog import Entry
from bokgi.cli.click_words import korean_kind, korean_usage, shown_width
from bokgi.cli.language import say
from bokgi.config.settings import Settings

_KOREAN_HEADINGS = {"Options": "옵션", "Commands": "명령", "Arguments": "인수"}
_KOREAN_MARKS = {"[default: ": "[기본값: ", "required]": "필수]", "[env var: ": "[환경 변수: "}


class Formatter(click.HelpFormatter):
    """Click's help page with our headings."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, say(args, korean_usage(args)), say("Usage: ", "사용법: ") if prefix is None else prefix)

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        with super().section(say(name, _KOREAN_HEADINGS.get(name, name))):
            yield

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """As click does it, by columns of the terminal and not by signs: Hangul takes two."""
        translated = [(say(term, korean_kind(term)), _marked(text)) for term, text in rows]
        widest = max((shown_width(term) for term, _ in translated), default=0)
        column = min(widest, col_max) + col_spacing
        for term, text in translated:
            lines = wrap_text(text, max(self.width - column - 2, 10), preserve_paragraphs=True).splitlines() or [""]
            head = " " * self.current_indent + term
            if shown_width(term) > column - col_spacing:
                self.write(f"{head}\n")
                head = " " * self.current_indent
            gap = " " * (column + self.current_indent - shown_width(head))
            self.write(f"{head}{gap}{lines[0]}".rstrip() + "\n")
            for line in lines[1:]:
                self.write(" " * (column + self.current_indent) + line + "\n")


def _marked(text: str) -> str:
    for english, korean in _KOREAN_MARKS.items():
        text = text.replace(english, say(english, korean))
    return text


class Context(click.Context):
    """Click's context with our help page."""

    formatter_class = Formatter


def home_option() -> click.Option:
    """`--home DIR`, for the root and for every command below it."""
    return click.Option(
        ["--home"],
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        expose_value=False,
        is_eager=True,
        callback=_take_home,
        help=say("Folder of bars and results (or BOKGI_HOME).", "자료와 결과를 두는 폴더 (또는 BOKGI_HOME)."),
    )


def _take_home(context: click.Context, _option: click.Parameter, folder: Path | None) -> None:
    settings = context.obj if isinstance(context.obj, Settings) else Settings.from_environment()
    context.obj = settings if folder is None else replace(settings, home=folder.expanduser().absolute())
    root = context.find_root().command
    if isinstance(root, LazyGroup):
        root.settings = context.obj


class Command(click.Command):
    """A command that knows `--home` and speaks the person's language."""

    context_class = Context

    def __init__(self, *arguments: object, **settings: object) -> None:
        super().__init__(*arguments, **settings)  # type: ignore[arg-type]  # handed on as they are
        self.params.append(home_option())

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _translated(super().get_help_option(ctx))


class LazyGroup(click.Group):
    """A group whose commands are imported only when they are run."""

    context_class = Context

    def __init__(self, name: str, entries: Sequence[Entry], *, help: str, params: list[click.Parameter] | None = None) -> None:  # noqa: A002  # click's word
        super().__init__(name, help=help, params=[*(params or []), home_option()], no_args_is_help=True)
        self.entries = {entry.name: entry for entry in entries}
        self.settings: Settings | None = None
        """Of the running command, on the root: where the log of an unforeseen fault goes."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.entries.get(cmd_name)
        return None if entry is None else load(entry)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.line) for entry in self.entries.values()])

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        return _translated(super().get_help_option(ctx))


def load(entry: Entry) -> click.Command:
    """Import the command of an entry."""
    module, attribute = entry.place.split(":")
    command = getattr(import_module(module), attribute)
    if not isinstance(command, click.Command):
        raise TypeError(f"{entry.place} is no command")
    return command


def _translated(option: click.Option | None) -> click.Option | None:
    if option is not None:
        option.help = say("Show this page and stop.", "이 도움말을 보여 주고 끝냅니다.")
    return option
