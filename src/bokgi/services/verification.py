"""`verify`: run a saved result again from its manifest and compare it bit for bit."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bokgi.bars.interval import DAILY
from bokgi.data.master import Master
from bokgi.data.store import Store
from bokgi.errors.requests import DataNotTheSame, ResultUnreadable
from bokgi.reports.result_body import result_body
from bokgi.reports.result_json import result_json
from bokgi.services.backtest import run_backtest
from bokgi.services.manifest import DOWNLOAD_FIELDS, UNHASHED_FIELDS, code_hash, environment, result_hash
from bokgi.services.request import BacktestRequest
from bokgi.services.resolution import ChosenStrategy, choose_strategy, strategy_from_source

LIMIT_BYTES = 1_000_000_000
NEEDED = ("data_hash", "data_version", "code_hash", "parameters", "result_hash", "environment", "strategy_reference")
OBJECTS = ("data_version", "parameters", "environment")


@dataclass(frozen=True)
class Difference:
    """One value that is not the same; `place` is its path in the body, such as `metrics.total_return`."""

    place: str
    saved: Any
    computed: Any


@dataclass(frozen=True)
class Verification:
    """agrees : the body computed now equals the saved one, and the saved one its own hash; the hash names the code, so that under other
        code only the bodies are compared
    differences : of figures, first ones only; environment : what is another version now; is_same_code : the same sources
    is_same_master : the same is known of the stocks (names, kinds, boards, delisting); True for results that did not keep it
    """

    agrees: bool
    saved_hash: str
    computed_hash: str
    differences: tuple[Difference, ...]
    environment: tuple[Difference, ...]
    is_same_code: bool
    is_same_master: bool = True


def verify_result(store: Store, master: Master, file: Path) -> Verification:
    """Compute a saved result again.

    Raises
    ------
    ResultUnreadable
        The file is no result.
    DataNotTheSame
        No version of the store holds the bars that the result was computed from.
    """
    saved = read_result(file)
    manifest = saved["manifest"]
    request = BacktestRequest.from_json(manifest["parameters"])
    versions = _versions(store, request, manifest)
    record = run_backtest(store, master, request, chosen=_strategy(manifest, request), versions=versions)
    computed = json.loads(result_json(record) if _is_download(saved) else json.dumps(result_body(record)))
    found = tuple(_differences("", _compared(saved), _compared(computed)))
    own_hash = result_hash(saved)
    is_same_code = manifest["code_hash"] == code_hash()
    is_same_hash = not is_same_code or manifest["result_hash"] == computed["manifest"]["result_hash"]
    agrees = not found and own_hash == manifest["result_hash"] and is_same_hash
    if own_hash != manifest["result_hash"]:
        found = (Difference("manifest.result_hash", manifest["result_hash"], own_hash), *found)
    return Verification(
        agrees,
        manifest["result_hash"],
        computed["manifest"]["result_hash"],
        found,
        tuple(_differences("", manifest["environment"], environment())),
        is_same_code,
        manifest.get("master_hash") in (None, computed["manifest"]["master_hash"]),
    )


def read_result(file: Path) -> dict[str, Any]:
    """A saved result body.

    Raises
    ------
    ResultUnreadable
    """
    try:
        if file.stat().st_size > LIMIT_BYTES:
            raise ResultUnreadable(str(file), "it is larger than 1 GB")
        body = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ResultUnreadable(str(file), error.strerror or str(error)) from error
    except (ValueError, RecursionError) as error:
        raise ResultUnreadable(str(file), "it is no JSON text") from error
    manifest = body.get("manifest") if isinstance(body, dict) else None
    manifest = manifest if isinstance(manifest, dict) else {}
    missing = [name for name in NEEDED if name not in manifest]
    if missing:
        raise ResultUnreadable(str(file), f"its manifest lacks {', '.join(missing)}")
    wrong = [name for name in NEEDED if not isinstance(manifest[name], dict if name in OBJECTS else str)]
    if wrong:
        raise ResultUnreadable(str(file), f"its manifest holds another kind of value as {', '.join(wrong)}")
    return dict(body)


def _strategy(manifest: Mapping[str, Any], request: BacktestRequest) -> ChosenStrategy:
    source = manifest.get("strategy_source")
    if source is None:
        return choose_strategy(request.strategy, request.strategy_params)
    return strategy_from_source(source, manifest["strategy_reference"], request.strategy_params)


def _versions(store: Store, request: BacktestRequest, manifest: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """The recorded versions where they still hold the same bars, else the current ones if they do."""
    interval = request.interval or DAILY
    wanted, recorded = manifest["data_hash"], manifest["data_version"]
    have = "nothing"
    kept = {version.number for version in store.versions(interval)}
    kept_daily = {version.number for version in store.versions(DAILY)}
    for version, daily in ((recorded.get(str(interval)), recorded.get("1d") or 0), (None, None)):
        if version is None and not kept:
            continue
        if (version is not None and version not in kept) or (daily and daily not in kept_daily):
            continue
        if not set(request.codes) <= set(store.series(interval, version=version)):
            continue
        have = store.data_hash(request.codes, interval, version=version, daily_version=daily, raw=request.raw_data, factors=request.factors)
        if have == wanted:
            return version, daily
    raise DataNotTheSame(wanted[:12], have[:12])


def _is_download(saved: Mapping[str, Any]) -> bool:
    """Whether the file is a download of the service, which holds every trade and the curves too."""
    return any(name in saved for name in DOWNLOAD_FIELDS)


def _compared(body: Mapping[str, Any]) -> dict[str, Any]:
    left_out = (set(UNHASHED_FIELDS) - set(DOWNLOAD_FIELDS)) | {"manifest"}
    kept = {name: value for name, value in body.items() if name not in left_out}
    return json.loads(json.dumps(kept))  # type: ignore[no-any-return]  # an object stays an object


def _differences(place: str, saved: object, computed: object) -> Iterator[Difference]:
    if isinstance(saved, dict) and isinstance(computed, dict):
        for name in {**saved, **computed}:
            yield from _differences(f"{place}.{name}".lstrip("."), saved.get(name), computed.get(name))
    elif isinstance(saved, list) and isinstance(computed, list) and len(saved) == len(computed):
        for index, (one, other) in enumerate(zip(saved, computed, strict=True)):
            yield from _differences(f"{place}[{index}]", one, other)
    elif saved != computed:
        yield Difference(place, saved, computed)
