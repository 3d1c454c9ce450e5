"""What is stored, and files on their way into the store: every route of `/api/data`, on the real service."""

import codecs
import os
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from bokgi.data.importers.registry import read_file
from bokgi.data.master import MasterRows, write_master
from tests.api.running_service import PRICES, SMOKE, SMOKE_SESSIONS, SMOKE_STOCKS, RunningService

CSV = "date,open,high,low,close,volume\n2025-10-16,70000,70500,69500,70200,1000\n2025-10-17,70200,70900,70100,70800,1200\n"


def get(service: RunningService, path: str, **headers: str) -> dict[str, Any]:
    answer = service.client.get(f"/api/data/{path}", headers=headers)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_get_data_intervals_lists_what_is_stored(service: RunningService) -> None:
    rows = {row["interval"]: row for row in get(service, "intervals", **SMOKE)["intervals"]}
    assert list(rows) == ["2m", "1d"]
    assert (rows["2m"]["series"], rows["2m"]["synthetic"], rows["2m"]["first"]) == (SMOKE_STOCKS, True, "2024-07-01")
    assert rows["1d"]["series"] == SMOKE_STOCKS + 1


def test_get_data_series_pages_and_filters_by_code_and_name(service: RunningService) -> None:
    page = get(service, "series?interval=2m&page=2&page_size=15", **SMOKE)
    assert (page["total"], page["page"], len(page["series"])) == (SMOKE_STOCKS, 2, 15)
    assert [row["code"] for row in get(service, "series?q=990020", **SMOKE)["series"]] == ["990020"]
    assert get(service, "series?q=가온별전자", **SMOKE)["total"] == 1
    assert get(service, "series?q=nothing", **SMOKE)["series"] == []


def test_get_data_coverage_gives_a_row_an_interval(service: RunningService) -> None:
    rows = get(service, "coverage?code=990010", **SMOKE)["coverage"]
    assert [row["interval"] for row in rows] == ["2m", "1d"]
    bars = get(service, "coverage/calendar?code=990010&interval=2m", **SMOKE)["bars"]
    assert [row["bars"] for row in rows] == [sum(bars), len(bars)]
    assert len(bars) == SMOKE_SESSIONS
    assert get(service, "coverage?code=999999", **SMOKE)["count"] == 0


def test_get_data_coverage_calendar_counts_bars_by_session(service: RunningService) -> None:
    body = get(service, "coverage/calendar?code=005930")
    assert body["days"] == ["2025-10-16", "2025-10-17", "2025-10-20", "2025-10-21"]
    assert body["bars"] == body["traded_bars"] == [60, 60, 60, 60]


def test_get_data_faults_speaks_both_languages(service: RunningService) -> None:
    body = get(service, "faults?interval=5m&code=005930")
    assert body["total"] == len(body["faults"])
    assert all(row["korean"] and row["english"] and row["severity"] in {"note", "warning", "error"} for row in body["faults"])


@pytest.mark.parametrize(
    ("path", "status", "field"),
    [
        ("coverage", 400, "code"),
        ("coverage/calendar", 400, "code"),
        ("coverage/calendar?code=999999", 404, "codes"),
        ("coverage/calendar?code=005930&interval=7x", 400, "interval"),
        ("coverage/calendar?code=005930&interval=1m", 404, None),
        ("series?interval=nothing", 400, "interval"),
        ("faults?code=999999", 404, "codes"),
        ("imports/im-999999", 404, "id"),
        ("imports/%00", 404, "id"),
        ("imports/..", 404, None),
    ],
)
def test_what_is_not_stored_or_not_understood_is_refused_by_name(
    service: RunningService, path: str, status: int, field: str | None
) -> None:
    answer = service.client.get(f"/api/data/{path}")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    if field is not None:
        assert answer.json()["field"] == field


# ------------------------------------------------------------ uploads


def upload(service: RunningService, content: bytes, name: str, profile: dict[str, str], **fields: str) -> httpx.Response:
    return service.client.post("/api/data/upload", files={"file": (name, content)}, data=fields, headers=profile)


def imported(service: RunningService, answer: httpx.Response) -> dict[str, Any]:
    """The import once it has ended."""
    assert answer.status_code == 202, answer.text
    path = f"/api/data/imports/{answer.json()['id']}"
    deadline = time.monotonic() + 30
    while (body := service.client.get(path).json())["status"] in {"queued", "running"}:
        assert time.monotonic() < deadline, body
        time.sleep(0.02)
    done: dict[str, Any] = body
    return done


