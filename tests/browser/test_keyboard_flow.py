"""The whole way with the keyboard alone: choose, start, read, open a trade, download. The mouse is never used."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser
MOST_STEPS = 150
HAS_FOCUS = "element => element === document.activeElement"
RING = """(() => {
    const focused = document.activeElement, around = focused.closest('label') ?? document.body
    return getComputedStyle(focused).outlineStyle + getComputedStyle(around).outlineStyle
})()"""
FIRST_CHOICE_IS_SLOW = """() => {
    const ask = window.fetch
    let isFirst = true
    window.fetch = async (...given) => {
        const address = given[0] instanceof Request ? given[0].url : String(given[0])
        if (isFirst && address.includes('/api/stocks/mode')) {
            isFirst = false
            await new Promise(done => setTimeout(done, 1000))
        }
        return ask(...given)
    }
}"""


def tab_to(page: Page, target: Locator, key: str = "Tab") -> None:
    """Press a key until the control has the focus, and see that the focus can be seen."""
    for _ in range(MOST_STEPS):
        if target.evaluate(HAS_FOCUS):
            assert re.search("solid|auto", page.evaluate(RING)), "the focus cannot be seen"
            return
        page.keyboard.press(key)
    pytest.fail(f"{target} is not reached within {MOST_STEPS} presses of {key}")


def test_the_main_flow_needs_no_mouse(open_page: Open, served: Served) -> None:
    served.choose("all")
    page = open_page("/")
    tab_to(page, page.get_by_role("radio", name="전체 200종목"))
    tab_to(page, page.get_by_role("radio", name=re.compile("^특정 종목만")), "ArrowDown")
    page.keyboard.press("Space")
    search = page.get_by_role("combobox", name="종목 찾기")
    expect(search).to_be_visible()
    tab_to(page, search)
    page.keyboard.type("99012")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator(".chips li")).to_have_count(1)
    page.keyboard.press("Escape")
    tab_to(page, page.get_by_role("radio", name="당일 매매"))
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("^트레일링"))).to_be_checked()
    page.keyboard.press("ArrowUp")
    tab_to(page, page.get_by_role("button", name="백테스트 시작"))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/pages/result\.html\?id=bt-"))
    expect(page.locator(".first .figure")).to_have_count(9)
    tab_to(page, page.get_by_role("button", name="거래 1 차트 보기"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").locator("canvas").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    tab_to(page, page.get_by_role("link", name="CSV"), "Shift+Tab")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".csv")


def test_the_last_of_two_quick_choices_of_the_mode_is_kept_however_slow_the_first_is(open_page: Open, served: Served) -> None:
    served.choose("all")
    page = open_page("/")
    page.evaluate(FIRST_CHOICE_IS_SLOW)
    tab_to(page, page.get_by_role("radio", name="전체 200종목"))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("combobox", name="종목 찾기")).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.get_by_role("radio", name=re.compile("^특정 종목만"))).to_be_checked()
    assert served.ask("/api/stocks/specific")["current_mode"] == "specific"


def test_a_closed_window_gives_the_focus_back_to_where_it_was_opened(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    page = open_page("/")
    opener = page.get_by_role("button", name="여러 개 붙여넣기")
    tab_to(page, opener)
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_the_keyboard_stays_inside_an_open_window(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("button", name="의견 보내기").press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    for _ in range(12):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || document.activeElement.closest('dialog') !== null")
