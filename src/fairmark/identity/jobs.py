"""Housekeeping: what nobody can use any more goes."""

from datetime import timedelta
from typing import Final

from fairmark.identity import store
from fairmark.kernel.http import Site

KEEP: Final = timedelta(days=7)


async def sweep(site: Site) -> None:
    """Deletes sessions that ended, and one-time links and try counters that ended KEEP ago."""
    async with site.db.begin() as tx:
        await store.sweep(tx, KEEP)
