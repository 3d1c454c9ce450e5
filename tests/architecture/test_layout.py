"""A folder is a word of the trade, and only the command line talks to the terminal."""

import ast
from collections import Counter

import pytest

from tests.architecture.source_tree import PACKAGE, ROOT, TESTS, functions_of, place, python_files, tree_of

EMPTY_WORDS = {"common", "utils", "util", "helpers", "helper", "models", "types", "misc", "shared", "base_classes"}
NETWORK = {
    "aiohttp",
    "boto3",
    "ftplib",
    "http.client",
    "httpx",
    "requests",
    "smtplib",
    "socket",
    "ssl",
    "urllib.request",
    "urllib3",
    "yfinance",
}
NETWORK_ROOMS = (PACKAGE / "data" / "sources", PACKAGE / "operations")
REST_OF_ROOMS = (PACKAGE / "api",)
"""The HTTP server listens; it asks nobody."""


def test_no_folder_or_file_has_a_name_that_says_nothing() -> None:
    named = [
        place(path)
        for path in python_files(PACKAGE, TESTS)
        if EMPTY_WORDS & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    assert not named, "\n".join(named)


def test_only_the_command_line_prints() -> None:
    printing = [
        place(path, node)
        for path in python_files(PACKAGE)
        if not path.is_relative_to(PACKAGE / "cli")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not printing, "\n".join(printing)


def imported_modules(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


@pytest.mark.parametrize(
    ("statement", "is_network"),
    [
        ("import socket", True),
        ("import urllib.request", True),
        ("from urllib.request import urlopen", True),
        ("from urllib import request", True),
        ("from http.client import HTTPSConnection", True),
        ("from urllib.parse import quote", False),
        ("from http import HTTPStatus", False),
    ],
)
def test_the_network_is_recognised_in_every_form_of_import(statement: str, is_network: bool) -> None:
    assert bool(NETWORK.intersection(imported_modules(ast.parse(statement).body[0]))) is is_network


def test_the_network_is_touched_in_sources_and_operations_alone() -> None:
    touching = [
        place(path, node)
        for path in python_files(PACKAGE)
        if not any(path.is_relative_to(room) for room in NETWORK_ROOMS + REST_OF_ROOMS)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom) and NETWORK.intersection(imported_modules(node))
    ]
    assert not touching, "\n".join(touching)


def test_every_module_starts_with_its_convention() -> None:
    silent = [place(path) for path in python_files(PACKAGE) if not ast.get_docstring(tree_of(path))]
    assert not silent, "\n".join(silent)


def test_every_public_function_says_what_it_is_for_and_is_typed() -> None:
    found = []
    for path in python_files(PACKAGE):
        for node in tree_of(path).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if not ast.get_docstring(node) or node.returns is None or any(argument.annotation is None for argument in arguments):
                    found.append(f"{place(path, node)} {node.name}")
    assert not found, "\n".join(found)


def test_names_of_test_files_are_unique() -> None:
    counted = Counter(path.name for path in python_files(TESTS) if path.name.startswith("test_"))
    assert not [name for name, count in counted.items() if count > 1]


def test_names_of_tests_are_unique_in_their_file() -> None:
    doubled = [
        f"{place(path)} {name}"
        for path in python_files(TESTS)
        for name, count in Counter(node.name for node in functions_of(path) if node.name.startswith("test_")).items()
        if count > 1
    ]
    assert not doubled, "\n".join(doubled)
