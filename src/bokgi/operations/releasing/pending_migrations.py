"""Which changes of the tables a release brings, and whether the release before could live with them."""

import re
from types import ModuleType

from bokgi.operations.repository import Repository

FOLDER = "src/bokgi/records/migrations/versions"
_STEP = re.compile(r"v(\d{4})_\w+\.py")


def steps(repository: Repository, commit: str) -> dict[str, bytes]:
    """Migrations of a commit by the name of their step."""
    found = {}
    for path in repository.files(commit, FOLDER):
        step = _STEP.fullmatch(path.rsplit("/", 1)[1])
        content = repository.content(commit, path) if step else None
        if step and content is not None:
            found[step[1]] = content
    return found


def breaking(repository: Repository, live: str, target: str) -> tuple[list[str], list[str]]:
    """Steps that a release brings, and what in them the live one could not live with.

    Notes
    -----
    A step that contracts is let through where it says so and names a step of the live release, or an older one, as its oldest reader:
    then the live release has stopped using what goes.
    """
    before, after = steps(repository, live), steps(repository, target)
    known = max(before, default="")
    wrong = [f"{step}: it is part of the live release and was changed" for step in before if after.get(step) != before[step]]
    pending = sorted(after.keys() - before.keys())
    for step in pending:
        wrong += [f"{step}: {word}" for word in _contractions(step, after[step], known)]
    return pending, wrong


def _contractions(step: str, content: bytes, known: str) -> list[str]:
    from bokgi.records.migration_operations import contracting, operations_of  # slow to import; most releases bring no step

    module = ModuleType(f"migration_{step}")
    try:
        exec(compile(content, f"{step}.py", "exec"), module.__dict__)  # noqa: S102  # code of the tag, which its release would run next
        found = contracting(operations_of(module))
    except Exception as error:  # noqa: BLE001  # whatever a migration raises, it cannot be let through
        return [f"it cannot be read ({type(error).__name__}: {error})"]
    if found and getattr(module, "contracts", False) and str(getattr(module, "oldest_reader", step)) <= known:
        return []
    return found
