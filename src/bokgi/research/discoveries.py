"""Which of many p-values may count when a share of wrong ones is allowed among those that count.

References
----------
Benjamini and Hochberg, "Controlling the False Discovery Rate", Journal of the Royal Statistical Society B 57 (1995).
"""

import numpy as np

from bokgi.units import BoolArray, FloatArray

FALSE_DISCOVERIES = 0.10
"""Allowed share, over the stocks of a search."""


def discoveries(p_values: FloatArray, share: float = FALSE_DISCOVERIES) -> BoolArray:
    """bool[test], which count at this allowed share of wrong ones.

    p_values : float64[test]; NaN is a test that was not made: it neither counts nor makes the others harder
    """
    return adjusted_p_values(p_values) <= share


def adjusted_p_values(p_values: FloatArray) -> FloatArray:
    """float64[test], the smallest allowed share at which each would count: min over j >= i of p_(j) m / j; NaN stays NaN."""
    adjusted = np.full(len(p_values), np.nan)
    made = np.flatnonzero(~np.isnan(p_values))
    order = made[np.argsort(p_values[made], kind="stable")]
    scaled = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
