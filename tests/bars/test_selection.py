"""Parts of panels."""

from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from bokgi.bars.frames import panel_from_frame
from bokgi.bars.panel import Panel
from bokgi.bars.selection import panel_between, panel_cut, panel_select
from bokgi.market.instruments import Instrument

DAYS = [datetime(2025, 10, 16), datetime(2025, 10, 17), datetime(2025, 10, 20)]  # noqa: DTZ001 (times without a zone are the subject)
MINUTES = [540, 545, 925, 930]


def whole() -> Panel:
    """Codes A, B, C; three sessions of four bars; the price tells code, session and bar."""
    rows = [(code, day, minute) for code in "ABC" for day in range(3) for minute in range(4)]
    price = [100.0 * "ABC".index(code) + 10 * day + minute + 1 for code, day, minute in rows]
    frame = pl.DataFrame(
        {
            "code": [row[0] for row in rows],
            "datetime": [DAYS[day] + timedelta(minutes=MINUTES[minute]) for _, day, minute in rows],
            **dict.fromkeys(("open", "high", "low", "close"), price),
            "volume": [1.0] * len(rows),
        }
    )
    panel = panel_from_frame(
        frame, instruments=[Instrument("A", delisted=date(2025, 10, 17)), Instrument("B", delisted=date(2025, 10, 20))]
    )
    panel.base_price[:] = np.arange(9.0).reshape(3, 3)
    return panel


def check_auctions(panel: Panel) -> None:
    """Every auction row is the bar whose open is the auction price."""
    has_row = panel.auction_row >= 0
    assert np.array_equal(panel.open[panel.auction_row[has_row]], panel.auction[has_row])


def test_chosen_instruments_come_in_the_order_asked_for() -> None:
    panel = panel_select(whole(), [2, 0])
    assert (panel.codes, panel.offsets.tolist()) == (("C", "A"), [0, 12, 24])
    assert panel.open[:2].tolist() == [201.0, 202.0]
    assert panel.base_price[:, 0].tolist() == [6.0, 0.0]
    check_auctions(panel)
    assert len(panel_select(whole(), [])) == 0


def test_chosen_sessions_are_inclusive() -> None:
    panel = panel_between(whole(), date(2025, 10, 17), date(2025, 10, 19))
    assert [day.item() for day in panel.sessions.day] == [date(2025, 10, 17)]
    assert (panel.open[:4].tolist(), panel.session.max()) == ([11.0, 12.0, 13.0, 14.0], 0)
    assert panel.base_price.tolist() == [[1.0], [4.0], [7.0]]
    check_auctions(panel)


def test_chosen_rows_take_their_auctions_with_them() -> None:
    full = whole()
    panel = panel_cut(full, keep=full.minute < 930)
    assert len(panel) == 27
    assert np.isnan(panel.auction).all()
    assert (panel.auction_row == -1).all()
    assert (len(full), len(panel_cut(full))) == (36, 36)


@given(session=st.integers(0, 2), bar=st.integers(0, 3), kept=st.booleans())
def test_a_cut_knows_nothing_of_later_bars(session: int, bar: int, kept: bool) -> None:
    full = whole()
    panel = panel_cut(full, until=(session, MINUTES[bar]), keep_sessions=kept)
    assert len(panel) == 3 * (4 * session + bar + 1)
    assert len(panel.sessions) == (3 if kept else session + 1)
    assert panel.open.max() == 200 + 10 * session + bar + 1
    last_auction = session if bar == 3 else session - 1
    assert np.isfinite(panel.auction).sum() == 3 * (last_auction + 1)
    assert np.isfinite(panel.base_price).sum() == 3 * (session + 1)
    today = full.sessions.day[session].item()
    assert all(found.delisted is None or found.delisted <= today for found in panel.instruments)
    check_auctions(panel)


def test_a_cut_keeps_an_auction_that_is_no_bar_only_from_the_close_on() -> None:
    full = whole()
    events = panel_cut(full, keep=full.minute < 930)
    events.auction[:] = 7.0
    assert np.isfinite(panel_cut(events, until=(1, 925)).auction).sum() == 3
    assert np.isfinite(panel_cut(events, until=(1, 930)).auction).sum() == 6
