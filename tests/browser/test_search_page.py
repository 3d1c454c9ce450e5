"""The best times in a browser: from the start of a search to the backtest of one of its cells, by pointer and by keyboard."""

import json
import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open
from tests.browser.looked_at import RESIZED_MILLISECONDS, overflow, violations
from tests.browser.served import DEMO_STOCKS, ENDED, Served

pytestmark = pytest.mark.browser

SECONDS = 300
"""A machine that has never compiled the kernels of searches does it now."""


@pytest.fixture(scope="module")
def searched(served: Served) -> str:
    """Id of a finished search of two stocks."""
    body = {"strategy": "daily_trading", "stock_codes": DEMO_STOCKS}
    search_id = str(served.ask("/api/search/start", body)["search_id"])
    deadline = time.monotonic() + SECONDS
    while served.ask(f"/api/search/progress/{search_id}")["status"] not in ENDED:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return search_id


def test_a_search_is_started_followed_and_shows_out_of_sample_before_the_optimum(open_page: Open, served: Served, searched: str) -> None:
    served.choose("specific", DEMO_STOCKS)
    page = open_page("/pages/search.html")
    expect(page.get_by_text("선택한 종목: 2개")).to_be_visible()
    page.get_by_role("button", name="탐색 시작").click()
    expect(page.get_by_role("region", name="종목별 판단")).to_be_visible(timeout=SECONDS * 1000)
    assert "id=se-" in page.url
    headings = page.locator("thead").first.locator("th").all_inner_texts()
    assert headings.index("검증 구간") < headings.index("탐색 구간 최고")
    expect(page.get_by_text("합성 데이터")).to_be_visible()
    first = page.get_by_text("검증 구간: 앞 구간에서 고른 최적 조합을 이후에 썼다면")
    second = page.get_by_text("탐색 구간: 지나고 보니 가장 좋았던 조합")
    expect(first).to_be_visible()
    boxes = [place.bounding_box() for place in (first, second)]
    assert boxes[0] is not None
    assert boxes[1] is not None
    assert boxes[0]["y"] < boxes[1]["y"]


def test_the_heat_map_is_walked_by_keyboard_and_a_cell_runs_its_backtest(open_page: Open, served: Served, searched: str) -> None:
    code = DEMO_STOCKS[0]
    page = open_page(f"/pages/search.html?id={searched}&code={code}")
    heat = page.get_by_role("application")
    expect(heat).to_be_visible()
    figures = page.locator("p.figures strong")
    best = figures.inner_text()
    heat.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    expect(figures).not_to_have_text(best)
    bought, sold = figures.inner_text().split(" → ")
    with page.expect_request("**/api/backtest/start") as sent:
        page.keyboard.press("Enter")
    asked = json.loads(sent.value.post_data or "")
    assert asked["strategy_params"] == {"buy_time": bought, "sell_time": sold}
    assert asked["stock_codes"] == [code]
    page.wait_for_url("**/pages/result.html?id=bt-*")


def test_pointing_at_a_cell_shows_its_figures(open_page: Open, searched: str) -> None:
    page = open_page(f"/pages/search.html?id={searched}&code={DEMO_STOCKS[1]}")
    heat = page.get_by_role("application")
    heat.scroll_into_view_if_needed()
    box = heat.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + box["height"] * 0.25)
    shown = page.locator("p.figures strong")
    expect(shown).to_contain_text("→")
    near = shown.inner_text()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.2)
    expect(shown).not_to_have_text(near)


def test_axe_finds_nothing_on_a_search_and_a_phone_shows_it_without_scrolling_sideways(open_page: Open, searched: str, axe: str) -> None:
    page = open_page(f"/pages/search.html?id={searched}")
    expect(page.get_by_role("application")).to_be_visible()
    assert violations(page, axe) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(RESIZED_MILLISECONDS)
    assert overflow(page) <= 0
