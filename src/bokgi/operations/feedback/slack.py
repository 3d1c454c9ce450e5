"""Feedback from a Slack channel, read by the time stamps of its messages.

Convention: only messages of people count; what programs and the channel itself say is left out. Where Slack asks for patience, it gets it
a few times; then the channel was not read.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bokgi.errors.observation import ExtraMissing
from bokgi.operations.feedback.reading import Reading, item, kind_of, words_of
from bokgi.reports.formats import utc_text

if TYPE_CHECKING:
    from slack_sdk import WebClient

BASE_URL = "https://slack.com/api/"
PAGE_SIZE, PAGES = 100, 50
PATIENCE = 3
LIMIT_SECONDS = 20


def slack_client(token: str, base_url: str = BASE_URL) -> "WebClient":
    """A client that waits when it is told to.

    Raises
    ------
    ExtraMissing
    """
    try:
        from slack_sdk import WebClient
        from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
    except ImportError as error:
        raise ExtraMissing("Slack", "slack_sdk", "slack") from error
    client = WebClient(token, base_url=base_url, timeout=LIMIT_SECONDS)
    client.retry_handlers.append(RateLimitErrorRetryHandler(max_retry_count=PATIENCE))
    return client


class SlackFeedback:
    """channel : id of the channel; read_up_to : time stamp of the last message that was read"""

    name = "slack"

    def __init__(self, client: "WebClient", channel: str, read_up_to: str) -> None:
        self._client, self._channel, self._last = client, channel, read_up_to

    def read_new(self) -> Reading:
        """Messages after the last one, the oldest first."""
        try:
            messages = sorted(self._messages(), key=lambda message: float(message["ts"]))
            items = [_item(message) for message in messages if _is_of_a_person(message)]
        except Exception as error:  # noqa: BLE001  # whatever the channel answers with, it was not read, and the watch goes on
            return Reading(was_read=False, read_up_to=self._last, problem=words_of(error))
        self._last = max([self._last, *(str(message["ts"]) for message in messages)], key=float)
        return Reading(True, self._last, items)

    def _messages(self) -> Iterator[Mapping[str, Any]]:
        cursor = ""
        for _ in range(PAGES):
            page = self._client.conversations_history(
                channel=self._channel, oldest=self._last, inclusive=False, limit=PAGE_SIZE, cursor=cursor or None
            )
            yield from page.get("messages") or []
            cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return
        raise ValueError(f"there are more than {PAGES * PAGE_SIZE} new messages")


def _is_of_a_person(message: Mapping[str, Any]) -> bool:
    return not message.get("bot_id") and message.get("subtype") in (None, "file_share", "thread_broadcast")


def _item(message: Mapping[str, Any]) -> dict[str, Any]:
    text = str(message.get("text") or "")
    return item(str(message["ts"]), kind_of(text), utc_text(datetime.fromtimestamp(float(message["ts"]), UTC)), text)
