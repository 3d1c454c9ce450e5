"""Downloads of every format, read back: the same figures in all, nothing that runs, equal bytes for equal results."""

import base64
import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest
from openpyxl import load_workbook
from openpyxl.utils.escape import unescape
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject

from bokgi.errors.base import Language
from bokgi.errors.reports import DownloadFormatUnknown, FontMissing
from bokgi.metrics.catalog import METRICS
from bokgi.reports import workbook as workbook_module
from bokgi.reports.downloads import FORMATS, render
from bokgi.reports.figure_sentences import SENTENCES
from bokgi.reports.font_files import FILES, font_folder
from bokgi.reports.formats import printable
from bokgi.reports.headline import FIRST_SCREEN, NEXT_SCREEN, first_figures, next_figures, return_above_holding
from bokgi.reports.result_body import result_body
from bokgi.reports.run_record import RunRecord
from bokgi.reports.trade_table import FIELDS, HEADER_ENGLISH, HEADER_KOREAN
from bokgi.reports.trades_csv import HEADER, neutralised, read_trades_csv
from tests.architecture.source_tree import ROOT
from tests.reports.read_back import Page, joined, pdf_text, sheet_rows
from tests.reports.small_record import small_record
from tests.reports.wide_record import HOSTILE, cancelled_record, empty_record, hostile_record, wide_record

RECORDS: dict[str, Callable[[], RunRecord]] = {
    "by hand, one position open": small_record,
    "without trades": empty_record,
    "cancelled and synthetic": cancelled_record,
    "long": lambda: wide_record(1_500, 12, 130),
}
EVERY_RECORD = pytest.mark.parametrize("make", RECORDS.values(), ids=RECORDS)
BOTH = pytest.mark.parametrize("language", list(Language))
SHEETS = {Language.KOREAN: ["요약", "종목", "거래", "평가금액"], Language.ENGLISH: ["Summary", "Stocks", "Trades", "Equity"]}


@pytest.fixture(autouse=True, scope="module")
def fonts_there() -> None:
    try:
        font_folder()
    except FontMissing as error:
        pytest.skip(str(error))


def labelled(content: bytes, language: Language) -> dict[str, Any]:
    return {row[0]: row[1] for row in sheet_rows(content, SHEETS[language][0]) if isinstance(row[0], str)}


@cache
def recorded(make: Callable[[], RunRecord]) -> RunRecord:
    """One of the records, made once; nobody changes it."""
    return make()


@cache
def rendered(make: Callable[[], RunRecord], form: str, language: Language = Language.KOREAN) -> bytes:
    """A download, made once for all tests that only read it."""
    return render(recorded(make), form, language).content


@cache
def page_of(make: Callable[[], RunRecord], language: Language) -> Page:
    return Page(rendered(make, "html", language))


@cache
def pdf_text_of(make: Callable[[], RunRecord], language: Language) -> str:
    return pdf_text(rendered(make, "pdf", language))


# ------------------------------------------------------------ the same figures


@EVERY_RECORD
@BOTH
def test_page_and_pdf_say_every_figure_with_its_word_and_sentence(make: Callable[[], RunRecord], language: Language) -> None:
    record = recorded(make)
    page = page_of(make, language)
    pdf = joined(pdf_text_of(make, language))
    place = 0 if language is Language.KOREAN else 1
    for figure in (*first_figures(record, language), *next_figures(record, language)):
        at = page.texts.index(figure.label)
        shown = [text for text in page.texts[at + 1 : at + 10] if text][:2]
        assert shown == [figure.text, SENTENCES[figure.name][place]]
        assert joined(figure.label + figure.text + SENTENCES[figure.name][place]) in pdf, figure.label


@EVERY_RECORD
@BOTH
def test_files_for_programs_carry_the_exact_figures(make: Callable[[], RunRecord], language: Language) -> None:
    record = recorded(make)
    values = record.summary.values
    body = json.loads(rendered(make, "json", language))
    summary = read_trades_csv(rendered(make, "csv", language)).summary
    sheet = labelled(rendered(make, "xlsx", language), language)
    assert body["metrics"] == values
    for metric in METRICS:
        word = metric.word(language)
        if word in summary:
            assert summary[word] == ("" if values[metric.name] is None else str(values[metric.name]))
        assert sheet[word] == (None if values[metric.name] is None else pytest.approx(values[metric.name], rel=1e-15, abs=0)), word
    above = first_figures(record, language)[2]
    difference = return_above_holding(record)
    assert sheet[above.label] == (None if difference is None else pytest.approx(difference, rel=1e-15))


