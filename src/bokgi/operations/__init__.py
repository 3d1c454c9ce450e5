"""Putting a release into service, watching it, and saying only what was recorded.

Everything that a report states is computed from an evidence log; nothing here takes a statement from a person for a fact.
"""
