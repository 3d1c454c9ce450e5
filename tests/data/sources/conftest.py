"""Nothing that a package remembers of one test reaches the next, and none of it is written into a person's own folders."""

from pathlib import Path

import pytest


@pytest.fixture
def fresh_yahoo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`yfinance` without the cookies and the session of another test."""
    yfinance = pytest.importorskip("yfinance", reason="the package yfinance is not installed")
    yfinance.set_tz_cache_location(str(tmp_path / "yfinance"))
    from yfinance.data import SingletonMeta

    monkeypatch.setattr(SingletonMeta, "_instances", {})
