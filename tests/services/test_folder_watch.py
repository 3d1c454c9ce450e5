"""The folder that the service watches: a file is imported once it stays as it is, a copy of it, and again when it changed."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bokgi.bars.interval import DAILY
from bokgi.data.store_files import writer_lock
from bokgi.jobs.port import Job
from bokgi.services.data_library import IMPORT
from bokgi.services.fetch_work import FetchWork
from bokgi.services.folder_watch import LOOK_SECONDS, FolderWatch
from bokgi.services.import_work import ImportWork
from tests.services.service_parts import Parts, parts_in
from tests.services.test_fetches import settings_of

TEXT = "date,open,high,low,close,volume\n2025-10-16,70000,70500,69500,70200,1000\n2025-10-17,70200,70900,70100,70800,1200\n"


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = parts_in(tmp_path / "home", {"005930": 90_000.0})
    yield made
    made.database.close()


class Looks:
    """A watch of a folder, one look after the other."""

    def __init__(self, parts: Parts, folder: Path | None) -> None:
        self.now = 0.0
        self.watch = FolderWatch(parts.home, folder, parts.imports, parts.queue, lambda: self.now)

    def __call__(self) -> int:
        self.now += LOOK_SECONDS
        return self.watch.look()


def test_a_file_is_imported_when_it_stays_as_it_is_and_stays_in_its_folder(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    look, file = Looks(parts, folder), folder / "000660_daily.csv"
    assert look() == 0
    file.write_text(TEXT, encoding="utf-8")
    assert look() == 0, "it may still be written"
    assert look() == 1
    assert look() == 0, "it was seen"
    (row,) = parts.imports.page("default")
    work = FetchWork(settings_of(parts), parts.imports, parts.shelves)
    ImportWork(parts.imports, parts.shelves, work).carry_out(Job(row.id, IMPORT, {}))
    assert parts.imports.page("default")[0].status == "completed"
    assert parts.shelves.user.store.series(DAILY)["000660"].bars == 2
    assert file.read_text(encoding="utf-8") == TEXT


def test_a_file_that_grows_is_left_until_it_is_whole_and_a_changed_one_comes_again(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    look, file = Looks(parts, folder), folder / "000660_daily.csv"
    for lines in (1, 2, 3):
        file.write_text("".join(TEXT.splitlines(keepends=True)[:lines]), encoding="utf-8")
        assert look() == 0
    assert look() == 1
    os.utime(file, ns=(1, 1))
    assert (look(), look(), look()) == (0, 1, 0)


def test_a_name_that_is_no_text_stops_nothing_and_is_told_once(parts: Parts, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As archives of another system leave behind."""
    folder = tmp_path / "watched"
    folder.mkdir()
    look = Looks(parts, folder)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xc0\xc7.csv")).write_text(TEXT, encoding="utf-8")
    (folder / "000660_daily.csv").write_text(TEXT, encoding="utf-8")
    assert [look() for _ in range(4)] == [0, 1, 0, 0]
    assert len(parts.imports.page("default")) == 1
    assert [record.getMessage() for record in caplog.records if "cannot be imported" in record.getMessage()] != []
    assert len([record for record in caplog.records if "cannot be imported" in record.getMessage()]) == 1


def test_what_one_worker_looks_at_another_leaves(parts: Parts, tmp_path: Path) -> None:
    folder = tmp_path / "watched"
    folder.mkdir()
    (folder / "000660_daily.csv").write_text(TEXT, encoding="utf-8")
    one, other = Looks(parts, folder), Looks(parts, folder)
    assert (one(), other()) == (0, 0)
    with writer_lock(parts.home / "watch", 1.0):
        assert one() == 0
    assert (one(), other()) == (1, 0)


def test_without_a_folder_or_with_one_that_is_not_there_nothing_happens(parts: Parts, tmp_path: Path) -> None:
    assert Looks(parts, None)() == 0
    look = Looks(parts, tmp_path / "away")
    assert (look(), look()) == (0, 0)
    (tmp_path / "away").mkdir()
    (tmp_path / "away" / "000660_daily.csv").write_text(TEXT, encoding="utf-8")
    assert (look(), look()) == (0, 1)
