"""From settings to services, settings to a child, and what stands between the demo and real bars."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.bars.interval import DAILY
from bokgi.bootstrap.build import build
from bokgi.bootstrap.demo_market import check_demo_fits, fill_with_demo, is_demo_there
from bokgi.bootstrap.environment import environment_of
from bokgi.bootstrap.home import make_home
from bokgi.config.settings import Settings
from bokgi.data.store import Store
from bokgi.errors.base import Language
from bokgi.errors.demo import DemoBesideRealBars
from bokgi.errors.processes import HomeUnwritable
from tests.api.running_service import settings_for
from tests.data.store_cases import daily_bars, incoming_of

WORDS = st.text("abcdefghij.-", min_size=1, max_size=12).map(lambda word: f"a{word}")


def test_an_empty_folder_becomes_a_service(tmp_path: Path) -> None:
    application = build(settings_for(tmp_path / "new" / "home"))
    report = application.health.report()
    assert (report.database, report.python_worker, report.status) == ("connected", "offline", "degraded")
    assert application.queue.waiting() == 0
    application.close()
    assert oct((tmp_path / "new" / "home").stat().st_mode & 0o777) == "0o700"


def test_several_processes_may_build_at_once_and_twice(tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        built = list(pool.map(build, [settings_for(tmp_path)] * 3))
    assert [application.run_rows.unfinished() for application in built] == [(), (), ()]
    for application in built:
        application.close()


def test_a_home_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(HomeUnwritable, match="--home"):
        make_home(settings_for(tmp_path / "file" / "home"))


@given(
    port=st.integers(0, 65_535),
    rate=st.integers(1, 1_000_000),
    hosts=st.lists(WORDS, max_size=3, unique=True),
    release=st.sampled_from(["", "1.2.3", "v2-abc"]),
    language=st.sampled_from(Language),
    url=st.sampled_from(["", "postgresql+psycopg://me:word@host/name"]),
)
def test_a_child_reads_the_settings_of_its_parent_but_not_the_token(
    port: int, rate: int, hosts: list[str], release: str, language: Language, url: str
) -> None:
    home = Path("/").joinpath("bokgi-home")
    settings = Settings(
        home, home / "cache", language, url, port=port, token="secret-word", allowed_hosts=tuple(hosts), release=release, read_rate=rate
    )
    environment = environment_of(settings, {"PATH": "x", "BOKGI_TOKEN": "secret-word", "BOKGI_PORT": "1"})
    assert Settings.from_environment(environment) == replace(settings, token=None)
    assert environment["PATH"] == "x"
    assert "secret-word" not in environment.values()


def test_a_child_keeps_the_rest_of_the_environment(tmp_path: Path) -> None:
    assert environment_of(settings_for(tmp_path))["PATH"] == os.environ["PATH"]


@pytest.fixture
def real_home(tmp_path: Path) -> Path:
    Store(tmp_path).write(incoming_of(daily_bars("005930", {date(2025, 10, 16): 70_000.0}), DAILY))
    return tmp_path


def test_the_demo_is_never_mixed_with_real_bars(real_home: Path) -> None:
    with pytest.raises(DemoBesideRealBars):
        check_demo_fits(real_home)
    assert not is_demo_there(Store(real_home))


def test_an_empty_folder_may_have_the_demo_and_has_it_not_yet(tmp_path: Path) -> None:
    check_demo_fits(tmp_path)
    assert not is_demo_there(Store(tmp_path))


def test_a_demo_to_which_a_person_added_bars_is_served_again_as_it_is(tmp_path: Path) -> None:
    assert fill_with_demo(tmp_path)
    store = Store(tmp_path)
    store.write(incoming_of(daily_bars("005930", {date(2025, 10, 16): 70_000.0}), DAILY))
    version = store.current_version(DAILY)
    check_demo_fits(tmp_path)
    assert not fill_with_demo(tmp_path)
    assert store.current_version(DAILY) == version
