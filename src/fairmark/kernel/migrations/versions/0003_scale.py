"""What the Scale-compatible API keeps beside fairmark's own tables: names, ids and parameters as it knows them."""

from fairmark.kernel.migrate import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_sql("0003_scale.sql")
