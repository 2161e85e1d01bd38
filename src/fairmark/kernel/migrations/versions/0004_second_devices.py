"""Drafts on several devices, keys of reviews, and marks of questions."""

from fairmark.kernel.migrate import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_sql("0004_second_devices.sql")
