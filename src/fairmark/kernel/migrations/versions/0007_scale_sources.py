"""Tasks of Scale that were copied here, with their ids there."""

from fairmark.kernel.migrate import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    run_sql("0007_scale_sources.sql")
