"""Judge a simulation: figures from equity and trades, each defined once. Undefined is None, never 0, 10 or infinity."""