@EVERY_RECORD
@BOTH
def test_every_file_has_the_same_trades(make: Callable[[], RunRecord], language: Language) -> None:
    rows = [tuple(row[name] for name in HEADER) for row in read_trades_csv(rendered(make, "csv", language)).rows]
    trades = json.loads(rendered(make, "json", language))["trades"]
    header, *sheet = sheet_rows(rendered(make, "xlsx", language), SHEETS[language][2])
    page = page_of(make, language).sections.get("trades", [[]])
    assert tuple(header) == (HEADER_KOREAN if language is Language.KOREAN else HEADER_ENGLISH)
    assert [tuple(as_csv(cell) for cell in row) for row in sheet] == rows
    exact = [name for name in FIELDS if name not in {"name", "bought_at", "sold_at", "reason"}]
    places = [FIELDS.index(name) for name in exact]
    assert [tuple("" if row[name] is None else str(row[name]) for name in exact) for row in trades] == [
        tuple(row[place] for place in places) for row in rows
    ]
    profit = FIELDS.index("profit")
    shown = [tuple(cell.lstrip("+") if place == profit else cell for place, cell in enumerate(row)) for row in page[1:]]
    assert [tuple(cell.replace(",", "") for cell in row) for row in shown] == [
        tuple(cell.replace(",", "") for cell in row) for row in rows[:1_000]
    ]