def test_post_data_upload_is_202_and_the_bars_are_there_when_the_import_has_ended(service: RunningService, profile: dict[str, str]) -> None:
    done = imported(service, upload(service, CSV.encode(), "prices.csv", profile, code="000270", interval="1d", adjusted="false"))
    assert (done["status"], done["error"], done["size_bytes"]) == ("completed", None, len(CSV))
    assert done["hints"] == {"code": "000270", "interval": "1d", "adjusted": False}
    assert [entry["series"] for entry in done["report"]] == [[{"code": "000270", "interval": "1d"}]]
    assert [row["interval"] for row in get(service, "coverage?code=000270")["coverage"]] == ["1d"]
    assert get(service, "imports", **profile)["imports"][0]["id"] == done["id"]
    assert not list((service.home / "uploads").glob("*/*"))


def test_an_upload_that_is_no_data_fails_with_a_sentence_and_changes_nothing(service: RunningService, profile: dict[str, str]) -> None:
    before = get(service, "intervals")
    done = imported(service, upload(service, b"\x00\x01 this is nothing", "noise.csv", profile))
    assert done["status"] == "failed"
    assert done["error"]["korean"]
    assert done["error"]["english"]
    assert get(service, "intervals") == before


@pytest.mark.parametrize(
    "name", ["../../../etc/passwd.csv", "..\\..\\evil.csv", "/tmp/evil.csv", "a\x00b.csv", "가" * 300 + ".csv", "", ".", "..", "x" * 2_000]
)
def test_the_name_of_an_upload_never_leaves_its_folder(idle_service: RunningService, profile: dict[str, str], name: str) -> None:
    answer = upload(idle_service, CSV.encode(), name, profile, code="000270")
    assert answer.status_code in {202, 400}, answer.text
    outside = [path for path in idle_service.home.rglob("*.csv") if not path.is_relative_to(idle_service.home / "uploads")]
    assert outside == []
    assert not Path("/tmp/evil.csv").exists()
    if answer.status_code == 202:
        shown = answer.json()["file_name"]
        assert "/" not in shown
        assert len(list((idle_service.home / "uploads").glob(f"*/{shown}"))) >= 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [({"interval": "7x"}, "interval"), ({"adjusted": "perhaps"}, "adjusted"), ({"kind": "fish"}, "kind"), ({"colour": "red"}, "colour")],
)
def test_a_wrong_hint_is_400_and_nothing_of_the_upload_stays(
    idle_service: RunningService, profile: dict[str, str], fields: dict[str, str], field: str
) -> None:
    before = uploaded_files(idle_service)
    answer = upload(idle_service, CSV.encode(), "a.csv", profile, **fields)
    assert (answer.status_code, answer.json()["field"]) == (400, field)
    assert uploaded_files(idle_service) == before


def uploaded_files(service: RunningService) -> set[str]:
    return {str(path) for path in (service.home / "uploads").glob("*")}


BOUNDARY = "multipart/form-data; boundary=xx"
PART = b'--xx\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n1,2\r\n'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"{}", "application/json"),
        (b"", BOUNDARY),
        (b"nonsense", BOUNDARY),
        (b"--xx\r\n", BOUNDARY),
        (PART, BOUNDARY),
        (PART + PART + b"--xx--\r\n", BOUNDARY),
        (b"--xx--\r\n", BOUNDARY),
        (PART.replace(b'"file"', b'"other"') + b"--xx--\r\n", BOUNDARY),
        (b'--xx\r\nContent-Disposition: form-data; name="code"\r\n\r\n' + b"0" * 5_000 + b"\r\n--xx--\r\n", BOUNDARY),
        (b"--xx\r\n" + b"X: y\r\n" * 100 + b"\r\n1\r\n--xx--\r\n", BOUNDARY),
        (PART + b"--xx--\r\n", "multipart/form-data"),
        (PART + b"--xx--\r\n", "multipart/form-data; boundary=" + "b" * 1_000),
    ],
)
def test_a_form_that_is_none_is_400_and_nothing_of_it_stays(idle_service: RunningService, content: bytes, kind: str) -> None:
    before = uploaded_files(idle_service)
    answer = idle_service.client.post("/api/data/upload", content=content, headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["success"]) == (400, False), answer.text
    assert uploaded_files(idle_service) == before


def test_a_large_upload_goes_to_disk_as_it_comes(idle_service: RunningService, profile: dict[str, str]) -> None:
    content = codecs.BOM_UTF8 + os.urandom(20 << 20)
    answer = upload(idle_service, content, "large.csv", profile)
    assert (answer.status_code, answer.json()["size_bytes"]) == (202, len(content))
    (stored,) = (idle_service.home / "uploads").glob("*/large.csv")
    assert stored.read_bytes() == content


