"""The images of an item, for every page that shows one."""

from fairmark.kernel.migrate import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    run_sql("0013_item_images.sql")
