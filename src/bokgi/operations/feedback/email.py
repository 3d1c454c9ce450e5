"""Feedback from a mailbox, read by UID.

Convention: a UID means something only together with the mailbox's UIDVALIDITY; where that has changed, everything since the release's
day is read again. `n:*` gives the last message even where its UID is below n, so what was read already is left out here. Reading leaves
every mark of the mailbox as it is.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from bokgi.errors.observation import ExtraMissing
from bokgi.operations.feedback.reading import Reading, item, kind_of, words_of
from bokgi.reports.formats import utc_text

if TYPE_CHECKING:
    from imap_tools import BaseMailBox, MailMessage

LIMIT_SECONDS = 30.0
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        check_mail_can_be_read()
        from imap_tools import MailBox, MailBoxUnencrypted

        kind = MailBox if self.is_encrypted else MailBoxUnencrypted
        box = kind(self.host, self.port, timeout=LIMIT_SECONDS)
        try:
            yield box.login(self.user, self.password, self.folder)
        finally:
            with suppress(Exception):  # who refused us, or has gone, need not be told goodbye
                box.logout()
            with suppress(OSError):
                box.client.shutdown()


def check_mail_can_be_read() -> None:
    """Whether what reads mail is installed.

    Raises
    ------
    ExtraMissing
    """
    try:
        import imap_tools  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise ExtraMissing("E-mail", "imap-tools", "email") from error


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
            items = [_item(message) for message in messages]
        except Exception as error:  # noqa: BLE001  # mail comes from anybody: whatever it breaks, the box was not read, and the watch goes on
            return Reading(was_read=False, read_up_to=self._read_up_to, problem=words_of(error))
        self._last = max((int(message.uid or 0) for message in messages), default=self._last)
        return Reading(True, self._read_up_to, items)

    @property
    def _read_up_to(self) -> str:
        return f"{self._validity}:{self._last}"

    def _newer(self, box: "BaseMailBox") -> "list[MailMessage]":
        from imap_tools import AND

        validity = int(box.folder.status(self._mailbox.folder, ["UIDVALIDITY"])["UIDVALIDITY"])
        if validity != self._validity:
            self._validity, self._last = validity, 0
        wanted = AND(uid=f"{self._last + 1}:*") if self._last else AND(date_gte=self._since)
        found = [message for message in box.fetch(wanted, mark_seen=False) if int(message.uid or 0) > self._last]
        return sorted(found, key=lambda message: int(message.uid or 0))


def _item(message: "MailMessage") -> dict[str, Any]:
    text = f"{message.subject}\n{message.text or ''}"
    return item(str(message.uid), kind_of(text), utc_text(_sane(message.date)), text)


def _sane(at: datetime) -> datetime:
    """A time that can be written; mail may claim any."""
    try:
        there = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except OverflowError:
        return EPOCH
    return max(there, EPOCH)
