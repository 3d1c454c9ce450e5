"""Changes of the tables, one file a step, run by Alembic from inside the package."""
