"""Samples for review."""

from fairmark.kernel.migrate import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    run_sql("0014_review_samples.sql")
