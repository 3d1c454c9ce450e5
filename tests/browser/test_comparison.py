"""Runs side by side, and what a result says beside what the service says, figure by figure."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Json, Served

pytestmark = pytest.mark.browser


def won(value: float, sign: str = "") -> str:
    """As the pages write an amount; the API gives whole won."""
    return f"{value:{sign},.0f}원"


def percent(value: float | None, decimals: int = 2, sign: str = "") -> str:
    return "–" if value is None else f"{value * 100:{sign},.{decimals}f}%"


def number(value: float | None, decimals: int = 0) -> str:
    return "–" if value is None else f"{value:,.{decimals}f}"


def expected_figures(body: Json) -> dict[str, str]:
    """The first screen of a result, in the words of words.md, from the metrics of the API."""
    m: dict[str, Any] = body["metrics"]
    held = next(row for row in body["benchmarks"] if row["name"] == "buy_and_hold")["metrics"]["total_return"]
    return {
        "순손익": won(m["total_profit"], "+"),
        "누적 수익률": percent(m["total_return"], sign="+"),
        "단순 보유 대비": percent(m["total_return"] - held, sign="+") + "p",
        "최대 낙폭(MDD)": percent(m["max_drawdown"]),
        "거래 수(이익/손실)": f"{number(m['total_trades'])} ({number(m['winning_trades'])}/{number(m['losing_trades'])})",
        "승률": percent(m["win_rate"], 1),
        "손익비": number(m["payoff_ratio"], 2),
        "총이익 / 총손실": f"{won(m['gross_profit'])} / {won(m['gross_loss'])}",
        "비용 합계": won(m["total_cost"]),
    }


def shown_figures(page: Page, group: str) -> dict[str, str]:
    names, values = page.locator(f"{group} dt").all_inner_texts(), page.locator(f"{group} .value").all_inner_texts()
    return dict(zip(names, values, strict=True))


def test_each_first_figure_is_that_of_the_service(open_page: Open, served: Served, finished: str) -> None:
    page = open_page(f"/pages/result.html?id={finished}")
    expect(page.locator(".first .figure")).to_have_count(9)
    assert shown_figures(page, ".first") == expected_figures(served.ask(f"/api/backtest/result/{finished}"))


def test_the_figures_one_click_away_are_those_of_the_service(open_page: Open, served: Served, finished: str) -> None:
    m = served.ask(f"/api/backtest/result/{finished}")["metrics"]
    page = open_page(f"/pages/result.html?id={finished}")
    page.get_by_text("지표 더 보기").click()
    shown = shown_figures(page, ".more")
    assert shown["샤프 지수"] == number(m["sharpe_ratio"], 2)
    assert shown["소르티노 지수"] == number(m["sortino_ratio"], 2)
    assert shown["칼마 지수"] == number(m["calmar_ratio"], 2)
    assert shown["변동성(연)"] == percent(m["volatility"])
    assert shown["이익 팩터(총이익/총손실)"] == number(m["profit_factor"], 2)
    assert shown["최다 연속 손실"] == number(m["longest_losing_streak"])
    assert shown["최대 손실 거래"] == won(m["worst_trade"])
    assert shown["연환산 수익률(CAGR)"] == percent(m["annual_return"], sign="+") + ("" if m["annual_return"] is None else " (참고)")


def test_slippage_reasons_and_stocks_are_those_of_the_service(open_page: Open, served: Served, finished: str) -> None:
    body = served.ask(f"/api/backtest/result/{finished}")
    page = open_page(f"/pages/result.html?id={finished}")
    for row in body["slippage_returns"]:
        line = page.locator("li", has=page.get_by_text(f"{row['ticks']}틱", exact=True))
        expect(line).to_contain_text(percent(row["total_return"], sign="+"))
    assert [row["ticks"] for row in body["slippage_returns"]] == [0, 1, 2]
    for stock in body["stocks"]:
        line = page.get_by_role("region", name="종목별 손익").locator("tbody tr", has_text=stock["code"])
        expect(line).to_contain_text(won(stock["total_profit"], "+"))
        expect(line).to_contain_text(percent(stock["win_rate"], 1))


def test_two_runs_are_chosen_in_the_history_and_compared_with_their_own_figures(
    open_page: Open, served: Served, finished: str, other: str
) -> None:
    page = open_page("/pages/history.html")
    compare = page.get_by_role("button", name="개 비교")
    expect(compare).to_be_disabled()
    for run in (finished, other):
        page.get_by_role("checkbox", name=f"비교 {run}").check()
    compare.click()
    table = page.get_by_role("region", name="비교")
    expect(table.locator("thead th")).to_have_count(3)
    expect(table.locator("tbody tr").first).to_contain_text("원")
    rows = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in table.locator("tbody tr").all()}
    wanted = [expected_figures(served.ask(f"/api/backtest/result/{run}")) for run in (finished, other)]
    for name in wanted[0]:
        assert rows[name] == [figures[name] for figures in wanted], name
    page.reload()
    expect(table.locator("thead")).to_contain_text(finished)
    expect(table.locator("thead")).to_contain_text(other)


def test_more_than_five_runs_cannot_be_compared(open_page: Open, served: Served, finished: str) -> None:
    runs = [served.finished_run() for _ in range(6)]
    page = open_page("/pages/history.html")
    for run in runs[:5]:
        page.get_by_role("checkbox", name=f"비교 {run}").check()
    expect(page.get_by_role("checkbox", name=f"비교 {runs[5]}")).to_be_disabled()
    expect(page.get_by_role("button", name="5개 비교")).to_be_enabled()
