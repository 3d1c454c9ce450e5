"""Decide: indicators, built-in strategies, the look-ahead check."""
