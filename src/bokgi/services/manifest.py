"""The manifest of a result: everything that is needed to compute it again, and the hash that must come out.

A manifest names the code (version and a hash of every source file of the package), the data (a hash over the series that were read), the
resolved request, an own strategy's source, the seed, what was known of the instruments, and the environment. The result hash covers the
whole body but id, times, environment, the instruments' hash and the hash itself: equal results on two machines have equal hashes, and a
master that says more of a stock without changing a figure changes no result.
"""

import hashlib
import importlib.metadata
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from bokgi.market.instruments import Instrument
from bokgi.reports.canonical_json import canonical_json

LIBRARIES = ("numpy", "numba", "llvmlite", "polars", "pyarrow")
DOWNLOAD_FIELDS = ("trades", "equity", "stock_equity")
"""What a download holds beside the body; the hash is that of the body."""
UNHASHED_FIELDS = ("backtest_id", "completed_at", "results_file", "started_at", "elapsed_seconds", *DOWNLOAD_FIELDS)
UNHASHED_MANIFEST = ("result_hash", "environment", "data_version", "master_hash")
_SOURCE_SUFFIXES = (".py", ".csv", ".sql")


@cache
def code_hash() -> str:
    """SHA-256 over every source and table of the installed package, in the order of their paths."""
    root = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in _SOURCE_SUFFIXES:
            digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


@cache
def code_version() -> str:
    """Version of the installed package."""
    return importlib.metadata.version("bokgi")


@cache
def environment() -> dict[str, str]:
    """What the figures could depend on and should not: interpreter, machine, libraries."""
    versions = {library: importlib.metadata.version(library) for library in LIBRARIES}
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processor": _processor(),
        **versions,
    }


def result_hash(body: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a result body without id, times, environment and hash."""
    core = {key: value for key, value in body.items() if key not in UNHASHED_FIELDS}
    core["manifest"] = {key: value for key, value in body["manifest"].items() if key not in UNHASHED_MANIFEST}
    return hashlib.sha256(canonical_json(core)).hexdigest()


def master_hash(instruments: Iterable[Instrument]) -> str:
    """SHA-256 of what was known of the stocks of a run: names, kinds, boards, leverage, days of listing and delisting."""
    return hashlib.sha256(canonical_json([repr(instrument) for instrument in instruments])).hexdigest()


def work_key(manifest: Mapping[str, Any], instruments: Iterable[Instrument]) -> str:
    """SHA-256 of what decides a run's figures: bars, what the master knows of the stocks, code, request and an own strategy's source."""
    core = {name: manifest[name] for name in ("data_hash", "code_hash", "parameters", "strategy_source")}
    core["instruments"] = [repr(instrument) for instrument in instruments]
    return hashlib.sha256(canonical_json(core)).hexdigest()


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
