"""Feedback from a real IMAP server and a stand-in for Slack's HTTP API: Korean text, pages, limits, and each of them down."""

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from imap_tools import MailBoxUnencrypted

from bokgi.errors.observation import ChannelRefused, ExtraMissing
from bokgi.operations.channels import Channels, read_channels
from bokgi.operations.evidence_log import EvidenceLog, Record
from bokgi.operations.feedback.email import EmailFeedback, Mailbox
from bokgi.operations.feedback.form import FormFeedback
from bokgi.operations.feedback.reading import Reading, item, kind_of
from bokgi.operations.feedback.slack import SlackFeedback, slack_client
from bokgi.operations.notices import Notice, SlackNotice, sent
from bokgi.operations.record_kinds import Kind
from bokgi.operations.release_feedback import record_feedback
from bokgi.records.database import Database
from bokgi.records.feedback import FeedbackRows
from tests.cli.service_process import wait_until

# ------------------------------------------------------------ Slack


@dataclass
class SlackStandIn:
    """Slack's HTTP API, as far as a channel is read and written."""

    server: ThreadingHTTPServer
    messages: list[dict[str, Any]] = field(default_factory=list)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    limited: int = 0
    error: str = ""

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/api/"

    def history(self, asked: dict[str, str]) -> dict[str, Any]:
        """A page of the newest first, as Slack gives them."""
        new = sorted((m for m in self.messages if float(m["ts"]) > float(asked["oldest"])), key=lambda m: -float(m["ts"]))
        start = int(asked.get("cursor") or 0)
        size = min(int(asked["limit"]), 2)
        is_more = start + size < len(new)
        cursor = {"next_cursor": str(start + size) if is_more else ""}
        return {"ok": True, "messages": new[start : start + size], "has_more": is_more, "response_metadata": cursor}


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    made: SlackStandIn

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            asked = json.loads(content) if content.startswith("{") else dict(parse_qsl(content))
            made.calls.append((self.path, asked))
            if made.limited > 0:
                made.limited -= 1
                self.answer({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "0"})
            elif made.error:
                self.answer({"ok": False, "error": made.error})
            elif self.path.endswith("conversations.history"):
                self.answer(made.history(asked))
            else:
                self.answer({"ok": True, "ts": "1.0"})

        def do_GET(self) -> None:
            asked = dict(parse_qsl(self.path.partition("?")[2]))
            made.calls.append((self.path, asked))
            self.answer(made.history(asked))

        def answer(self, body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> None:
            content = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *_more: object) -> None:  # noqa: A002  # the parent's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made = SlackStandIn(server)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def message(ts: str, text: str, **more: str) -> dict[str, Any]:
    return {"type": "message", "ts": ts, "text": text, "user": "U1", **more}


def test_a_channel_is_read_in_pages_and_each_message_once(slack: SlackStandIn) -> None:
    slack.messages = [message(f"{number}.000100", f"결과가 404 나요 {number}") for number in range(10, 15)]
    slack.messages += [message("15.1", "joined", subtype="channel_join"), message("15.2", "deployed", bot_id="B1")]
    source = SlackFeedback(slack_client("xoxb-test", slack.base_url), "C1", "10.500000")
    first = source.read_new()
    assert (first.was_read, first.read_up_to) == (True, "15.2")
    assert [item["text"] for item in first.items] == [f"결과가 404 나요 {number}" for number in range(11, 15)]
    assert {item["kind"] for item in first.items} == {"bug"}
    assert len([call for call in slack.calls if "conversations.history" in call[0]]) == 3
    slack.messages.append(message("16.5", "차트가 정말 편리합니다"))
    second = source.read_new()
    assert [(item["id"], item["kind"]) for item in second.items] == [("16.5", "praise")]
    assert source.read_new().items == []


def test_slack_that_asks_for_patience_gets_it(slack: SlackStandIn) -> None:
    slack.messages, slack.limited = [message("11.0", "감사합니다")], 2
    reading = SlackFeedback(slack_client("xoxb-test", slack.base_url), "C1", "10.0").read_new()
    assert (reading.was_read, len(reading.items), slack.limited) == (True, 1, 0)


@pytest.mark.parametrize("trouble", ["limited", "refused", "down"])
def test_slack_that_cannot_be_read_is_said_and_read_later(slack: SlackStandIn, trouble: str) -> None:
    slack.messages = [message("11.0", "안 됩니다")]
    client = slack_client("xoxb-test", "http://127.0.0.1:9/api/" if trouble == "down" else slack.base_url)
    source = SlackFeedback(client, "C1", "10.0")
    slack.limited, slack.error = (100 if trouble == "limited" else 0), ("not_in_channel" if trouble == "refused" else "")
    reading = source.read_new()
    assert (reading.was_read, reading.items, reading.read_up_to) == (False, [], "10.0")
    assert reading.problem
    if trouble != "down":
        slack.limited, slack.error = 0, ""
        assert [item["text"] for item in source.read_new().items] == ["안 됩니다"]


# ------------------------------------------------------------ mail


