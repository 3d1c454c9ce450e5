"""`bokgi backup` and `bokgi restore`, as a person uses them."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bokgi.cli.backup import backup, restore
from bokgi.cli.endings import exit_code_of
from bokgi.config.settings import Settings
from tests.services.backed_up_home import files_below, new_home, settings_of


def ran(command: object, settings: Settings, *words: str) -> tuple[int, str]:
    runner = CliRunner()

    def act() -> None:
        result = runner.invoke(command, list(words), obj=settings, standalone_mode=False)  # type: ignore[arg-type]  # a click command
        said.append(result.output)
        if result.exception is not None:
            raise result.exception

    said: list[str] = []
    return exit_code_of(act, lambda: settings), "".join(said)


def test_a_home_goes_into_a_file_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = new_home(tmp_path / "home")
    code, said = ran(backup, home.settings, str(tmp_path / "one.tar"))
    assert (code, "4" in said, str(tmp_path / "one.tar") in said) == (0, True, True)
    elsewhere = settings_of(tmp_path / "elsewhere")
    code, said = ran(restore, elsewhere, str(tmp_path / "one.tar"))
    assert (code, "4" in said) == (0, True)
    assert files_below(elsewhere.home) == files_below(home.folder)
    assert ran(restore, elsewhere, str(tmp_path / "one.tar"))[0] == 2
    assert "--replace" in capsys.readouterr().err
    assert ran(restore, elsewhere, str(tmp_path / "one.tar"), "--replace")[0] == 0


def test_damage_is_said_in_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "one.tar").write_bytes(b"nothing")
    code, _ = ran(restore, settings_of(tmp_path / "home"), str(tmp_path / "one.tar"))
    assert code == 2
    assert "one.tar" in capsys.readouterr().err


def test_a_backup_without_bars_says_less(tmp_path: Path) -> None:
    home = new_home(tmp_path / "home")
    assert ran(backup, home.settings, str(tmp_path / "small.tar"), "--without-bars")[0] == 0
    assert ran(backup, home.settings, str(tmp_path / "large.tar"))[0] == 0
    assert (tmp_path / "small.tar").stat().st_size < (tmp_path / "large.tar").stat().st_size
