"""Database rows: runs, selections, saved strategies, feedback and heartbeats, in SQLite or PostgreSQL."""
