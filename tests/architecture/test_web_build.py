"""The pages are built where they are not up to date, from packages that are fixed to the byte, and nothing of it is in git."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

import hatch_build
from tests.architecture.source_tree import ROOT, project_files

EXACT = re.compile(r"\d+\.\d+\.\d+")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A project whose outputs are all there and up to date."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "src" / "main.ts").write_text("1")
    for output in hatch_build.OUTPUTS:
        (tmp_path / output).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / output).write_text("output")
    (tmp_path / hatch_build.STAMP).write_text(hatch_build.hash_of_sources(tmp_path))
    return tmp_path


def test_nothing_is_built_while_the_pages_are_up_to_date(built: Path) -> None:
    assert not hatch_build.build_pages(built)


def test_what_npm_installs_and_what_the_build_generates_is_no_source(built: Path) -> None:
    for path in ("node_modules/svelte/index.js", *hatch_build.GENERATED):
        (built / "web" / path).parent.mkdir(parents=True, exist_ok=True)
        (built / "web" / path).write_text("made")
    assert hatch_build.is_up_to_date(built)


def test_a_changed_added_or_renamed_source_asks_for_a_build(built: Path) -> None:
    source = built / "web" / "src" / "main.ts"
    source.write_text("2")
    assert not hatch_build.is_up_to_date(built)
    source.write_text("1")
    assert hatch_build.is_up_to_date(built)
    (built / "web" / "added.ts").write_text("")
    assert not hatch_build.is_up_to_date(built)
    (built / "web" / "added.ts").unlink()
    source.rename(built / "web" / "src" / "entry.ts")
    assert not hatch_build.is_up_to_date(built)


@pytest.mark.parametrize("output", hatch_build.OUTPUTS, ids=str)
def test_an_output_that_is_gone_asks_for_a_build(built: Path, output: Path) -> None:
    (built / output).unlink()
    assert not hatch_build.is_up_to_date(built)


def test_an_archive_without_the_sources_of_the_pages_is_left_as_it_is(built: Path) -> None:
    shutil.rmtree(built / "web")
    assert not hatch_build.build_pages(built)


def test_every_package_of_the_pages_is_fixed_to_the_byte_and_names_no_registry() -> None:
    wanted = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    asked = wanted["dependencies"] | wanted["devDependencies"]
    assert not {name: version for name, version in asked.items() if not EXACT.fullmatch(version)}
    assert {name: lock[f"node_modules/{name}"]["version"] for name in asked} == asked
    installed = {name: entry for name, entry in lock.items() if name}
    assert not [name for name, entry in installed.items() if "integrity" not in entry and not entry.get("inBundle")]
    assert not [name for name, entry in installed.items() if "resolved" in entry]


def test_git_holds_none_of_the_outputs() -> None:
    made = (Path("web/node_modules/svelte/package.json"), Path("web/src/api/schema.d.ts"))
    outputs = [ROOT / path for path in (*hatch_build.OUTPUTS, *made)]
    ignored = subprocess.run(["git", "check-ignore", *map(str, outputs)], cwd=ROOT, capture_output=True, check=False, text=True)
    if ignored.returncode == 128:
        pytest.skip("This is an unpacked archive: git does not know it.")
    assert len(ignored.stdout.splitlines()) == len(outputs)
    assert not set(outputs) & set(project_files())
