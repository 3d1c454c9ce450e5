"""`bokgi`: the one way in.

Nothing heavy is imported here: `bokgi --help` and wrong input answer within 0.3 s.
"""

import sys
import warnings
from collections.abc import Sequence

import click

from bokgi.cli.catalog import ROOT
from bokgi.cli.endings import exit_code_of
from bokgi.cli.frame import LazyGroup
from bokgi.cli.language import say


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    warnings.showwarning = _show_warning
    given = None if arguments is None else list(arguments)
    root = bokgi()
    sys.exit(exit_code_of(lambda: root.main(given, prog_name="bokgi", standalone_mode=False), lambda: root.settings))


def bokgi() -> LazyGroup:
    """The root command with all others below it, by name only."""
    return LazyGroup(
        "bokgi",
        ROOT,
        params=[_version_option()],
        help=say("Backtests of Korean stocks that cannot lie.", "거짓말하지 못하는 한국 주식 백테스트."),
    )


def _version_option() -> click.Option:
    return click.Option(
        ["--version"],
        is_flag=True,
        expose_value=False,
        is_eager=True,
        callback=_show_version,
        help=say("Show the version and stop.", "버전을 보여 주고 끝냅니다."),
    )


def _show_version(context: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # slow to import, seldom needed

        click.echo(f"bokgi {version('bokgi')}")
        context.exit()


def _show_warning(message: Warning | str, *_place: object, **_more: object) -> None:
    """A warning is a sentence for the person; the line of code that gave it tells them nothing."""
    click.echo(str(message), err=True)
