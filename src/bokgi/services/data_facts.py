"""What a result or a page says of data: faults in both languages, and what is there of a stock."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np

from bokgi.bars.panel import Panel
from bokgi.data.fault_catalog import FAULT_KINDS, fault_sentence
from bokgi.data.faults import Fault
from bokgi.data.repair_records import Repair
from bokgi.errors.base import Language
from bokgi.market.instruments import Instrument
from bokgi.reports.run_record import Coverage

KIND_NOTES = frozenset({"kind_unknown", "kind_assumed"})
"""What an import says of kinds. It may be out of date: a master that came later knows them."""


def lasting_faults(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Stored faults without what was said of kinds; whether they are known now, `assumed_fault` says."""
    return tuple(fault for fault in faults if fault.kind not in KIND_NOTES)


def assumed_fault(instrument: Instrument) -> Fault:
    """Say that kind and board of an instrument were not known."""
    return Fault("kind_assumed", instrument.code, 1, example=instrument.code)


def fault_json(fault: Fault) -> dict[str, Any]:
    """A fault as plain JSON values, with both sentences."""
    days = {"first": str(fault.first) if fault.first else None, "last": str(fault.last) if fault.last else None}
    plain = {"kind": fault.kind, "code": fault.code, "count": fault.count, **days, "example": fault.example}
    words = {"korean": fault_sentence(fault, Language.KOREAN), "english": fault_sentence(fault, Language.ENGLISH)}
    return plain | {"severity": str(FAULT_KINDS[fault.kind].severity)} | words


def repair_json(repair: Repair) -> dict[str, Any]:
    """A repair as plain JSON values: what was changed, with before and after."""
    return asdict(repair) | {"first": str(repair.first), "last": str(repair.last), "words": repair.words}


def coverage_of(panel: Panel, index: int) -> Coverage:
    """What the panel holds of one instrument."""
    rows = panel.rows_of(index)
    session, days = panel.session[rows], panel.sessions.day
    sessions = int(np.count_nonzero(session[1:] != session[:-1])) + 1 if len(session) else 0
    return Coverage(
        code=panel.instruments[index].code,
        bars=rows.stop - rows.start,
        traded_bars=int(np.count_nonzero(panel.traded[rows])),
        sessions_with_bars=sessions,
        first_session=str(days[session[0]]) if sessions else None,
        last_session=str(days[session[-1]]) if sessions else None,
    )
