"""Hangul for search: expected texts are written by hand, properties hold for all syllables."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.data.hangul import composed, has_jamo, initials, parted_consonants, single_consonants, spelled, strokes

SYLLABLES = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=20)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("삼성전자", "ㅅㅅㅈㅈ"), ("쌍용C&E", "ㅆㅇC&E"), ("SK하이닉스", "SKㅎㅇㄴㅅ"), ("ㅅ성", "ㅅㅅ"), ("", "")],
)
def test_initials_are_the_first_consonants_and_other_signs_stay(text: str, expected: str) -> None:
    assert initials(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("삼성", "ㅅㅏㅁㅅㅓㅇ"), ("넋이", "ㄴㅓㄱㅅㅇㅣ"), ("과", "ㄱㅗㅏ"), ("꽃", "ㄲㅗㅊ"), ("kt", "kt")]
)
def test_strokes_are_the_keys_pressed(text: str, expected: str) -> None:
    assert strokes(text) == expected


@given(SYLLABLES)
def test_initials_equal_what_unicode_itself_decomposes(text: str) -> None:
    choseong = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
    firsts = (unicodedata.normalize("NFD", sign)[0] for sign in text)
    assert initials(text) == "".join(choseong[ord(first) - 0x1100] for first in firsts)


@given(SYLLABLES, SYLLABLES)
def test_what_is_typed_first_is_the_beginning_of_the_strokes(head: str, tail: str) -> None:
    assert strokes(head + tail).startswith(strokes(head))


@given(SYLLABLES)
def test_decomposed_text_becomes_composed(text: str) -> None:
    assert composed(unicodedata.normalize("NFD", text)) == composed(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [("ＳＫ", "sk"), ("NAVER", "naver"), ("ㅅㅏㅁ", "ㅅㅏㅁ"), ("\u1109\u1109", "ㅅㅅ"), ("㈜가", "(주)가"), ("Ⅱ", "ii")],
)
def test_forms_of_a_sign_become_one_and_jamo_stay_alone(text: str, expected: str) -> None:
    assert composed(text) == expected


def test_joined_and_double_consonants_are_parted_on_request() -> None:
    assert parted_consonants("ㄳㅆ") == "ㄱㅅㅆ"
    assert single_consonants("ㅆㄲ") == "ㅅㅅㄱㄱ"
    assert has_jamo("삼ㅅ")
    assert not has_jamo("삼성 SDI")


@pytest.mark.parametrize(
    ("latin", "korean"),
    [
        ("sk하이닉스", "에스케이하이닉스"),
        ("kt&g", "케이티&지"),
        ("hmm", "에치엠엠"),
        ("cj", "씨제이"),
        ("ls", "엘에스"),
        ("pn풍년", "피엔풍년"),
    ],
)
def test_letters_and_their_korean_names_are_the_same(latin: str, korean: str) -> None:
    assert spelled(latin) == spelled(korean)
