"""Every test can fail."""

import ast

import pytest

from tests.architecture.source_tree import TESTS, Function, functions_of, place, python_files

CHECKING_CALLS = {"raises", "warns", "fail", "deprecated_call"}
CHECKING_PREFIXES = ("assert_", "check_", "agree", "expect_")


def can_fail(function: Function, helpers: dict[str, Function], seen: frozenset[str] = frozenset()) -> bool:
    """Whether a test asserts, expects an error, or calls something of its file (or by its name) that does."""
    for node in ast.walk(function):
        if isinstance(node, ast.Assert):
            return True
        if isinstance(node, ast.Call):
            name = called_name(node)
            if is_expectation(node):
                return True
            if name in CHECKING_CALLS or name.startswith(CHECKING_PREFIXES):
                return True
            if name in helpers and name not in seen and can_fail(helpers[name], helpers, seen | {name}):
                return True
    return False


def is_expectation(call: ast.Call) -> bool:
    """`expect(locator).to_have_text(...)`: how the browser's tests assert; `expect(locator)` alone checks nothing."""
    asked = call.func
    if not isinstance(asked, ast.Attribute) or not isinstance(asked.value, ast.Call):
        return False
    return called_name(asked.value) == "expect" and asked.attr.startswith(("to_", "not_to_"))


def called_name(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def is_constant_assert(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) and isinstance(node.test, ast.Constant)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("assert 1 == 2", True),
        ("with pytest.raises(ValueError): f()", True),
        ("np.testing.assert_array_equal(a, b)", True),
        ("expect(page).to_have_text('one')", True),
        ("expect(page).not_to_have_text('one')", True),
        ("expect(page)", False),
        ("f()", False),
        ("pass", False),
    ],
)
def test_an_empty_test_is_recognised(body: str, expected: bool) -> None:
    function = ast.parse(f"def test_it():\n    {body}").body[0]
    assert isinstance(function, ast.FunctionDef)
    assert can_fail(function, {}) is expected


def test_every_test_asserts_something() -> None:
    empty = []
    for path in python_files(TESTS):
        functions = {function.name: function for function in functions_of(path)}
        tests = [function for name, function in functions.items() if name.startswith("test_")]
        empty += [f"{place(path, test)} {test.name}" for test in tests if not can_fail(test, functions)]
    assert not empty, "\n".join(empty)


def test_no_assertion_is_a_constant() -> None:
    constant = [
        f"{place(path, function)} {function.name}"
        for path in python_files(TESTS)
        for function in functions_of(path)
        if any(is_constant_assert(node) for node in ast.walk(function))
    ]
    assert not constant, "\n".join(constant)


def test_names_of_tests_are_sentences() -> None:
    short = [
        f"{place(path, function)} {function.name}"
        for path in python_files(TESTS)
        for function in functions_of(path)
        if function.name.startswith("test_") and function.name.count("_") < 3
    ]
    assert not short, "\n".join(short)
