"""The page of the operator: what was watched, ticks that open their evidence, and no tick where evidence was touched."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bokgi.operations.host_folder import HostFolder
from bokgi.operations.seals import read_signer
from tests.browser.conftest import Open
from tests.browser.served import Served
from tests.operations.recorded_release import sealed_release

pytestmark = pytest.mark.browser


def test_the_status_line_leads_to_the_operator(open_page: Open) -> None:
    page = open_page("/")
    page.get_by_role("status").get_by_role("link").click()
    expect(page.get_by_role("heading", name="운영", level=1)).to_be_visible()
    expect(page.get_by_role("rowheader", name="v1.2.0")).to_be_visible()


def test_a_tick_opens_the_records_that_it_cites(open_page: Open) -> None:
    page = open_page("/ops")
    expect(page.get_by_text("60분 가운데 60분 감시")).to_be_visible()
    row = page.get_by_role("row", name="CPU")
    row.get_by_role("button", name="✓ 통과").click()
    window = page.get_by_role("dialog")
    expect(window.get_by_text("증명됨", exact=True)).to_be_visible()
    window.get_by_role("button", name="다음").click()
    expect(window.get_by_text('"cpu_percent": 31.5')).to_be_visible()
    expect(window.get_by_role("link")).to_have_count(1)


def test_evidence_that_was_touched_gives_no_tick(open_page: Open, served: Served) -> None:
    name = host_of_forgery(served.host_folder)
    page = open_page(f"/ops?release={name}")
    expect(page.get_by_role("heading", name="증거의 문제")).to_be_visible()
    expect(page.get_by_role("row", name="CPU").get_by_role("button", name="증명되지 않음")).to_be_visible()
    expect(page.get_by_role("button", name="✓ 통과")).to_have_count(0)


def host_of_forgery(host: Path) -> str:
    """A second release beside the sound one, sealed with the same key, of which what a sample saw was altered after its seal."""
    folder = host / "evidence" / "v1.2.0-forged"
    if not folder.exists():
        sealed_release(folder, read_signer(HostFolder.opened(host).key))
        seen = next(body for body in (folder / "bodies").iterdir() if body.read_bytes() == b"sample 7")
        seen.write_bytes(b"sample 8")
    return "v1.2.0-forged"
