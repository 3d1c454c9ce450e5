"""Bars that are known by heart: what the page says of them was computed with pencil and paper.

`tests/services/small_store.py`: 005930 opens at 70,000 won at 10:00 and closes at 70,400 won at 14:55, in four sessions of October 2025.
`daily_trading` from 10:00 to 15:00 with 10,000,000 won, commission 0.011 % a side, special tax 0.15 %, each cut off below a won:

| session | cash before | shares | paid with commission | sold for | commission | tax | profit |
|---|---:|---:|---:|---:|---:|---:|---:|
| 10-16 | 10,000,000 | 142 | 9,940,000 + 1,093 | 9,996,800 | 1,099 | 14,995 | 39,613 |
| 10-17 | 10,039,613 | 143 | 10,010,000 + 1,101 | 10,067,200 | 1,107 | 15,100 | 39,892 |
| 10-20 | 10,079,505 | 143 | 10,010,000 + 1,101 | 10,067,200 | 1,107 | 15,100 | 39,892 |
| 10-21 | 10,119,397 | 144 | 10,080,000 + 1,108 | 10,137,600 | 1,115 | 15,206 | 40,171 |

Together 159,568 won, 1.59568 % of 10,000,000; costs 17,187 + 17,308 + 17,308 + 17,429 = 69,232 won.
"""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.services.small_store import store_with

pytestmark = pytest.mark.browser
BY_HAND = {
    "순손익": "+159,568원",
    "누적 수익률": "+1.60%",
    "거래 수(이익/손실)": "4 (4/0)",
    "승률": "100.0%",
    "손익비": "–",
    "총이익 / 총손실": "159,568원 / 0원",
    "비용 합계": "69,232원",
}
TRADES = [("142", "+39,613원"), ("143", "+39,892원"), ("143", "+39,892원"), ("144", "+40,171원")]


@pytest.fixture(scope="module")
def served(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service of its own, whose store holds nothing but the known bars."""
    folder = tmp_path_factory.mktemp("known")
    store_with(folder / "home", {"005930": 70_000.0, "000660": 180_000.0})
    with Served(folder, with_demo=False) as started:
        yield started


@pytest.fixture
def page(open_page: Open, served: Served) -> Page:
    """The result of the run, started by the buttons of the page."""
    served.choose("specific", ["005930"])
    page = open_page("/?p.buy_time=10:00&p.sell_time=15:00")
    page.get_by_role("button", name="백테스트 시작").click()
    page.wait_for_url(re.compile(r"/pages/result\.html\?id=bt-"))
    expect(page.locator(".first .figure")).to_have_count(9)
    return page


def test_figures_and_trades_are_those_computed_by_hand(page: Page) -> None:
    shown = dict(zip(page.locator(".first dt").all_inner_texts(), page.locator(".first .value").all_inner_texts(), strict=True))
    assert {name: shown[name] for name in BY_HAND} == BY_HAND
    rows = page.locator("#trades tbody tr")
    expect(rows).to_have_count(4)
    for row, (shares, profit) in zip(rows.all(), TRADES, strict=True):
        expect(row).to_contain_text(profit)
        assert shares in row.locator("td").all_inner_texts()


def test_real_bars_carry_no_banner_of_synthetic_data(page: Page) -> None:
    expect(page.locator("main")).not_to_contain_text("합성 데이터")


def test_the_chart_of_a_trade_names_both_fills(page: Page) -> None:
    page.get_by_role("button", name="거래 2 차트 보기").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2025-10-17 10:00 · 70,000원 × 143")
    expect(dialog).to_contain_text("70,400원")
    expect(dialog).to_contain_text("+39,892원 (+0.40%)")
    expect(dialog.locator("canvas").first).to_be_visible()


def test_the_files_hold_what_was_computed_by_hand(page: Page, tmp_path: Path) -> None:
    for name in ("CSV", "PDF"):
        with page.expect_download() as waiting:
            page.locator(".downloads").get_by_role("link", name=name).click()
        waiting.value.save_as(tmp_path / name)
    rows = list(csv.reader(io.StringIO((tmp_path / "CSV").read_text("utf-8-sig"))))
    head = next(index for index, row in enumerate(rows) if row and row[0] == "번호")
    column = rows[head].index("순수익")
    assert [row[column] for row in rows[head + 1 :] if row] == ["39613", "39892", "39892", "40171"]
    said = "".join(page.extract_text() for page in PdfReader(tmp_path / "PDF").pages)
    assert "159,568" in said
    assert "1.60%" in said


def test_files_are_uploaded_imported_and_told_one_by_one(open_page: Open, served: Served, tmp_path: Path) -> None:
    bars = tmp_path / "035420_5m.csv"
    rows = [f"2025-10-16T09:{minute:02d}:00+09:00,250000,251000,249500,250500,1000" for minute in range(0, 60, 5)]
    bars.write_text("datetime,open,high,low,close,volume\n" + "\n".join(rows) + "\n", encoding="utf-8")
    letter = tmp_path / "letter.csv"
    letter.write_text("안녕하세요\n이 파일에는 주가가 없습니다.\n", encoding="utf-8")
    page = open_page("/pages/data.html")
    page.locator("input[type=file]").first.set_input_files([bars, letter])
    listed = page.locator("li", has=page.get_by_text(bars.name, exact=True))
    expect(listed).to_contain_text("완료")
    expect(listed).to_contain_text("12개")
    refused = page.locator("li", has=page.get_by_text(letter.name, exact=True))
    expect(refused).to_contain_text("실패")
    expect(refused.get_by_role("alert")).to_be_visible()
    expect(page.locator(".intervals")).to_contain_text("5분봉")
    held = [one["code"] for one in served.ask("/api/data/series?interval=5m")["series"]]
    assert "035420" in held
