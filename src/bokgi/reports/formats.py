"""Numbers and instants as people read them.

Convention: rounding is to the nearest, halves away from zero, of the number's own decimal digits: 0.12345 is 12.35 %, as a calculator
that was given the printed digits would say. Nothing rounds to "-0".
"""

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any
from unicodedata import category

from bokgi.errors.base import Language

_UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_NO_LETTERS = "\ufffe\uffff"
_EIGHT_ZEROS, _FOUR_ZEROS = 100_000_000, 10_000


def to_row(row: object) -> dict[str, Any]:
    """The fields of a dataclass whose values hold no others: what `dataclasses.asdict` gives, without a deep copy of each value."""
    return {name: getattr(row, name) for name in row.__dataclass_fields__}  # type: ignore[attr-defined]  # a dataclass


def rounded(value: float, decimals: int) -> Decimal:
    """Round by decimal digits, halves away from zero; zero has no sign."""
    return _quantized(Decimal(repr(float(value))), decimals)


def _quantized(number: Decimal, decimals: int) -> Decimal:
    with localcontext(prec=400):  # every float has room before and after the point
        cut = number.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return cut or abs(cut)


def percent(value: float | None, decimals: int = 2) -> str | None:
    """`0.4532` as `45.32%`; None stays None."""
    return None if value is None else f"{_quantized(Decimal(repr(float(value))).scaleb(2), decimals)}%"


def signed_percent(value: float | None, decimals: int = 2) -> str:
    """Percent with its sign for screens; a dash where undefined."""
    text = percent(value, decimals)
    if text is None or value is None:
        return "-"
    return f"+{text}" if value > 0.0 and text.strip("0.%") else text


def money(value: float | None, decimals: int = 0) -> str:
    """`1234567` as `1,234,567`; a dash where undefined."""
    return "-" if value is None else f"{rounded(value, decimals):,}"


def short_money(value: float, language: Language) -> str:
    """A few characters for the axis of a chart: `1,234만`, `1.2억`; `12.3M`."""
    size = abs(value)
    if language is Language.KOREAN:
        steps: tuple[tuple[float, str], ...] = ((1e12, "조"), (1e8, "억"), (1e4, "만"))
    else:
        steps = ((1e9, "B"), (1e6, "M"), (1e3, "K"))
    unit, word = next(((unit, word) for unit, word in steps if size >= unit), (1.0, ""))
    scaled = value / unit
    decimals = 0 if abs(scaled) >= 100 or scaled == int(scaled) else 1 if abs(scaled) >= 10 else 2
    text = f"{rounded(scaled, decimals):,}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) + word


def won_in_words(amount: float) -> str:
    """`123,450,000` as `1억 2,345만 원`; what is under 10,000 won is written out."""
    whole = int(rounded(abs(amount), 0))
    parts = [(whole // _EIGHT_ZEROS, "억"), (whole % _EIGHT_ZEROS // _FOUR_ZEROS, "만"), (whole % _FOUR_ZEROS, "")]
    words = " ".join(f"{number:,}{unit}" for number, unit in parts if number) or "0"
    return f"{'-' if amount < 0 and whole else ''}{words} 원"


def printable(text: str) -> str:
    """A text from outside as paper and screens can show it.

    Notes
    -----
    Control characters become spaces: XML cannot hold them. Marks that turn the direction of what follows are left out: a name must not
    be able to mirror the figures behind it. Files for programs keep the text as it is.
    """
    kept = (letter for letter in text if letter not in _TURNING)
    return "".join(" " if category(letter) in _UNPRINTABLE or letter in _NO_LETTERS else letter for letter in kept)


def shortened(name: str, columns: int = 22) -> str:
    """Cut a name to its columns; a Korean letter takes two."""
    taken = 0
    for index, letter in enumerate(name):
        taken += 2 if ord(letter) > 0x1100 else 1
        if taken > columns:
            return name[: max(index - 1, 1)] + "…"
    return name


def utc_text(at: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and Z."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def utc_text_of_micros(at: int) -> str:
    """The same of an instant in microseconds."""
    return utc_text(datetime.fromtimestamp(at // 1_000_000, UTC).replace(microsecond=at % 1_000_000))
