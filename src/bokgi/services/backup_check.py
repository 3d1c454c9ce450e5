"""Whether a backup can be restored: found by opening everything in it.

Convention: hashes first, then meaning: the database's pages, references and step, every result against its own list of hashes, every
version of the bars against the segments that came along, and a result for every run and every search that has one.
"""

import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO

from bokgi.data.store_manifest import read_manifest
from bokgi.errors.backup import BackupAbsent, BackupBroken, BackupTooNew
from bokgi.errors.base import BokgiError
from bokgi.errors.records import DatabaseBroken, SchemaTooNew
from bokgi.errors.reports import ResultTooNew
from bokgi.errors.store import SegmentBroken, StoreTooNew
from bokgi.records.copying import check_copy, finished_runs, finished_searches
from bokgi.records.tables import SCHEMA
from bokgi.reports.result_folder import check_result
from bokgi.services.backup_archive import BackupFile, BackupManifest, read_archive
from bokgi.services.search_parts import FOLDER as SEARCHES
from bokgi.services.search_parts import check_search

ROWS = "bokgi.sqlite3"
_BARS_VERSION = re.compile(r"bars/[^/]+/versions/[^/]+\.json")


def read_backup(path: Path, scratch: Path | None = None) -> BackupManifest:
    """Open a backup, check all of it, and say what it holds; nothing is changed. `scratch`: where to unpack it for a while.

    Raises
    ------
    BackupAbsent, BackupBroken, BackupTooNew
    """
    with tempfile.TemporaryDirectory(prefix="bokgi-backup-", dir=scratch) as folder:
        unpacked = Path(folder)
        manifest = unpack(path, unpacked, is_wanted=lambda name: not name.startswith("bars/") or bool(_BARS_VERSION.fullmatch(name)))
        check_unpacked(path, manifest, unpacked)
    return manifest


def unpack(path: Path, folder: Path, *, is_wanted: Callable[[str], bool] = lambda _: True) -> BackupManifest:
    """Write the files of a backup below a folder, all of them hashed, and give the manifest that they agree with."""
    if not path.is_file():
        raise BackupAbsent(str(path))

    def take(name: str, content: IO[bytes]) -> None:
        if is_wanted(name):
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as opened:
                shutil.copyfileobj(content, opened, 1 << 20)

    return read_archive(path, take)


def check_unpacked(path: Path, manifest: BackupManifest, folder: Path) -> None:
    """Check what the files of a backup mean; `folder` holds all of them but, perhaps, the segments of the bars."""
    try:
        found = check_copy(folder / ROWS)
        finished = finished_runs(folder / ROWS)
    except SchemaTooNew as error:
        raise BackupTooNew(path.name, f"step {manifest.schema}", f"step {SCHEMA}") from error
    except DatabaseBroken as error:
        raise BackupBroken(path.name, f"{ROWS}: {error}") from error
    if found != manifest.schema:
        raise BackupBroken(path.name, f"its tables are at step {found}, not {manifest.schema}")
    wanted = {f"results/{backtest_id}" for backtest_id, result_hash in finished.items() if result_hash}
    _check_results(path, sorted(wanted - set(manifest.damaged)), folder)
    if SEARCHES in manifest.parts:  # backups of releases before left them out
        _check_searches(path, manifest, folder)
    _check_bars(path, manifest, folder)


def _check_results(path: Path, names: Iterable[str], folder: Path) -> None:
    for name in names:
        try:
            check_result(folder / name)
        except ResultTooNew as error:
            raise BackupTooNew(path.name, str(error), "-") from error
        except BokgiError as error:
            raise BackupBroken(path.name, f"{name}: {error}") from error


def _check_searches(path: Path, manifest: BackupManifest, folder: Path) -> None:
    for search_id, result_hash in finished_searches(folder / ROWS).items():
        if (name := f"{SEARCHES}/{search_id}") not in manifest.damaged:
            try:
                check_search(folder / name, result_hash)
            except BokgiError as error:
                raise BackupBroken(path.name, f"{name}: {error}") from error


def _check_bars(path: Path, manifest: BackupManifest, folder: Path) -> None:
    broken = broken_bars(manifest.files, folder)
    for name in sorted(broken.keys() - set(manifest.damaged)):
        if isinstance(broken[name], StoreTooNew):
            raise BackupTooNew(path.name, str(broken[name]), "-")
        raise BackupBroken(path.name, f"{name}: {broken[name]}")


def broken_bars(files: Mapping[str, BackupFile], folder: Path) -> dict[str, BokgiError]:
    """What is wrong, by interval (`bars/5m`): every version must be readable and find its segments among the files. The segments
    themselves are not opened: their hashes are known already.
    """
    broken: dict[str, BokgiError] = {}
    for name in (name for name in files if _BARS_VERSION.fullmatch(name)):
        place = name.rsplit("/", 2)[0]
        try:
            for segment in read_manifest(folder / name).segments.values():
                file = files.get(f"{place}/segments/{segment.name}")
                if file is None or (file.sha256, file.size_bytes) != (segment.sha256, segment.size_bytes):
                    raise SegmentBroken(segment.name, "it is missing or was changed")
        except BokgiError as error:
            broken[place] = error
    return broken
