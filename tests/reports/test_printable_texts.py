"""Texts from outside on paper and screens: shown as they are, but for what would break or mirror what stands beside them."""

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.errors.base import Language
from bokgi.reports.chart_svg import charts_svg
from bokgi.reports.formats import printable, shortened
from tests.reports.wide_record import HOSTILE, hostile_record

TURNING = "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("삼성전자 (우)", "삼성전자 (우)"),
        ("tab\tline\r\nnull\x00 end", "tab line  null  end"),
        ("\u202e1,234\u202c", "1,234"),
        ("🚀👩‍👩‍👧", "🚀👩‍👩‍👧"),
        ("مرحبا", "مرحبا"),
        ("\ufffe\uffff\ud800", "   "),
    ],
)
def test_a_text_keeps_its_letters_and_loses_its_controls(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text(st.characters(codec=None)))
def test_every_printable_text_is_sound_xml_and_turns_nothing(text: str) -> None:
    shown = printable(text)
    escaped = shown.replace("&", "&amp;").replace("<", "&lt;")
    assert (ET.fromstring(f"<a>{escaped}</a>").text or "") == shown
    assert not set(TURNING) & set(shown)


@given(st.text(), st.integers(1, 40))
def test_a_shortened_text_fits_its_columns(text: str, columns: int) -> None:
    shown = shortened(text, columns)
    assert shown == text or shown.endswith("…")
    assert len(shown) <= max(columns + 1, 2)


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("language", list(Language))
def test_charts_stay_sound_whatever_stocks_and_benchmarks_are_called(name: str, language: Language) -> None:
    root = ET.fromstring(charts_svg(hostile_record(name), language))
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        "svg",
        "style",
        "rect",
        "g",
        "text",
        "line",
        "path",
        "circle",
        "title",
    }
