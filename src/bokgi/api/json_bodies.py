"""Reading JSON bodies and their fields.

Convention: whatever a client sends becomes one JSON object or one sentence with status 400. The media type is not asked for: `curl -d`
says "form" of the JSON it sends, and other sites are kept out by their Origin. An empty body is an object without fields. NaN, infinite
numbers and lone surrogates are no JSON; a key that stands twice has no value.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeAlias

import orjson
from fastapi import Depends, Request

from bokgi.errors.bodies import BodyKeyTwice, BodyNotJson, BodyNotObject, BodyTooDeep
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing, TextTooLong

DEEPEST = 20
JsonObject: TypeAlias = dict[str, Any]
_KINDS = {list: "an array", str: "a text", int: "a number", float: "a number", bool: "true or false", type(None): "null"}
_SHOWN = 80


async def read_object(request: Request) -> JsonObject:
    """The body of a request as one JSON object.

    Raises
    ------
    BodyNotJson, BodyNotObject, BodyTooDeep, BodyKeyTwice
    """
    return object_of(await request.body())


Body = Annotated[JsonObject, Depends(read_object)]


def object_of(content: bytes) -> JsonObject:
    """Bytes as one JSON object.

    >>> object_of(b'{"mode": "all"}')
    {'mode': 'all'}
    """
    if not content.strip():
        return {}
    try:
        value = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BodyNotJson(str(error)) from error
    if not isinstance(value, dict):
        raise BodyNotObject(_KINDS[type(value)])
    _check_depth(value)
    json.loads(content, object_pairs_hook=_check_pairs, parse_int=str, parse_float=str)
    return value


def _check_depth(value: object) -> None:
    """Level by level, so that no depth of nesting reaches Python's own limit."""
    level: list[object] = [value]
    for _ in range(DEEPEST + 1):
        level = [
            inner for outer in level if isinstance(outer, dict | list) for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise BodyTooDeep(DEEPEST)


def _inside(outer: object) -> Iterable[object]:
    if isinstance(outer, dict):
        return outer.values()
    return outer if isinstance(outer, list) else ()


def _check_pairs(pairs: list[tuple[str, object]]) -> None:
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            raise BodyKeyTwice(name)
        seen.add(name)


def check_fields(body: Mapping[str, object], known: tuple[str, ...]) -> None:
    """Refuse a field that nobody reads: it is a misspelt one.

    Raises
    ------
    FieldInvalid
    """
    for name in body:
        if name not in known:
            raise FieldInvalid(name[:_SHOWN], _short(body[name]), f"only the fields {', '.join(known)}", f"{', '.join(known)} 항목만")


def text_field(body: Mapping[str, object], name: str, longest: int) -> str:
    """A field that must be a text with at least one visible character.

    Raises
    ------
    FieldMissing, FieldInvalid, TextTooLong
    """
    text = free_text_field(body, name, longest)
    if text is None:
        raise FieldMissing(name)
    if not text.strip():
        raise FieldInvalid(name, text, f"a text of 1 to {longest:,} characters", f"1~{longest:,}자의 문자열")
    return text.strip()


def free_text_field(body: Mapping[str, object], name: str, longest: int) -> str | None:
    """A field that may be absent, null or any text; NUL, which PostgreSQL cannot keep, is refused.

    Raises
    ------
    FieldInvalid, TextTooLong
    """
    given = body.get(name)
    if given is None:
        return None
    if not isinstance(given, str) or "\0" in given:
        raise FieldInvalid(name, _short(given), f"a text of up to {longest:,} characters", f"{longest:,}자까지의 문자열")
    if len(given) > longest:
        raise TextTooLong(name, len(given), longest)
    return given


def flag_field(body: Mapping[str, object], name: str) -> bool | None:
    """A field that may be absent or null, else true or false.

    Raises
    ------
    FieldInvalid
    """
    given = body.get(name)
    if given is not None and not isinstance(given, bool):
        raise FieldInvalid(name, _short(given), "true or false", "true 또는 false")
    return given


def object_field(body: Mapping[str, object], name: str) -> JsonObject:
    """A field that may be absent or null, else an object.

    Raises
    ------
    FieldInvalid
    """
    given = body.get(name)
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise FieldInvalid(name, _short(given), "an object of names and values", "이름과 값으로 된 객체")
    return given


def _short(given: object) -> object:
    """As given, cut where an answer would repeat a whole body."""
    shown = repr(given)
    return given if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}..."
