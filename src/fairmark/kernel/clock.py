"""The time, always with its zone. Rules get the time as an argument; only borders ask for it here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)
