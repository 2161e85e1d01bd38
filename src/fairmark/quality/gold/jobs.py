"""Scores people anew when what is known of an item has changed."""

from typing import Any
from uuid import UUID

from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import GoldId, OrgId
from fairmark.quality.gold import scoring
from fairmark.quality.gold.service import SCORE


async def rescore(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Holds everything that was said about one gold item against its answer as it is now."""
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        await scoring.score(tx, [GoldId(UUID(args["gold_id"]))], anew=True)


JOBS = {SCORE: rescore}
