"""How many sessions allow which statement.

Figures of noise are for independent sessions; real sessions cluster, so 60 is a floor and no comfort.
"""

from enum import StrEnum

SESSIONS_FOR_INDICATION = 20
SESSIONS_FOR_VERDICT = 60
_BLOCKS = ((250, 16), (120, 12), (SESSIONS_FOR_VERDICT, 10))


class DataDepth(StrEnum):
    """What the number of sessions allows."""

    PICTURE = "picture"
    """Under 20: the picture, and nothing about belief."""
    INDICATION = "indication"
    """20 to 59: walk-forward and reality check as an indication; still not enough data."""
    VERDICT = "verdict"
    """From 60."""


def data_depth(sessions: int) -> DataDepth:
    """What may be said after so many sessions."""
    if sessions < SESSIONS_FOR_INDICATION:
        return DataDepth.PICTURE
    return DataDepth.INDICATION if sessions < SESSIONS_FOR_VERDICT else DataDepth.VERDICT


def validation_blocks(sessions: int) -> int | None:
    """Blocks of the cross-validation: 10 from 60 sessions, 12 from 120, 16 from 250; None below."""
    return next((blocks for least, blocks in _BLOCKS if sessions >= least), None)
