"""What holds on every screen: an address of its own, both themes and languages, a phone, the keyboard, and nothing that axe finds."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.looked_at import RESIZED_MILLISECONDS, overflow, violations
from tests.browser.served import Served

pytestmark = pytest.mark.browser

SHIFTED = """() => new Promise(done => {
    let sum = 0
    const observer = new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) sum += entry.value
    })
    observer.observe({type: 'layout-shift', buffered: true})
    setTimeout(() => done(sum), 100)
})"""
SCREENS = {
    "backtest": "/",
    "result": "/pages/result.html?id={id}",
    "trade": "/pages/result.html?id={id}&trade=2",
    "history": "/pages/history.html?compare={id},{other}",
    "data": "/pages/data.html?code=990110",
    "ops": "/ops",
}


@pytest.fixture
def ids(finished: str, other: str) -> tuple[str, str]:
    return finished, other


screens = pytest.mark.parametrize("screen", SCREENS)


def opened(open_page: Open, screen: str, ids: tuple[str, str], **how: object) -> Page:
    page = open_page(SCREENS[screen].format(id=ids[0], other=ids[1]), **how)
    expect(page.locator("main h1").first).to_be_attached()
    page.wait_for_load_state("networkidle") if screen != "backtest" else page.wait_for_selector("text=당일 매매")
    return page


@screens
def test_axe_finds_nothing_and_a_phone_of_360_pixels_shows_all_without_scrolling_sideways(
    open_page: Open, ids: tuple[str, str], axe: str, screen: str
) -> None:
    page = opened(open_page, screen, ids)
    page.evaluate("document.querySelectorAll('details').forEach(one => (one.open = true))")
    assert violations(page, axe) == []
    page.set_viewport_size({"width": 360, "height": 740})
    page.wait_for_timeout(RESIZED_MILLISECONDS)
    assert overflow(page) <= 0


@screens
def test_nothing_jumps_while_a_screen_loads(open_page: Open, ids: tuple[str, str], screen: str) -> None:
    page = opened(open_page, screen, ids)
    page.reload()
    page.wait_for_timeout(800)
    shifted = page.evaluate(SHIFTED)
    assert shifted < 0.05


def test_the_first_screen_needs_less_than_100_kilobytes_of_script_and_is_there_within_a_second(open_page: Open, served: Served) -> None:
    page = open_page("/")
    page.wait_for_selector("text=당일 매매")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').filter(one => one.name.endsWith('.js')).map(one => one.encodedBodySize)"
    )
    assert sizes
    assert 20_000 < sum(sizes) < 100_000
    page.reload()
    page.wait_for_selector("button:has-text('백테스트 시작'):enabled")
    assert page.evaluate("performance.now()") < 2_000


def test_the_language_and_the_theme_stay_chosen(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Theme").click()
    page.reload()
    expect(page.get_by_role("link", name="Backtest")).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dataset.theme]") == ["en", "light"]


def test_the_keyboard_reaches_the_content_and_the_navigation(open_page: Open) -> None:
    page = open_page("/")
    page.wait_for_selector("text=당일 매매")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="본문으로 건너뛰기")).to_be_focused()
    for _ in range(4):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="결과")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pages/history.html")


def test_feedback_is_kept_with_the_page_it_was_said_on(open_page: Open) -> None:
    page = open_page("/pages/data.html")
    page.get_by_role("button", name="의견 보내기").click()
    page.locator("dialog textarea").fill("달력이 보기 좋아요.")
    with page.expect_request("**/api/feedback") as sent:
        page.locator("dialog").get_by_role("button", name="보내기").click()
    expect(page.locator("dialog")).to_contain_text("고맙습니다")
    said = json.loads(sent.value.post_data or "")
    assert said["page"] == "/pages/data.html"


def test_runs_are_found_noted_pinned_and_deleted(open_page: Open, served: Served) -> None:
    doomed = served.finished_run()
    page = open_page("/pages/history.html")
    row = page.locator("tbody tr", has_text=doomed)
    row.get_by_role("button", name="메모").click()
    page.keyboard.type("첫 생각")
    page.keyboard.press("Enter")
    expect(row).to_contain_text("첫 생각")
    row.get_by_role("button", name="고정", exact=True).click()
    expect(row.get_by_role("button", name="고정 풀기")).to_be_visible()
    page.get_by_role("searchbox").fill("첫 생각")
    expect(page.locator("tbody tr")).to_have_count(1)
    row.get_by_role("button", name="고정 풀기").click()
    row.get_by_role("button", name="삭제").click()
    page.locator("dialog").get_by_role("button", name="삭제").click()
    expect(page.locator("main")).to_contain_text("조건에 맞는 기록이 없습니다.")


def test_the_status_line_says_version_health_and_worker(open_page: Open, served: Served) -> None:
    version = served.ask("/api/health")["version"]
    expect(open_page("/").locator("footer")).to_contain_text(f"정상 계산기 준비됨 버전 {version}")
