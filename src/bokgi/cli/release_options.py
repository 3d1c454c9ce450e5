"""Options that the commands of `bokgi release` share."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from bokgi.cli.language import say
from bokgi.errors.releases import WatchLengthsRefused
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


TOLERANCE = 1e-6
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "": 1}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)([smhd]?)")


class Length(click.ParamType):  # type: ignore[type-arg]  # newer versions of click ask for the type, older ones refuse it
    """A length of time: `90`, `90s`, `5m`, `1h`."""

    name = "length"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Seconds."""
        if isinstance(value, float):
            return value
        found = _LENGTH.fullmatch(str(value).strip())
        seconds = float(found[1]) * _UNITS[found[2]] if found else 0.0
        if seconds <= 0:
            self.fail(
                say(f"'{value}' is no length of time such as 90s, 5m or 1h", f"'{value}'은(는) 90s, 5m, 1h 같은 시간이 아닙니다"),
                param,
                ctx,
            )
        return seconds


def check_lengths(for_seconds: float, every_seconds: float) -> None:
    """A watch whose length is no multiple of its step can never be watched whole.

    Raises
    ------
    WatchLengthsRefused
    """
    steps = for_seconds / every_seconds
    if steps < 1 or abs(steps - round(steps)) > TOLERANCE:
        raise WatchLengthsRefused(for_seconds, every_seconds)


def watch_options(callback: _Callback) -> _Callback:
    """`--for 1h --every 5m`: how long a release is watched, and how often."""
    every = say("Time between two samples.", "측정 간격.")
    callback = click.option("--every", "every_seconds", type=Length(), default="5m", show_default=True, metavar="TIME", help=every)(
        callback
    )
    length = say("How long to watch.", "관찰 시간.")
    return click.option("--for", "for_seconds", type=Length(), default="1h", show_default=True, metavar="TIME", help=length)(callback)
