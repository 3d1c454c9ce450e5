"""The data page against a provider on this machine: fetching, deciding about what is held back, and saying what a column is.

The package `finance-datareader` is the real one, in a real worker; only the host of its requests is another.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page, expect

from bokgi.bars.interval import DAILY
from bokgi.data.store import Store
from bokgi.data.store_export import write_export
from tests.browser.conftest import Open
from tests.browser.looked_at import violations
from tests.browser.served import Served
from tests.data.sources.answers import CLOSES, CODE, SESSIONS, naver_xml
from tests.data.sources.provider import Provider, Question, Reply, serving
from tests.data.store_cases import daily_bars, incoming_of

pytest.importorskip("FinanceDataReader", reason="the package finance-datareader is not installed")
pytestmark = pytest.mark.browser

SPLIT = "000002"
"""Stored at twice what the provider says now, as before a split of two to one."""
DOUBLED = [close * 2.0 for close in CLOSES]
MOVED = Path(__file__).parent / "moved_network"


class MovedService(Served):
    """A service whose worker finds every provider on one port of this machine."""

    port = 0

    def _environment(self) -> dict[str, str]:
        paths = [str(MOVED), *filter(None, [os.environ.get("PYTHONPATH")])]
        return super()._environment() | {"BOKGI_TEST_PROVIDER": str(self.port), "PYTHONPATH": os.pathsep.join(paths)}


def naver(question: Question) -> Reply:
    known = question.values.get("symbol") in (CODE, SPLIT)
    return Reply(naver_xml() if known else '<?xml version="1.0" ?><protocol></protocol>', 200, "text/xml")


@pytest.fixture(scope="module")
def provider(chromium: Browser) -> Iterator[Provider]:
    with serving(naver) as served:
        yield served


@pytest.fixture(scope="module")
def served(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("fetching")
    store = Store(folder / "home")
    store.write(incoming_of(daily_bars(CODE, {SESSIONS[0]: float(CLOSES[0])}), DAILY, adjusted=False, source="file"))
    store.remove_series([CODE], DAILY)
    doubled = daily_bars(SPLIT, dict(zip(SESSIONS[:18], DOUBLED, strict=False)))
    store.write(incoming_of(doubled, DAILY, adjusted=True, source="krx"))
    service = MovedService(folder, with_demo=False)
    service.port = provider.port
    with service as started:
        yield started


def choose_source(page: Page, name: str) -> None:
    page.get_by_label("제공처").select_option(label=name)


def test_stored_stocks_are_fetched_and_what_contradicts_them_waits_for_a_person(
    open_page: Open, served: Served, provider: Provider, axe: str
) -> None:
    page = open_page("/pages/data.html")
    choose_source(page, "네이버(일봉)")
    page.get_by_role("button", name="저장된 종목 모두 받기").click()
    held = page.get_by_role("article", name=f"{SPLIT} 일봉")
    expect(held).to_contain_text("겹치는 봉 18개 중 18개가 다릅니다.")
    # Asked for what is new, and once more for all of the past, because the two contradict.
    assert [question.values["symbol"] for question in provider.of("fchart.stock.naver.com")] == [SPLIT, SPLIT]
    expect(held.get_by_role("row").nth(1)).to_contain_text(f"{DOUBLED[0]:,.0f}")
    expect(held.get_by_role("row").nth(1)).to_contain_text(f"{CLOSES[0]:,.0f}")
    assert violations(page, axe) == []
    held.get_by_role("button", name="새 값 쓰기").focus()
    page.keyboard.press("Enter")
    expect(held).to_have_count(0)
    expect(page.get_by_text("새 값을 썼습니다").first).to_be_visible()
    assert served.ask(f"/api/data/coverage?code={SPLIT}")["coverage"][0]["bars"] == 19
    decision = served.ask("/api/data/held")["decisions"][0]
    assert (decision["decision"], decision["before"]["last_close"], decision["after"]["last_close"]) == ("take", DOUBLED[17], CLOSES[18])


def test_a_decision_about_an_answer_that_another_replaced_is_refused_and_the_newer_one_is_shown(
    open_page: Open, served: Served, axe: str
) -> None:
    store, held = Store(served.home), served.home / "fetches/krx/held" / f"{SPLIT}_1d.parquet"
    answer = store.read_incoming([SPLIT], DAILY)
    prices = [pl.col(name) * 3 for name in ("open", "high", "low", "close")]
    write_export(replace(answer, bars=answer.bars.with_columns(prices)), held, "parquet")
    page = open_page("/pages/data.html", is_tolerant=True)  # the browser logs a refusal as an error
    card = page.get_by_role("article", name=f"{SPLIT} 일봉")
    expect(card).to_contain_text("19개가 다릅니다.")
    assert "이전 판에만 남습니다" not in card.inner_text()
    write_export(replace(answer, bars=answer.bars.with_columns(prices).head(15)), held, "parquet")
    card.get_by_role("button", name="새 값 쓰기").click()
    expect(page.get_by_text("지금은 다른 자료(").first).to_be_visible()
    expect(card).to_contain_text("15개가 다릅니다.")
    days = answer.bars["session"]
    expect(card).to_contain_text(f"새 자료에 없는 저장된 봉 4개({days[15]} ~ {days[18]})는 이전 판에만 남습니다.")
    assert violations(page, axe) == []
    card.get_by_role("button", name="거절하기").click()
    expect(card).to_have_count(0)
    assert served.ask(f"/api/data/coverage?code={SPLIT}")["coverage"][0]["bars"] == 19


def test_a_day_has_one_question_a_series(open_page: Open, provider: Provider) -> None:
    page = open_page("/pages/data.html")
    choose_source(page, "네이버(일봉)")
    asked = len(provider.asked)
    page.get_by_role("button", name="저장된 종목 모두 받기").click()
    expect(page.get_by_text("오늘 이미 물었음").first).to_be_visible()
    assert len(provider.asked) == asked


def test_a_list_of_members_is_looked_at_brought_and_seen_by_date(open_page: Open, served: Served, tmp_path: Path, axe: str) -> None:
    file = tmp_path / "mine_history.csv"
    stays = f"종목코드,종목명,편입일,제외일\n{CODE},가,{SESSIONS[0]},\n{SPLIT},나,{SESSIONS[0]},{SESSIONS[5]}\n"
    file.write_text(stays, encoding="utf-8")
    page = open_page("/pages/data.html")
    panel = page.get_by_role("region", name="유니버스", exact=True)
    expect(panel.get_by_role("button", name="KRX")).to_be_visible()
    page.get_by_label("목록 이름(비우면 파일 이름에서)").fill("mine")
    panel.locator("input[type=file]").set_input_files([file])
    change = page.get_by_role("region", name="MINE mine_history.csv")
    expect(change).to_contain_text("미리 보기(저장하지 않음). 목록 2개, 마지막 목록 1종목. 새 유니버스입니다.")
    assert "MINE" not in [row["name"] for row in served.ask("/api/data/universes")["universes"]]
    assert violations(page, axe) == []
    change.get_by_role("button", name="이 목록 쓰기").focus()
    page.keyboard.press("Enter")
    members = page.get_by_role("region", name="MINE 구성 종목")
    expect(members).to_contain_text(f"{SESSIONS[5]}: 1종목")
    page.get_by_label("날짜", exact=True).fill(str(SESSIONS[4]))
    expect(members).to_contain_text(f"{SESSIONS[4]}: 2종목")
    expect(members.get_by_role("row").nth(2)).to_contain_text(str(SESSIONS[5]))
    assert violations(page, axe) == []
    file.write_text(stays.replace(f"{CODE},가", "000003,다"), encoding="utf-8")
    panel.locator("input[type=file]").set_input_files([file])
    expect(change).to_contain_text("마지막 목록에 들어오는 종목 1: 다 000003")
    expect(change).to_contain_text(f"마지막 목록에서 빠지는 종목 1: 가 {CODE}")
    change.get_by_role("button", name="닫기").click()
    expect(change).to_have_count(0)
    assert len(served.ask(f"/api/data/universes/MINE?date={SESSIONS[4]}")["members"]) == 2


def test_a_source_without_its_package_or_login_says_what_to_do(open_page: Open) -> None:
    page = open_page("/pages/data.html")
    choose_source(page, "한국거래소(로그인)")
    expect(page.get_by_role("button", name="저장된 종목 모두 받기")).to_have_count(0)
    expect(page.get_by_role("status").filter(has_text="제공처 'krx-login'")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)  # nothing has gone wrong


def test_columns_are_said_in_a_table_before_a_file_is_imported(open_page: Open, served: Served, tmp_path: Path, axe: str) -> None:
    file = tmp_path / "000660_own.csv"
    rows = "2025-10-16,70000,70500,69500,70200,1000\n2025-10-17,70200,70900,70100,70800,1200\n"
    file.write_text("거래날,시가,고가,저가,체결값,거래량\n" + rows, encoding="utf-8")
    page = open_page("/pages/data.html")
    page.get_by_label("미리 보기만(저장하지 않음)").check()
    page.locator("input[type=file]").first.set_input_files([file])
    table = page.get_by_role("region", name="열 맞추기")
    expect(table.get_by_role("row")).to_have_count(7)
    expect(page.get_by_label("시가 열은")).to_have_value("open")
    expect(page.get_by_text("아직 없는 것: 날짜, 종가")).to_be_visible()
    expect(page.get_by_role("button", name="이대로 가져오기")).to_be_disabled()
    assert violations(page, axe) == []
    close = page.get_by_label("체결값 열은")
    close.focus()
    close.select_option("close")
    expect(page.get_by_text("아직 없는 것: 날짜")).to_be_visible()
    expect(page.get_by_label("거래날 열은")).to_be_enabled()
    page.get_by_label("거래날 열은").select_option("date")
    expect(page.get_by_text("읽을 수 있습니다.")).to_be_visible()
    volume = page.get_by_label("거래량 열은")
    volume.select_option("ignore")
    expect(page.get_by_text("읽고 점검하는 중…")).to_have_count(0)
    expect(volume).to_have_value("ignore")
    assert served.ask("/api/data/imports")["imports"][0]["hints"]["columns"].endswith("거래량=ignore")
    volume.select_option("")
    expect(volume).to_have_value("volume")
    expect(volume).to_be_enabled()
    assert "000660" not in [one["code"] for one in served.ask("/api/data/series?interval=1d")["series"]]
    page.get_by_role("button", name="이대로 가져오기").focus()
    page.keyboard.press("Enter")
    expect(page.locator("li", has=page.get_by_text(file.name, exact=True)).first).to_contain_text("가져옴")
    assert "000660" in [one["code"] for one in served.ask("/api/data/series?interval=1d")["series"]]


def test_another_file_is_asked_about_anew(open_page: Open, tmp_path: Path) -> None:
    """What was chosen for one file says nothing of the next, though its columns have the same places and titles."""
    first, second = tmp_path / "000660_a.csv", tmp_path / "000660_b.csv"
    for file in (first, second):
        file.write_text("날짜,종가,값\n2025-10-16,70200,1\n2025-10-17,70800,2\n", encoding="utf-8")
    page = open_page("/pages/data.html")
    page.get_by_label("미리 보기만(저장하지 않음)").check()
    page.locator("input[type=file]").first.set_input_files([first])
    page.get_by_label("종가 열은").select_option("ignore")
    expect(page.get_by_text("아직 없는 것: 종가")).to_be_visible()
    expect(page.get_by_label("종가 열은")).to_have_value("ignore")
    page.locator("input[type=file]").first.set_input_files([second])
    expect(page.get_by_role("heading", name=second.name)).to_be_visible()
    expect(page.get_by_label("종가 열은")).to_have_value("close")
    expect(page.get_by_label("값 열은")).to_have_value("")
    expect(page.get_by_text("읽을 수 있습니다.")).to_be_visible()
