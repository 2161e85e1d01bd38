"""Who claims a turn is told which of its images are shown in tiles."""

from fairmark.kernel.migrate import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    run_sql("0012_claimed_tiles.sql")
