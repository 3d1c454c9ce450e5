"""How kernels are compiled: one decorator for all of them.

Kernels allocate nothing and own nothing; their callers keep all arrays alive. So they are compiled without Numba's
reference counting, whose atomic counts for every array of every call took three quarters of the time. They release the
interpreter's lock and are kept in the compile cache. No fast mathematics: results must agree with the plain reference bit
for bit.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# `_nrt` is an option of Numba that its type stubs do not list.
_OPTIONS: dict[str, Any] = {"nogil": True, "cache": True, "_nrt": False}


def kernel_njit(function: Kernel) -> Kernel:
    """Compile on the first call, or load what was compiled before."""
    compiled: Kernel = numba.njit(**_OPTIONS)(function)
    return compiled
