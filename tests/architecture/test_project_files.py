"""Files beside the code: what they may not hold, and what must agree between them."""

import re
import tomllib
from importlib.metadata import version

import pytest

import bokgi
from tests.architecture.source_tree import ROOT, place, project_files

MACHINE_PATHS = re.compile(r"(?<![\w.~$}])/(?:work|root|home|Users|opt|mnt)/[\w.]")
REGISTRIES = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "conda" + r"\.anaconda\.org")))
TEXT = {".py", ".md", ".toml", ".txt", ".in", ".sh", ".yml", ".yaml", ".json", ".csv", ".cfg", ".ini", ".ts", ".svelte", ""}


def lines() -> list[tuple[str, str]]:
    found = []
    for path in project_files():
        if path.suffix in TEXT and path.stat().st_size < 5_000_000:
            text = path.read_text(encoding="utf-8", errors="replace")
            found += [(f"{place(path)}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]
    return found


def test_no_file_names_a_folder_of_one_machine() -> None:
    assert not [f"{where} {line.strip()[:100]}" for where, line in lines() if MACHINE_PATHS.search(line)]


def test_no_file_names_a_registry() -> None:
    assert not [f"{where} {line.strip()[:100]}" for where, line in lines() if REGISTRIES.search(line)]


EXCEPTION = re.compile(r"#\s*(?:noqa(?::\s*[A-Z0-9, ]+)?|type:\s*ignore(?:\[[\w, -]+\])?|pragma: no cover)(?P<rest>.*)$")


@pytest.mark.parametrize(
    ("line", "has_reason"),
    [
        ("x = 1  # noqa: S101", False),
        ("x = 1  # noqa: S101, E501", False),
        ("x = 1  # type: " + "ignore[arg-type]", False),
        ("x = 1  # noqa: S101  # tests may", True),
        ("x = 1  # type: " + "ignore[arg-type]  # handed on", True),
    ],
)
def test_the_reason_of_an_exception_is_recognised(line: str, has_reason: bool) -> None:
    found = EXCEPTION.search(line)
    assert found is not None
    assert bool(re.search(r"\w{3}", found["rest"])) is has_reason


def test_every_exception_from_a_rule_has_its_reason() -> None:
    bare = [
        where
        for where, line in lines()
        if where.split(":")[0].endswith(".py") and not where.startswith("tests/architecture/test_project_files")
        if (found := EXCEPTION.search(line)) and not re.search(r"\w{3}", found["rest"])
    ]
    assert not bare, "\n".join(bare)


def test_every_rule_that_is_off_in_pyproject_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = text[text.index("ignore = [") : text.index("[tool.ruff.lint.mccabe]")]
    assert not [line for line in block.splitlines() if re.match(r'\s+"[A-Z]+\d*",', line) and "#" not in line]


def test_the_version_is_the_same_everywhere() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        declared = tomllib.load(file)["project"]["version"]
    assert bokgi.__version__ == declared
    assert version("bokgi") == declared
    assert f"## [{declared}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def distributions(text: str) -> set[str]:
    names = (re.match(r"[A-Za-z0-9][\w.-]*", line) for line in text.splitlines())
    return {re.sub("[-_.]+", "-", found[0]).lower() for found in names if found}


def test_locks_hold_all_that_is_asked_for_with_hashes() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    asked = {name: (ROOT / "requirements" / f"{name}.in").read_text("utf-8") for name in ("build", "development", "peers")}
    asked["runtime"] = "\n".join(project["project"]["dependencies"])
    asked["build"] += "\n".join(project["build-system"]["requires"])
    for name, wanted in asked.items():
        lock = (ROOT / "requirements" / f"{name}.txt").read_text("utf-8")
        assert distributions(wanted) <= distributions(lock), name
        entries = re.split(r"\n(?=\w)", lock.strip())
        assert not [entry for entry in entries if "--hash=sha256:" not in entry], name


def test_locks_agree_on_every_version() -> None:
    pins: dict[str, set[str]] = {}
    for path in sorted((ROOT / "requirements").glob("*.txt")):
        for name, pin, marker in re.findall(r"^([\w.-]+)==(\S+)(?: ; (.*?))? \\$", path.read_text("utf-8"), re.MULTILINE):
            pins.setdefault(f"{name} {marker}".strip(), set()).add(pin)
    assert pins
    assert not {name: found for name, found in pins.items() if len(found) > 1}
