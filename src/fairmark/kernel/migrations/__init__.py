"""Numbered SQL, forward only; Alembic keeps the count. See `fairmark.kernel.migrate`."""
