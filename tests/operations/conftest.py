"""One real service for the tests of this folder that need one."""

from collections.abc import Iterator

import pytest

from tests.cli.service_process import ServiceProcess, serving


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceProcess]:
    """`bokgi serve` as a process of its own, healthy."""
    with serving(tmp_path_factory.mktemp("served") / "home") as service:
        service.wait_until_healthy()
        yield service
