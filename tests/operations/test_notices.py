"""Notices reach Slack, a mail server and a webhook, carry the head of the evidence, and a way that is closed is recorded as closed."""

import json
import smtplib
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import pytest

from bokgi.operations.anchors import push_tag, tell_all
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.notices import EmailNotice, Notice, WebhookNotice, sent
from bokgi.operations.record_kinds import Kind
from tests.operations.recorded_release import COMMIT, TAG


def records_of(folder: Path) -> list[Record]:
    return [Record.from_line(line) for line in (folder / "evidence.jsonl").read_bytes().splitlines()]


@contextmanager
def hook(status: int) -> Iterator[tuple[str, list[dict[str, object]]]]:
    """An address that takes what is posted."""
    got: list[dict[str, object]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *_more: object) -> None:  # noqa: A002  # the parent's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook", got
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_notice_carries_the_head_and_is_recorded_as_an_anchor(tmp_path: Path) -> None:
    with hook(200) as (url, got), EvidenceLog(tmp_path) as log:
        first = log.append(Kind.REMARK, person="kim", text="x")
        head = log.head
        tell_all(log, [WebhookNotice(url)], "v1.2.0 통과", "배포가 끝났습니다")
    assert got == [{"subject": "v1.2.0 통과", "text": "배포가 끝났습니다", "head": head, "count": first.seq + 1}]
    anchor = records_of(tmp_path)[-1]
    assert (anchor.kind, anchor.facts["head"], anchor.facts["count"], anchor.facts["outcome"]) == (Kind.ANCHOR, head, 1, "passed")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/hook", "file:///etc/hostname", "nothing"])
def test_a_way_that_is_closed_is_recorded_and_stops_nothing(tmp_path: Path, url: str) -> None:
    with EvidenceLog(tmp_path) as log:
        tell_all(log, [WebhookNotice(url), EmailNotice("127.0.0.1", 9, "a@b.kr", ("c@d.kr",), is_encrypted=False)], "x", "y")
    anchors = records_of(tmp_path)
    assert [anchor.facts["outcome"] for anchor in anchors] == ["failed", "failed"]
    assert all(anchor.facts["problem"] for anchor in anchors)


def test_a_webhook_that_answers_500_has_not_taken_it() -> None:
    with hook(500) as (url, _):
        assert "500" in sent(WebhookNotice(url), Notice("x", "y", "0" * 64, 1))


@dataclass(frozen=True)
class BrokenWay:
    """A way whose library raises what nobody has thought of."""

    name: str = "broken"

    def send(self, _notice: Notice) -> str:
        raise HTTPException("a line of \ud800")


def test_whatever_a_way_raises_is_recorded_and_the_next_way_is_gone(tmp_path: Path) -> None:
    with hook(200) as (url, got), EvidenceLog(tmp_path) as log:
        tell_all(log, [BrokenWay(), WebhookNotice(url)], "x", "y")
    assert [record.facts["outcome"] for record in records_of(tmp_path)] == ["failed", "passed"]
    assert len(got) == 1


def test_a_letter_holds_korean_and_the_head(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[EmailMessage] = []

    class Server:
        def __init__(self, *_given: object, **_more: object) -> None: ...
        def __enter__(self) -> Self:
            return self

        def __exit__(self, *_error: object) -> None: ...
        def send_message(self, letter: EmailMessage) -> None:
            sent.append(letter)

    monkeypatch.setattr(smtplib, "SMTP", Server)
    assert (
        EmailNotice("h", 25, "a@b.kr", ("c@d.kr", "e@f.kr"), is_encrypted=False).send(Notice("v1 통과", "끝났습니다", "ab" * 32, 7)) == ""
    )
    assert (sent[0]["Subject"], sent[0]["To"]) == ("v1 통과", "c@d.kr, e@f.kr")
    assert f"끝났습니다\n\nevidence 7 {'ab' * 32}" in sent[0].get_content()


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@t")
    return subprocess.run(["git", "-C", str(folder), *identity, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def test_a_pushed_tag_holds_the_head(tmp_path: Path) -> None:
    origin, work = tmp_path / "origin.git", tmp_path / "work"
    subprocess.run(["git", "init", "--quiet", "--bare", str(origin)], check=True)
    subprocess.run(["git", "clone", "--quiet", str(origin), str(work)], check=True, capture_output=True)
    git(work, "commit", "--allow-empty", "-m", "one")
    commit = git(work, "rev-parse", "HEAD")
    with EvidenceLog(tmp_path / "0002-release") as log:
        log.append(Kind.REMARK, person="kim", text="x")
        head = log.head
        push_tag(log, work, "origin", TAG, commit)
        push_tag(log, work, "nowhere", TAG, COMMIT)
    assert head in git(origin, "tag", "-l", "--format=%(contents)", f"evidence/{TAG}/0002/1")
    assert git(origin, "rev-parse", f"evidence/{TAG}/0002/1^{{commit}}") == commit
    assert [record.facts["outcome"] for record in records_of(tmp_path / "0002-release")[1:]] == ["passed", "failed"]
