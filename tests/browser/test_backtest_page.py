"""Choosing stocks and strategy, starting and following, as a person does it."""

import re
import signal
import time

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser

START = "button:has-text('백테스트 시작')"
RESULT = re.compile(r"/pages/result\.html\?id=bt-\d{4}-\d{2}-\d{2}-\d{3,}$")
BUSY_RUNS = 2
FIRST_BY_CONSONANTS = "가온별전자"


@pytest.fixture(autouse=True)
def whole_market(served: Served) -> None:
    served.choose("all")


def chips(page: Page) -> list[str]:
    return [text.split()[0] for text in page.locator(".chips li").all_inner_texts()]


def keep_busy(served: Served) -> None:
    """Whole-market runs in front of the next one, so that it can be watched."""
    for _ in range(BUSY_RUNS):
        served.start_run("RSI")


def test_a_page_that_was_opened_before_there_were_prices_becomes_ready_by_itself(open_page: Open) -> None:
    page = open_page("/", is_tolerant=True)
    nothing = {"success": True, "intervals": []}
    offline = {"status": "degraded", "version": "0", "uptime": 1, "services": {"database": "connected", "python_worker": "offline"}}
    page.route("**/api/data/intervals", lambda route: route.fulfill(json=nothing))
    page.route("**/api/health", lambda route: route.fulfill(json=offline))
    page.reload()
    expect(page.locator("#start-blocked")).to_contain_text("서비스가 준비되는 중입니다")
    expect(page.locator(START)).to_be_disabled()
    page.unroute("**/api/health")
    page.unroute("**/api/data/intervals")
    expect(page.locator(START)).to_be_enabled()
    expect(page.locator("#start-blocked")).to_be_empty()


def test_a_newcomer_starts_at_once_and_the_result_appears_by_itself(open_page: Open, served: Served) -> None:
    page = open_page("/")
    page.click(START)
    page.wait_for_url(RESULT)
    body = served.ask(f"/api/backtest/result/{page.url.rsplit('=', 1)[1]}")
    expect(page.locator("h1")).to_have_text("당일 매매")
    expect(page.locator("main")).to_contain_text("합성 데이터")
    shown = page.locator(".figure", has_text="누적 수익률").locator(".value").first
    expect(shown).to_have_text(re.compile(re.escape(body["performance"]["total_return"])))


def test_stocks_are_found_by_initial_consonants_with_the_keyboard_alone(open_page: Open, served: Served) -> None:
    served.choose("specific")
    page = open_page("/")
    expect(page.locator("#start-blocked")).to_have_text("종목을 하나 이상 골라주세요.")
    expect(page.locator(START)).to_be_disabled()
    page.get_by_role("combobox", name="종목 찾기").focus()
    page.keyboard.type("ㄱㅇㅂㅈㅈ")
    expect(page.get_by_role("option")).to_contain_text([FIRST_BY_CONSONANTS])
    page.keyboard.press("Enter")
    expect(page.locator(".chips li")).to_have_count(1)
    expect(page.locator(".chips")).to_contain_text(FIRST_BY_CONSONANTS)
    expect(page.locator(START)).to_be_enabled()


def test_a_pasted_list_is_stored_and_there_after_a_reload(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    page = open_page("/")
    page.click("text=여러 개 붙여넣기")
    page.fill("dialog textarea", "990120, 990130.KS\n990110 삼성")
    expect(page.locator("dialog")).to_contain_text("삼성")
    page.click("dialog button:has-text('2개 추가')")
    expect(page.get_by_role("heading", name="고른 종목 3/100")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="고른 종목 3/100")).to_be_visible()
    assert chips(page) == ["990110", "990120", "990130"]


def test_clearing_and_changing_the_mode_ask_first(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110", "990120"])
    page = open_page("/")
    page.click("text=모두 비우기")
    page.keyboard.press("Escape")
    expect(page.locator(".chips li")).to_have_count(2)
    page.get_by_role("radio", name="전체 200종목").click()
    page.click("dialog button:has-text('바꾸기')")
    expect(page.get_by_role("radio", name="전체 200종목")).to_be_checked()
    assert served.ask("/api/stocks/specific")["current_mode"] == "all"


def test_the_blacklist_takes_stocks_off_the_filtered_market(open_page: Open, served: Served) -> None:
    page = open_page("/")
    page.click("text=제외 목록")
    page.get_by_role("combobox", name="종목 찾기").fill("990110")
    page.locator("dialog").get_by_role("option").first.click()
    expect(page.locator("dialog h2")).to_have_text("제외 목록 1")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("label", has_text="필터")).to_contain_text("199종목")
    served.ask("/api/blacklist/990110", method="DELETE")


