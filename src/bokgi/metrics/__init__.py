"""Judge a simulation."""
