"""One process that speaks Korean, for the tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.cli.korean_terminal import KoreanTerminal, korean_terminal


@pytest.fixture(scope="session")
def korean() -> Iterator[KoreanTerminal]:
    """A process whose locale is Korean, for as many command lines as one likes."""
    with korean_terminal(LANG="ko_KR.UTF-8") as terminal:
        yield terminal
