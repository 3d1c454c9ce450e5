"""Without a network: one sentence that says what to do, and what was typed stays where it was typed."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser
SENTENCE = "네트워크 연결을 확인해주세요"


def cut(page: Page) -> None:
    page.context.set_offline(True)


def test_feedback_that_cannot_be_sent_is_kept_and_sent_later(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("button", name="의견 보내기").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").first.fill("표가 조금 좁아요.")
    cut(page)
    dialog.get_by_role("button", name="보내기", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text(SENTENCE)
    expect(dialog.get_by_role("textbox").first).to_have_value("표가 조금 좁아요.")
    page.context.set_offline(False)
    dialog.get_by_role("button", name="보내기", exact=True).click()
    expect(dialog).to_contain_text("고맙습니다")


def test_a_pasted_list_that_cannot_be_stored_is_kept_and_stored_later(open_page: Open, served: Served) -> None:
    served.choose("specific")
    page = open_page("/")
    page.get_by_role("button", name="여러 개 붙여넣기").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("990110, 990120")
    cut(page)
    dialog.get_by_role("button", name="2개 추가").click()
    expect(dialog.get_by_role("alert")).to_contain_text(SENTENCE)
    expect(dialog.get_by_role("textbox")).to_have_value("990110, 990120")
    page.context.set_offline(False)
    dialog.get_by_role("button", name="2개 추가").click()
    expect(page.get_by_role("heading", name="고른 종목 2/100")).to_be_visible()


def test_a_screen_that_cannot_be_filled_says_so_and_fills_itself_when_the_network_is_back(open_page: Open, finished: str) -> None:
    page = open_page("/pages/data.html")
    expect(page.locator(".intervals")).to_be_visible()
    page.get_by_role("link", name="기록").hover()
    page.route("**/api/backtests*", lambda route: route.abort("internetdisconnected"))
    page.get_by_role("link", name="기록").click()
    expect(page.get_by_role("alert")).to_contain_text(SENTENCE)
    page.unroute_all()
    expect(page.locator("tbody tr").first).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)
