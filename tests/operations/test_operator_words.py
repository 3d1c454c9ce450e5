"""The operator's page has a word in both languages for everything that evidence can hold and everything that can be wrong with it."""

import re
from enum import StrEnum

import pytest

from bokgi.operations.record_kinds import Kind
from bokgi.operations.verification import Flaw
from tests.architecture.source_tree import ROOT

LANGUAGES = 2


@pytest.mark.parametrize("said", [*Kind, *Flaw], ids=str)
def test_it_has_a_word_in_both_languages(said: StrEnum) -> None:
    words = (ROOT / "web" / "src" / "words" / "operations.ts").read_text("utf-8")
    assert len(re.findall(rf"^    {said}: '", words, re.MULTILINE)) == LANGUAGES
