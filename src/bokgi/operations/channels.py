"""Which ways lead to people: where feedback is read, and where notices go; `channels.yaml` in the host folder.

Convention: the file holds no secret: it names the environment variable that does. What is not in the file is not used; what is in it
and cannot be used is an error, or a reading that failed, and never passed over.

::

    feedback:
      slack: {channel: C0123456789, token_from: SLACK_TOKEN}
      email: {host: mail.example.com, port: 993, user: feedback, password_from: MAIL_PASSWORD, folder: INBOX}
    notices:
      slack: {channel: C0123456789, token_from: SLACK_TOKEN}
      email: {host: mail.example.com, port: 465, user: bokgi, password_from: MAIL_PASSWORD, from: bokgi@example.com, to: [ops@example.com]}
      webhook: {url: "https://example.com/hook"}
    push_tags: true
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bokgi.errors.observation import ChannelRefused
from bokgi.operations.feedback.email import EmailFeedback, Mailbox, check_mail_can_be_read
from bokgi.operations.feedback.form import FormFeedback
from bokgi.operations.feedback.reading import ClosedSource, FeedbackSource, words_of
from bokgi.operations.feedback.slack import BASE_URL, SlackFeedback, slack_client
from bokgi.operations.notices import ClosedWay, EmailNotice, NoticeWay, SlackNotice, WebhookNotice

CHANNELS_NAME = "channels.yaml"
EXAMPLE = b"# Where feedback is read and where notices go; docs/operations.md shows all of it.\n{}\n"
_ALLOWED = {
    "feedback.slack": ({"channel", "token_from"}, {"base_url"}),
    "feedback.email": ({"host", "port", "user", "password_from"}, {"folder", "is_encrypted"}),
    "notices.slack": ({"channel", "token_from"}, {"base_url"}),
    "notices.email": ({"host", "port", "from", "to"}, {"user", "password_from", "is_encrypted"}),
    "notices.webhook": ({"url"}, set()),
}


@dataclass(frozen=True)
class Channels:
    """The settings of each way, by `feedback.slack` and so on.

    pushes_tags : whether the head of the evidence is pushed to the repository as a tag
    """

    given: Mapping[str, Mapping[str, Any]]
    variables: Mapping[str, str]
    pushes_tags: bool = False

    def sources(self, records_url: str | None, since: date, read_up_to: Mapping[str, str]) -> list[FeedbackSource]:
        """Everything that feedback is read from.

        since : the day of the release; read_up_to : where each source was read up to before
        """
        found: list[FeedbackSource] = []
        if records_url is not None:
            found.append(FormFeedback(records_url, read_up_to.get("form", "")))
        for place, make in self._source_makers(since, read_up_to).items():
            try:
                found.append(make(self.given[place]))
            except Exception as error:  # noqa: BLE001  # one source that cannot be used leaves the others, and says so at each reading
                found.append(ClosedSource(place.removeprefix("feedback."), words_of(error)))
        return found

    def ways(self) -> list[NoticeWay]:
        """Every way on which notices go."""
        found: list[NoticeWay] = []
        for place, make in self._way_makers().items():
            try:
                found.append(make(self.given[place]))
            except Exception as error:  # noqa: BLE001  # one way that cannot be used leaves the others, and is recorded
                found.append(ClosedWay(place.removeprefix("notices."), words_of(error)))
        return found

    def check(self) -> None:
        """Make every source and way once, as a release does before it changes anything.

        Raises
        ------
        ChannelRefused, ExtraMissing
        """
        makers: Mapping[str, Callable[[Mapping[str, Any]], object]] = {**self._source_makers(date(1970, 1, 1), {}), **self._way_makers()}
        for place, make in makers.items():
            try:
                make(self.given[place])
            except (TypeError, ValueError) as error:
                raise ChannelRefused(CHANNELS_NAME, place, str(error)) from error

    def _source_makers(self, since: date, read_up_to: Mapping[str, str]) -> Mapping[str, Callable[[Mapping[str, Any]], FeedbackSource]]:
        def slack(given: Mapping[str, Any]) -> FeedbackSource:
            client = slack_client(self._secret("feedback.slack", "token_from"), str(given.get("base_url", BASE_URL)))
            return SlackFeedback(client, str(given["channel"]), read_up_to.get("slack") or f"{_seconds_of(since)}.000000")

        def email(_given: Mapping[str, Any]) -> FeedbackSource:
            check_mail_can_be_read()
            return EmailFeedback(self._mailbox(), since, read_up_to.get("email", ""))

        makers = {"feedback.slack": slack, "feedback.email": email}
        return {place: make for place, make in makers.items() if place in self.given}

    def _way_makers(self) -> Mapping[str, Callable[[Mapping[str, Any]], NoticeWay]]:
        makers: Mapping[str, Callable[[Mapping[str, Any]], NoticeWay]] = {
            "notices.slack": self._slack_notice,
            "notices.email": self._email_notice,
            "notices.webhook": lambda given: WebhookNotice(str(given["url"])),
        }
        return {place: make for place, make in makers.items() if place in self.given}

    def _slack_notice(self, given: Mapping[str, Any]) -> NoticeWay:
        client = slack_client(self._secret("notices.slack", "token_from"), str(given.get("base_url", BASE_URL)))
        return SlackNotice(client, str(given["channel"]))

    def _email_notice(self, given: Mapping[str, Any]) -> NoticeWay:
        password = self._secret("notices.email", "password_from") if "password_from" in given else ""
        to = given["to"] if isinstance(given["to"], list) else [given["to"]]
        is_encrypted = bool(given.get("is_encrypted", True))
        return EmailNotice(
            str(given["host"]),
            int(given["port"]),
            str(given["from"]),
            tuple(map(str, to)),
            str(given.get("user", "")),
            password,
            is_encrypted,
        )

    def _mailbox(self) -> Mailbox:
        given = self.given["feedback.email"]
        password = self._secret("feedback.email", "password_from")
        folder, is_encrypted = str(given.get("folder", "INBOX")), bool(given.get("is_encrypted", True))
        return Mailbox(str(given["host"]), int(given["port"]), str(given["user"]), password, folder, is_encrypted)

    def _secret(self, place: str, name: str) -> str:
        variable = str(self.given[place][name])
        value = self.variables.get(variable, "")
        if not value:
            raise ChannelRefused(CHANNELS_NAME, f"{place}.{name}", f"the environment variable {variable} is not set")
        return value


def read_channels(path: Path, variables: Mapping[str, str]) -> Channels:
    """The channels of a file; none where there is no file.

    Raises
    ------
    ChannelRefused
    """
    if not path.is_file():
        return Channels({}, variables)
    try:
        given = yaml.safe_load(path.read_bytes())
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise ChannelRefused(path.name, "file", f"it is no YAML ({error})") from error
    given = {} if given is None else given
    if not isinstance(given, dict) or not given.keys() <= {"feedback", "notices", "push_tags"}:
        raise ChannelRefused(path.name, "file", "it may hold 'feedback', 'notices' and 'push_tags' alone")
    pushes = given.pop("push_tags", False)
    if not isinstance(pushes, bool):
        raise ChannelRefused(path.name, "push_tags", f"{pushes!r} is neither true nor false")
    found = {f"{side}.{name}": each for side, ways in given.items() for name, each in _mapping(path, str(side), ways).items()}
    for place, each in found.items():
        _check(path, place, each)
    return Channels(found, variables, pushes)


def _check(path: Path, place: str, given: object) -> None:
    if place not in _ALLOWED:
        raise ChannelRefused(path.name, place, f"it is not known; allowed are {', '.join(_ALLOWED)}")
    needed, more = _ALLOWED[place]
    names = set(_mapping(path, place, given))
    if missing := sorted(needed - names):
        raise ChannelRefused(path.name, place, f"{', '.join(missing)} is missing")
    if unknown := sorted(names - needed - more):
        raise ChannelRefused(path.name, place, f"{', '.join(unknown)} is not known; allowed are {', '.join(sorted(needed | more))}")


def _mapping(path: Path, place: str, given: object) -> Mapping[str, Any]:
    if not isinstance(given, Mapping) or not given:
        raise ChannelRefused(path.name, place, "it is empty")
    return {str(name): value for name, value in given.items()}


def _seconds_of(day: date) -> int:
    """Midnight of the day in UTC [s since 1970]."""
    return (day - date(1970, 1, 1)).days * 86_400
