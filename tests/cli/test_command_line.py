"""The frame of the command line: help, languages, wrong input, exit codes."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

from bokgi.cli import catalog, endings
from bokgi.cli.frame import Command, LazyGroup, load
from bokgi.cli.language import current_language
from bokgi.cli.main import bokgi
from bokgi.config.settings import Settings
from bokgi.errors.base import DataError, EnvironmentFault, InternalFault, Language, MissingError
from bokgi.errors.config import SettingRefused
from bokgi.errors.runs import RunCancelled

HEAVY = ("numpy", "numba", "polars", "pyarrow", "rich", "pandas")


def run(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("LANG", "LC_ALL", "LC_MESSAGES", "BOKGI_LANGUAGE")}
    program = [sys.executable, "-m", "bokgi.cli", *arguments]
    return subprocess.run(program, env=kept | variables, capture_output=True, text=True, check=False, encoding="utf-8")


def test_help_lists_every_command_in_english() -> None:
    done = run("--help")
    assert done.returncode == 0
    for entry in catalog.ROOT:
        assert f"  {entry.name}" in done.stdout
    assert "Show this page and stop." in done.stdout


def test_help_is_korean_where_the_locale_is() -> None:
    done = run("--help", LANG="ko_KR.UTF-8")
    assert "사용법: bokgi" in done.stdout
    assert "명령:" in done.stdout
    for entry in catalog.ROOT:
        assert entry.korean in " ".join(done.stdout.split())


def test_help_imports_nothing_heavy() -> None:
    program = f"""
import sys
from bokgi.cli.main import main
try:
    main(["--help"])
except SystemExit:
    print("heavy:", sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("heavy: []\n")


def test_help_answers_within_three_tenths_of_a_second() -> None:
    """Of processor time: other work on the machine does not count; `make bench` shows the time on the clock."""

    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        run("--help")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    assert min(seconds() for _ in range(3)) < 0.3


@pytest.mark.parametrize("entry", [*catalog.ROOT, *catalog.DATA, *catalog.INSTRUMENTS], ids=lambda entry: entry.place)
def test_every_command_of_the_catalogue_loads_and_knows_home(entry: catalog.Entry) -> None:
    command = load(entry)
    assert command.name == entry.name
    assert "--home" in {name for parameter in command.params for name in parameter.opts}
    assert command.help


@pytest.mark.parametrize(
    ("arguments", "english", "korean"),
    [
        (["nope"], "No such command 'nope'.", "'nope'이라는 명령은 없습니다."),
        (["--nope"], "No such option '--nope'.", "--nope이라는 옵션은 없습니다."),
        (["--hom"], "Did you mean '--home'?", "비슷한 옵션: --home."),
        (["--home"], "Option '--home' requires an argument.", "--home 옵션에 값이 필요합니다."),
    ],
)
def test_wrong_input_is_one_sentence_with_the_remedy_and_exit_code_two(arguments: list[str], english: str, korean: str) -> None:
    for language, words in (("en", english), ("ko", korean)):
        done = run(*arguments, BOKGI_LANGUAGE=language)
        assert done.returncode == 2
        assert done.stdout == ""
        assert words in done.stderr
        assert "'bokgi --help'" in done.stderr
        assert done.stderr.count("\n") == 1


def test_a_wrong_setting_is_said_before_the_command_runs() -> None:
    done = run("data", "list", BOKGI_LANGUAGE="jp")
    assert done.returncode == 2
    assert done.stderr == "The setting BOKGI_LANGUAGE is 'jp'; give en, ko.\n"


def home_seen(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home folder that a command below the root is given."""
    seen: list[Settings] = []
    command = Command("probe", params=[], callback=click.pass_obj(seen.append), help="probe")
    monkeypatch.setitem(sys.modules, "bokgi_probe", SimpleNamespace(probe=command))
    root = LazyGroup("bokgi", [catalog.Entry("probe", "bokgi_probe:probe", "Probe.", "시험.")], help="root")
    root.main(arguments, prog_name="bokgi", standalone_mode=False)
    return seen[0].home


def test_home_may_stand_before_and_after_the_command_and_beats_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKGI_HOME", str(tmp_path / "environment"))
    given = str(tmp_path / "given")
    assert home_seen(["probe"], monkeypatch) == tmp_path / "environment"
    assert home_seen(["--home", given, "probe"], monkeypatch) == tmp_path / "given"
    assert home_seen(["probe", "--home", given], monkeypatch) == tmp_path / "given"
    assert home_seen(["--home", "elsewhere", "probe", "--home", given], monkeypatch) == tmp_path / "given"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingRefused("BOKGI_LANGUAGE", "jp", ["en"]), 2),
        (DataError(problem="broken"), 2),
        (MissingError(problem="not there"), 2),
        (EnvironmentFault(problem="disk full"), 1),
        (InternalFault(problem="our fault"), 1),
        (RunCancelled(3, 200), 130),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
    ],
)
def test_each_kind_of_error_has_its_exit_code(error: BaseException, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise error

    assert endings.exit_code_of(fail, lambda: None) == code
    assert capsys.readouterr().err.count("\n") == 1


def test_errors_are_korean_for_koreans(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(endings, "current_language", lambda: Language.KOREAN)

    def fail() -> None:
        raise SettingRefused("BOKGI_LANGUAGE", "jp", ["en", "ko"])

    endings.exit_code_of(fail, lambda: None)
    assert capsys.readouterr().err == "설정 BOKGI_LANGUAGE의 값이 'jp'입니다. en, ko 중에서 정하세요.\n"


def test_an_unforeseen_fault_is_one_sentence_and_a_log_in_home(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = Settings(home=tmp_path, cache=tmp_path, language=Language.ENGLISH)

    def fail() -> None:
        raise ZeroDivisionError("the fact of the matter")

    assert endings.exit_code_of(fail, lambda: settings) == 1
    said = capsys.readouterr().err
    (log,) = (tmp_path / "logs").iterdir()
    assert str(log) in said
    assert said.count("\n") == 1
    assert "ZeroDivisionError: the fact of the matter" in log.read_text(encoding="utf-8")


def test_a_closed_pipe_ends_quietly() -> None:
    done = subprocess.run(
        f"{sys.executable} -c 'from bokgi.cli.endings import exit_code_of; import click, sys;"
        ' sys.exit(exit_code_of(lambda: [click.echo("line") for _ in range(100000)], lambda: None))\' | head -1; echo ${PIPESTATUS[0]}',
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "line\n141\n"
    assert done.stderr == ""


def test_the_language_falls_back_to_english_while_its_setting_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOKGI_LANGUAGE", "jp")
    current_language.cache_clear()
    try:
        assert current_language() is Language.ENGLISH
    finally:
        monkeypatch.undo()
        current_language.cache_clear()


def test_the_root_has_all_commands_of_the_catalogue() -> None:
    assert list(bokgi().entries) == [entry.name for entry in catalog.ROOT]
