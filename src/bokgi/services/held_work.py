"""Held answers of sources for people: what each would change, and the decision as a job beside the imports.

Convention: a decision is an import whose hints name the held answer and the choice; its report is the record with before and after.
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bokgi.data.fault_catalog import fault_sentence
from bokgi.data.sources.held import (
    Choice,
    HeldView,
    check_same_answer,
    decide,
    decisions,
    held_answer,
    held_answers,
    held_sha256,
    held_view,
)
from bokgi.errors.base import BokgiError, Language
from bokgi.errors.requests import FieldInvalid
from bokgi.errors.service import NothingHeld
from bokgi.records.imports import ImportRow
from bokgi.services.import_entries import error_json
from bokgi.services.shelf import Shelf

SHOWN_DECISIONS = 50
_DONE: dict[Choice, tuple[str, str]] = {
    Choice.TAKE: ("새 값을 썼습니다", "the new values were taken"),
    Choice.JOIN: ("저장된 봉 뒤에 이어 붙였습니다", "the answer was joined to the stored bars"),
    Choice.REFUSE: ("거절했습니다. 저장된 봉은 그대로입니다", "refused; the stored bars stay as they are"),
}


def held_rows(shelf: Shelf) -> list[dict[str, Any]]:
    """Every held answer with what it would change; one that cannot be read says why."""
    rows = []
    for held in held_answers(shelf.home):
        known = {"source": held.source, "interval": str(held.interval), "code": held.code}
        try:
            known |= {"sha256": held_sha256(held)}
            rows.append(known | _view_json(held_view(shelf.store, held)) | {"problem": None})
        except NothingHeld:
            continue  # decided while we looked
        except BokgiError as error:
            said = {"korean": error.sentence(Language.KOREAN), "english": error.sentence()}
            rows.append(dict.fromkeys(_VIEW_FIELDS) | known | {"differences": [], "problem": said})
    return rows


def decided_rows(shelf: Shelf) -> list[dict[str, Any]]:
    """The last decisions, the newest first."""
    return decisions(shelf.home)[:SHOWN_DECISIONS]


def checked_choice(home: Path, source: str, interval: str, code: str, choice: str, sha256: str) -> dict[str, str]:
    """The hints of a decision about the answer with this SHA-256.

    Raises
    ------
    NothingHeld, HeldChanged, FieldInvalid
    """
    if choice not in list(Choice):
        raise FieldInvalid("decision", choice, ", ".join(Choice))
    held = held_answer(home, source, interval, code)
    check_same_answer(held, sha256)
    return {"source": held.source, "interval": str(held.interval), "code": held.code, "decision": choice, "sha256": sha256.lower()}


def held_of(row: ImportRow) -> Mapping[str, Any] | None:
    """What a row decides about a held answer; None where it is anything else."""
    asked = row.hints.get("held")
    return asked if isinstance(asked, Mapping) and not row.path else None


def decided(shelf: Shelf, asked: Mapping[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """Carry a decision out: its report, and why it failed."""
    try:
        held = held_answer(shelf.home, str(asked["source"]), str(asked["interval"]), str(asked["code"]))
        record = decide(shelf.store, shelf.master, held, Choice(asked["decision"]), str(asked.get("sha256", "")))
    except BokgiError as error:
        return [], error_json(error)
    return [_entry(record)], None


def decision_words(record: Mapping[str, Any]) -> tuple[str, str]:
    """The record in Korean and English."""
    korean, english = _DONE[Choice(record["decision"])]
    name = f"{record['source']} {record['code']} {record['interval']}"
    before, after = (_extent_words(record[side]) for side in ("before", "after"))
    more_korean, more_english = "", ""
    if record["rescaled_bars"]:
        more_korean = f" 앞의 봉 {record['rescaled_bars']:,}개는 {record['factor']:.6g}배로 읽습니다."
        more_english = f" The {record['rescaled_bars']:,} bars before it are read times {record['factor']:.6g}."
    if record["left_bars"]:
        span = f" ({record['left_first']}~{record['left_last']})" if record.get("left_first") else ""
        more_korean += f" 새 자료에 없는 봉 {record['left_bars']:,}개{span}는 {record['version_before']}판에만 남습니다."
        more_english += f" {record['left_bars']:,} bars that it lacks{span} stay in version {record['version_before']} alone."
    return (
        f"{name}: {korean}. 앞: {before}; 뒤: {after}.{more_korean}",
        f"{name}: {english}. Before: {before}; after: {after}.{more_english}",
    )


def _extent_words(extent: Mapping[str, Any] | None) -> str:
    return "-" if extent is None else f"{extent['bars']:,} ({extent['first']}~{extent['last']}, {extent['last_close']:,.10g})"


_VIEW_FIELDS = ("sha256", "left", "before", "after", "common", "differing", "factor", "older", "keeps_older", "differences", "reason")


def _view_json(view: HeldView) -> dict[str, Any]:
    reason = None
    if view.reason is not None:
        reason = {"korean": fault_sentence(view.reason, Language.KOREAN), "english": fault_sentence(view.reason)}
    return {
        "sha256": view.sha256,
        "left": asdict(view.left) if view.left else None,
        "before": view.before.to_json() if view.before else None,
        "after": view.after.to_json(),
        "common": view.common,
        "differing": view.differing,
        "factor": view.factor,
        "older": view.older,
        "keeps_older": view.keeps_older,
        "differences": [asdict(each) | {"session": str(each.session)} for each in view.differences],
        "reason": reason,
    }


def _entry(record: Mapping[str, Any]) -> dict[str, Any]:
    korean, english = decision_words(record)
    rows = record["after"]["bars"] if record["after"] and record["decision"] != Choice.REFUSE else 0
    series = [{"code": record["code"], "interval": record["interval"]}]
    outcome = "skipped" if record["decision"] == Choice.REFUSE else "taken"
    plain: dict[str, Any] = {"file_name": f"{record['source']} {record['code']} {record['interval']}", "outcome": outcome, "rows": rows}
    return plain | {"series": series, "korean": korean, "english": english, "detected": [], "faults": [], "fault_count": 0}
