"""Where and with what the figures were taken."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

PACKAGES = ("bokgi", "numpy", "numba", "polars", "pyarrow", "pandas", "vectorbt", "backtesting")


def machine_lines() -> list[str]:
    """Date, machine and versions, a line of Markdown each."""
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return [
        f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        f"- Machine: {processor_name()}, {os.cpu_count()} cores, {memory_gb():.0f} GB, {platform.system()}",
        f"- Load when the command began: {os.getloadavg()[0]:.1f} processes in the last minute (other work slows all candidates)",
        f"- Versions: Python {platform.python_version()}, {versions}",
    ]


def processor_name() -> str:
    """As the system calls it."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text(encoding="utf-8").splitlines() if facts.exists() else []
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()


def memory_gb() -> float:
    """Memory of the machine."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
