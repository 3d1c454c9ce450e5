"""What became of a file or series on its way into the store, as JSON values in both languages."""

from collections.abc import Mapping
from typing import Any

from bokgi.data.importers.entry import ImportEntry
from bokgi.errors.base import BokgiError, Language
from bokgi.services.data_facts import fault_json

MAXIMUM_FAULTS = 200


def entry_json(entry: ImportEntry) -> dict[str, Any]:
    """What became of a file, as JSON values in both languages."""
    return {
        "file_name": entry.path.name,
        "outcome": entry.outcome.value,
        "korean": entry.sentence(Language.KOREAN),
        "english": entry.sentence(Language.ENGLISH),
        "rows": entry.rows,
        "series": [{"code": code, "interval": str(interval)} for code, interval in entry.series],
        "detected": [{"korean": korean, "english": english} for korean, english in entry.detected],
        "faults": [fault_json(fault) for fault in entry.faults[:MAXIMUM_FAULTS]],
        "fault_count": len(entry.faults),
    }


def error_json(error: BokgiError) -> dict[str, Any]:
    """An error as a row keeps it."""
    return {"code": error.code, "english": error.sentence(), "korean": error.sentence(Language.KOREAN), "field": error.field}


UNFORESEEN: Mapping[str, Any] = {
    "code": "internal",
    "english": "The import failed in a way nobody foresaw; the worker's log has the details. Nothing was stored. Please report it.",
    "korean": "예상하지 못한 오류로 가져오지 못했습니다. 저장된 것은 없습니다. 자세한 내용은 작업 로그에 있습니다.",
    "field": None,
}
