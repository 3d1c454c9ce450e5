"""Every class of damage to a backup is noticed before anything is restored."""

import hashlib
import io
import json
import random
import sqlite3
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bokgi.errors.backup import BackupBroken, BackupTooNew
from bokgi.services.backup import write_backup
from bokgi.services.backup_check import read_backup
from bokgi.services.restore import restore_backup
from tests.services.backed_up_home import new_home, settings_of

Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup that is right."""
    folder = tmp_path_factory.mktemp("whole")
    home = new_home(folder / "home")
    write_backup(home.settings, folder / "one.tar")
    return folder / "one.tar"


def entries_of(path: Path) -> Entries:
    with tarfile.open(path) as tar:
        return {entry.name: opened.read() for entry in tar if (opened := tar.extractfile(entry)) is not None}


def write_entries(path: Path, entries: Entries, change: Callable[[tarfile.TarInfo], None] = lambda _: None) -> Path:
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in entries.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            change(entry)
            tar.addfile(entry, io.BytesIO(content))
    return path


def sealed(entries: Entries, **changes: object) -> Entries:
    """With a manifest that fits again, as somebody would make it who wants to deceive."""
    body = json.loads(entries["manifest.json"]) | changes
    files = {name: content for name, content in entries.items() if not name.startswith("manifest.")}
    body["files"] = [
        {"path": name, "size_bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in files.items()
    ]
    manifest = json.dumps(body).encode()
    return files | {"manifest.json": manifest, "manifest.sha256": hashlib.sha256(manifest).hexdigest().encode()}


def expect_refused(path: Path, tmp_path: Path, match: str = "damaged", kind: type[Exception] = BackupBroken) -> None:
    settings = settings_of(tmp_path / "home")
    with pytest.raises(kind, match=match):
        read_backup(path)
    with pytest.raises(kind, match=match):
        restore_backup(path, settings)
    left = {found.name for found in settings.home.rglob("*")}
    assert left <= {"locks", "serve.lock", "backup.lock"}, "nothing was restored"


def test_a_whole_backup_is_read(whole: Path) -> None:
    manifest = read_backup(whole)
    assert (manifest.parts, manifest.runs, manifest.damaged) == (("rows", "results", "searches", "master", "fetches", "bars"), 4, ())
    assert set(manifest.files) | {"manifest.json", "manifest.sha256"} == set(entries_of(whole))


@pytest.mark.parametrize("share", [0.0, 0.05, 0.3, 0.6, 0.8])
def test_a_cut_off_backup_is_refused(whole: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cut.tar"
    content = whole.read_bytes()
    cut.write_bytes(content[: int(len(content) * share)])
    expect_refused(cut, tmp_path)


def test_a_backup_cut_off_between_two_files_is_refused(whole: Path, tmp_path: Path) -> None:
    entries = entries_of(whole)
    for count in (1, len(entries) - 2, len(entries) - 1):
        some = write_entries(tmp_path / f"{count}.tar", dict(list(entries.items())[:count]))
        expect_refused(some, tmp_path, "no manifest")


def test_a_flipped_bit_in_any_file_is_noticed(whole: Path, tmp_path: Path) -> None:
    flipped = tmp_path / "flipped.tar"
    chance = random.Random(20260208)
    with tarfile.open(whole) as tar:
        places = [entry.offset_data + chance.randrange(entry.size) for entry in tar if entry.size]
    content = bytearray(whole.read_bytes())
    for place in places:
        content[place] ^= 1 << chance.randrange(8)
        flipped.write_bytes(content)
        with pytest.raises(BackupBroken):
            read_backup(flipped)
        content[:] = whole.read_bytes()
    assert len(places) > 15


def test_a_flipped_bit_in_any_name_or_size_is_noticed(whole: Path, tmp_path: Path) -> None:
    flipped = tmp_path / "flipped.tar"
    chance = random.Random(7)
    with tarfile.open(whole) as tar:
        headers = [entry.offset for entry in tar]
    for offset in chance.sample(headers, 12):
        for field in (chance.randrange(20), 124 + chance.randrange(11)):
            content = bytearray(whole.read_bytes())
            content[offset + field] ^= 1 << chance.randrange(7)
            flipped.write_bytes(content)
            with pytest.raises(BackupBroken):
                read_backup(flipped)
    assert len(headers) > 15


@pytest.mark.parametrize("content", [b"", b"not an archive at all", b"PK\x03\x04" + b"\0" * 600, b"\0" * 10_240])
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.tar"
    path.write_bytes(content)
    expect_refused(path, tmp_path)


def test_a_missing_and_an_added_file_are_named(whole: Path, tmp_path: Path) -> None:
    entries = entries_of(whole)
    gone = next(name for name in entries if name.endswith("body.json"))
    without = write_entries(tmp_path / "without.tar", {name: content for name, content in entries.items() if name != gone})
    expect_refused(without, tmp_path, f"lacks: {gone}")
    added = write_entries(tmp_path / "added.tar", {"results/extra": b"x"} | entries)
    expect_refused(added, tmp_path, "too much: results/extra")


@pytest.mark.parametrize("name", ["../outside", "/tmp/outside", "results/../../outside", "results//x", "./x", "a\\b"])
def test_a_name_that_leaves_the_folder_is_refused(whole: Path, tmp_path: Path, name: str) -> None:
    expect_refused(write_entries(tmp_path / "bad.tar", {name: b"x"} | entries_of(whole)), tmp_path, "no backup has")
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE])
def test_links_and_devices_are_refused(whole: Path, tmp_path: Path, kind: bytes) -> None:
    def change(entry: tarfile.TarInfo) -> None:
        if entry.name == "link":
            entry.type, entry.linkname, entry.size = kind, "/etc/passwd", 0

    expect_refused(write_entries(tmp_path / "bad.tar", {"link": b""} | entries_of(whole), change), tmp_path, "no backup has")


def test_a_file_that_is_in_it_twice_is_refused(whole: Path, tmp_path: Path) -> None:
    entries = entries_of(whole)
    path = tmp_path / "twice.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in [*entries.items(), ("master/listed.parquet", b"other")]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    expect_refused(path, tmp_path, "twice")


def test_a_newer_format_is_said_to_be_newer(whole: Path, tmp_path: Path) -> None:
    newer = write_entries(tmp_path / "newer.tar", sealed(entries_of(whole), format=99))
    expect_refused(newer, tmp_path, "format 99", BackupTooNew)


# ---------------------------------------------------------------- hashes that fit, and meaning that does not


def changed_rows(entries: Entries, tmp_path: Path, *statements: str) -> Entries:
    path = tmp_path / "rows.sqlite3"
    path.write_bytes(entries["bokgi.sqlite3"])
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return sealed(entries | {"bokgi.sqlite3": path.read_bytes()})


def without(entries: Entries, word: str) -> Entries:
    gone = next(name for name in entries if word in name)
    return sealed({name: content for name, content in entries.items() if name != gone})


def with_page_of_rows_destroyed(entries: Entries) -> Entries:
    rows = bytearray(entries["bokgi.sqlite3"])
    rows[4096:12288] = b"\xff" * 8192
    return sealed(entries | {"bokgi.sqlite3": bytes(rows)})


def test_a_database_with_a_destroyed_page_is_refused(whole: Path, tmp_path: Path) -> None:
    expect_refused(write_entries(tmp_path / "bad.tar", with_page_of_rows_destroyed(entries_of(whole))), tmp_path, "bokgi.sqlite3")


def test_a_database_with_another_step_than_the_manifest_says_is_refused(whole: Path, tmp_path: Path) -> None:
    entries = changed_rows(entries_of(whole), tmp_path, "UPDATE alembic_version SET version_num = '0001'")
    expect_refused(write_entries(tmp_path / "bad.tar", entries), tmp_path, "at step 0001")


def test_a_row_without_its_parent_is_refused(whole: Path, tmp_path: Path) -> None:
    entries = changed_rows(entries_of(whole), tmp_path, "INSERT INTO listed_stocks VALUES ('nobody', 'specific', '005930', 1)")
    expect_refused(write_entries(tmp_path / "bad.tar", entries), tmp_path, "listed_stocks")


def test_tables_that_a_newer_release_contracted_are_refused(whole: Path, tmp_path: Path) -> None:
    statements = ("UPDATE alembic_version SET version_num = '0099'", "UPDATE schema_terms SET value = '0099'")
    entries = sealed(changed_rows(entries_of(whole), tmp_path, *statements), schema="0099")
    expect_refused(write_entries(tmp_path / "bad.tar", entries), tmp_path, "0099", BackupTooNew)


@pytest.mark.parametrize("word", ["results/", "/segments/", "trades.parquet"])
def test_what_a_row_or_a_version_refers_to_must_be_there(whole: Path, tmp_path: Path, word: str) -> None:
    expect_refused(write_entries(tmp_path / "bad.tar", without(entries_of(whole), word)), tmp_path, "results/|bars/")


@pytest.mark.parametrize("word", ["trades.parquet", "/segments/", "/versions/"])
def test_a_result_or_bars_that_were_exchanged_are_refused(whole: Path, tmp_path: Path, word: str) -> None:
    entries = entries_of(whole)
    name = next(name for name in entries if word in name)
    changed = sealed(entries | {name: entries[name][:-1] + bytes([entries[name][-1] ^ 1])})
    expect_refused(write_entries(tmp_path / "bad.tar", changed), tmp_path, "results/|bars/")
