"""The page on market rules names every table with the columns that it has."""

import re
from pathlib import Path

from bokgi.market.dated import TABLES, rows_of

PAGE = Path(__file__).parents[2] / "docs" / "market.md"


def test_the_page_lists_every_table_and_every_column() -> None:
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert set(listed) == {path.stem for path in TABLES.glob("*.csv")}
    for table, words in listed.items():
        named = re.findall(r"\w+", re.sub(r"\([^)]*\)|\[[^]]*\]", "", words).split(";")[0])
        assert [*named, "source"] == list(rows_of(table)[0]), table
