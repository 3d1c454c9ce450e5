"""Feedback from a mailbox, read by UID.

Convention: a UID means something only together with the mailbox's UIDVALIDITY; where that has changed, everything since the release's
day is read again. `n:*` gives the last message even where its UID is below n, so what was read already is left out here. Reading leaves
every mark of the mailbox as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from imaplib import IMAP4
from typing import TYPE_CHECKING, Any

from bokgi.errors.observation import ExtraMissing
from bokgi.operations.feedback.reading import Reading, item, kind_of
from bokgi.reports.formats import utc_text

if TYPE_CHECKING:
    from imap_tools import BaseMailBox, MailMessage

LIMIT_SECONDS = 30.0


@dataclass(frozen=True)
class Mailbox:
    """Where the mail lies; without encryption only on this machine."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"
    is_encrypted: bool = True

    @contextmanager
    def opened(self) -> "Iterator[BaseMailBox]":
        """Log in, and out again.

        Raises
        ------
        ExtraMissing
        """
        try:
            from imap_tools import MailBox, MailBoxUnencrypted
        except ImportError as error:
            raise ExtraMissing("E-mail", "imap-tools", "email") from error
        kind = MailBox if self.is_encrypted else MailBoxUnencrypted
        box = kind(self.host, self.port, timeout=LIMIT_SECONDS)
        try:
            yield box.login(self.user, self.password, self.folder)
        finally:
            with suppress(OSError, IMAP4.error, _imap_error()):  # who refused us, or has gone, need not be told goodbye
                box.logout()
            with suppress(OSError):
                box.client.shutdown()


class EmailFeedback:
    """since : day from which mail is read at first; read_up_to : `UIDVALIDITY:UID` of the last message"""

    name = "email"

    def __init__(self, mailbox: Mailbox, since: date, read_up_to: str = "") -> None:
        self._mailbox, self._since = mailbox, since
        validity, _, uid = read_up_to.partition(":")
        self._validity, self._last = int(validity or 0), int(uid or 0)

    def read_new(self) -> Reading:
        """Messages with a higher UID than the last."""
        try:
            with self._mailbox.opened() as box:
                messages = self._newer(box)
        except ExtraMissing as error:
            return self._unread(str(error))
        except (OSError, IMAP4.error, _imap_error()) as error:
            return self._unread(f"{type(error).__name__}: {error}"[:300])
        self._last = max((int(message.uid or 0) for message in messages), default=self._last)
        return Reading(True, self._read_up_to, [_item(message) for message in messages])

    @property
    def _read_up_to(self) -> str:
        return f"{self._validity}:{self._last}"

    def _unread(self, problem: str) -> Reading:
        return Reading(was_read=False, read_up_to=self._read_up_to, problem=problem)

    def _newer(self, box: "BaseMailBox") -> "list[MailMessage]":
        from imap_tools import AND

        validity = int(box.folder.status(self._mailbox.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        if validity != self._validity:
            self._validity, self._last = validity, 0
        wanted = AND(uid=f"{self._last + 1}:*") if self._last else AND(date_gte=self._since)
        found = [message for message in box.fetch(wanted, mark_seen=False) if int(message.uid or 0) > self._last]
        return sorted(found, key=lambda message: int(message.uid or 0))


def _imap_error() -> type[Exception]:
    from imap_tools import ImapToolsError

    return ImapToolsError


def _item(message: "MailMessage") -> dict[str, Any]:
    text = f"{message.subject}\n{message.text or ''}"
    at = message.date if message.date.tzinfo else message.date.replace(tzinfo=UTC)
    return item(str(message.uid), kind_of(text), utc_text(_sane(at)), text)


def _sane(at: datetime) -> datetime:
    """A time that can be written; mail may claim any."""
    return at.astimezone(UTC) if at.year > 1970 else datetime(1970, 1, 1, tzinfo=UTC)
