"""How kernels are compiled: one decorator for those that Python calls, one for the steps that only kernels call.

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

# Unpacking some forty arrays for a call from Python took half of the time of compiling; a step is never called from there.
_STEP_OPTIONS: dict[str, Any] = {**_OPTIONS, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def kernel_njit(function: Kernel) -> Kernel:
    """Compile on the first call, or load what was compiled before."""
    compiled: Kernel = numba.njit(**_OPTIONS)(function)
    return compiled


def step_njit(function: Kernel) -> Kernel:
    """Compile with the kernel that calls it. It cannot be called from Python."""
    compiled: Kernel = numba.njit(**_STEP_OPTIONS)(function)
    return compiled


def lanes_njit(function: Kernel) -> Kernel:
    """As `step_njit`, for loops over numbers side by side: a division by zero gives infinity or NaN, as NumPy's does.

    Raising for it would need a branch in every division, and loops with branches become no vector code.
    """
    compiled: Kernel = numba.njit(error_model="numpy", **_STEP_OPTIONS)(function)
    return compiled
