"""The calls of the operator's page: they read, verify, and change nothing."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.api.running_service import RunningService, running
from tests.operations.recorded_release import host_with_release


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A host folder with one release."""
    folder = tmp_path_factory.mktemp("host")
    host_with_release(folder)
    return folder


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory, host: Path) -> Iterator[RunningService]:
    """A service that was put here by a release."""
    with running(tmp_path_factory.mktemp("released"), has_worker=False, host_folder=host) as started:
        yield started


def test_the_timeline_says_what_was_watched_and_how_much_is_sealed(released: RunningService) -> None:
    (line,) = released.client.get("/api/ops").json()["releases"]
    assert (line["tag"], line["verdict"], line["watched_seconds"], line["planned_seconds"]) == ("v1.2.0", "INCONCLUSIVE", 3600, 3600)
    # the watch passed, but nobody booted the release or went a flow: the list says what the report says
    assert line["records"] == line["sealed"] > 13
    assert line["outcome"] == "running"  # nothing says that it ended


def test_every_judged_limit_cites_records_that_can_be_read(released: RunningService) -> None:
    answer = released.client.get("/api/ops/releases/v1.2.0-aaaaaaaa").json()
    assert len(answer["samples"]) == 13
    for limit in answer["judged"]:
        assert limit["is_proved"], limit["name"]
        record = released.client.get(f"/api/ops/releases/v1.2.0-aaaaaaaa/records/{limit['cited'][-1]}").json()
        assert record["record"]["is_believed"]


def test_a_body_is_given_as_a_file_of_the_hash_that_names_it(released: RunningService) -> None:
    record = released.client.get("/api/ops/releases/v1.2.0-aaaaaaaa/records/1").json()
    answer = released.client.get(f"/api/ops/releases/v1.2.0-aaaaaaaa/bodies/{record['bodies'][0]}")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert hashlib.sha256(answer.content).hexdigest() == record["bodies"][0]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/ops/releases/v9.9.9-00000000", "release_absent"),
        ("/api/ops/releases/.hidden", "release_absent"),
        ("/api/ops/releases/v1.2.0-aaaaaaaa/records/999", "record_absent"),
        ("/api/ops/releases/v1.2.0-aaaaaaaa/bodies/" + "0" * 64, "body_absent"),
    ],
)
def test_what_was_not_recorded_is_404(released: RunningService, path: str, code: str) -> None:
    answer = released.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)


def test_an_altered_log_proves_nothing(released: RunningService, host: Path) -> None:
    log = host / "evidence" / "v1.2.0-aaaaaaaa" / "evidence.jsonl"
    kept = log.read_bytes()
    try:
        log.write_bytes(kept.replace(b'"operator":"kim"', b'"operator":"lee"'))
        answer = released.client.get("/api/ops/releases/v1.2.0-aaaaaaaa").json()
    finally:
        log.write_bytes(kept)
    assert answer["release"]["flaws"] > 0
    assert not any(limit["is_proved"] for limit in answer["judged"])


def test_a_service_without_a_host_folder_says_so(idle_service: RunningService) -> None:
    answer = idle_service.client.get("/api/ops")
    assert (answer.status_code, answer.json()["code"]) == (404, "host_folder_unset")


def test_the_inbox_holds_what_was_sent(released: RunningService) -> None:
    sent = released.client.post("/api/feedback", json={"kind": "idea", "text": "글자가 더 크면 좋겠습니다."}).json()
    (item,) = released.client.get("/api/ops/feedback").json()["items"]
    assert (item["id"], item["text"]) == (sent["id"], "글자가 더 크면 좋겠습니다.")
