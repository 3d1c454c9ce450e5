"""Names in the host folder of `bokgi release`."""

EVIDENCE = "evidence"
"""Holds a folder of evidence for each release."""
PUBLIC_KEY = "keys/release.pub"
"""Checks the seals; its owner keeps the private one beside it."""
