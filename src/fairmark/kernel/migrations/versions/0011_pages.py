"""Pages and frames that were cut out of a file know which, and where in it."""

from fairmark.kernel.migrate import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    run_sql("0011_pages.sql")
