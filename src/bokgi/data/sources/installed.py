"""Whether an optional package is there, without the seconds that importing it takes."""

from importlib.util import find_spec

from bokgi.errors.sources import SourceNotInstalled


def check_installed(source: str, module: str, package: str, extra: str) -> None:
    """Look for the module.

    Raises
    ------
    SourceNotInstalled
    """
    if find_spec(module) is None:
        raise SourceNotInstalled(source, package, extra)
