"""Search for the best parameters, and judge whether to believe an optimum.

What may be said about an optimum stands in `verdict.py`. Every probability here is one of the data given luck, never of luck given
the data.
"""

from bokgi.config.compile_cache import prepare

prepare()  # Numba reads its cache folder on import: this must come before the first kernel.
