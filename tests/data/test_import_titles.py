"""What a preview says of the columns of a file: titles, first values, and what each was taken for."""

from pathlib import Path

import polars as pl
import pytest

from bokgi.data.importers.hints import ImportHints
from bokgi.data.importers.titles import FoundColumn, found_columns

TEXT = "거래날,시가,고가,저가,체결값,메모\n2025-10-16,70000,70500,69500,70200,a\n2025-10-17,70200,70900,70100,70800,b\n"


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_a_text_says_its_columns_and_which_are_not_recognised(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(TEXT.encode(encoding))
    found = found_columns(file)
    assert [(each.title, each.column) for each in found] == [
        ("거래날", ""),
        ("시가", "open"),
        ("고가", "high"),
        ("저가", "low"),
        ("체결값", ""),
        ("메모", ""),
    ]
    assert found[0].samples == ("2025-10-16", "2025-10-17")


def test_what_a_person_says_goes_first_and_a_field_has_one_column(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(TEXT, encoding="utf-8")
    found = found_columns(file, ImportHints(columns=(("체결값", "close"), ("거래날", "date"), ("메모", "open"))))
    assert [each.column for each in found] == ["date", "", "high", "low", "close", "open"]


def test_a_column_that_is_not_to_be_used_says_so_and_takes_no_field_from_others(tmp_path: Path) -> None:
    file = tmp_path / "own.csv"
    file.write_text(TEXT, encoding="utf-8")
    found = found_columns(file, ImportHints(columns=(("시가", "ignore"), ("고가", "ignore"), ("메모", "open"))))
    assert [each.column for each in found] == ["", "ignore", "ignore", "low", "", "open"]


def test_a_workbook_and_a_parquet_file_say_theirs_below_headings_too(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["주가 자료"])
    book.active.append(["거래날", "체결값", "시가"])
    book.active.append(["2025-10-16", 70_200, 70_000])
    book.save(tmp_path / "own.xlsx")
    assert found_columns(tmp_path / "own.xlsx") == (
        FoundColumn("거래날", "", ("2025-10-16",)),
        FoundColumn("체결값", "", ("70200",)),
        FoundColumn("시가", "open", ("70000",)),
    )
    pl.DataFrame({"when": ["2025-10-16"], "close": [70_200.0]}).write_parquet(tmp_path / "own.parquet")
    assert [(each.title, each.column) for each in found_columns(tmp_path / "own.parquet")] == [("when", ""), ("close", "close")]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x00\x01\x02", b"one line without columns\n"])
def test_what_is_no_table_has_no_columns(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "own.csv"
    file.write_bytes(content)
    assert found_columns(file) == ()
