"""From settings to running things: databases, queue, services, logs, locks, and the worker process beside the service.

Convention: everything real is made here, once, and passed on. A process ends what it started, and what it could not end sees that it
has gone and ends by itself.
"""
