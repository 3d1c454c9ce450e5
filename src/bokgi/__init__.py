"""Bokgi: backtesting of Korean stocks that cannot lie."""

__version__ = "0.1.0"
