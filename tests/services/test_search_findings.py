"""What a search says of its data, everywhere where its result is shown: as much as a backtest of the same stocks says."""

import csv
import io
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bokgi.bars.interval import DAILY
from bokgi.cli.search import show_ranking
from bokgi.data.repairs import with_repairs
from bokgi.errors.base import Language
from bokgi.reports.search_tables import ranking_csv, ranking_workbook
from bokgi.services.resolution import resolve
from bokgi.services.search_request import SearchRequest
from bokgi.services.search_result import search_body
from bokgi.services.shelf import Shelf
from tests.data.store_cases import daily_bars, incoming_of
from tests.services.small_store import seventy_sessions

CODES = ("000010", "000020")
UNIVERSE_FAULT = {"kind": "membership_later_than_period", "code": "", "count": 1, "first": None, "last": None, "example": "2026-01-02"}


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    """Daily bars of two stocks of unknown kind; five sessions of the first are five times too high."""
    shelf = Shelf(tmp_path)
    days = seventy_sessions()
    for code, high in ((CODES[0], 20_000.0), (CODES[1], 4_000.0)):
        closes = {day: high if 30 <= place < 35 else 4_000.0 for place, day in enumerate(days)}
        shelf.store.write(with_repairs(incoming_of(daily_bars(code, closes), DAILY)))
    return shelf


def body_of(shelf: Shelf, **more: Any) -> dict[str, Any]:
    space = {"fast": [3, 5]}
    asked = {"strategy": "MA5_20", "stock_codes": list(CODES), "interval": "1d", "method": "grid", "space": space} | more
    request = SearchRequest.from_json(asked | {"start_date": date(2025, 1, 2).isoformat()})
    request = request.with_base(resolve(shelf.store, shelf.master, request.base))
    findings = [{"code": code, "name": "", "name_en": "", "trials": 0} for code in CODES]
    return search_body(findings, request, {"1d": 2}, shelf, total=len(CODES))


def kinds(body: dict[str, Any]) -> set[tuple[str, str]]:
    return {(fault["kind"], fault["code"]) for fault in body["data"]["faults"]}


def test_a_search_says_repairs_unknown_kinds_and_faults_of_the_universe(shelf: Shelf) -> None:
    body = body_of(shelf, universe={"source": "KOSPI", "faults": [UNIVERSE_FAULT]})
    assert kinds(body) == {
        ("membership_later_than_period", ""),
        ("repaired_block", CODES[0]),
        ("kind_assumed", CODES[0]),
        ("kind_assumed", CODES[1]),
    }
    (adjustment,) = body["data"]["adjustments"]
    assert (adjustment["code"], adjustment["before"], adjustment["after"]) == (CODES[0], 20_000.0, 4_000.0)


def test_a_search_of_raw_data_says_that_nothing_was_repaired(shelf: Shelf) -> None:
    body = body_of(shelf, raw_data=True)
    assert ("left_unrepaired", CODES[0]) in kinds(body)
    assert ("repaired_block", CODES[0]) not in kinds(body)
    assert body["data"]["adjustments"] == []


def test_the_terminal_says_the_faults_before_the_ranking(shelf: Shelf, capsys: pytest.CaptureFixture[str]) -> None:
    body = body_of(shelf)
    show_ranking(body)
    said = capsys.readouterr().out
    repaired = next(fault for fault in body["data"]["faults"] if fault["kind"] == "repaired_block")
    places = [said.find(repaired[language]) for language in ("korean", "english")]
    assert 0 < max(places) < said.rindex(CODES[1])


@pytest.mark.parametrize(("language", "key"), [(Language.KOREAN, "korean"), (Language.ENGLISH, "english")])
def test_the_files_of_a_ranking_hold_the_faults(shelf: Shelf, language: Language, key: str) -> None:
    body = body_of(shelf, universe={"source": "KOSPI", "faults": [UNIVERSE_FAULT]})
    rows = list(csv.reader(io.StringIO(ranking_csv(body, language).decode("utf-8-sig"))))
    assert len({len(row) for row in rows}) == 1
    cells = {row[1]: row[-1] for row in rows[1:]}
    told = {fault["kind"]: fault[key] for fault in body["data"]["faults"] if fault["code"] != CODES[1]}
    assert all(sentence in cells[CODES[0]] for sentence in told.values())
    assert told["membership_later_than_period"] in cells[CODES[1]]
    assert told["repaired_block"] not in cells[CODES[1]]
    sheet = openpyxl.load_workbook(io.BytesIO(ranking_workbook(body, language))).worksheets[-1]
    assert [row[2] for row in sheet.iter_rows(min_row=2, values_only=True)] == [fault[key] for fault in body["data"]["faults"]]
