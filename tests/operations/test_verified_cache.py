"""The operator's page verifies once what has not changed, and never shows as verified what did."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bokgi.operations.timeline import Release, Timeline
from bokgi.operations.verified_cache import MOST_KEPT, QUIET_NANOSECONDS, VerifiedCache, fingerprint_of
from tests.operations.recorded_release import lines_of, sealed_release, write_lines

NAME = "0001-v1.2.0-aaaaaaaa"


def later() -> int:
    """A clock by which everything was written long ago."""
    return time.time_ns() + 10 * QUIET_NANOSECONDS


@pytest.fixture
def timeline(tmp_path: Path) -> Timeline:
    _, signer = sealed_release(tmp_path / NAME)
    cache: VerifiedCache[Release] = VerifiedCache(later)
    return Timeline(tmp_path, signer.public_key, cache)


def test_what_has_not_changed_is_verified_once(timeline: Timeline) -> None:
    first = timeline.release(NAME)
    assert first.evidence.is_sound
    assert timeline.release(NAME) is first


def alter_a_record(folder: Path) -> None:
    lines = lines_of(folder)
    place = next(number for number, line in enumerate(lines) if b"0.012" in line)
    lines[place] = lines[place].replace(b"0.012", b"0.011")
    write_lines(folder, lines)


def alter_a_body(folder: Path) -> None:
    body = min((folder / "bodies").iterdir())
    content = body.read_bytes()
    body.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


def put_the_times_back(folder: Path, change: Callable[[Path], None]) -> None:
    """Change it, keep its size, and give each file the times that it had."""
    times = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
    change(folder)
    for path, facts in times.items():
        if path.exists():
            os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def remove_a_body(folder: Path) -> None:
    min((folder / "bodies").iterdir()).unlink()


def remove_the_seals(folder: Path) -> None:
    for place in (folder / "seals").iterdir():
        place.unlink()


@pytest.mark.parametrize("change", [alter_a_record, alter_a_body, remove_a_body, remove_the_seals])
@pytest.mark.parametrize("is_hidden", [False, True])
def test_evidence_that_changed_is_never_shown_as_it_was(
    timeline: Timeline, tmp_path: Path, change: Callable[[Path], None], is_hidden: bool
) -> None:
    assert timeline.release(NAME).evidence.is_sound
    if is_hidden:
        put_the_times_back(tmp_path / NAME, change)
    else:
        change(tmp_path / NAME)
    assert not timeline.release(NAME).evidence.is_sound


def test_evidence_that_was_just_written_is_verified_each_time(tmp_path: Path) -> None:
    """A change in the same tick of the clock would show in no figure."""
    _, signer = sealed_release(tmp_path / NAME)
    timeline = Timeline(tmp_path, signer.public_key, VerifiedCache(lambda: newest(tmp_path / NAME) + QUIET_NANOSECONDS))
    assert timeline.release(NAME) is not timeline.release(NAME)
    set_back = Timeline(tmp_path, signer.public_key, VerifiedCache(lambda: newest(tmp_path / NAME) - 1))
    assert set_back.release(NAME) is not set_back.release(NAME)


def newest(folder: Path) -> int:
    facts = fingerprint_of(folder)
    assert facts is not None
    return max(max(each[3:]) for each in facts)


def test_a_change_while_it_is_verified_is_not_kept(tmp_path: Path) -> None:
    sealed_release(tmp_path / NAME)
    cache: VerifiedCache[str] = VerifiedCache(later)

    def changing() -> str:
        alter_a_body(tmp_path / NAME)
        return "verified before the change"

    assert cache.get(tmp_path / NAME, "key", changing) == "verified before the change"
    assert cache.get(tmp_path / NAME, "key", lambda: "verified anew") == "verified anew"


def test_another_key_verifies_anew_and_what_is_gone_is_made_each_time(tmp_path: Path) -> None:
    sealed_release(tmp_path / NAME)
    cache: VerifiedCache[str] = VerifiedCache(later)
    assert cache.get(tmp_path / NAME, "key", lambda: "one") == "one"
    assert cache.get(tmp_path / NAME, "other key", lambda: "two") == "two"
    assert cache.get(tmp_path / NAME, "key", lambda: "three") == "one"
    assert cache.get(tmp_path / "gone", "key", lambda: "four") == "four"
    assert cache.get(tmp_path / "gone", "key", lambda: "five") == "five"


def test_so_many_are_kept_and_no_more(tmp_path: Path) -> None:
    cache: VerifiedCache[int] = VerifiedCache(later)
    folders = [tmp_path / str(number) for number in range(MOST_KEPT + 1)]
    for folder in folders:
        folder.mkdir()
        (folder / "evidence.jsonl").write_text("x")
        cache.get(folder, "key", lambda: 1)
    assert cache.get(folders[-1], "key", lambda: -1) == 1
    assert cache.get(folders[0], "key", lambda: -1) == -1
