"""How far the tiles of large and deep images are."""

from fairmark.kernel.migrate import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    run_sql("0009_tile_packs.sql")
