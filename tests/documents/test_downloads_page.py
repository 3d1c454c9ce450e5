"""docs/downloads.md says what the code does."""

import re
from pathlib import Path

from bokgi.reports import document, plot_html, workbook
from bokgi.reports.downloads import FORMATS, render
from bokgi.reports.result_folder import write_result
from bokgi.reports.trades_csv import read_trades_csv
from tests.documents.pages import ROOT
from tests.reports.small_record import small_record

PAGE = (ROOT / "docs" / "downloads.md").read_text(encoding="utf-8")
ROWS = {cells[1].strip(" `."): cells for line in PAGE.splitlines() if line.startswith("| `.") and (cells := line.split("|"))}


def test_the_page_has_a_row_a_format() -> None:
    assert tuple(ROWS) == FORMATS


def test_the_page_says_how_much_a_file_shows() -> None:
    assert f"trades after the first {plot_html.TRADES_SHOWN:,}" in ROWS["html"][4]
    assert document.TRADES_SHOWN == document.STOCKS_SHOWN
    assert f"trades and stocks after the first {document.TRADES_SHOWN}, faults after the first {document.FAULTS_SHOWN}" in ROWS["pdf"][4]
    assert f"A sheet takes {workbook.ROWS_OF_A_SHEET:,} trades" in PAGE


def test_the_page_names_the_files_of_a_stored_result(tmp_path: Path) -> None:
    write_result(tmp_path / "bt-1", small_record())
    stored = PAGE[PAGE.index("## What is stored") :]
    assert set(re.findall(r"`(\w+\.(?:json|parquet))`", stored)) == {path.name for path in (tmp_path / "bt-1").iterdir()}


def test_the_summary_block_has_what_the_page_promises() -> None:
    labels = set(read_trades_csv(render(small_record(), "csv").content).summary)
    promised = {"투자 원금", "기말 평가금액", "종목 수", "거래일 수", "달력 일수", "연간 거래일", "무위험 수익률(연)", "시작일", "종료일"}
    assert promised <= labels