def test_the_codes_of_the_small_store_are_what_the_tests_think(service: RunningService) -> None:
    assert {row["code"] for row in get(service, "series?interval=5m")["series"]} == set(PRICES)


# ------------------------------------------------------------ sources of the network


def test_get_data_sources_lists_each_with_its_intervals_and_what_is_missing(service: RunningService) -> None:
    rows = {row["name"]: row for row in get(service, "sources")["sources"]}
    assert list(rows) == ["yahoo", "krx", "krx-login"]
    assert rows["krx"]["intervals"] == ["1d"]
    assert rows["krx-login"]["problem"]["korean"]


def test_post_data_fetch_is_an_import_that_is_accepted(idle_service: RunningService, profile: dict[str, str]) -> None:
    body = {"source": "krx", "interval": "1d", "stocks": ["005930"]}
    answer = idle_service.client.post("/api/data/fetch", json=body, headers=profile)
    assert answer.status_code == 202, answer.text
    row = answer.json()
    assert (row["status"], row["file_name"]) == ("queued", "krx 1d: 005930")
    assert idle_service.client.get(f"/api/data/imports/{row['id']}").json()["hints"]["fetch"] == body


def test_post_data_imports_cancel_ends_a_fetch_and_leaves_one_that_has_ended(idle_service: RunningService, profile: dict[str, str]) -> None:
    body = {"source": "krx", "interval": "1d", "stocks": ["005930"]}
    number = idle_service.client.post("/api/data/fetch", json=body, headers=profile).json()["id"]
    answer = idle_service.client.post(f"/api/data/imports/{number}/cancel", headers=profile)
    assert (answer.status_code, answer.json()["status"], answer.json()["error"]["code"]) == (200, "cancelled", "fetch_cancelled")
    assert idle_service.client.post(f"/api/data/imports/{number}/cancel", headers=profile).json() == answer.json()
    assert idle_service.client.post("/api/data/imports/im-0/cancel", headers=profile).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"interval": "1d", "stocks": ["005930"]}, "source"),
        ({"source": "bloomberg", "interval": "1d", "stocks": ["005930"]}, "source"),
        ({"source": "krx", "interval": "5m", "stocks": ["005930"]}, "interval"),
        ({"source": "krx", "interval": "1d", "stocks": []}, "stocks"),
        ({"source": "krx", "interval": "1d", "stocks": [1]}, "stocks"),
        ({"source": "krx", "interval": "1d", "stocks": ["없는이름"]}, "codes"),
        ({"source": "krx", "interval": "1d", "stocks": ["005930"], "day": 1}, "day"),
    ],
)
def test_a_wrong_fetch_names_its_field_and_is_not_stored(
    idle_service: RunningService, profile: dict[str, str], body: dict[str, Any], field: str
) -> None:
    answer = idle_service.client.post("/api/data/fetch", json=body, headers=profile)
    assert answer.status_code == 400
    assert answer.json()["field"] == field
    assert idle_service.client.get("/api/data/imports", headers=profile).json()["count"] == 0


def test_schedules_are_added_listed_and_removed(idle_service: RunningService, profile: dict[str, str]) -> None:
    client, body = idle_service.client, {"source": "krx", "interval": "1d", "stocks": ["005930"], "at": "21:10"}
    made = client.post("/api/data/schedules", json=body, headers=profile)
    assert made.status_code == 201, made.text
    assert made.json() | body == made.json()
    assert made.json()["id"] in [row["id"] for row in get(idle_service, "schedules")["schedules"]]
    assert client.post("/api/data/schedules", json=body | {"at": "10:00"}, headers=profile).json()["field"] == "at"
    assert client.delete(f"/api/data/schedules/{made.json()['id']}").json() == {"success": True, "id": made.json()["id"]}
    assert client.delete(f"/api/data/schedules/{made.json()['id']}").status_code == 404


