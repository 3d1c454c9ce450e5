"""What kernels want to know of a panel's sessions before any walk."""

from bokgi.engine.compiling import kernel_njit
from bokgi.units import BoolArray, IntArray, ShortArray


@kernel_njit
def find_last_rows(
    session_row: IntArray,
    minute: ShortArray,
    traded: BoolArray,
    auction_row: IntArray,
    close_minute: ShortArray,
    last_traded: IntArray,
    last_regular: IntArray,
) -> None:
    """Write the last traded row of each instrument's session, and its last before the auction; -1 without one.

    session_row : int64[instrument, session + 1]; the other grids int64[instrument, session]; close_minute : int32[session]
    """
    instruments, sessions = last_traded.shape
    for index in range(instruments):
        for session in range(sessions):
            first = session_row[index, session]
            row = session_row[index, session + 1] - 1
            while row >= first and not traded[row]:
                row -= 1
            last_traded[index, session] = row if row >= first else -1
            while row >= first and (not traded[row] or minute[row] >= close_minute[session] or row == auction_row[index, session]):
                row -= 1
            last_regular[index, session] = row if row >= first else -1
