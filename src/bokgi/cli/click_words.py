"""What click itself says, in Korean: kinds of values in help pages, and what was wrong with a command line.

Convention: click's own sentences are known by their form; one that is not known stays as it is, so that nothing gets lost.
"""

import re
from unicodedata import east_asian_width

_USAGE = {"[OPTIONS]": "[옵션]", "COMMAND": "명령", "[ARGS]": "[인수]"}
_KINDS = {
    "INTEGER RANGE": "정수",
    "FLOAT RANGE": "수",
    "INTEGER": "정수",
    "FLOAT": "수",
    "TEXT": "문자열",
    "PATH": "경로",
    "FILE": "파일",
    "DIR": "폴더",
    "NAME": "이름",
    "ZONE": "시간대",
    "HOST": "주소",
    "PORT": "번호",
    "YYYY-MM-DD": "날짜(YYYY-MM-DD)",
}
"""Kinds of values behind an option."""
_KIND = re.compile(r"(?<= )(" + "|".join(_KINDS) + r")$")
_VALUES = {"integer": "정수", "float": "숫자", "integer range": "정수", "float range": "숫자", "boolean": "예/아니요"}
_SENTENCES = (
    (r"'(?P<given>.*)' is not a valid (?P<kind>[a-z ]+)\.", "'{given}'은(는) {kind}가 아닙니다."),
    (r"(?P<given>.*) is not in the range (?P<range>.*)\.", "{given}은(는) 범위({range}) 밖입니다."),
    (r"'(?P<given>.*)' is not one of (?P<allowed>.*)\.", "'{given}'은(는) 없는 값입니다. 쓸 수 있는 값: {allowed}."),
    (r"Option '(?P<option>.*)' requires an argument\.", "{option} 옵션에 값이 필요합니다."),
    (r"Option '(?P<option>.*)' does not take a value\.", "{option} 옵션은 값을 받지 않습니다."),
    (r"Got unexpected extra arguments? \((?P<given>.*)\)", "쓰이지 않는 말이 더 있습니다: {given}."),
    (r"(?:File|Directory|Path) '(?P<path>.*)' is a directory\.", "'{path}'은(는) 폴더입니다."),
    (r"(?:File|Directory|Path) '(?P<path>.*)' is a file\.", "'{path}'은(는) 파일입니다."),
    (r"(?:File|Directory|Path) '(?P<path>.*)' does not exist\.", "'{path}'이(가) 없습니다."),
    (r"(?:File|Directory|Path) '(?P<path>.*)' is not (?:readable|writable)\.", "'{path}'을(를) 읽거나 쓸 수 없습니다."),
)


def korean_usage(arguments: str) -> str:
    """The words behind a command's name on the first line of its help."""
    for english, korean in _USAGE.items():
        arguments = arguments.replace(english, korean)
    return arguments


def korean_kind(term: str) -> str:
    """The name of an option with the kind of its value: `--capital FLOAT`."""
    return _KIND.sub(lambda found: _KINDS[found[1]], term) if term.startswith("-") else term


def korean_message(message: str) -> str:
    """One of click's sentences."""
    for form, korean in _SENTENCES:
        found = re.fullmatch(form, message, re.DOTALL)
        if found:
            facts = found.groupdict()
            return korean.format(**facts | {"kind": _VALUES.get(facts.get("kind") or "", facts.get("kind"))})
    return message


def shown_width(text: str) -> int:
    """Columns that a text takes on a terminal: Hangul takes two each."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
