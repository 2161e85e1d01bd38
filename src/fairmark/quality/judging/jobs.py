"""The job that fits a project's judges anew, makes its figures, and looks for what a person should see."""

import asyncio
from typing import Any
from uuid import UUID

from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId, ProjectId
from fairmark.quality.gold import scoring
from fairmark.quality.gold import service as gold
from fairmark.quality.judging import loading, service, store
from fairmark.quality.judging.service import SETTLE


async def settle(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Reads, works it out beside the event loop, writes. What was judged meanwhile is judged again at the end."""
    await loading.ready(loading.SETTLING)
    from fairmark.quality.judging import books, window
    from fairmark.quality.judging.state import Book
    from fairmark.quality.reports import making

    project_id = ProjectId(UUID(args["project_id"]))
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        started = tx.now
        work = await window.load(tx, project_id)
        kept = await store.model(tx, project_id)
    if work is None:
        return
    error = books.read_project(kept["state"] if kept is not None else b"").error
    made = await asyncio.to_thread(making.made, work, error, started)
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        locked = await store.lock_models(tx, [project_id])
        again = await store.told_since(tx, project_id, started)
        settled = made.settled
        book = Book(settled.project, list(settled.judges), list(settled.judges.values()))
        await books.settled(tx, project_id, book, settled.told, locked[project_id]["seen"])
        await making.keep(tx, project_id, made)
        # People are known better now, and so is what their answers say about gold.
        await scoring.score(tx, await gold.answered(tx, project_id))
        if again:
            await service.judge(tx, dict.fromkeys(again, project_id), again=True)


JOBS = {SETTLE: settle}
