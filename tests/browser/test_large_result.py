"""A result of 100,000 trades in 200 stocks is as quick to read as a small one.

Convention: the times asserted here are those that a person feels as an answer, many times what was measured; the figures measured are in
the properties of the test report.
"""

import json
import time
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from bokgi.reports.result_folder import write_result
from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.reports.wide_record import wide_record

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TRADES, STOCKS, SESSIONS = 100_000, 200, 240
FELT_SECONDS = 3.0
LONG_TASKS = """() => new Promise(done => {
    let longest = 0
    const observer = new PerformanceObserver(list => { for (const entry of list.getEntries()) longest = Math.max(longest, entry.duration) })
    observer.observe({type: 'longtask', buffered: true})
    setTimeout(() => done(longest), 100)
})"""


@pytest.fixture(scope="module")
def large(served: Served) -> str:
    """Id of a run whose result was replaced by a large one, before anybody asked for it."""
    backtest_id = served.finished_run()
    folder = served.home / "results" / backtest_id
    manifest = json.loads((folder / "body.json").read_bytes())["manifest"]
    write_result(folder, replace(wide_record(TRADES, STOCKS, SESSIONS), backtest_id=backtest_id, manifest=manifest))
    return backtest_id


def seconds_of(action: Callable[[], object]) -> float:
    begin = time.monotonic()
    action()
    return time.monotonic() - begin


def walked(open_page: Open, large: str, record_property: Callable[[str, object], None]) -> tuple[dict[str, float], float]:
    """Open, sort and turn to the last page; seconds of each, and the longest task of the page in milliseconds."""
    page = open_page("/pages/data.html")
    rows, first = page.locator("#trades tbody tr"), page.locator("#trades tbody tr").first

    def opened() -> None:
        page.goto(f"{page.url.split('/pages')[0]}/pages/result.html?id={large}")
        expect(rows).to_have_count(50)

    def sorted_by_profit() -> None:
        page.locator("#trades th").get_by_role("button", name="순손익").click()
        expect(page.locator("#trades th[aria-sort=descending]")).to_contain_text("순손익")
        expect(page.get_by_role("region", name="거래 내역")).to_have_attribute("aria-busy", "false")

    def turned_to_the_last_page() -> None:
        page.locator("#trades").get_by_role("button", name="2000").click()
        expect(page.locator("#trades")).to_contain_text("2000 / 2000쪽")
        expect(page.get_by_role("region", name="거래 내역")).to_have_attribute("aria-busy", "false")

    taken = {action.__name__: seconds_of(action) for action in (opened, sorted_by_profit, turned_to_the_last_page)}
    longest = float(page.evaluate(LONG_TASKS))
    for name, seconds in taken.items():
        record_property(name, seconds)
    record_property("longest_task_milliseconds", longest)
    expect(page.locator("#trades h2")).to_contain_text("100,000")
    expect(first).to_contain_text("원")
    assert page.evaluate("document.querySelectorAll('tr').length") < 200
    return taken, longest


def test_a_result_of_a_hundred_thousand_trades_is_sorted_and_paged(
    open_page: Open, large: str, record_property: Callable[[str, object], None]
) -> None:
    taken, _ = walked(open_page, large, record_property)
    assert set(taken) == {"opened", "sorted_by_profit", "turned_to_the_last_page"}


@pytest.mark.drill
def test_a_result_of_a_hundred_thousand_trades_answers_at_once(
    open_page: Open, large: str, record_property: Callable[[str, object], None]
) -> None:
    """A drill, since others share the machine on which the short tests run side by side."""
    taken, longest = walked(open_page, large, record_property)
    assert {name: seconds for name, seconds in taken.items() if seconds > FELT_SECONDS} == {}
    assert longest < 1_000


def test_two_hundred_stocks_are_sorted_and_paged_in_the_page_itself(open_page: Open, large: str, served: Served) -> None:
    stocks = served.ask(f"/api/backtest/result/{large}")["stocks"]
    assert len(stocks) == STOCKS
    page: Page = open_page(f"/pages/result.html?id={large}")
    table = page.get_by_role("region", name="종목별 손익")
    expect(table.locator("tbody tr")).to_have_count(20)
    table.get_by_role("button", name="거래").click()
    most = max(stocks, key=lambda stock: stock["total_trades"])
    expect(table.locator("tbody tr").first).to_contain_text(f"{most['total_trades']:,}")
