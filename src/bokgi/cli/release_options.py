"""Options that the commands of `bokgi release` share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bokgi.cli.language import say
from bokgi.operations.host_folder import HostFolder

_Callback = TypeVar("_Callback", bound=Callable[..., Any])


def _opened(_context: click.Context, _option: click.Parameter, folder: Path) -> HostFolder:
    return HostFolder.opened(folder.expanduser())


def host_option(callback: _Callback) -> _Callback:
    """`--folder DIR`: the host folder, by default the one that the person is in."""
    option = click.option(
        "--folder",
        "host",
        metavar="DIR",
        type=click.Path(file_okay=False, path_type=Path),
        default=Path(),
        callback=_opened,
        help=say("The host folder; by default the present folder.", "호스트 폴더. 기본값은 현재 폴더."),
    )
    return option(callback)


def break_lock_option(callback: _Callback) -> _Callback:
    """`--break-lock`: take the lock from whoever holds it."""
    words = say("Take the lock from whoever holds it; this is recorded.", "잠금을 넘겨받습니다(기록됩니다).")
    return click.option("--break-lock", is_flag=True, help=words)(callback)
