"""Identity, data, work, outcomes and events."""

from fairmark.kernel.migrate import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_sql("0001_foundation.sql")
