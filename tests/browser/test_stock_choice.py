"""The list of chosen stocks: found by name, code or initials, taken off again, cleared after a question, and kept by the service."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser
NAMED = ("990010", "가온별전자")


@pytest.fixture
def page(open_page: Open, served: Served) -> Page:
    served.choose("specific")
    return open_page("/")


def find(page: Page, typed: str, code: str) -> None:
    """Type into the search, take one of what is offered, and close the list, which stays open for more."""
    page.get_by_role("combobox", name="종목 찾기").fill(typed)
    page.get_by_role("option").filter(has_text=code).click()
    page.keyboard.press("Escape")


def chosen_codes(served: Served) -> list[str]:
    """The list as the service keeps it."""
    codes: list[str] = served.ask("/api/stocks/specific")["selected_stocks"]
    return codes


@pytest.mark.parametrize("typed", ["990010", "가온별", "ㄱㅇㅂㅈㅈ", "  가온별전자 "])
def test_a_stock_is_found_by_code_name_and_initials(page: Page, served: Served, typed: str) -> None:
    code, name = NAMED
    find(page, typed, code)
    expect(page.locator(".chips li")).to_contain_text([name])
    expect(page.get_by_role("heading", name="고른 종목 1/100")).to_be_visible()
    assert chosen_codes(served) == [code]


def test_what_is_not_there_is_said_with_what_to_try(page: Page) -> None:
    page.get_by_role("combobox", name="종목 찾기").fill("없는회사")
    expect(page.get_by_role("listbox")).to_contain_text("‘없는회사’에 맞는 종목이 없습니다")


def test_a_stock_is_taken_off_by_its_button_and_stays_off_after_a_reload(page: Page, served: Served) -> None:
    for code in ("990110", "990120", "990130"):
        find(page, code, code)
        expect(page.locator(".chips")).to_contain_text(code)
    page.locator(".chips li", has_text="990120").get_by_role("button", name="빼기").click()
    expect(page.locator(".chips li")).to_have_count(2)
    page.reload()
    expect(page.locator(".chips li")).to_contain_text(["990110", "990130"])
    assert chosen_codes(served) == ["990110", "990130"]


def test_the_list_is_cleared_only_after_yes_and_the_start_says_what_is_missing(page: Page, served: Served) -> None:
    find(page, "990110", "990110")
    expect(page.locator(".chips li")).to_have_count(1)
    page.get_by_role("button", name="모두 비우기").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("고른 1종목을 모두 지울까요?")
    dialog.get_by_role("button", name="취소").click()
    assert chosen_codes(served) == ["990110"]
    page.get_by_role("button", name="모두 비우기").click()
    dialog.get_by_role("button", name="모두 비우기").click()
    expect(page.locator("main")).to_contain_text("아직 고른 종목이 없습니다")
    assert chosen_codes(served) == []
    expect(page.get_by_role("button", name="백테스트 시작")).to_be_disabled()
    expect(page.locator("#start-blocked")).to_have_text("종목을 하나 이상 골라주세요.")


def test_a_list_of_more_than_a_hundred_is_refused_with_how_many_are_too_many(page: Page, served: Served) -> None:
    known = served.ask("/api/data/series?interval=2m&page_size=120")["series"]
    page.get_by_role("button", name="여러 개 붙여넣기").click()
    page.get_by_role("dialog").get_by_role("textbox").fill(" ".join(stock["code"] for stock in known[:103]))
    expect(page.get_by_role("dialog")).to_contain_text("3개를 줄여주세요")
    expect(page.get_by_role("dialog").get_by_role("button", name="103개 추가")).to_be_disabled()
    page.keyboard.press("Escape")
    assert chosen_codes(served) == []
