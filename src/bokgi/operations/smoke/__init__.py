"""The smoke test: the user's whole flow against one service, step by step, with every answer kept.

A flow is a readable file (`flow.py`); each step is judged from what was recorded and nothing else (`step_judge.py`), so that whoever
has the evidence can judge it again.
"""

from bokgi.operations.smoke.flow import Flow, default_flow, read_flow
from bokgi.operations.smoke.running import Target, run_smoke

__all__ = ["Flow", "Target", "default_flow", "read_flow", "run_smoke"]