@dataclass
class MailServer:
    """A real IMAP server with one mailbox in memory."""

    port: int
    process: subprocess.Popen[bytes]
    user: str = "feedback"
    password: str = "secret"  # of a server that lives for a test

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox("127.0.0.1", self.port, self.user, self.password, is_encrypted=False)

    def put(self, subject: str, text: str, at: datetime | None = None) -> None:
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = "user@example.kr", "feedback@example.kr", subject
        letter["Date"] = at or datetime.now(UTC)
        letter.set_content(text)
        with MailBoxUnencrypted("127.0.0.1", self.port).login(self.user, self.password) as box:
            box.append(letter.as_bytes(), "INBOX", dt=at or datetime.now(UTC))

    def is_answering(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                return connection.recv(4) == b"* OK"
        except OSError:
            return False


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    program = [str(Path(sys.executable).with_name("pymap")), "--host", "127.0.0.1", "--port", str(port), "--no-tls"]
    command = [*program, "dict", "--demo-user", MailServer.user, "--demo-password", MailServer.password]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    server = MailServer(port, process)
    try:
        wait_until(server.is_answering, 30)
        yield server
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


def today() -> date:
    return datetime.now(UTC).date()


def test_mail_is_read_by_uid_and_the_last_one_is_not_read_twice(mail: MailServer) -> None:
    source = EmailFeedback(mail.mailbox, today() - timedelta(days=1))
    assert source.read_new().items == []
    mail.put("백테스트가 안 됩니다", "결과 화면에서 오류가 납니다.")
    mail.put("제안", "야간 선물도 추가해 주세요")
    first = source.read_new()
    assert first.was_read
    assert [(item["kind"], item["text"].splitlines()[0]) for item in first.items] == [("bug", "백테스트가 안 됩니다"), ("idea", "제안")]
    assert source.read_new().items == []
    mail.put("안녕하세요", "반갑습니다")
    assert [item["kind"] for item in source.read_new().items] == ["unsorted"]
    again = EmailFeedback(mail.mailbox, today(), first.read_up_to).read_new()
    assert [item["text"].splitlines()[0] for item in again.items] == ["안녕하세요"]


def test_mail_from_before_the_release_is_left_out(mail: MailServer) -> None:
    mail.put("옛 오류", "오래전", datetime.now(UTC) - timedelta(days=30))
    mail.put("새 오류", "방금")
    items = EmailFeedback(mail.mailbox, today() - timedelta(days=1)).read_new().items
    assert [item["text"].splitlines()[0] for item in items] == ["새 오류"]


def test_another_validity_of_the_mailbox_is_read_anew(mail: MailServer) -> None:
    mail.put("오류", "처음")
    reading = EmailFeedback(mail.mailbox, today() - timedelta(days=1), "1:99999").read_new()
    assert len(reading.items) == 1
    assert not reading.read_up_to.startswith("1:")


def test_a_mailbox_that_refuses_or_is_down_is_said() -> None:
    with mail_server() as server:
        wrong = Mailbox("127.0.0.1", server.port, server.user, "wrong", is_encrypted=False)
        assert not EmailFeedback(wrong, today()).read_new().was_read
        mailbox = server.mailbox
    reading = EmailFeedback(mailbox, today(), "7:3").read_new()
    assert (reading.was_read, reading.items, reading.read_up_to) == (False, [], "7:3")
    assert reading.problem


# ------------------------------------------------------------ form, kinds, records


def test_the_form_gives_each_item_once_with_its_own_kind(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bokgi.sqlite3'}"
    database = Database.open(url)
    database.migrate()
    rows = FeedbackRows(database)
    rows.add("default", "praise", "느리지만 오류는 없어요")
    source = FormFeedback(url)
    assert [(item["id"], item["kind"]) for item in source.read_new().items] == [("fb-1", "praise")]
    rows.add("default", "bug", "안 열려요")
    reading = source.read_new()
    assert [(item["id"], item["text"]) for item in reading.items] == [("fb-2", "안 열려요")]
    assert FormFeedback(url, reading.read_up_to).read_new().items == []
    database.close()


def test_a_database_that_is_away_is_said(tmp_path: Path) -> None:
    reading = FormFeedback("postgresql+psycopg://nobody@127.0.0.1:9/none").read_new()
    assert not reading.was_read
    assert reading.problem


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("결과 페이지가 404 에러", "bug"),
        ("화면이 너무 느려요", "bug"),
        ("차트가 깨져 보입니다", "bug"),
        ("수수료는 어떻게 계산하나요?", "question"),
        ("ETF도 추가해 주세요", "idea"),
        ("정말 감사합니다", "praise"),
        ("The page is broken", "bug"),
        ("How do I export?", "question"),
        ("Thank you, great tool", "praise"),
        ("안녕하세요", "unsorted"),
        ("", "unsorted"),
    ],
)
def test_messages_are_sorted_by_their_words(text: str, kind: str) -> None:
    assert kind_of(text) == kind


