"""Lists of Scale's tasks by tag, by time of change and by audit, from indexes."""

from fairmark.kernel.migrate import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    run_sql("0008_scale_lists.sql")
