"""The length of a bar: a number of minutes, or one session."""

from dataclasses import dataclass

from bokgi.errors.bars import UnknownInterval

_DAILY_WORDS = ("1d", "d", "day", "daily")
ALLOWED_MINUTES = (1, 2, 3, 5, 10, 15, 30, 60)


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """`minutes` is 0 for daily bars. Written `1m`, `2m`, `5m` ... `60m`, `1d`."""

    minutes: int

    @property
    def is_daily(self) -> bool:
        return self.minutes == 0

    def __str__(self) -> str:
        return "1d" if self.is_daily else f"{self.minutes}m"

    @classmethod
    def from_text(cls, text: str) -> "Interval":
        """Read `5m` or `1d`.

        Raises
        ------
        UnknownInterval
            The text is no interval that bars can have.
        """
        word = text.strip().lower()
        if word in _DAILY_WORDS:
            return DAILY
        if word == "1h":
            return cls(60)
        number = word.removesuffix("m")
        if word.endswith("m") and number.isdecimal() and int(number) in ALLOWED_MINUTES:
            return cls(int(number))
        raise UnknownInterval(text, ALLOWED_MINUTES)


DAILY = Interval(0)
