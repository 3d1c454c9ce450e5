"""Where Numba puts the compiled form of our kernels: by their place in the package, not by the folder that the package lies in.

Convention: the cache folder belongs to one state of all kernels (`compile_cache.py`), so two releases with the same kernels may share what
was compiled, wherever each was unpacked. Functions of others are left to Numba. Numba imports this by its name, from the environment.
"""

from pathlib import Path
from typing import Any

import numba
from numba.core.caching import UserProvidedCacheLocator

PACKAGE = Path(__file__).parents[1]


class KernelLocator(UserProvidedCacheLocator):
    """Numba's own locator, with one folder for a package wherever it lies."""

    def __init__(self, py_func: Any, py_file: str) -> None:  # noqa: ANN401  # as Numba calls it
        super().__init__(py_func, py_file)  # type: ignore[no-untyped-call]  # Numba comes without types
        root = Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]  # it is set when the environment is read
        self._cache_path = str(root / ".".join(Path(py_file).resolve().relative_to(PACKAGE).parent.parts))

    @classmethod
    def from_function(cls, py_func: Any, py_file: str) -> "KernelLocator | None":  # noqa: ANN401  # as Numba calls it
        """The locator of a function; None for one that is not ours."""
        if not Path(py_file).resolve().is_relative_to(PACKAGE):
            return None
        found: KernelLocator | None = super().from_function(py_func, py_file)  # type: ignore[no-untyped-call]  # as above
        return found
