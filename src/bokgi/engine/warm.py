"""Steps of kernels compiled ahead, for a process that compiles beside another.

Convention: this decides nothing. A kernel that finds a step in the compile cache takes it from there; one that does not compiles it.
"""

from typing import Any

import numba

from bokgi.engine.kernel_layout import ACCOUNT, BAR, DAY, DESK, LADDER, RULES, WISH
from bokgi.engine.kernel_steps import end_bar, inside_sale


def compile_late_steps() -> None:
    """Compile what `walk_accounts` comes to last; together it is a third of that kernel's time."""
    bar, day, ladder, rules, wish, desk, account = (numba.from_dtype(layout) for layout in (BAR, DAY, LADDER, RULES, WISH, DESK, ACCOUNT))
    late: list[tuple[Any, tuple[Any, ...]]] = [
        (inside_sale, (bar, day, ladder, rules, wish, desk, account)),
        (end_bar, (bar, day, rules, wish, desk, account)),
    ]
    for step, types in late:
        step.compile(types)
