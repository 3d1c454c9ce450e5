"""The reader of bodies alone: any bytes become one object or one of four situations."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from bokgi.api.json_bodies import object_of
from bokgi.errors.bodies import BodyKeyTwice, BodyNotJson, BodyNotObject, BodyTooDeep

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXT, st.lists, max_leaves=8)


@given(body=st.dictionaries(TEXT, VALUES, max_size=5))
def test_an_object_is_read_as_it_was_written(body: dict[str, object]) -> None:
    assert object_of(json.dumps(body, ensure_ascii=False).encode()) == body


@settings(max_examples=300)
@given(content=st.binary(max_size=60) | st.text('{}[]":,\\u0123456789.eE+-truefalsn ', max_size=40).map(str.encode))
def test_any_bytes_become_an_object_or_one_of_four_situations(content: bytes) -> None:
    try:
        read: object = object_of(content)
    except (BodyNotJson, BodyNotObject, BodyTooDeep, BodyKeyTwice):
        read = {}
    assert isinstance(read, dict)
