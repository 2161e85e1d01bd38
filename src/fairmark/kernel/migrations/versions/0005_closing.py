"""People who are kept out, and organisations that are over."""

from fairmark.kernel.migrate import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_sql("0005_closing.sql")
