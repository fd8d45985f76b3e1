"""The time, in one place so that tests can see where it is read."""

from datetime import UTC, datetime


def now() -> datetime:
    """The current moment in UTC, with its time zone."""
    return datetime.now(UTC)
