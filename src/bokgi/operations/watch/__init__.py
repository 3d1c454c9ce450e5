"""Watching a release: samples at fixed times, each recorded whole and judged at once.

Convention: what cannot be measured is None and never passes. The one that measures is a process of its own beside the service.
"""

from bokgi.operations.judge import Judgement as Verdict
from bokgi.operations.watch.subject import Subject
from bokgi.operations.watch.watching import watch

__all__ = ["Subject", "Verdict", "watch"]
