"""The result of a search: the findings of all parts judged together, with the verdicts in words.

Convention: verdicts are over the stocks of one search. Stocks come in order of their verdict, then of what would have been earned out of
sample; those without a verdict by their best total.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.data.store_panels import instrument_of
from bokgi.errors.orders import TimeUnpriced
from bokgi.records.searches import SearchRow
from bokgi.reports.canonical_json import canonical_json
from bokgi.research.honesty_json import to_honesty, to_surroundings
from bokgi.research.verdict import Judged, Verdict, verdicts
from bokgi.services.backtest import told_findings
from bokgi.services.data_facts import fault_json, repair_json
from bokgi.services.manifest import code_hash, code_version, environment
from bokgi.services.search_parts import part_of_key
from bokgi.services.search_request import SearchRequest
from bokgi.services.shelf import Shelf

_RANKS = {
    Verdict.BETTER_THAN_BOTH: 0,
    Verdict.BETTER_THAN_NO_TRADE: 1,
    Verdict.BETTER_THAN_HOLDING: 2,
    Verdict.NOT_SHOWN: 3,
    Verdict.NOT_ENOUGH_DATA: 4,
    Verdict.NO_PROFIT: 5,
}
_NOT_IN_RANKING = ("axes", "distribution", "unpriced")
"""What the list of stocks leaves to the page of one stock."""


def work_key_of(row: SearchRow) -> str:
    """What decides the files of a search: its request, its bars and the code."""
    core = {"resolved": dict(row.resolved), "data_versions": dict(row.data_versions), "code_hash": code_hash()}
    return hashlib.sha256(canonical_json(core)).hexdigest()


def result_of(row: SearchRow, folder: Path, shelf: Shelf) -> dict[str, Any]:
    """The body of the API from all finished parts."""
    request = SearchRequest.from_json(row.resolved)
    return search_body(_findings(row, folder), request, row.data_versions, shelf, search_id=row.id, total=row.total_symbols)


def search_body(
    findings: list[dict[str, Any]],
    request: SearchRequest,
    versions: Mapping[str, int],
    shelf: Shelf,
    *,
    search_id: str | None = None,
    total: int,
) -> dict[str, Any]:
    """Judge the findings of all stocks together.

    Raises
    ------
    TimeUnpriced
        No stock has a bar that prices the times of any combination.
    """
    _check_tried(findings)
    judged = _judged(findings)
    stocks = [finding | verdict_json(judged.get(finding["code"])) for finding in findings]
    stocks.sort(key=_rank)
    return {
        "search_id": search_id,
        "status": "completed" if len(findings) == total else "cancelled",
        "partial": len(findings) < total,
        "request": request.to_json(),
        "trials": sum(int(finding["trials"]) for finding in findings),
        "stocks_searched": len(findings),
        "verdicts": _counted(stocks),
        "stocks": [{name: value for name, value in stock.items() if name not in _NOT_IN_RANKING} for stock in stocks],
        "data": _data(request, versions, shelf),
        "manifest": {
            "data_version": dict(versions),
            "code_version": code_version(),
            "code_hash": code_hash(),
            "environment": environment(),
        },
    }


def _check_tried(findings: Sequence[Mapping[str, Any]]) -> None:
    said = [finding["unpriced"] for finding in findings if "unpriced" in finding]
    if said and not any(finding["trials"] for finding in findings):
        raise TimeUnpriced(**said[0])


def headline_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What the list of searches shows."""
    return {"verdicts": body["verdicts"], "trials": body["trials"], "stocks": body["stocks_searched"]}


def verdict_json(judged: Judged | None) -> dict[str, Any]:
    """A verdict with its sentences; all null where belief was not asked for, or the stock has no trial."""
    if judged is None:
        return {"verdict": None, "sentence": None, "details": [], "p_value": None, "adjusted_p_value": None}
    return {
        "verdict": judged.verdict.value,
        "sentence": {"korean": judged.sentence.korean, "english": judged.sentence.english},
        "details": [{"korean": sentence.korean, "english": sentence.english} for sentence in judged.details],
        "p_value": judged.p_value,
        "adjusted_p_value": judged.adjusted_p_value,
    }


def _findings(row: SearchRow, folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    key, number, covered = work_key_of(row), 0, 0
    while covered < row.total_symbols and number < row.total_symbols:
        part = part_of_key(folder, number, key)
        if part is not None:
            found += [stock | {"part": number} for stock in part["stocks"]]
            covered += len(part["stocks"])
        number += 1
    return found


def _judged(findings: list[dict[str, Any]]) -> dict[str, Judged]:
    asked = [finding for finding in findings if finding.get("honesty") is not None]
    found = verdicts([to_honesty(finding["honesty"]) for finding in asked], [to_surroundings(finding["surroundings"]) for finding in asked])
    return {finding["code"]: one for finding, one in zip(asked, found, strict=True)}


def _counted(stocks: list[dict[str, Any]]) -> dict[str, int]:
    counted = Counter(stock["verdict"] for stock in stocks if stock["verdict"] is not None)
    return {verdict.value: counted[verdict.value] for verdict in Verdict}


def _rank(stock: Mapping[str, Any]) -> tuple[float, float, str]:
    if not stock["trials"]:
        return (9.0, 0.0, stock["code"])
    verdict = stock["verdict"]
    walk = (stock.get("honesty") or {}).get("anchored")
    total = stock["best"]["total_return"] if walk is None else walk["tested_total"]
    return (float(_RANKS[Verdict(verdict)]) if verdict else 8.0, -total if math.isfinite(total) else 0.0, stock["code"])


def _data(request: SearchRequest, versions: Mapping[str, int], shelf: Shelf) -> dict[str, Any]:
    base = request.base
    assert base.interval is not None
    version = versions.get(str(base.interval)) or None
    series = shelf.store.series(base.interval, version=version)
    known = {code: series[code].facts for code in base.codes if code in series}
    master = shelf.master
    instruments = [master.lookup(code) if master.known(code) else instrument_of(facts) for code, facts in known.items()]
    faults, repairs = told_findings(shelf.store, base, version, instruments)
    return {
        "interval": str(base.interval),
        "start_date": base.start.isoformat() if base.start else None,
        "end_date": base.end.isoformat() if base.end else None,
        "synthetic": any(facts.synthetic for facts in known.values()),
        "daily_version": versions.get(str(DAILY), 0),
        "faults": [fault_json(fault) for fault in faults],
        "adjustments": [repair_json(repair) for repair in repairs],
    }
