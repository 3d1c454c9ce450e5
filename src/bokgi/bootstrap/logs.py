"""Logs: one file of JSON lines for each process, and short lines on the terminal for what a person should see.

Convention: a file belongs to one process name (`serve`, a worker's id), is only ever appended to, and may be moved away at any time:
the next line then starts a new one. Secrets are masked on the way, by their value and by the names of fields.
"""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping, Sequence
from functools import lru_cache
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog

from bokgi.config.settings import Settings

MASK = "***"
_SECRET_NAMES = re.compile(r"token|password|passwd|secret|authorization|cookie|api_?key", re.IGNORECASE)
_SECRET_TEXTS = (
    (re.compile(r"(?i)(bearer\s+)\S+"), rf"\1{MASK}"),
    (re.compile(r"(?i)(bokgi_session=)[^;\s\"]+"), rf"\1{MASK}"),
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+(@)"), rf"\1{MASK}\2"),
    (re.compile(r"(?i)((?:token|password|passwd|secret|api_?key)[\"']?\s*[=:]\s*[\"']?)[^\s\"'&,;]+"), rf"\1{MASK}"),
)
_MAY_HOLD_SECRET = re.compile(r"(?i)bearer|bokgi_session|://|token|passw|secret|api_?key")
"""Stands in every text that one of the patterns above changes; most lines are about requests and hold none of it."""
_SHORTEST_SECRET = 4
_OWN_FIELDS = frozenset({"event", "level", "logger", "at", "process"})
EventDict = MutableMapping[str, Any]


class Masking:
    """Replaces secrets in everything that goes to a log."""

    def __init__(self, values: Sequence[str] = ()) -> None:
        self._values = tuple(value for value in values if len(value) >= _SHORTEST_SECRET)

    def __call__(self, _logger: object, _name: str, event: EventDict) -> EventDict:
        return {key: self._masked(key, value) for key, value in event.items()}

    def _masked(self, key: str, value: object) -> object:
        if _is_secret_name(key):
            return MASK
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, Mapping):
            return {str(name): self._masked(str(name), inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._masked(key, inner) for inner in value]
        return value

    def text(self, given: str) -> str:
        """A text without secrets."""
        for value in self._values:
            given = given.replace(value, MASK)
        if _MAY_HOLD_SECRET.search(given) is None:
            return given
        for pattern, instead in _SECRET_TEXTS:
            given = pattern.sub(instead, given)
        return given


@lru_cache(maxsize=1_000)
def _is_secret_name(key: str) -> bool:
    return key not in _OWN_FIELDS and _SECRET_NAMES.search(key) is not None


def start_logs(home: Path, process: str, *, secrets: Sequence[str] = (), terminal: bool = True) -> Path:
    """Send all that this process logs to its file, and warnings to the terminal too; gives the file."""
    path = home / "logs" / f"{process}.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    masking = Masking(secrets)
    to_file = WatchedFileHandler(path, encoding="utf-8")
    to_file.setFormatter(_formatter(process, masking))
    handlers: list[logging.Handler] = [to_file]
    if terminal:
        handlers.append(_terminal_handler(process, masking))
    logging.basicConfig(level=logging.INFO, handlers=handlers, force=True)
    logging.captureWarnings(capture=True)
    for noisy in ("alembic", "asyncio", "dbos", "numba", "sqlalchemy", "uvicorn.error"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return path


def _formatter(process: str, masking: Masking) -> logging.Formatter:
    def with_process(_logger: object, _name: str, event: EventDict) -> EventDict:
        return {"at": event.pop("at"), "level": event.pop("level"), "process": process, **event}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            with_process,
            masking,
            structlog.processors.JSONRenderer(serializer=_json),
        ],
    )


def _json(event: EventDict, **_options: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_NON_STR_KEYS).decode()


class _Short(logging.Formatter):
    """`12:34:56 worker: sentence`, on one line and without a stack trace."""

    def __init__(self, process: str, masking: Masking) -> None:
        super().__init__("%(asctime)s %(message)s", datefmt="%H:%M:%S")
        self._process, self._masking = process, masking

    def format(self, record: logging.LogRecord) -> str:
        words = " ".join(self._masking.text(record.getMessage()).split())
        error = record.exc_info[1] if record.exc_info else None
        reason = f" ({type(error).__name__})" if error is not None else ""
        return f"{self.formatTime(record, self.datefmt)} {self._process}: {words[:500]}{reason}"


def _terminal_handler(process: str, masking: Masking) -> logging.Handler:
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.WARNING)
    handler.setFormatter(_Short(process, masking))
    return handler


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """Values that may stand in no log."""
    password = urlsplit(settings.database_url).password
    return tuple(value for value in (settings.token, password, settings.krx_password) if value)
