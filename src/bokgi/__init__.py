"""Bokgi: backtesting of Korean stocks that cannot lie.

The public names are loaded when they are first used (PEP 562): `import bokgi` alone costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bokgi.bars.frames import panel_from_frame
    from bokgi.bars.frames import panel_from_frame as bars_from_frame
    from bokgi.bars.panel import Panel
    from bokgi.orders.on_bar import BarContext
    from bokgi.orders.rules import ExitRules
    from bokgi.services.front_door import Result, backtest, demo_bars, load_bars
    from bokgi.strategies import indicators
    from bokgi.strategies.parameters import Parameter
    from bokgi.strategies.strategy import Signals, Strategy

__version__ = "0.1.0"

__all__ = [
    "BarContext",
    "ExitRules",
    "Panel",
    "Parameter",
    "Result",
    "Signals",
    "Strategy",
    "backtest",
    "bars_from_frame",
    "demo_bars",
    "indicators",
    "load_bars",
    "panel_from_frame",
]

_PLACES = {
    "BarContext": "bokgi.orders.on_bar:BarContext",
    "ExitRules": "bokgi.orders.rules:ExitRules",
    "Panel": "bokgi.bars.panel:Panel",
    "Parameter": "bokgi.strategies.parameters:Parameter",
    "Result": "bokgi.services.front_door:Result",
    "Signals": "bokgi.strategies.strategy:Signals",
    "Strategy": "bokgi.strategies.strategy:Strategy",
    "backtest": "bokgi.services.front_door:backtest",
    "bars_from_frame": "bokgi.bars.frames:panel_from_frame",
    "demo_bars": "bokgi.services.front_door:demo_bars",
    "indicators": "bokgi.strategies.indicators:",
    "load_bars": "bokgi.services.front_door:load_bars",
    "panel_from_frame": "bokgi.bars.frames:panel_from_frame",
}


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'bokgi' has no attribute {name!r}; there are {', '.join(__all__)}", name=name)
    module, _, attribute = _PLACES[name].partition(":")
    loaded = import_module(module)
    found: object = getattr(loaded, attribute) if attribute else loaded
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted([*globals(), *(name for name in __all__ if name not in globals())])
