"""Sources of bars that are asked over the network, one file each behind one protocol (`port.py`).

Convention: every package that talks to a provider is an optional extra and is imported when it is first asked. Nothing but this package
touches the network for data, and a source that fails raises an error; it never gives other data instead.
"""
