"""Plateau or spike."""

import numpy as np
import pytest

from bokgi.research.plateau import Shape, surroundings


def test_a_lonely_summit_is_a_spike() -> None:
    grid = np.zeros((9, 9))
    grid[4, 6] = 0.2
    found = surroundings(grid)
    assert found is not None
    assert (found.shape, found.place, found.best) == (Shape.SPIKE, (4, 6), 0.2)
    assert found.neighbours == pytest.approx(0.0, abs=1e-17)
    assert found.reach == ((4, 4), (6, 6))


def test_a_broad_summit_is_a_plateau_and_says_how_far_it_reaches() -> None:
    rows, columns = np.mgrid[0:9, 0:12]
    grid = 0.2 - 0.02 * np.abs(rows - 3) - 0.01 * np.abs(columns - 5)
    found = surroundings(grid)
    assert found is not None
    assert (found.shape, found.place) == (Shape.PLATEAU, (3, 5))
    window = grid[1:6, 3:8]
    assert found.neighbours == pytest.approx((window.sum() - 0.2) / 24)
    assert found.kept == pytest.approx((window.sum() - 0.2) / 24 / 0.2)
    assert found.reach == ((0, 8), (0, 11))


def test_pairs_that_do_not_exist_are_no_neighbours() -> None:
    grid = np.full((5, 5), np.nan)
    grid[0, 3], grid[0, 4], grid[1, 4] = 0.1, 0.08, 0.04
    found = surroundings(grid)
    assert found is not None
    assert found.neighbours == pytest.approx(0.06)
    assert found.reach == ((0, 0), (3, 4))


def test_a_search_without_profit_has_no_summit_to_judge() -> None:
    found = surroundings(np.array([-0.3, -0.1, -0.2]))
    assert found is not None
    assert (found.shape, found.place, found.kept) == (Shape.NO_PROFIT, (1,), None)
    assert found.reach == ((1, 1),)


def test_a_single_trial_stands_alone_and_an_empty_grid_says_nothing() -> None:
    alone = surroundings(np.array([[np.nan, 0.1]]))
    assert alone is not None
    assert (alone.shape, alone.neighbours, alone.kept) == (Shape.ALONE, None, None)
    assert surroundings(np.full((2, 2), np.nan)) is None


def test_grids_of_three_parameters_are_judged_alike() -> None:
    grid = np.full((3, 4, 5), 0.1)
    grid[1, 2, 3] = 0.11
    found = surroundings(grid, radius=1)
    assert found is not None
    assert (found.shape, found.place) == (Shape.PLATEAU, (1, 2, 3))
    assert found.kept == pytest.approx(0.1 / 0.11)
    assert found.reach == ((0, 2), (0, 3), (0, 4))
