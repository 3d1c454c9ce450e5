"""The language in which the command line speaks.

Chosen once a process, from the environment, before any command is loaded: help texts are read when a command's module is
imported, and modules are imported only when their command is asked for.
"""

import os
from functools import cache

from bokgi.config.settings import language_of
from bokgi.errors.base import InputError, Language


@cache
def current_language() -> Language:
    """The person's language; English as long as the setting itself is wrong (the settings then say so)."""
    try:
        return language_of(os.environ)
    except InputError:
        return Language.ENGLISH


def say(english: str, korean: str) -> str:
    """One sentence or help text in the person's language."""
    return korean if current_language() is Language.KOREAN else english
