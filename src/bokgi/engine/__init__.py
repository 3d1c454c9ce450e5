"""Simulate plans on panels.

`simulate` (compiled) and the plain reference give the same numbers bit for bit; docs/semantics.md binds both.
"""

from bokgi.config.compile_cache import prepare

prepare()  # Numba reads its cache folder on import: this must come before the first kernel.
