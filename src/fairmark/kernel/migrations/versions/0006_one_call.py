"""Handing in and claiming the next in one call."""

from fairmark.kernel.migrate import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    run_sql("0006_one_call.sql")
