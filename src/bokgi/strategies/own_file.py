"""Own strategies from a file: `my.py:Breakout`.

The file is executed once, in a module of its own that nothing else imports. Its source is handed back with the class, so that a
manifest can keep it and `bokgi verify` can run the same text again without the file.
"""

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from bokgi.errors.base import BokgiError
from bokgi.errors.strategies import (
    StrategyClassMissing,
    StrategyClassNotNamed,
    StrategyFailed,
    StrategyFileMissing,
    StrategyFileUnreadable,
    StrategySyntaxWrong,
)
from bokgi.strategies.strategy import Strategy, line_in, own_method

LIMIT_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class OwnStrategy:
    """A class from a file, and the text it came from."""

    strategy: type[Strategy]
    source: str
    file: str

    @property
    def source_sha256(self) -> str:
        return hashlib.sha256(self.source.encode()).hexdigest()


def is_own_reference(text: str) -> bool:
    """Whether a strategy was named as a file (`my.py`, `my.py:Breakout`) and not by the catalogue."""
    return _parted(text)[0].endswith(".py")


def read_own_strategy(text: str) -> OwnStrategy:
    """Load `FILE.py:CLASS`; without a class the only strategy of the file.

    Raises
    ------
    StrategyFileMissing, StrategyFileUnreadable, StrategySyntaxWrong, StrategyFailed, StrategyClassMissing, StrategyClassNotNamed,
    StrategyIncomplete
    """
    file, name = _parted(text)
    return to_own_strategy(_read_source(file), name, file)


def to_own_strategy(source: str, class_name: str, file: str) -> OwnStrategy:
    """The strategy that a text defines; `file` is what its errors are told with.

    Raises
    ------
    StrategySyntaxWrong, StrategyFailed, StrategyClassMissing, StrategyClassNotNamed, StrategyIncomplete
    """
    module = _executed(source, file)
    found = {
        value.__name__: value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Strategy) and value.__module__ == module.__name__
    }
    if not class_name and len(found) > 1:
        raise StrategyClassNotNamed(file, found)
    chosen = found.get(class_name or next(iter(found), ""))
    if chosen is None:
        raise StrategyClassMissing(file, class_name, found)
    if chosen.plan is Strategy.plan:
        own_method(chosen)
    return OwnStrategy(chosen, source, file)


def _parted(text: str) -> tuple[str, str]:
    file, colon, name = text.strip().rpartition(":")
    return (file, name) if colon and name.isidentifier() and file.endswith(".py") else (text.strip(), "")


def _read_source(file: str) -> str:
    path = Path(file).expanduser()
    if not path.is_file():
        raise StrategyFileMissing(file)
    try:
        with path.open("rb") as handle:
            raw = handle.read(LIMIT_BYTES + 1)
        if len(raw) > LIMIT_BYTES:
            raise StrategyFileUnreadable(file, f"it is larger than {LIMIT_BYTES} bytes", LIMIT_BYTES)
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except (OSError, UnicodeDecodeError) as error:
        raise StrategyFileUnreadable(file, str(error), LIMIT_BYTES) from error


def _executed(source: str, file: str) -> ModuleType:
    try:
        code = compile(source, file, "exec")
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise StrategySyntaxWrong(file, getattr(error, "lineno", None) or 1, getattr(error, "msg", None) or str(error)) from error
    module = ModuleType("bokgi_own_" + hashlib.sha256(f"{file}\0{source}".encode()).hexdigest()[:16])
    module.__file__ = file
    sys.modules[module.__name__] = module  # dataclasses and annotations of the file look their module up
    try:
        exec(code, vars(module))  # noqa: S102  # running the user's own code is what was asked for
    except BokgiError:
        raise
    except (Exception, SystemExit) as error:
        raise StrategyFailed(Path(file).name, file, line_in(file, error.__traceback__), f"{type(error).__name__}: {error}") from error
    return module
