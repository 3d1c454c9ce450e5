"""docs/settings.md lists exactly the settings that exist."""

import re
from dataclasses import fields

from bokgi.config.settings import Settings
from tests.documents.pages import ROOT


def test_the_page_lists_exactly_the_settings() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(BOKGI_\w+)` \|", page, re.MULTILINE)
    assert listed == [f"BOKGI_{field.name.upper()}" for field in fields(Settings)]


def test_every_variable_in_the_code_is_a_setting_or_belongs_to_the_tests() -> None:
    named = set()
    for path in (ROOT / "src").rglob("*.py"):
        named |= set(re.findall(r"BOKGI_[A-Z]+(?:_[A-Z]+)*", path.read_text(encoding="utf-8")))
    assert named <= {f"BOKGI_{field.name.upper()}" for field in fields(Settings)}
