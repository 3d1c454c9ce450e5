"""Rows laid out in grids in groups and threads: nothing depends on how they were cut."""

import numpy as np
import pytest

from bokgi.bars import grids
from bokgi.bars.grids import in_threads, write_cells
from bokgi.market.ticks import NO_LADDER, UNKNOWN_LADDER, ladder_table, ladder_ticks


@pytest.mark.parametrize("group_rows", [1, 7, 1_000])
def test_cells_are_written_whatever_the_size_of_a_group(group_rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grids, "GROUP_ROWS", group_rows)
    offsets = np.array([0, 3, 3, 10, 11])
    session = np.array([0, 2, 2, 0, 1, 2, 3, 4, 5, 6, 1], dtype=np.int32)
    known = np.array([True, True, True, True, False, True, True, True, True, True, True])
    values, grid = np.arange(11.0), np.full((4, 7), np.nan)
    write_cells(grid, offsets, session, values, known)
    expected = np.full((4, 7), np.nan)
    for instrument in range(4):
        for row in range(offsets[instrument], offsets[instrument + 1]):
            if known[row]:
                expected[instrument, session[row]] = values[row]
    np.testing.assert_array_equal(grid, expected)
    assert grid[0, 2] == 2.0  # of two rows of one session the later


def test_the_first_error_of_a_thread_is_raised() -> None:
    def fail(item: int) -> None:
        if item == 3:
            raise ValueError(item)

    with pytest.raises(ValueError, match="3"):
        in_threads(fail, range(5))


def test_ladders_by_session_give_the_ticks_of_ladders_by_cell() -> None:
    """Both ways of looking up, on bounds, beside them, and where a price has no tick."""
    table = ladder_table()
    count = len(table.names)
    ladder = np.array([NO_LADDER, *range(count), UNKNOWN_LADDER, *range(count), 0, 0], dtype=np.int32)
    bounds = np.unique(table.bounds[np.isfinite(table.bounds)])
    prices = np.concatenate((bounds, bounds - 1, bounds + 1, [0.0, -5.0, np.nan, np.inf, -np.inf, 1e12]))
    grid = np.tile(prices[:, None], (1, len(ladder)))
    np.testing.assert_array_equal(ladder_ticks(grid, ladder), ladder_ticks(grid, np.tile(ladder, (len(grid), 1))))
    np.testing.assert_array_equal(ladder_ticks(grid[3], ladder), ladder_ticks(grid[3:4], ladder[None, :])[0])
