"""The only file that runs this package's statements: rows in, model out."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fairmark.assets.model import Problem
from fairmark.assets.store import Content
from fairmark.kernel import json, sql
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import AssetId

q = sql.load(__file__)


class Claimed(NamedTuple):
    """An asset to fetch. tries: this one included."""

    id: AssetId
    source: str
    name: str
    tries: int


class Ready(NamedTuple):
    """What a fetched asset turned out to be. same_as: who held these bytes before. probe: JSON.

    content: the bytes, where nobody held them.
    """

    id: AssetId
    sha256: bytes
    same_as: AssetId | None
    media_type: str
    size: int
    width: int | None
    height: int | None
    probe: str
    content: Content | None = None


class Failed(NamedTuple):
    """Why an asset was not fetched, and when to try again; None: never."""

    id: AssetId
    fault: Problem
    fetch_after: datetime | None


async def claim(tx: Tx, lease_until: datetime, limit: int) -> list[Claimed]:
    rows = await tx.all(q.claim_pending, org_id=tx.org_id, now=tx.now, lease_until=lease_until, limit=limit)
    return [Claimed(*row) for row in rows]


async def next_due(tx: Tx) -> datetime | None:
    return await tx.value(q.next_due, org_id=tx.org_id)


async def settle_ready(tx: Tx, ready: Sequence[Ready]) -> list[AssetId]:
    """Returns the assets that were still pending."""
    rows = await tx.all(
        q.settle_ready,
        org_id=tx.org_id,
        ids=[each.id for each in ready],
        sha256s=[each.sha256 for each in ready],
        same_as=[each.same_as for each in ready],
        media_types=[each.media_type for each in ready],
        bytes=[each.size for each in ready],
        widths=[each.width for each in ready],
        heights=[each.height for each in ready],
        probes=[each.probe for each in ready],
    )
    return [row[0] for row in rows]


async def settle_failed(tx: Tx, failed: Sequence[Failed]) -> list[AssetId]:
    """Returns the assets that have failed for good."""
    rows = await tx.all(
        q.settle_failed,
        org_id=tx.org_id,
        ids=[each.id for each in failed],
        faults=[json.encode(each.fault) for each in failed],
        fetch_afters=[each.fetch_after for each in failed],
    )
    return [row["id"] for row in rows if row["state"] == "failed"]
