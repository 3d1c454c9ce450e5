"""Notices of a release to people: Slack, e-mail, a webhook. Each carries the head of the evidence, so that it anchors it outside.

Convention: a notice that could not be sent is a fact with its reason; it never stops a release.
"""

import json
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TYPE_CHECKING, Protocol
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from slack_sdk import WebClient

LIMIT_SECONDS = 20.0


@dataclass(frozen=True)
class Notice:
    """subject : one line; text : what happened; head, count : of the evidence"""

    subject: str
    text: str
    head: str
    count: int

    @property
    def whole(self) -> str:
        """The text with the anchor below it."""
        return f"{self.text}\n\nevidence {self.count} {self.head}\n"


class NoticeWay(Protocol):
    """A way to people."""

    @property
    def name(self) -> str: ...

    def send(self, notice: Notice) -> str:
        """Send it; gives what was wrong, or an empty text. Whatever it raises is a failure, too: `sent` says it."""


@dataclass(frozen=True)
class SlackNotice:
    """Says it in a channel."""

    client: "WebClient"
    channel: str
    name: str = "slack"

    def send(self, notice: Notice) -> str:
        """Post a message."""
        self.client.chat_postMessage(channel=self.channel, text=f"{notice.subject}\n{notice.whole}")
        return ""


@dataclass(frozen=True)
class EmailNotice:
    """Sends a letter."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)
    is_encrypted: bool = True
    name: str = "email"

    def send(self, notice: Notice) -> str:
        """Hand it to the mail server."""
        letter = EmailMessage()
        letter["From"], letter["To"], letter["Subject"] = self.sender, ", ".join(self.to), notice.subject
        letter.set_content(notice.whole)
        kind = smtplib.SMTP_SSL if self.is_encrypted else smtplib.SMTP
        with kind(self.host, self.port, timeout=LIMIT_SECONDS) as server:
            if self.user:
                server.login(self.user, self.password)
            server.send_message(letter)
        return ""


@dataclass(frozen=True)
class WebhookNotice:
    """Posts JSON to an address."""

    url: str
    name: str = "webhook"

    def send(self, notice: Notice) -> str:
        """Post it; whatever is not answered with 2xx was not taken."""
        if not self.url.startswith(("http://", "https://")):
            return "the address is neither http nor https"
        body = {"subject": notice.subject, "text": notice.text, "head": notice.head, "count": notice.count}
        content, headers = json.dumps(body, ensure_ascii=False).encode(), {"Content-Type": "application/json"}
        with urlopen(Request(self.url, content, headers, method="POST"), timeout=LIMIT_SECONDS) as answer:  # noqa: S310  # http and https alone, as checked
            answer.read(1)
        return ""


@dataclass(frozen=True)
class ClosedWay:
    """A way that cannot be used."""

    name: str
    problem: str

    def send(self, _notice: Notice) -> str:
        """Nothing is sent; gives why."""
        return self.problem


def sent(way: NoticeWay, notice: Notice) -> str:
    """Send a notice on a way; gives what was wrong, whatever it was, or an empty text."""
    try:
        return way.send(notice)
    except Exception as error:  # noqa: BLE001  # a notice that cannot be sent stops nothing
        return f"{type(error).__name__}: {error}"[:300].encode("utf-8", "replace").decode("utf-8")
