"""Signals, plans, exit and execution rules, fills, trades, reason codes."""
