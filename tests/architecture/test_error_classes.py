"""Every situation has one class in `bokgi.errors`, a stable code, and a sentence in English and Korean."""

import ast
import builtins
import inspect
import pickle
import re
import string
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from enum import Enum
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Union, get_args, get_origin, get_type_hints

import pytest

import bokgi.errors
from bokgi.errors.base import BokgiError, DataError, EnvironmentFault, InputError, InternalFault, Language, MissingError
from bokgi.errors.runs import RunCancelled
from tests.architecture.source_tree import PACKAGE, place, python_files, tree_of

ROOTS = {BokgiError, InputError, DataError, MissingError, EnvironmentFault, InternalFault}
HANGUL = re.compile("[가-힣]")
OWN_SHARE = 0.9
"""At least this share of all raises are classes of our own."""

SAMPLES: dict[object, object] = {
    str: "005930",
    int: 7,
    float: 1.5,
    bool: True,
    date: date(2025, 10, 16),
    datetime: datetime(2025, 10, 16, tzinfo=UTC),
    time: time(10, 0),
    Path: Path("bars.csv"),
    object: "005930",
}


def situations() -> list[type[BokgiError]]:
    """Every class of the tree below its roots, wherever it was defined."""
    for path in (PACKAGE / "errors").glob("*.py"):
        import_module(f"bokgi.errors.{path.stem}" if path.stem != "__init__" else "bokgi.errors")
    return sorted(set(below(BokgiError)) - ROOTS, key=lambda kind: kind.__name__)


def below(kind: type[BokgiError]) -> Iterator[type[BokgiError]]:
    for child in kind.__subclasses__():
        yield child
        yield from below(child)


SITUATIONS = situations()


def sample(annotation: object) -> object:
    """A value that an argument of this type may have."""
    if annotation in SAMPLES:
        return SAMPLES[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next(iter(annotation))
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return sample(next(kind for kind in inner if kind is not NoneType))
    if isinstance(origin, type) and issubclass(origin, dict):
        return {sample(inner[0]): sample(inner[1])}
    if origin is tuple and Ellipsis not in inner:
        return tuple(sample(kind) for kind in inner)
    if origin is not None and inner:
        return (sample(inner[0]),)
    raise LookupError(f"no sample for {annotation}: add one to SAMPLES")


def made(kind: type[BokgiError]) -> BokgiError:
    if "__init__" not in kind.__dict__:
        owner = next(parent for parent in kind.__mro__ if "__init__" in parent.__dict__)
        assert owner is not BokgiError, f"{kind.__name__} needs an __init__ that takes its facts"
    hints = get_type_hints(kind.__init__)
    parameters = list(inspect.signature(kind.__init__).parameters.values())[1:]
    positional = [sample(hints[each.name]) for each in parameters if each.kind in (each.POSITIONAL_ONLY, each.POSITIONAL_OR_KEYWORD)]
    named = {each.name: sample(hints[each.name]) for each in parameters if each.kind is each.KEYWORD_ONLY}
    return kind(*positional, **named)  # type: ignore[arg-type]  # the signature was read from the class itself


def facts_named(template: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.__name__)
def test_a_situation_speaks_both_languages(kind: type[BokgiError]) -> None:
    error = made(kind)
    english, korean = error.sentence(Language.ENGLISH), error.sentence(Language.KOREAN)
    assert kind.english != BokgiError.english
    assert HANGUL.search(kind.korean), "the Korean sentence holds no Korean"
    assert not HANGUL.search(re.sub(r"\{[^}]*\}|\([^)]*\)|'[^']*'", "", kind.english)), "the English sentence holds Korean"
    assert str(error) == english
    assert "{" not in english
    assert "{" not in korean
    assert facts_named(kind.english) <= error.facts.keys()
    assert facts_named(kind.korean) <= error.facts.keys()


@pytest.mark.parametrize("kind", SITUATIONS, ids=lambda kind: kind.__name__)
def test_a_situation_crosses_process_borders(kind: type[BokgiError]) -> None:
    error = made(kind)
    returned = pickle.loads(pickle.dumps(error))
    assert type(returned) is kind
    assert returned.sentence(Language.KOREAN) == error.sentence(Language.KOREAN)
    assert returned.field == error.field


def test_codes_are_unique_and_stable_words() -> None:
    kinds: list[type[BokgiError]] = [*SITUATIONS, *ROOTS]
    codes = Counter(kind.code for kind in kinds)
    assert not [code for code, count in codes.items() if count > 1]
    assert not [code for code in codes if not re.fullmatch("[a-z][a-z0-9_]*", code)]


def test_all_classes_stand_below_a_root_that_decides_the_exit_code() -> None:
    deciding = (InputError, DataError, MissingError, EnvironmentFault, InternalFault, RunCancelled)
    assert not [kind.__name__ for kind in SITUATIONS if not issubclass(kind, deciding)]


def test_errors_exports_every_class() -> None:
    assert not [kind.__name__ for kind in SITUATIONS if kind.__name__ not in bokgi.errors.__all__]
    assert not [name for name in bokgi.errors.__all__ if not hasattr(bokgi.errors, name)]


def test_error_classes_are_defined_in_errors_alone() -> None:
    elsewhere = [
        f"{place(path, node)} {node.name}"
        for path in python_files(PACKAGE)
        if not path.is_relative_to(PACKAGE / "errors")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef) and any(is_error_name(base) for base in node.bases)
    ]
    assert not elsewhere, "\n".join(elsewhere)


def is_error_name(base: ast.expr) -> bool:
    name = base.attr if isinstance(base, ast.Attribute) else base.id if isinstance(base, ast.Name) else ""
    built_in = getattr(builtins, name, None)
    return name in {kind.__name__ for kind in ROOTS} or (isinstance(built_in, type) and issubclass(built_in, BaseException))


def raised_names() -> list[str]:
    found = []
    for path in python_files(PACKAGE):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Raise) and node.exc is not None:
                target = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                found.append(target.attr if isinstance(target, ast.Attribute) else target.id if isinstance(target, ast.Name) else "")
    return found


def test_most_raises_are_classes_of_our_own() -> None:
    built_in = [name for name in raised_names() if isinstance(getattr(builtins, name, None), type)]
    assert len(built_in) <= (1 - OWN_SHARE) * len(raised_names()), Counter(built_in)
