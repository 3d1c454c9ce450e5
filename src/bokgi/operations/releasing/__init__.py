"""The steps of a release, each with its gate and its evidence.

Convention: a step that is repeated after an interruption comes to the same end; what was reached is read from the evidence, what is true
now is asked of the holder and of the service.
"""
