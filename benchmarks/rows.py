"""Rows of the table: what was measured, the aim, and by how much it is met or missed."""

from dataclasses import dataclass

from benchmarks.measuring import Timing

HEADING = "| Case | Bokgi | Compared with | Ratio | Aim | |\n| --- | --- | --- | --- | --- | --- |"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table, all in words."""

    case: str
    ours: str
    theirs: str = ""
    ratio: str = ""
    aim: str = ""
    verdict: str = ""

    def to_markdown(self) -> str:
        return f"| {self.case} | {self.ours} | {self.theirs} | {self.ratio} | {self.aim} | {self.verdict} |"


def faster_row(case: str, ours: Timing, peer: str, theirs: Timing, aim: float | None) -> Row:
    """A row for `times as fast`; the ratio is that of the medians."""
    ratio = theirs.median / ours.median
    words, verdict = ("", "") if aim is None else (f"{aim:,.0f} times", judged(ratio / aim))
    return Row(case, ours.words(), f"{peer} {theirs.words()}", f"{ratio:,.1f} times as fast", words, verdict)


def within_row(case: str, ours: Timing, peer: str, theirs: Timing, aim: float | None) -> Row:
    """A row for `at most so many times as long`; the ratio is that of the medians."""
    ratio = ours.median / theirs.median
    words, verdict = ("", "") if aim is None else (f"within {aim:,.1f} times", judged(aim / ratio))
    return Row(case, ours.words(), f"{peer} {theirs.words()}", f"{ratio:,.2f} times as long", words, verdict)


def below_row(case: str, measured: float, said: str, limit: float, limit_words: str) -> Row:
    """A row for `less than`; both numbers in the same unit."""
    return Row(case, said, aim=f"under {limit_words}", verdict=judged(limit / measured))


def judged(reached: float) -> str:
    """`met` or `missed`; 1 is the aim itself, more is better."""
    return f"met, {reached:,.2f} times the aim" if reached >= 1.0 else f"**missed**: {reached:.0%} of the aim"
