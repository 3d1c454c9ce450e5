"""Functions and files stay small enough to be read at once."""

from tests.architecture.source_tree import PACKAGE, ROOT, TESTS, functions_of, place, python_files

LINES_OF_A_FUNCTION = 70
LINES_OF_A_FILE = 500


def test_no_function_is_longer_than_a_screen() -> None:
    long = [
        f"{place(path, function)} {function.name}: {length} lines"
        for path in python_files(PACKAGE, TESTS, ROOT / "benchmarks", ROOT / "tools")
        for function in functions_of(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LINES_OF_A_FUNCTION
    ]
    assert not long, "\n".join(long)


def test_no_file_is_longer_than_a_person_can_hold_in_mind() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(PACKAGE, TESTS, ROOT / "benchmarks")}
    long = [f"{place(path)}: {length} lines" for path, length in lengths.items() if length > LINES_OF_A_FILE]
    assert not long, "\n".join(long)
