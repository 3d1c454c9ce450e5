"""Overnight against intraday: computed by hand on a few bars."""

from datetime import date
from pathlib import Path

import pytest

from bokgi.bars.interval import Interval
from bokgi.data.demo import write_demo
from bokgi.data.store import Store
from bokgi.metrics.session_moves import session_moves
from tests.data.store_cases import Row, bars_of, incoming_of

DAYS = (date(2025, 10, 16), date(2025, 10, 17), date(2025, 10, 20))


def test_nights_and_sessions_are_compounded_apart(tmp_path: Path) -> None:
    rows: list[Row] = []
    for day, (opened, closed) in zip(DAYS, ((1_000, 1_100), (1_200, 1_150), (1_150, 1_300)), strict=True):
        rows.append(("005930", day, 540, opened, max(opened, closed), min(opened, closed), opened, 10.0, None))
        rows.append(("005930", day, 545, opened, max(opened, closed), min(opened, closed), closed, 10.0, None))
    store = Store(tmp_path)
    store.write(incoming_of(bars_of(rows), Interval(5)))
    (moves,) = session_moves(store.read_panel(["005930"], Interval(5)))
    assert (moves.code, moves.sessions) == ("005930", 3)
    assert moves.overnight_return == pytest.approx(1_200 / 1_100 * 1_150 / 1_150 - 1, rel=1e-12)
    assert moves.intraday_return == pytest.approx(1_100 / 1_000 * 1_150 / 1_200 * 1_300 / 1_150 - 1, rel=1e-12)


def test_a_stock_that_was_traded_in_one_session_has_no_night(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(incoming_of(bars_of([("005930", DAYS[0], 540, 1_000, 1_100, 1_000, 1_100, 10.0, None)]), Interval(5)))
    (moves,) = session_moves(store.read_panel(["005930"], Interval(5)))
    assert moves.overnight_return is None
    assert moves.intraday_return == pytest.approx(0.1)


def test_stocks_of_one_group_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each stock's moves are those that it has alone, whatever lies beside it and however the rows are cut."""
    write_demo(Store(tmp_path), instruments=7, sessions=5)
    store = Store(tmp_path)
    (interval,) = (each for each in store.intervals() if not each.is_daily)
    alone = tuple(session_moves(store.read_panel([code], interval))[0] for code in store.series(interval))
    for group_rows in (1, 1_000, 100_000):
        monkeypatch.setattr("bokgi.metrics.session_moves.GROUP_ROWS", group_rows)
        assert session_moves(store.read_panel(None, interval)) == alone
    assert len({moves.overnight_return for moves in alone}) == 7
