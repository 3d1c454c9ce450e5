"""Settings handed to a child process, as the environment it reads them from."""

import os
from collections.abc import Mapping
from dataclasses import fields
from enum import Enum

from bokgi.config.settings import Settings

NOT_HANDED_ON = frozenset({"token"})
"""The worker answers nobody, so it need not know it."""


def environment_of(settings: Settings, base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a child that is to have the same settings; everything else stays as it is here."""
    kept = dict(os.environ if base is None else base)
    for each in fields(Settings):
        name = f"BOKGI_{each.name.upper()}"
        kept.pop(name, None)
        if each.name not in NOT_HANDED_ON:
            kept[name] = _text(getattr(settings, each.name))
    return kept


def _text(value: object) -> str:
    if value is None:
        return ""  # counts as not set
    if isinstance(value, tuple):
        return ",".join(value)
    return str(value.value if isinstance(value, Enum) else value)
