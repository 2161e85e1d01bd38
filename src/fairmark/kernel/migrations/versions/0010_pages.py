"""Pages and frames that were cut out of a file know which, and where in it."""

from fairmark.kernel.migrate import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    run_sql("0010_pages.sql")