def test_a_wrong_parameter_is_said_beside_it_and_stops_the_start(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_label("매수 시각").fill("08:00")
    expect(page.locator(".field", has_text="매수 시각")).to_contain_text("09:00 이상이어야 합니다.")
    expect(page.locator("#start-blocked")).to_have_text("전략 설정에 잘못된 값이 있습니다.")
    expect(page.locator(START)).to_be_disabled()
    page.get_by_label("매수 시각").fill("930")
    page.get_by_label("매도 시각").focus()
    expect(page.get_by_label("매수 시각")).to_have_value("09:30")
    expect(page.locator(START)).to_be_enabled()
    page.get_by_label("매수 시각").fill("15:20")
    expect(page.locator(".field", has_text="매도 시각")).to_contain_text("매수 시각보다 늦어야 합니다.")
    expect(page.locator(START)).to_be_disabled()
    page.get_by_label("매수 시각").fill("09:30")
    expect(page.locator(START)).to_be_enabled()
    page.get_by_label("시작일").fill("2030-01-02")
    expect(page.locator("#start-blocked")).to_contain_text("자료의 마지막 날(2024-09-26)보다 늦습니다.")
    expect(page.locator(START)).to_be_disabled()


def test_what_the_server_refuses_is_said_until_the_form_is_changed(open_page: Open) -> None:
    page = open_page("/", is_tolerant=True)
    refusal = {"error": "No.", "error_ko": "이 기간에는 자료가 없습니다.", "code": "universe_empty", "success": False}
    page.route("**/api/backtest/start", lambda route: route.fulfill(status=400, json=refusal))
    page.click(START)
    expect(page.get_by_role("alert")).to_contain_text("이 기간에는 자료가 없습니다.")
    page.get_by_label("매수 시각").fill("11:00")
    expect(page.get_by_role("alert")).to_have_count(0)


def test_what_was_typed_is_in_the_address_and_comes_back_from_it(open_page: Open) -> None:
    page = open_page("/pages/specific-stock-selection.html?strategy=RSI&p.period=21&capital=50,000,000")
    expect(page.get_by_role("radio", name="RSI")).to_be_checked()
    expect(page.get_by_label("RSI 기간")).to_have_value("21")
    page.get_by_label("RSI 기간").fill("9")
    page.reload()
    expect(page.get_by_label("RSI 기간")).to_have_value("9")
    expect(page.locator("main")).to_contain_text("200종목 × 5,000만 원 = 100억 원")


def test_a_run_is_still_followed_after_a_reload_and_can_be_stopped(open_page: Open, served: Served) -> None:
    keep_busy(served)
    page = open_page("/")
    page.click(START)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.wait_for_url(re.compile(r"run=bt-"))
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="중단").click()
    expect(page.locator("aside")).to_contain_text("백테스트를 중단했습니다.")


def test_offline_keeps_what_was_typed_and_starts_once_when_the_network_is_back(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    page = open_page("/?p.buy_time=11:00")
    expect(page.locator(START)).to_be_enabled()
    before = served.run_count()
    page.context.set_offline(True)
    page.click(START)
    expect(page.locator("aside")).to_contain_text("네트워크 연결을 확인해주세요")
    expect(page.get_by_label("매수 시각")).to_have_value("11:00")
    page.context.set_offline(False)
    page.click(START)
    page.wait_for_url(RESULT)
    assert served.run_count() == before + 1


def test_an_answer_that_was_lost_does_not_start_the_run_twice(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    page = open_page("/", is_tolerant=True)
    before = served.run_count()
    lost: list[APIResponse] = []

    def lose_first(route: Route) -> None:
        """The request reaches the server; its first answer never reaches the page."""
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch())
            route.abort()

    page.route("**/api/backtest/start", lose_first)
    page.click(START)
    expect(page.locator("aside")).to_contain_text("네트워크 연결을 확인해주세요")
    page.click(START)
    page.wait_for_url(RESULT)
    assert served.run_count() == before + 1


def test_two_tabs_see_one_list_and_each_its_own_run(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    first, second = open_page("/"), open_page("/?strategy=RSI")
    first.click(START)
    second.click(START)
    for page in (first, second):
        page.wait_for_url(RESULT)
    assert first.url != second.url
    expect(first.locator("h1")).to_have_text("당일 매매")
    expect(second.locator("h1")).to_have_text("RSI")


@pytest.mark.drill
def test_a_server_that_was_ended_is_said_and_the_run_goes_on_when_it_is_back(open_page: Open, served: Served) -> None:
    keep_busy(served)
    page = open_page("/", is_tolerant=True)
    page.click(START)
    page.wait_for_url(re.compile(r"run=bt-"))
    served.stop(signal.SIGTERM)
    expect(page.locator("aside")).to_contain_text("다시 연결하는 중입니다")
    time.sleep(0.5)
    served.start()
    page.wait_for_url(RESULT, timeout=60_000)
