"""Logs: JSON lines, one file a process, short lines for people, and no secrets anywhere."""

import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.bootstrap.logs import _SECRET_TEXTS, MASK, Masking, secrets_of, start_logs
from tests.api.running_service import settings_for

TOKEN = "correct-horse-battery"
PASSWORD = "staple99"


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """The root logger's handlers belong to the test runner."""
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    yield
    for handler in set(root.handlers) - set(kept):
        handler.close()
    root.handlers[:] = kept
    root.setLevel(level)
    logging.captureWarnings(capture=False)


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_a_line_is_json_with_time_level_process_and_facts(tmp_path: Path) -> None:
    path = start_logs(tmp_path, "serve", terminal=False)
    logging.getLogger("bokgi.x").info("runs %s are back", ["bt-1"], extra={"request_id": "r1", "run_id": "bt-1"})
    assert path == tmp_path / "logs" / "serve.log"
    (line,) = lines_of(path)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "process": "serve",
        "event": "runs ['bt-1'] are back",
        "request_id": "r1",
        "run_id": "bt-1",
        "logger": "bokgi.x",
    }


def test_an_error_carries_its_stack_in_the_file_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    path = start_logs(tmp_path, "worker-1")
    try:
        raise ValueError("복기\nof two lines")
    except ValueError:
        logging.getLogger("bokgi.x").exception("it failed")
    logging.getLogger("bokgi.x").info("not for people")
    assert "Traceback" in lines_of(path)[0]["exception"]
    assert "복기" in lines_of(path)[0]["exception"]
    assert screen.getvalue().endswith(" worker-1: it failed (ValueError)\n")
    assert screen.getvalue().count("\n") == 1


def test_a_file_that_was_moved_away_is_begun_anew(tmp_path: Path) -> None:
    path = start_logs(tmp_path, "serve", terminal=False)
    logging.getLogger("bokgi.x").info("one")
    path.rename(tmp_path / "old.log")
    logging.getLogger("bokgi.x").info("two")
    assert [line["event"] for line in lines_of(tmp_path / "old.log") + lines_of(path)] == ["one", "two"]


def test_no_secret_reaches_file_or_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    path = start_logs(tmp_path, "serve", secrets=(TOKEN, PASSWORD))
    log = logging.getLogger("bokgi.x")
    log.warning("given %s", TOKEN, extra={"headers": {"Authorization": f"Bearer {TOKEN}", "x": [f"a {PASSWORD} b"]}, "token": "other-one"})
    log.warning("Authorization: Bearer unknown-to-us, bokgi_session=123.abc; postgresql://me:hidden@host/db password='hush' api_key=k1234")
    try:
        raise RuntimeError(f"cannot connect with {PASSWORD}")
    except RuntimeError:
        log.exception("failed")
    written = path.read_text(encoding="utf-8") + screen.getvalue()
    for secret in (TOKEN, PASSWORD, "other-one", "unknown-to-us", "123.abc", "hidden", "hush", "k1234"):
        assert secret not in written
    assert "me:***@host/db" in written
    assert lines_of(path)[0]["headers"]["Authorization"] == MASK


@given(st.text(min_size=4), st.text(), st.text())
def test_a_known_secret_is_masked_wherever_it_stands(secret: str, before: str, after: str) -> None:
    if secret not in MASK and secret not in before + MASK + after:
        assert secret not in str(Masking((secret,))(None, "", {"event": before + secret + after})["event"])


PIECES = (
    "Bearer abc",
    "bokgi_session=1.a",
    "postgresql://me:pw@host",
    "token=abc",
    "API_KEY: 'k1'",
    "passwd='x'",
    "SECRET=s",
    "\u017fecret=s",
    " ",
    "=",
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5)).map("".join))
def test_the_quick_look_before_masking_overlooks_nothing(text: str) -> None:
    expected = text
    for pattern, instead in _SECRET_TEXTS:
        expected = pattern.sub(instead, expected)
    assert Masking().text(text) == expected


def test_ordinary_words_stay_as_they_are() -> None:
    text = "run bt-2026-01-01-001 of 005930 ended; see http://localhost:3000/api/health and tokens: none"
    assert Masking().text(text) == text.replace("none", MASK) or Masking().text(text) == text


def test_token_and_password_of_the_database_are_secrets(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    assert secrets_of(settings) == ()
    from dataclasses import replace

    known = replace(settings, token=TOKEN, database_url=f"postgresql+psycopg://me:{PASSWORD}@host/db")
    assert secrets_of(known) == (TOKEN, PASSWORD)
    assert TOKEN not in repr(known)
