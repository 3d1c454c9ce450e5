"""Durable work: what is queued is carried out, also when processes die. The engine behind the port is DBOS."""
