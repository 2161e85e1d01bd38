"""Quality: gold, checks, cases, what is known of judges, and the figures made from it."""

from fairmark.kernel.migrate import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_sql("0002_quality.sql")