def test_a_held_answer_is_listed_and_decided_as_an_import(idle_service: RunningService, profile: dict[str, str]) -> None:
    """One that cannot be read says why; the decision waits for a worker, and the answer stays until then."""
    client, held = idle_service.client, idle_service.home / "fetches/krx/held/005930_1d.parquet"
    held.parent.mkdir(parents=True)
    held.write_bytes(b"PAR1")
    row = {"source": "krx", "interval": "1d", "code": "005930"}
    (listed,) = get(idle_service, "held")["held"]
    assert listed | row == listed
    assert "005930_1d.parquet" in listed["problem"]["english"]
    assert (
        client.post("/api/data/held", json=row | {"decision": "burn", "sha256": listed["sha256"]}, headers=profile).json()["field"]
        == "decision"
    )
    assert listed["sha256"] == sha256(b"PAR1").hexdigest()
    assert client.post("/api/data/held", json=row | {"decision": "refuse"}, headers=profile).json()["field"] == "sha256"
    other = client.post("/api/data/held", json=row | {"decision": "refuse", "sha256": "0" * 64}, headers=profile)
    assert (other.status_code, other.json()["code"], other.json()["field"]) == (409, "held_changed", "sha256")
    assert listed["sha256"] in other.json()["error_ko"]
    row |= {"sha256": listed["sha256"]}
    refused = client.post("/api/data/held", json=row | {"decision": "refuse"}, headers=profile)
    assert refused.status_code == 202, refused.text
    assert (refused.json()["file_name"], refused.json()["hints"]) == ("krx 1d: 005930", {"held": row | {"decision": "refuse"}})
    assert get(idle_service, "held")["count"] == 1
    held.unlink()
    assert client.post("/api/data/held", json=row, headers=profile).status_code == 404


def test_universes_are_listed_and_shown_by_date(idle_service: RunningService, profile: dict[str, str]) -> None:
    file = idle_service.home / "mine_history.csv"
    file.write_text("code,from,until\n005930,2020-01-02,\n000660,2020-01-02,2021-06-11\n", encoding="utf-8")
    found = read_file(file)
    assert isinstance(found, MasterRows)
    write_master(idle_service.home, found)
    names = {row["name"]: row for row in get(idle_service, "universes")["universes"]}
    assert names["mine_history"]["versions"] == 2
    assert names["KRX"]["kind"] == "market"
    before = get(idle_service, "universes/mine_history?date=2021-06-10")
    assert [(row["code"], row["until"]) for row in before["members"]] == [("000660", "2021-06-11"), ("005930", None)]
    assert [row["code"] for row in get(idle_service, "universes/mine_history?date=2021-06-11")["members"]] == ["005930"]
    wrong = idle_service.client.get("/api/data/universes/mine_history?date=soon", headers=profile)
    assert (wrong.status_code, wrong.json()["field"]) == (400, "date")
    assert idle_service.client.get("/api/data/universes/NASDAQ?date=2021-06-11", headers=profile).status_code == 400


def test_a_list_of_members_is_previewed_then_brought(idle_service: RunningService, profile: dict[str, str]) -> None:
    """The profile's own file; nothing of an upload stays, and what is no list is refused by its sentence."""

    def bring(text: str, **fields: str) -> httpx.Response:
        file = {"file": ("brought.csv", text.encode())}
        return idle_service.client.post("/api/data/universes", files=file, data=fields, headers=profile)

    before = uploaded_files(idle_service)
    stays = "code,name,from,until\n005930,삼성전자,2020-01-02,\n000660,SK하이닉스,2020-01-02,2021-06-11\n"
    shown = bring(stays, name="mine two", preview="true")
    assert shown.status_code == 200, shown.text
    assert shown.json() | {"name": "MINE TWO", "preview": True, "is_new": True, "lists_after": 2} == shown.json()
    assert "MINE TWO" not in [row["name"] for row in get(idle_service, "universes")["universes"]]
    brought = bring(stays, name="mine two").json()
    assert brought == shown.json() | {"preview": False}
    (row,) = (row for row in get(idle_service, "universes")["universes"] if row["name"] == "MINE TWO")
    assert (row["source"], row["first"], row["last"], row["members"]) == ("brought.csv", "2020-01-02", "2021-06-11", 1)
    left = bring(stays.replace("2021-06-11", "2020-06-12"), name="mine two", preview="true").json()
    assert (left["added"], left["removed"], left["changed"]) == (["2020-06-12"], ["2021-06-11"], [])
    assert len(get(idle_service, "universes/MINE TWO?date=2021-06-10")["members"]) == 2
    bars = bring("code,date,close\n005930,2025-10-16,70200\n")
    assert (bars.status_code, bars.json()["code"]) == (400, "nothing_usable")
    assert bring(stays, name="a/b").json()["field"] == "name"
    assert bring(stays, preview="perhaps").json()["field"] == "preview"
    assert bring(stays, colour="red").json()["field"] == "colour"
    assert bring("x" * 1_100_000).status_code == 413
    assert uploaded_files(idle_service) == before
