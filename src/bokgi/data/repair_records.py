"""The record of one repair: which sessions of a series are multiplied by what, with before and after."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Repair:
    """Sessions `first` to `last`, both inclusive, `rows` in number.

    price_times, price_over : a repaired price is the price times the one, divided by the other; volume_times : the same of volumes
    before, after : the first session's close
    """

    code: str
    first: date
    last: date
    rows: int
    price_times: float
    price_over: float
    volume_times: float
    before: float
    after: float

    @property
    def factors(self) -> tuple[float, float, float]:
        """What prices are multiplied and divided by, and volumes multiplied by."""
        return self.price_times, self.price_over, self.volume_times

    @property
    def words(self) -> str:
        """`2023-03-15 close 20,205 -> 4,041 (all / 5, volume x 5)`"""
        factor = f"x {self.price_times:g}" if self.price_over == 1.0 else f"/ {self.price_over:g}"
        volume = "" if self.volume_times == 1.0 else f", volume x {self.volume_times:g}"
        return f"{self.first} close {self.before:,.10g} -> {self.after:,.10g} (all {factor}{volume})"
