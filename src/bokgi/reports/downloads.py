"""Files of a result for people to take away: the same figures in every format.

Convention: a file depends on its record and the language alone, so equal results give equal bytes; nothing but the record and the fonts is
read, nothing is written, so files may be made in many processes at once. What each holds: docs/downloads.md.
"""

from collections.abc import Callable
from dataclasses import dataclass

from bokgi.errors.base import Language
from bokgi.errors.reports import DownloadFormatUnknown
from bokgi.reports.run_record import RunRecord

MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
FORMATS = tuple(MEDIA_TYPES)


@dataclass(frozen=True, slots=True)
class Download:
    """A file as it is sent."""

    content: bytes
    media_type: str
    file_name: str


def render(record: RunRecord, file_format: str, language: Language = Language.KOREAN) -> Download:
    """Return the file of a format.

    Raises
    ------
    DownloadFormatUnknown
        There is no such format.
    FontMissing
        A PDF needs the fonts that come with the package.
    """
    makers: dict[str, Callable[[RunRecord, Language], bytes]] = {"csv": _csv, "json": _json, "xlsx": _xlsx, "html": _html, "pdf": _pdf}
    if file_format not in makers:
        raise DownloadFormatUnknown(file_format, FORMATS)
    name = f"backtest-trades-{record.backtest_id}" if record.backtest_id else "backtest-trades"
    return Download(makers[file_format](record, language), MEDIA_TYPES[file_format], f"{name}.{file_format}")


# Each library is loaded with the first file that needs it: importing this module takes no time.


def _csv(record: RunRecord, language: Language) -> bytes:
    from bokgi.reports.trades_csv import trades_csv

    return trades_csv(record, language)


def _json(record: RunRecord, _language: Language) -> bytes:
    from bokgi.reports.result_json import result_json

    return result_json(record)


def _xlsx(record: RunRecord, language: Language) -> bytes:
    from bokgi.reports.workbook import workbook

    return workbook(record, language)


def _html(record: RunRecord, language: Language) -> bytes:
    from bokgi.reports.plot_html import result_page

    return result_page(record, language).encode("utf-8")


def _pdf(record: RunRecord, language: Language) -> bytes:
    from bokgi.reports.document import document

    return document(record, language)
