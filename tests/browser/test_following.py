"""Following a run to its end: from the start to 100 %, in two tabs, over a slow line, over a killed service, and to a stop."""

import re
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.served import Served

pytestmark = pytest.mark.browser
RESULT = re.compile(r"/pages/result\.html\?id=bt-")
FOLLOWED = re.compile(r"run=bt-")
RUNS_IN_FRONT = 2
SLOW_LINE = {"offline": False, "latency": 400, "downloadThroughput": 60_000, "uploadThroughput": 30_000}

WATCH = """() => { window.seen = []; new MutationObserver(() => {
    const bar = document.querySelector('[role=progressbar]'); if (bar) window.seen.push(Number(bar.ariaValueNow))
}).observe(document.body, {subtree: true, childList: true, attributes: true, characterData: true}) }"""


@pytest.fixture(autouse=True)
def whole_market(served: Served) -> Iterator[None]:
    served.choose("all")
    yield
    served.choose("all")


def start(page: Page) -> str:
    """Press the button and give the id of the run."""
    page.get_by_role("button", name="백테스트 시작").click()
    page.wait_for_url(FOLLOWED)
    found = re.search(r"run=(bt-[\d-]+)", page.url)
    assert found
    return found[1]


def busy(served: Served, runs: int = RUNS_IN_FRONT) -> None:
    """Runs in front of the next one, so that it can be watched."""
    for _ in range(runs):
        served.start_run("MACD")


def test_the_bar_goes_from_nothing_to_100_percent_and_the_result_follows(open_page: Open, served: Served) -> None:
    busy(served)
    page = open_page("/")
    page.evaluate(WATCH)
    run = start(page)
    page.wait_for_url(RESULT, timeout=60_000)
    seen: list[int] = page.evaluate("window.seen")
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 100
    assert served.ask(f"/api/backtest/progress?id={run}")["progress_percent"] == 100
    expect(page.locator("h1")).to_have_text("당일 매매")


def test_a_run_that_is_stopped_keeps_what_was_completed_and_says_that_it_is_a_part(open_page: Open, served: Served) -> None:
    page = open_page("/?strategy=trailing_stop")
    run = start(page)
    while (now := served.ask(f"/api/backtest/progress?id={run}"))["completed_symbols"] == 0:
        assert now["status"] in {"queued", "running"}
    served.signal_workers(signal.SIGSTOP)  # a whole market takes a second or two, less than a busy machine needs for a click
    page.get_by_role("button", name="중단").click()
    expect(page.get_by_role("button", name="중단하는 중…")).to_be_disabled()
    served.signal_workers(signal.SIGCONT)
    expect(page.locator("aside")).to_contain_text("백테스트를 중단했습니다.")
    assert served.ask(f"/api/backtest/result/{run}")["partial"] is True
    page.get_by_role("link", name="끝난 종목의 결과 보기").click()
    expect(page.locator("main")).to_contain_text("중단된 백테스트입니다. 끝난 종목의 결과만 있습니다.")


def test_two_tabs_follow_one_run_and_both_hear_that_it_was_stopped(open_page: Open, served: Served) -> None:
    busy(served)
    first = open_page("/")
    run = start(first)
    second = open_page(f"/pages/specific-stock-selection.html?run={run}")
    expect(second.get_by_role("progressbar")).to_be_visible()
    second.get_by_role("button", name="중단").click()
    for page in (first, second):
        expect(page.locator("aside")).to_contain_text("백테스트를 중단했습니다.")


def test_over_a_slow_line_a_person_who_presses_twice_starts_one_run_and_sees_its_result(open_page: Open, served: Served) -> None:
    served.choose("specific", ["990110"])
    page = open_page("/")
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW_LINE)
    page.reload(timeout=60_000)
    button = page.get_by_role("button", name="백테스트 시작")
    expect(button).to_be_enabled(timeout=30_000)
    before = served.run_count()
    button.dblclick()
    page.wait_for_url(RESULT, timeout=60_000)
    expect(page.locator(".first .figure")).to_have_count(9, timeout=60_000)
    assert served.run_count() == before + 1


def test_a_page_says_that_it_waits_while_answers_are_late(open_page: Open, served: Served, finished: str) -> None:
    page = open_page("/pages/history.html")

    def late(route: Route) -> None:
        page.wait_for_timeout(600)
        route.continue_()

    page.route("**/api/backtest/result/*", late)
    page.goto(f"{served.address}/pages/result.html?id={finished}")
    expect(page.locator("main")).to_contain_text("불러오는 중…")
    expect(page.locator(".first .figure")).to_have_count(9)


def test_a_service_killed_in_the_middle_is_said_and_the_run_goes_on_by_itself(open_page: Open, served: Served) -> None:
    busy(served)
    page = open_page("/", is_tolerant=True)
    run = start(page)
    served.stop(signal.SIGKILL)
    expect(page.locator("aside")).to_contain_text("연결이 끊겨 다시 연결하는 중입니다. 백테스트는 서버에서 계속됩니다.")
    expect(page.locator("footer")).to_contain_text("연결 안 됨")
    served.start()
    page.wait_for_url(RESULT, timeout=90_000)
    assert run in page.url
    expect(page.locator("main")).not_to_contain_text("다시 연결하는 중")
