"""The one list of built-in strategies: name, class, words.

Names are those of docs/semantics.md and of the API; upper and lower case are the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bokgi.errors.strategies import StrategyUnknown
from bokgi.strategies import built_in
from bokgi.strategies.strategy import Strategy, parameter_schema


@dataclass(frozen=True, slots=True)
class Entry:
    """A strategy of the catalogue; the sentence that explains it stands on its class."""

    strategy: type[Strategy]
    korean: str
    english: str

    @property
    def name(self) -> str:
        return self.strategy.name

    def to_json(self) -> dict[str, object]:
        """For the API: words, help and the schema of the parameters."""
        return {
            "name": self.name,
            "words": {"ko": self.korean, "en": self.english},
            "help": {"ko": self.strategy.korean, "en": self.strategy.english},
            "parameters": parameter_schema(self.strategy),
        }


CATALOG: Mapping[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry(built_in.DailyTrading, "당일 매매", "Daily trading"),
        Entry(built_in.TrailingStop, "트레일링 스탑(이익보전)", "Trailing stop"),
        Entry(built_in.Average20Cross50, "이동평균 교차(20/50)", "Moving averages 20/50"),
        Entry(built_in.Average5Cross20, "이동평균 교차(5/20)", "Moving averages 5/20"),
        Entry(built_in.RelativeStrength, "RSI", "RSI"),
        Entry(built_in.MacdCross, "MACD", "MACD"),
        Entry(built_in.BuyAndHold, "단순 보유", "Buy and hold"),
    )
}
_BY_LOWER_NAME = {name.lower(): entry for name, entry in CATALOG.items()}


def entry_of(name: str) -> Entry:
    """The catalogue's entry.

    Raises
    ------
    StrategyUnknown
    """
    entry = _BY_LOWER_NAME.get(name.strip().lower())
    if entry is None:
        raise StrategyUnknown(name, CATALOG)
    return entry


def to_strategy(name: str, parameters: Mapping[str, object] | None = None) -> Strategy:
    """A built-in strategy with checked parameters.

    Raises
    ------
    StrategyUnknown, ParameterUnknown, ParameterWrong, ParametersContradict

    Examples
    --------
    >>> to_strategy("daily_trading", {"buy_time": "09:30"}).parameters()
    {'buy_time': '09:30', 'sell_time': '15:00'}
    """
    return entry_of(name).strategy(**(parameters or {}))
