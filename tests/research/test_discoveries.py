"""Benjamini and Hochberg's procedure, on their own example."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bokgi.research.discoveries import adjusted_p_values, discoveries

# Benjamini and Hochberg (1995), section 4.1: fifteen endpoints of a trial of thrombolysis; four count at 0.05.
PAPER = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000]


def test_four_of_the_fifteen_endpoints_of_the_paper_count() -> None:
    assert discoveries(np.array(PAPER), 0.05).tolist() == [True] * 4 + [False] * 11
    shuffled = np.random.default_rng(0).permutation(15)
    assert discoveries(np.array(PAPER)[shuffled], 0.05).tolist() == [place < 4 for place in shuffled]


def test_a_test_that_was_not_made_neither_counts_nor_weighs() -> None:
    values = np.array([*PAPER, np.nan, np.nan])
    assert adjusted_p_values(values)[:15].tolist() == adjusted_p_values(np.array(PAPER)).tolist()
    assert np.isnan(adjusted_p_values(values)[15:]).all()
    assert not discoveries(values)[15:].any()


@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=30), st.sampled_from([0.05, 0.1, 0.2]))
def test_what_counts_is_everything_up_to_the_last_value_below_the_line(values: list[float], share: float) -> None:
    ranked = sorted(values)
    below = [value for place, value in enumerate(ranked, 1) if value * len(values) / place <= share]
    limit = max(below, default=-1.0)
    assert discoveries(np.array(values), share).tolist() == [value <= limit for value in values]


def test_a_single_stock_counts_at_ten_percent() -> None:
    assert adjusted_p_values(np.array([0.1])) == pytest.approx([0.1])
    assert discoveries(np.array([0.1])).tolist() == [True]
    assert discoveries(np.array([0.1001])).tolist() == [False]