def as_csv(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return "" if cell is None else unescape(cell).removeprefix("'") if isinstance(cell, str) else str(cell)


@BOTH
def test_the_pdf_has_the_first_trades_and_says_where_the_others_are(language: Language) -> None:
    text = pdf_text_of(RECORDS["long"], language)
    rows = read_trades_csv(rendered(RECORDS["long"], "csv", language)).rows
    note = "전체 1,500건 가운데 처음 300건" if language is Language.KOREAN else "The first 300 of 1,500 trades"
    assert joined(note) in joined(text)
    assert all(row["매수일시"] in text for row in rows[:300])
    for row in rows[:300]:
        if row["순수익"]:
            assert f"{int(row['거래후잔고']):,}" in text
    assert not re.search(r"^301\s", text, re.MULTILINE)


@BOTH
def test_the_page_says_where_the_trades_are_that_it_leaves_out(language: Language) -> None:
    page = rendered(RECORDS["long"], "html", language).decode()
    note = "전체 1,500건 가운데 처음 1,000건입니다" if language is Language.KOREAN else "The first 1,000 of 1,500 trades"
    assert note in page
    assert note not in render(small_record(), "html", language).content.decode()


def test_stocks_and_equity_are_the_same_in_workbook_and_json() -> None:
    body, content = json.loads(rendered(RECORDS["long"], "json")), rendered(RECORDS["long"], "xlsx")
    stocks = sheet_rows(content, "종목")[1:]
    assert [row[0] for row in stocks] == [row["code"] for row in body["stocks"]]
    assert [row[6:9] for row in stocks] == [[row["total_profit"], row["unrealised_profit"], row["total_cost"]] for row in body["stocks"]]
    assert [row[9] for row in stocks] == pytest.approx([row["return_rate"] for row in body["stocks"]], rel=1e-15)
    equity = sheet_rows(content, "평가금액")[1:]
    assert [row[0].date().isoformat() for row in equity] == body["equity"]["session"]
    assert [row[1] for row in equity] == body["equity"]["equity"]
    assert [row[2] for row in equity] == pytest.approx(body["equity"]["drawdown"], rel=1e-15)


# ------------------------------------------------------------ json


@EVERY_RECORD
def test_the_json_file_is_the_body_and_every_array_to_the_bit(make: Callable[[], RunRecord]) -> None:
    record = recorded(make)
    read = json.loads(rendered(make, "json"))
    body = result_body(record)
    assert {key: read[key] for key in body} == body
    assert list(read) == [*body, "trades", "equity", "stock_equity"]
    simulation, trades = record.simulation, record.simulation.trades
    assert np.array(read["equity"]["equity"], float).tobytes() == simulation.session_equity.tobytes()
    assert np.array(read["equity"]["bars"]["equity"], float).tobytes() == simulation.equity.tobytes()
    held = np.array(list(read["stock_equity"].values()), float)
    assert held.tobytes() == simulation.instrument_equity[simulation.counted == 1].tobytes()
    for name in ("buy_price", "sell_price", "shares", "invested", "profit", "balance"):
        column = np.array([np.nan if row[name] is None else row[name] for row in read["trades"]], float)
        assert column.tobytes() == getattr(trades, name).tobytes(), name


# ------------------------------------------------------------ xlsx


@BOTH
def test_the_workbook_has_its_sheets_frozen_headers_filters_widths_and_a_chart(language: Language) -> None:
    book = load_workbook(io.BytesIO(render(small_record(), "xlsx", language).content))
    assert book.sheetnames == SHEETS[language]
    for name in SHEETS[language][1:]:
        sheet = book[name]
        assert sheet.freeze_panes == "A2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.column_dimensions["A"].width > 5
    (chart,) = book[SHEETS[language][3]]._charts
    assert [series.val.numRef.f for series in chart.series] == [f"{SHEETS[language][3]}!$B$2:$B$4", f"{SHEETS[language][3]}!$D$2:$D$4"]
    trades = book[SHEETS[language][2]]
    assert trades["D2"].value.isoformat() == "2025-10-16T10:00:00"
    assert (trades["D2"].number_format, trades["M2"].number_format, trades["B2"].data_type) == ("yyyy-mm-dd hh:mm", "#,##0", "s")
    assert (trades["B2"].value, trades["M3"].value, trades["G5"].value) == ("005930", -21_504, None)


def test_rows_beyond_a_sheet_stand_on_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook_module, "ROWS_OF_A_SHEET", 3)
    content = render(small_record(), "xlsx").content
    assert [row[0] for row in sheet_rows(content, "거래")] == ["번호", 1, 2, 3]
    assert [row[0] for row in sheet_rows(content, "거래 2")] == ["번호", 4]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_of_many_trades_that_goes_over_the_disk_says_the_same(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    record = hostile_record(name)
    usual = render(record, "xlsx").content
    monkeypatch.setattr(workbook_module, "MANY_TRADES", 0)
    large, again = render(record, "xlsx").content, render(record, "xlsx").content
    assert large == again
    for sheet in SHEETS[Language.KOREAN]:
        assert sheet_rows(large, sheet) == sheet_rows(usual, sheet)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_becomes_a_formula_or_a_link_in_the_workbook(name: str) -> None:
    content = render(hostile_record(name), "xlsx").content
    book = load_workbook(io.BytesIO(content))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    names = [unescape(row[2]) for row in sheet_rows(content, "거래")[1:]]
    assert names == [neutralised(name).replace("\r\n", "\n")] * 4 or names == [neutralised(name)] * 4
    files = zipfile.ZipFile(io.BytesIO(content))
    assert not [file for file in files.namelist() if "externalLink" in file or "vba" in file]


# ------------------------------------------------------------ html

ALLOWED = {
    "html",
    "head",
    "meta",
    "title",
    "style",
    "body",
    "main",
    "h1",
    "h2",
    "p",
    "dl",
    "div",
    "dt",
    "dd",
    "section",
    "footer",
    "ul",
    "li",
}
ALLOWED |= {"table", "thead", "tbody", "tr", "th", "td", "svg", "g", "path", "line", "rect", "circle", "text"}
ATTRIBUTES = {"lang", "charset", "http-equiv", "content", "name", "class", "role", "aria-label", "xmlns", "viewbox", "width", "height"}
ATTRIBUTES |= {"d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "transform"}


@pytest.mark.parametrize("make", [small_record, cancelled_record, *[lambda name=name: hostile_record(name) for name in HOSTILE]])
def test_no_request_leaves_the_page_and_nothing_on_it_runs(make: Callable[[], RunRecord]) -> None:
    page = Page(render(make(), "html").content)
    assert {tag for tag, _ in page.tags} <= ALLOWED
    assert {name for _, attributes in page.tags for name in attributes} <= ATTRIBUTES
    assert not re.search(r"url\(|@import|expression|src:", page.style)
    addresses = {value for _, attributes in page.tags for value in attributes.values() if value and "//" in value}
    assert {value for value in addresses if "alert" not in value and value not in HOSTILE} <= {"http://www.w3.org/2000/svg"}


def test_the_page_forbids_everything_but_its_own_style() -> None:
    page = Page(render(small_record(), "html").content)
    named = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    (policy,) = [facts["content"] for tag, facts in page.tags if tag == "meta" and facts.get("http-equiv") == "Content-Security-Policy"]
    assert policy == f"default-src 'none'; style-src 'sha256-{named}'; base-uri 'none'; form-action 'none'"
    assert not [facts for _, facts in page.tags if "style" in facts]


def test_the_page_fits_phones_and_paper() -> None:
    page = render(small_record(), "html").content.decode()
    assert '<meta name="viewport" content="width=device-width,initial-scale=1">' in page
    assert "@media (max-width:700px)" in page
    assert page.index("prefers-color-scheme:dark") < page.index("@media print")


@BOTH
def test_the_page_has_every_part_of_a_result(language: Language) -> None:
    record = small_record(slippage=((0, 0.01), (1, -0.02), (2, -0.05)), manifest={"code_version": "0.1.0", "parameters": {"seed": 7}})
    sections = Page(render(record, "html", language).content).sections
    assert list(sections) == ["months", "drawdowns", "reasons", "costs", "slippage", "events", "stocks", "trades", "manifest"]
    assert sections["months"][1] == ["2025-10", "+0.69%", "3"]
    assert [row[1] for row in sections["slippage"][1:]] == ["+1.00%", "-2.00%", "-5.00%"]
    assert [row[1] for row in sections["costs"][1:]] == ["750", "4,424", "5,174", "0.26%", "0.172%"]
    assert sections["manifest"][1:] == [["code_version", "0.1.0"], ["parameters.seed", "7"]]
    sentence = "거래일 1일의 봉이 없습니다." if language is Language.KOREAN else "bars of 1 session are missing."
    assert sentence in render(record, "html", language).content.decode()


# ------------------------------------------------------------ pdf


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_from_outside_is_never_markup_of_the_pdf(name: str) -> None:
    content = render(hostile_record(name), "pdf", Language.ENGLISH).content
    text = joined(pdf_text(content))
    figures = first_figures(hostile_record(name), Language.ENGLISH)
    assert all(joined(figure.label + figure.text) in text for figure in figures)
    plain = joined(printable(name))
    if plain.isascii():
        assert plain[:20] in text
    assert len(PdfReader(io.BytesIO(content)).pages) <= 5


def test_the_pdf_carries_its_own_fonts_and_the_time_of_the_record() -> None:
    reader = PdfReader(io.BytesIO(render(small_record(), "pdf").content))
    assert reader.metadata is not None
    assert str(reader.metadata["/CreationDate"]) == "D:20260208143522Z"
    assert reader.metadata.title == "daily_trading · 백테스트 결과"
    fonts = {str(font) for page in reader.pages for font in fonts_of(page)}
    assert {name.split("+")[-1].removesuffix("-Identity-H") for name in fonts} == {"Pretendard-Regular", "Pretendard-Bold"}


def fonts_of(page: PageObject) -> list[str]:
    resources = cast(DictionaryObject, page["/Resources"].get_object())
    fonts = cast(DictionaryObject, resources["/Font"].get_object())
    return [str(cast(DictionaryObject, font.get_object())["/BaseFont"]).lstrip("/") for font in fonts.values()]


def test_the_pdf_cuts_long_names_and_no_words_of_its_own() -> None:
    assert joined("Filled at the close where the data end") in joined(pdf_text(render(small_record(), "pdf", Language.ENGLISH).content))
    assert joined("긴" * 13 + "…") in joined(pdf_text(render(hostile_record("긴" * 400), "pdf").content))


def test_missing_fonts_are_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / FILES[0]).touch()
    with pytest.raises(FontMissing, match=r"Pretendard-Bold\.otf.*make environment") as caught:
        font_folder(tmp_path)
    assert FILES[0] not in str(caught.value)


# ------------------------------------------------------------ all of them


@BOTH
def test_synthetic_and_partial_results_are_named_as_such_in_every_file(language: Language) -> None:
    record, plain = cancelled_record(), small_record()
    body = json.loads(render(record, "json", language).content)
    assert (body["status"], body["partial"], body["data"]["synthetic"]) == ("cancelled", True, True)
    words = ("합성 자료", "중간에 취소된") if language is Language.KOREAN else ("synthetic data", "was cancelled on its way")
    texts = {
        "html": render(record, "html", language).content.decode(),
        "pdf": pdf_text(render(record, "pdf", language).content),
        "xlsx": str(sheet_rows(render(record, "xlsx", language).content, SHEETS[language][0])),
    }
    for name, text in texts.items():
        assert all(joined(word) in joined(text) for word in words), name
    labels = (
        ("합성 자료(실제 시세 아님)", "일부만 완료")
        if language is Language.KOREAN
        else ("Synthetic data (no real prices)", "Partly completed")
    )
    summary = read_trades_csv(render(record, "csv", language).content).summary
    assert [summary[label] for label in labels] == ["1", "1"]
    assert not set(labels) & set(read_trades_csv(render(plain, "csv", language).content).summary)


@pytest.mark.parametrize("name", HOSTILE)
def test_files_for_programs_keep_a_name_as_it_is(name: str) -> None:
    record = hostile_record(name)
    assert {row["name"] for row in json.loads(render(record, "json").content)["trades"]} == {name}
    assert {row["종목명"] for row in read_trades_csv(render(record, "csv").content).rows} == {name}
    cells = [cell for row in csv.reader(io.StringIO(render(record, "csv").content.decode("utf-8-sig"), newline="")) for cell in row]
    assert not [
        cell for cell in cells if cell.startswith(("=", "@", "+")) or (cell.startswith("-") and not re.fullmatch(r"-[\d.e-]+", cell))
    ]


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_has_its_name_and_its_kind(file_format: str) -> None:
    starts = {"csv": b"\xef\xbb\xbf", "json": b"{", "xlsx": b"PK", "html": b"<!doctype html>", "pdf": b"%PDF-"}
    file = render(small_record(), file_format)
    assert file.file_name == f"backtest-trades-bt-2026-02-08-547.{file_format}"
    assert file.content.startswith(starts[file_format])
    assert file.media_type.split(";")[0].count("/") == 1


def test_another_format_is_refused_with_those_that_are_allowed() -> None:
    with pytest.raises(DownloadFormatUnknown, match="'docx' is no format of a download; allowed: csv, json, xlsx, html, pdf"):
        render(small_record(), "docx")


def test_every_figure_of_the_screens_has_its_sentence_and_no_other() -> None:
    assert set(SENTENCES) == {name or "against_holding" for name in (*FIRST_SCREEN, *NEXT_SCREEN)}


HASHES = """
import hashlib
from tests.reports.small_record import small_record
from bokgi.errors.base import Language
from bokgi.reports.downloads import FORMATS, render
for file_format in FORMATS:
    for language in Language:
        print(file_format, language, hashlib.sha256(render(small_record(), file_format, language).content).hexdigest())
"""


def test_equal_results_give_equal_bytes_in_processes_side_by_side_under_another_zone_and_seed() -> None:
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HASHES],
            env=os.environ | {"TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for zone, seed in (("Asia/Seoul", "1"), ("America/New_York", "2"))
    ]
    first, second = (process.communicate(timeout=60)[0] for process in processes)
    assert first == second
    assert first.count("\n") == 2 * len(FORMATS)


def test_downloads_are_imported_without_their_libraries() -> None:
    program = "import sys, bokgi.reports.downloads; print([name for name in ('xlsxwriter', 'typst', 'openpyxl') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.drill
@pytest.mark.parametrize("file_format", FORMATS)
def test_a_hundred_thousand_trades_of_two_hundred_stocks_are_given_in_bounded_time_and_memory(file_format: str) -> None:
    """Time of the processor: that of the wall is the machine's, which others share."""
    program = f"""
import resource, time
from tests.reports.wide_record import wide_record
from bokgi.reports.downloads import render
record = wide_record(100_000, 200, 1_000)
before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
render(record, "{file_format}")
print(time.process_time() - started, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, megabytes = map(float, done.stdout.split())
    assert seconds < 60
    assert megabytes < 400
