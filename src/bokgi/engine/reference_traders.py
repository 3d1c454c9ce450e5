"""A trader: the rules of one plan for one instrument, asked phase by phase.

Convention: the engine calls the phases of each slot in the order of docs/semantics.md, 5: sales at the open, purchases at the
open, sales inside the bar and at its close, purchases at the close, decisions. Rows handed over are traded rows; an auction
that is no bar is announced by its session.
"""

from bokgi.engine.reference_desk import Desk


class Trader:
    """Does nothing in any phase; plans override what they need."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.tape = desk.tape
        self.index = desk.index

    def sell_at_open(self, row: int) -> None:
        """Sales at the open of a traded row (of an auction row, too)."""

    def buy_at_open(self, row: int) -> None:
        """Purchases at the open of a traded row (of an auction row, too)."""

    def sell_at_auction(self, session: int) -> None:
        """Sales at an auction that is no bar."""

    def buy_at_auction(self, session: int) -> None:
        """Purchases at an auction that is no bar."""

    def sell_inside(self, row: int) -> None:
        """Sales at levels inside the bar and at its close."""

    def buy_at_close(self, row: int) -> None:
        """Purchases at the close of a traded row."""

    def decide(self, row: int) -> None:
        """Decisions on the close of a traded row."""

    def is_waiting(self) -> bool:
        """Whether an order still waits after the last traded row (`pending_at_end`)."""
        return False
