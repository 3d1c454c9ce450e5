"""What users say of the service, kept with the page and the version they said it of."""

from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import FieldMissing, TextTooLong
from bokgi.records.feedback import FeedbackPage, FeedbackRow, FeedbackRows

KINDS = ("bug", "idea", "question", "praise", "other")
TEXT_CHARACTERS, PAGE_CHARACTERS, CONTACT_CHARACTERS = 5_000, 500, 200


class Feedback:
    """The feedback of all profiles."""

    def __init__(self, rows: FeedbackRows, version: str) -> None:
        self._rows = rows
        self._version = version

    def add(self, profile: str, kind: object, text: object, page: object = "", contact: object = "") -> FeedbackRow:
        """Keep one item.

        Raises
        ------
        FieldMissing, FieldInvalid, TextTooLong
        """
        if not isinstance(text, str) or not text.strip():
            raise FieldMissing("text")
        if kind not in KINDS:
            raise FieldInvalid("kind", kind, ", ".join(KINDS))
        words = _text("page", page, PAGE_CHARACTERS), _text("contact", contact, CONTACT_CHARACTERS)
        return self._rows.add(
            profile=profile,
            kind=str(kind),
            text=_text("text", text, TEXT_CHARACTERS),
            page=words[0],
            contact=words[1],
            version=self._version,
        )

    def page(self, page: int = 1, page_size: int = 50) -> FeedbackPage:
        """Items, newest first."""
        return self._rows.page(page=page, page_size=page_size)


def _text(name: str, given: object, limit: int) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise FieldInvalid(name, given, "a text", "문자열")
    if len(given) > limit:
        raise TextTooLong(name, len(given), limit)
    return given.strip()
