"""Fixtures that tests of every part share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

CHECKOUT = Path(__file__).parent.parent

# The first example of a generated test may compile a kernel, so no example has a deadline.
settings.register_profile("compiling", deadline=None)
settings.load_profile("compiling")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real market data: `$BOKGI_SHARED/data`, or `shared/data` beside the checkout."""
    shared = Path(os.environ.get("BOKGI_SHARED") or CHECKOUT.parent / "shared")
    if not (shared / "data").is_dir():
        pytest.skip(f"The real market data are not there ({shared / 'data'}); set BOKGI_SHARED to the folder that holds 'data'.")
    return shared / "data"
