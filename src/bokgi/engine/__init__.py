"""Simulate plans on panels."""
