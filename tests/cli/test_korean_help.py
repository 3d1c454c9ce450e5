"""What click says is Korean for Koreans: help pages stand straight, and every sentence that can come up is translated."""

import re
from unicodedata import east_asian_width

import pytest

from bokgi.cli.click_words import korean_kind, korean_message, korean_usage, shown_width
from tests.cli.korean_terminal import KoreanTerminal

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backtest", "--capital", "much"], "--capital의 값이 맞지 않습니다: 'much'은(는) 숫자가 아닙니다."),
        (["backtest", "--commission-ppm", "1.5"], "'1.5'은(는) 정수가 아닙니다."),
        (["data", "show", "005930", "--rows", "0"], "0은(는) 범위(x>=1) 밖입니다."),
        (["data", "import", "x", "--board", "y"], "'y'은(는) 없는 값입니다. 쓸 수 있는 값: 'kospi', 'kosdaq', 'konex', 'foreign'."),
        (["data", "import", "x", "--replace=5"], "--replace 옵션은 값을 받지 않습니다."),
        (["verify", "a", "b"], "쓰이지 않는 말이 더 있습니다: b."),
        (["data", "export", "--interval", "5m", "--to", "/"], "'/'은(는) 폴더입니다."),
    ],
)
def test_what_was_wrong_is_said_in_korean(words: list[str], sentence: str, korean: KoreanTerminal) -> None:
    said = korean.run(*words)
    assert said.code == 2
    assert said.out == ""
    assert sentence in said.error
    assert "'bokgi" in said.error


def test_a_help_page_has_no_english_word_of_click_and_its_columns_stand_straight(korean: KoreanTerminal) -> None:
    out = korean.run("data", "show", "--help").out
    assert out.splitlines()[0] == "사용법: bokgi data show [옵션] CODE"
    for word in ("OPTIONS", "INTEGER", "default", "required"):
        assert word not in out
    rows = [line for line in out.splitlines() if line.startswith("  --")]
    columns = {
        sum(2 if east_asian_width(sign) in "WF" else 1 for sign in row[: texts.start(1)]) for row in rows if (texts := TEXT.search(row))
    }
    assert len(columns) == 1
    assert len(rows) == 6


TEXT = re.compile(r"\S  +(\S)")


def test_sentences_that_are_not_known_stay_as_they_are() -> None:
    assert korean_message("Something new happened.") == "Something new happened."
    assert korean_kind("--capital FLOAT") == "--capital 수"
    assert korean_kind("FILE") == "FILE"
    assert korean_usage("[OPTIONS] COMMAND [ARGS]...") == "[옵션] 명령 [인수]..."
    assert shown_width("가a") == 3


def test_every_command_of_the_help_has_korean_words(korean: KoreanTerminal) -> None:
    out = korean.run("--help").out
    commands = out.split("명령:\n", 1)[1].splitlines()
    assert len(commands) >= 11
    assert all(HANGUL.search(line) for line in commands if line.strip())
