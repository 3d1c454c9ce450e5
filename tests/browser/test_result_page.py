"""Reading a result: what it says is what the service says, and every file of it can be opened."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser

FIRST_SCREEN = [
    "순손익",
    "누적 수익률",
    "단순 보유 대비",
    "최대 낙폭(MDD)",
    "거래 수(이익/손실)",
    "승률",
    "손익비",
    "총이익 / 총손실",
    "비용 합계",
]


def address(finished: str, more: str = "") -> str:
    return f"/pages/result.html?id={finished}{more}"


def test_the_first_screen_shows_the_figures_in_their_fixed_order(open_page: Open, finished: str) -> None:
    page = open_page(address(finished))
    expect(page.locator(".first .figure")).to_have_count(9)
    assert page.locator(".first .figure dt").all_inner_texts() == FIRST_SCREEN


def test_the_figures_are_those_of_the_service(open_page: Open, served: Served, finished: str) -> None:
    metrics = served.ask(f"/api/backtest/result/{finished}")["metrics"]
    page = open_page(address(finished))
    expect(page.locator(".first .figure")).to_have_count(9)
    shown = dict(zip(FIRST_SCREEN, page.locator(".first .value").all_inner_texts(), strict=True))
    assert shown["순손익"] == f"{metrics['total_profit']:+,.0f}원"
    assert shown["누적 수익률"] == f"{metrics['total_return'] * 100:+,.2f}%"
    assert shown["거래 수(이익/손실)"] == f"{metrics['total_trades']} ({metrics['winning_trades']}/{metrics['losing_trades']})"
    assert shown["승률"] == f"{metrics['win_rate'] * 100:.1f}%"
    assert shown["비용 합계"] == f"{metrics['total_cost']:,.0f}원"


def test_synthetic_data_are_called_so_on_top(open_page: Open, finished: str) -> None:
    expect(open_page(address(finished)).get_by_role("note")).to_contain_text("합성 데이터")


def test_stocks_are_sorted_and_filtered(open_page: Open, served: Served, finished: str) -> None:
    stocks = served.ask(f"/api/backtest/result/{finished}")["stocks"]
    page = open_page(address(finished))
    table = page.get_by_role("region", name="종목별 손익")
    by_profit = [stock["code"] for stock in sorted(stocks, key=lambda stock: -stock["total_profit"])]
    expect(table.locator("tbody tr").first).to_contain_text(by_profit[0])
    table.get_by_role("button", name="순손익").click()
    expect(table.locator("tbody tr").first).to_contain_text(by_profit[-1])
    winners = sum(stock["total_profit"] + stock["unrealised_profit"] > 0 for stock in stocks)
    page.get_by_role("radio", name="이익", exact=True).check(force=True)
    expect(table.locator("tbody tr")).to_have_count(winners)


def test_trades_are_paged_sorted_and_filtered_and_the_address_says_how(open_page: Open, served: Served, finished: str) -> None:
    trades = served.ask(f"/api/backtest/result/{finished}/trades?page_size=200&code=990110")["trades"]
    page = open_page(address(finished))
    rows = page.locator("#trades tbody tr")
    expect(rows).to_have_count(50)
    page.select_option("#trades select", "990110")
    expect(page.locator("#trades h2")).to_contain_text(str(len(trades)))
    page.locator("#trades th").get_by_role("button", name="순손익").click()
    best = max(trades, key=lambda trade: trade["profit"])
    expect(rows.first).to_contain_text(f"{best['profit']:+,}원")
    page.locator("#trades").get_by_role("button", name="다음").click()
    expect(rows).to_have_count(len(trades) - 50)
    page.reload()
    expect(rows).to_have_count(len(trades) - 50)


def test_a_trade_opens_its_chart_and_escape_closes_it(open_page: Open, served: Served, finished: str) -> None:
    trade = served.ask(f"/api/backtest/result/{finished}/trades/3/chart")["trade"]
    page = open_page(address(finished))
    page.get_by_role("button", name="거래 3 차트 보기").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"{trade['buy_price']:,}원")
    expect(dialog).to_contain_text("▲ 매수")
    expect(dialog).to_contain_text("▼ 매도")
    expect(dialog.locator("canvas").first).to_be_visible()
    assert page.url.endswith("&trade=3")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "trade=" not in page.url


def downloaded(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as waiting:
        page.locator(".downloads").get_by_role("link", name=name).click()
    file = folder / waiting.value.suggested_filename
    waiting.value.save_as(file)
    return file


def test_every_format_is_downloaded_and_read_back(open_page: Open, served: Served, finished: str, tmp_path: Path) -> None:
    body = served.ask(f"/api/backtest/result/{finished}")
    page = open_page(address(finished))
    files = {name: downloaded(page, name, tmp_path) for name in ("Excel", "PDF", "CSV", "HTML", "JSON")}
    assert {file.stem for file in files.values()} == {f"backtest-trades-{finished}"}
    rows = list(csv.reader(io.StringIO(files["CSV"].read_text("utf-8-sig"))))
    heads = next(index for index, row in enumerate(rows) if row and row[0] == "번호")
    assert len([row for row in rows[heads + 1 :] if row]) == body["metrics"]["total_trades"]
    assert zipfile.is_zipfile(files["Excel"])
    assert load_workbook(files["Excel"], read_only=True).sheetnames
    assert len(PdfReader(files["PDF"]).pages) >= 1
    assert json.loads(files["JSON"].read_text("utf-8"))
    assert body["performance"]["total_return"] in files["HTML"].read_text("utf-8")


def test_a_run_is_taken_back_to_the_first_screen_to_be_changed(open_page: Open, served: Served, finished: str) -> None:
    served.choose("all")
    page = open_page(address(finished))
    page.get_by_role("button", name="바꿔서 다시 실행").click()
    page.wait_for_url(re.compile(r"specific-stock-selection\.html"))
    expect(page.get_by_role("heading", name="고른 종목 2/100")).to_be_visible()
    expect(page.get_by_role("radio", name="당일 매매")).to_be_checked()
    expect(page.get_by_label("시작일")).not_to_have_value("")
    page.go_back()
    page.wait_for_url(re.compile(f"id={finished}$"))


def test_an_unknown_id_is_said_in_words(open_page: Open) -> None:
    page = open_page("/pages/result.html?id=bt-2020-01-01-999", is_tolerant=True)
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("alert")).not_to_contain_text("undefined")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_up_is_red_in_korean_and_green_in_english(open_page: Open, finished: str, theme: str) -> None:
    page = open_page(address(finished), theme=theme)
    expect(page.locator(".up").first).to_be_visible()

    def channels() -> tuple[int, int]:
        red, green, _ = re.findall(r"\d+", page.locator("td.up").first.evaluate("element => getComputedStyle(element).color"))[:3]
        return int(red), int(green)

    red, green = channels()
    assert red > green
    page.get_by_role("button", name="English").click()
    red, green = channels()
    assert green > red
