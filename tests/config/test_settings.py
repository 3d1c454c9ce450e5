"""Settings from the environment."""

from pathlib import Path

import pytest

from bokgi.config.settings import Settings
from bokgi.errors.base import Language
from bokgi.errors.config import FolderRelative, NumberRefused, SettingRefused, TextRefused


def test_folders_come_from_their_variables() -> None:
    settings = Settings.from_environment({"BOKGI_HOME": "/somewhere/home", "BOKGI_CACHE": "/somewhere/cache"})
    assert settings.home == Path("/somewhere/home")
    assert settings.cache == Path("/somewhere/cache")


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"BOKGI_HOME": ""}).home == Settings.from_environment({}).home
    assert Settings.from_environment({}).home.is_absolute()


def test_a_relative_folder_is_refused() -> None:
    with pytest.raises(FolderRelative, match="BOKGI_HOME is 'here'"):
        Settings.from_environment({"BOKGI_HOME": "here"})


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({}, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8"}, Language.KOREAN),
        ({"LANG": "en_US.UTF-8"}, Language.ENGLISH),
        ({"LANG": "C", "LC_ALL": "ko_KR.utf8"}, Language.KOREAN),
        ({"LANG": "ko_KR.UTF-8", "LC_ALL": "C.UTF-8"}, Language.ENGLISH),
        ({"LANG": "ko_KR.UTF-8", "BOKGI_LANGUAGE": "en"}, Language.ENGLISH),
        ({"BOKGI_LANGUAGE": "KO"}, Language.KOREAN),
    ],
)
def test_the_language_is_chosen_by_the_nearest_variable(environment: dict[str, str], language: Language) -> None:
    assert Settings.from_environment(environment).language is language


def test_an_unknown_language_is_refused_with_the_allowed_ones() -> None:
    with pytest.raises(SettingRefused, match="BOKGI_LANGUAGE is 'jp'; give en, ko"):
        Settings.from_environment({"BOKGI_LANGUAGE": "jp"})


def test_numbers_outside_their_range_are_refused_with_the_range() -> None:
    with pytest.raises(NumberRefused, match="BOKGI_PORT is '70000'; give a whole number from 0 to 65,535"):
        Settings.from_environment({"BOKGI_PORT": "70000"})
    with pytest.raises(NumberRefused, match="BOKGI_WORKER_CONCURRENCY is 'many'"):
        Settings.from_environment({"BOKGI_WORKER_CONCURRENCY": "many"})


def test_a_database_is_sqlite_in_the_home_folder_or_the_one_that_was_named() -> None:
    embedded = Settings.from_environment({"BOKGI_HOME": "/somewhere"})
    assert embedded.is_embedded
    assert embedded.records_url == "sqlite:////somewhere/bokgi.sqlite3"
    assert embedded.jobs_url == "sqlite:////somewhere/jobs.sqlite3"
    named = Settings.from_environment({"BOKGI_DATABASE_URL": "postgresql://someone@there/bokgi"})
    assert named.records_url == named.jobs_url == "postgresql+psycopg://someone@there/bokgi"


def test_a_refused_database_address_is_not_repeated_with_its_password() -> None:
    with pytest.raises(TextRefused) as refused:
        Settings.from_environment({"BOKGI_DATABASE_URL": "mysql://me:secret@there/bokgi"})
    assert "secret" not in str(refused.value)


def test_the_token_is_not_shown_with_the_settings() -> None:
    assert "hush" not in repr(Settings.from_environment({"BOKGI_TOKEN": "hush"}))