def test_readings_are_records_and_go_on_where_they_ended(slack: SlackStandIn, tmp_path: Path) -> None:
    slack.messages = [message("11.0", "안 됩니다")]
    with EvidenceLog(tmp_path) as log:
        record_feedback(log, [SlackFeedback(slack_client("xoxb-test", slack.base_url), "C1", "10.0")])
    (line,) = (tmp_path / "evidence.jsonl").read_bytes().splitlines()
    record = json.loads(line)
    assert (record["kind"], record["facts"]["read_up_to"], record["facts"]["was_read"]) == (Kind.FEEDBACK, "11.0", True)
    assert record["facts"]["items"][0]["text"] == "안 됩니다"


# ------------------------------------------------------------ channels


def test_channels_name_variables_and_hold_no_secret(slack: SlackStandIn, tmp_path: Path) -> None:
    path = tmp_path / "channels.yaml"
    path.write_text(f"feedback:\n  slack: {{channel: C1, token_from: SLACK_TOKEN, base_url: '{slack.base_url}'}}\n")
    with pytest.raises(ChannelRefused, match="SLACK_TOKEN"):
        read_channels(path, {}).check()
    (closed,) = read_channels(path, {}).sources(None, today(), {})
    assert (closed.name, closed.read_new().was_read, "SLACK_TOKEN" in closed.read_new().problem) == ("slack", False, True)
    slack.messages = [message(f"{time.time():.6f}", "오류")]
    (source,) = read_channels(path, {"SLACK_TOKEN": "xoxb-1"}).sources(None, today(), {})
    assert [item["kind"] for item in source.read_new().items] == ["bug"]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "other: {}",
        "feedback: {}",
        "feedback: {fax: {number: 1}}",
        "feedback: {slack: {channel: C1}}",
        "notices: {webhook: {url: x, more: y}}",
        "notices: {",
    ],
)
def test_channels_that_cannot_be_used_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "channels.yaml").write_text(text)
    with pytest.raises(ChannelRefused):
        read_channels(tmp_path / "channels.yaml", {})


def test_no_file_is_no_channel(tmp_path: Path) -> None:
    channels = read_channels(tmp_path / "channels.yaml", {})
    assert channels == Channels({}, {})
    assert channels.sources(None, today(), {}) == []
    assert channels.ways() == []


@pytest.mark.parametrize(("module", "extra"), [("slack_sdk", "slack"), ("imap_tools", "email")])
def test_what_is_not_installed_is_said_plainly(monkeypatch: pytest.MonkeyPatch, module: str, extra: str) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    if module == "slack_sdk":
        with pytest.raises(ExtraMissing, match=rf"bokgi\[{extra}\]"):
            slack_client("xoxb-test")
    else:
        reading = EmailFeedback(Mailbox("127.0.0.1", 9, "u", "p", is_encrypted=False), today()).read_new()
        assert not reading.was_read
        assert f"bokgi[{extra}]" in reading.problem


def test_a_notice_is_posted_in_the_channel_and_a_refusal_is_said(slack: SlackStandIn) -> None:
    way = SlackNotice(slack_client("xoxb-test", slack.base_url), "C9")
    assert way.send(Notice("v1.2.0 통과", "배포가 끝났습니다", "ab" * 32, 7)) == ""
    path, asked = slack.calls[-1]
    assert path.endswith("chat.postMessage")
    assert (asked["channel"], asked["text"].splitlines()[:2]) == ("C9", ["v1.2.0 통과", "배포가 끝났습니다"])
    assert "ab" * 32 in asked["text"]
    slack.error = "not_in_channel"
    assert "not_in_channel" in sent(way, Notice("x", "y", "0" * 64, 1))


def test_mail_of_an_impossible_day_is_read_like_any_other(mail: MailServer) -> None:
    for day in ("Fri, 31 Dec 9999 23:59:59 -1200", "Mon, 01 Jan 0001 00:00:00 +1200"):
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"], letter["Date"] = "user@example.kr", "feedback@example.kr", "오류", day
        letter.set_content("안 됩니다")
        with MailBoxUnencrypted("127.0.0.1", mail.port).login(mail.user, mail.password) as box:
            box.append(letter.as_bytes(), "INBOX", dt=datetime.now(UTC))
    reading = EmailFeedback(mail.mailbox, today() - timedelta(days=1)).read_new()
    assert reading.was_read, reading.problem
    assert [item["kind"] for item in reading.items] == ["bug", "bug"]


class BrokenSource:
    """A source whose library raises what nobody has thought of."""

    name = "broken"

    def read_new(self) -> Reading:
        raise HTTPException("a line of \ud800")


class HalfSource:
    """A source with half a character."""

    name = "half"

    def read_new(self) -> Reading:
        return Reading(True, "1", [item("1", kind_of("x"), "2026-11-28T00:00:00Z", "오류 \ud83d")])


def test_whatever_a_source_gives_or_raises_is_recorded(tmp_path: Path) -> None:
    with EvidenceLog(tmp_path) as log:
        assert not record_feedback(log, [BrokenSource(), HalfSource()])
    lines = (tmp_path / "evidence.jsonl").read_bytes().splitlines()
    broken, half = (Record.from_line(line).facts for line in lines)
    assert (broken["was_read"], broken["problem"]) == (False, "HTTPException: a line of ?")
    assert [each["text"] for each in half["items"]] == ["오류 ?"]
