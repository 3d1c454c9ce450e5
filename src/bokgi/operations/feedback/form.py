"""Feedback of the application's own form, from the rows that the service keeps."""

from typing import TYPE_CHECKING

from bokgi.errors.base import EnvironmentFault
from bokgi.operations.feedback.reading import Reading, item
from bokgi.reports.formats import utc_text

if TYPE_CHECKING:
    from bokgi.records.feedback import FeedbackRow, FeedbackRows

PAGE_SIZE = 200


class FormFeedback:
    """records_url : database of the service; read_up_to : number of the last item that was read"""

    name = "form"

    def __init__(self, records_url: str, read_up_to: str = "") -> None:
        self._url = records_url
        self._last = int(read_up_to or 0)

    def read_new(self) -> Reading:
        """Items with a higher number than the last."""
        from bokgi.records.database import Database  # slow to import, and most commands of a release read no feedback
        from bokgi.records.feedback import FeedbackRows

        try:
            database = Database.open(self._url)
            try:
                rows = self._newer(FeedbackRows(database))
            finally:
                database.close()
        except EnvironmentFault as error:
            return Reading(was_read=False, read_up_to=str(self._last), problem=str(error))
        self._last = max((row.order_number for row in rows), default=self._last)
        return Reading(True, str(self._last), [item(row.id, row.kind, utc_text(row.created_at), row.text) for row in rows])

    def _newer(self, kept: "FeedbackRows") -> "list[FeedbackRow]":
        rows: list[FeedbackRow] = []
        for page in range(1, 1_000):
            found = kept.page(page=page, page_size=PAGE_SIZE).rows
            rows += [row for row in found if row.order_number > self._last]
            if len(found) < PAGE_SIZE or found[-1].order_number <= self._last:
                break
        return sorted(rows, key=lambda row: row.order_number)
