"""Windows over the page, a run on its way, empty and broken screens: the same holds for them, in both themes, on a phone, in English."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.looked_at import RESIZED_MILLISECONDS, overflow, violations
from tests.browser.served import Served

pytestmark = pytest.mark.browser
LONGEST_ID = "bt-2020-01-01-999"


def feedback(page: Page) -> None:
    page.get_by_role("button", name="의견 보내기").click()


def blacklist(page: Page) -> None:
    page.get_by_role("button", name="제외 목록").click()
    page.get_by_role("dialog").get_by_role("combobox", name="종목 찾기").fill("ㄱㅇㅂ")
    expect(page.get_by_role("dialog").get_by_role("option").first).to_be_visible()


def paste(page: Page) -> None:
    page.get_by_role("button", name="여러 개 붙여넣기").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("990120 wrong 12")


def clear(page: Page) -> None:
    page.get_by_role("button", name="모두 비우기").click()


def saved(page: Page) -> None:
    page.get_by_role("button", name="저장한 설정").click()
    expect(page.get_by_role("dialog")).to_contain_text("저장한 설정이 없습니다.")


def search(page: Page) -> None:
    page.get_by_role("combobox", name="종목 찾기").fill("9901")
    expect(page.locator("[role=option]")).to_have_count(11)  # 990100 to 990190 and 9901K0


def wrong(page: Page) -> None:
    page.get_by_label("매수 시각").fill("08:00")
    page.get_by_label("종목당 투자 원금").fill("없음")
    page.locator("summary").click()
    page.get_by_label("수수료(편도, %)").fill("99")


WINDOWS: dict[str, Callable[[Page], None]] = {
    function.__name__: function for function in (feedback, blacklist, paste, clear, saved, search, wrong)
}
windows = pytest.mark.parametrize("window", WINDOWS)


def chosen(open_page: Open, served: Served, **how: object) -> Page:
    served.choose("specific", ["990110"])
    page = open_page("/", **how)
    expect(page.locator(".chips li")).to_have_count(1)
    expect(page.locator(".screen.unready")).to_have_count(0)  # until all has come, the screen hides what would jump
    return page


@windows
def test_axe_finds_nothing_in_a_window(open_page: Open, served: Served, axe: str, window: str) -> None:
    page = chosen(open_page, served)
    WINDOWS[window](page)
    assert violations(page, axe) == []


def test_typing_never_builds_the_screen_anew(open_page: Open, served: Served) -> None:
    """Every change is written into the address; a screen built anew for it would lose what the address does not hold."""
    page = chosen(open_page, served)
    page.evaluate("document.querySelector('.screen').dataset.mark = 'the first'")
    wrong(page)
    expect(page.get_by_text("RSI", exact=True)).to_be_visible()
    page.get_by_text("RSI", exact=True).click()
    page.get_by_label("종목당 투자 원금").fill("5000000")
    page.wait_for_timeout(300)
    assert page.evaluate("document.querySelector('.screen').dataset.mark") == "the first"


@windows
def test_a_window_fits_a_phone_of_360_pixels(open_page: Open, served: Served, window: str) -> None:
    page = chosen(open_page, served, width=360, height=640)
    WINDOWS[window](page)
    assert overflow(page) <= 0
    for dialog in page.locator("dialog").all():
        box = dialog.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 360
        assert dialog.evaluate("one => one.scrollWidth - one.clientWidth") <= 0


def test_axe_finds_nothing_while_a_run_is_followed_also_on_a_phone(open_page: Open, served: Served, axe: str) -> None:
    served.choose("all")
    for _ in range(2):
        served.start_run("MACD")
    page = open_page("/", width=360, height=740)
    page.get_by_role("button", name="백테스트 시작").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    assert violations(page, axe) == []
    assert overflow(page) <= 0
    page.get_by_role("button", name="중단").click()
    expect(page.locator("aside")).to_contain_text("백테스트를 중단했습니다.")
    assert violations(page, axe) == []


EMPTY = {
    "unknown result": f"/pages/result.html?id={LONGEST_ID}",
    "nothing found": "/pages/history.html?q=%EC%97%86%EB%8A%94%20%EA%B8%B0%EB%A1%9D",
    "unknown stock": "/pages/data.html?q=zzzz",
    "unknown run": f"/?run={LONGEST_ID}",
}


@pytest.mark.parametrize("state", EMPTY)
def test_axe_finds_nothing_where_there_is_nothing_and_words_say_so(open_page: Open, axe: str, state: str) -> None:
    page = open_page(EMPTY[state], is_tolerant=True)
    page.wait_for_load_state("networkidle")
    text = page.locator("main").inner_text()
    assert len(text) > 20
    assert not {word for word in ("undefined", "NaN", "null", "[object") if word in text}
    assert violations(page, axe) == []


ENGLISH = {
    "backtest": "/",
    "result": "/pages/result.html?id={id}",
    "history": "/pages/history.html?compare={id},{other}",
    "data": "/pages/data.html",
}
KOREAN_IN_TEXT = """() => {
    const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), found = []
    while (walker.nextNode()) if (/[가-힣]/u.test(walker.currentNode.data)) found.push(walker.currentNode.data.trim())
    return found
}"""


@pytest.mark.parametrize("screen", ENGLISH)
def test_in_english_no_korean_word_is_left_and_all_fits(open_page: Open, finished: str, other: str, screen: str) -> None:
    page = open_page(ENGLISH[screen].format(id=finished, other=other))
    page.get_by_role("button", name="English").click()
    page.wait_for_load_state("networkidle")
    for width in (1280, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(RESIZED_MILLISECONDS)
        assert page.evaluate(KOREAN_IN_TEXT) == []
        assert overflow(page) <= 0, width


@pytest.mark.parametrize("screen", ENGLISH)
def test_a_phone_held_wide_a_small_one_and_large_text_need_no_scrolling_sideways(
    open_page: Open, finished: str, other: str, screen: str
) -> None:
    page = open_page(ENGLISH[screen].format(id=finished, other=other))
    page.wait_for_load_state("networkidle")
    for width, height, text in ((740, 360, "100%"), (320, 640, "100%"), (1280, 900, "200%")):
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        page.wait_for_timeout(RESIZED_MILLISECONDS)
        assert overflow(page) <= 0, (width, height, text)
