"""Later work of this package: imports, fetches, and what keeps both tidy."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from fairmark.assets import staging
from fairmark.assets.fetching import service as fetching
from fairmark.assets.imports import service as imports
from fairmark.assets.model import FETCH_JOB
from fairmark.assets.tiles import service as tiles
from fairmark.assets.tiles.model import JOB as TILES_JOB
from fairmark.assets.uploads import service as uploads
from fairmark.kernel import clock, events, jobs
from fairmark.kernel.http import Site
from fairmark.kernel.ids import ImportId, OrgId

SWEEP_S = 300

_fetching: dict[OrgId, bool] = {}
"""Organisations that this process fetches for now, and whether more has come in meanwhile."""


async def run_import(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Works on one import until it ends."""
    await imports.run(site, org_id, ImportId(UUID(args["import_id"])))


async def fetch(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Fetches what is pending. One run per organisation and process: a second tells the first to look again."""
    if org_id in _fetching:
        _fetching[org_id] = True
        return
    try:
        due = None
        _fetching[org_id] = True
        while _fetching[org_id]:
            _fetching[org_id] = False
            due = await fetching.fetch_pending(site, org_id)
    finally:
        del _fetching[org_id]
    if due is not None:
        async with site.db.begin(org_id, actor=events.SYSTEM) as tx:
            await jobs.enqueue(tx, FETCH_JOB, after=max(timedelta(0), due - clock.now()), key="fetch-later")


async def cut_tiles(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Cuts one image into tiles."""
    await tiles.run(site, org_id, bytes.fromhex(args["sha256"]))


async def sweep(site: Site) -> None:
    """Ends uploads that were left alone, gives stalled imports and fetches new jobs, removes forgotten files."""
    staging.sweep(site.settings)
    for org_id in await events.all_orgs(site.db):
        await uploads.drop_stale(site, org_id)
        await imports.revive(site, org_id)
        await fetching.revive(site, org_id)


JOBS = {imports.JOB: run_import, FETCH_JOB: fetch, TILES_JOB: cut_tiles}
PERIODIC = [("assets.sweep", SWEEP_S, sweep)]
