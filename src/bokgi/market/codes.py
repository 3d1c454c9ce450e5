"""The form of a Korean code.

Convention: a code is a string, always: four digits, then a digit or a capital letter except I, O and U, then a digit or K, L, M.
Codes of ETN, ELW and rights, and old preferred codes, do not have that form; importers keep them as they are.
"""

import re

from bokgi.errors.market import NotACode

_FORM = re.compile(r"[0-9]{4}[0-9A-HJ-NP-TV-Z][0-9KLM]")
_PREFIXED = re.compile(r"A([0-9A-Z]{6})")
_YAHOO_SUFFIXES = (".KS", ".KQ")


def is_code(text: str) -> bool:
    """Whether the text has the form of a share's code."""
    return _FORM.fullmatch(text) is not None


def normalised_code(text: str) -> str:
    """The code inside `A005930`, `005930.KS` or ` 00104k `; other texts only trimmed and in capitals."""
    word = text.strip().upper()
    for suffix in _YAHOO_SUFFIXES:
        word = word.removesuffix(suffix)
    prefixed = _PREFIXED.fullmatch(word)
    return prefixed.group(1) if prefixed else word


def check_code(text: str) -> str:
    """The normalised code.

    Raises
    ------
    NotACode
        The text does not have the form of a share's code.
    """
    code = normalised_code(text)
    if not is_code(code):
        raise NotACode(text)
    return code
