"""Later work: deliveries from events, one attempt each, exports, and clearing away what is past its time."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from prometheus_client import Counter

from fairmark.assets.fetching.rules import parse_networks
from fairmark.delivery import attempts, exporting, rules, sending, service, store
from fairmark.identity.events import OrganisationReopened
from fairmark.kernel import clock, events, jobs
from fairmark.kernel.db import Tx
from fairmark.kernel.events import SYSTEM, Reader, StoredEvent
from fairmark.kernel.http import Site
from fairmark.kernel.ids import DeliveryId, ExportId, OrgId
from fairmark.kernel.telemetry import REGISTRY, log

logger = log("delivery")

SWEEP_EVERY_S = 3600
REOPENED = events.type_of(OrganisationReopened)
ATTEMPTS = Counter("fairmark_webhook_attempts", "Attempts to deliver to webhooks.", ["outcome"], registry=REGISTRY)


async def on_events(tx: Tx, happened: Sequence[StoredEvent]) -> None:
    """Makes a delivery for each webhook that wants an event; where an organisation is open again, goes on with those
    that waited for it."""
    await attempts.make_deliveries(tx, happened)
    if any(event.type == REOPENED for event in happened):
        await attempts.wake(tx)


async def send(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """One attempt at a delivery. Killed in the middle, it is made again: the delivery's id tells the receiver."""
    delivery_id, attempt = DeliveryId(args["delivery_id"]), int(args["attempt"])
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        taken = await attempts.take(tx, delivery_id, attempt, bool(args.get("force")))
    if taken is None:
        return
    parcel, target = taken
    body = parcel.body.encode()
    answer = await sending.post(
        parcel.url or target.webhook.url,
        body,
        sending.headers_of(parcel.delivery, body, target.secrets, clock.now(), target.secret_header),
        allow=parse_networks(site.settings.fetch_allow),
    )
    ATTEMPTS.labels(f"{answer.status // 100}xx" if answer.status else "no_answer").inc()
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        await attempts.record(tx, delivery_id, attempt, answer)


async def export(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Writes an export."""
    await exporting.run(site, org_id, ExportId(args["export_id"]))


async def sweep(site: Site) -> None:
    """Removes the files of old exports, old lines of the webhooks' logs, and what old jobs left behind."""
    await jobs.clear_log(site.db)
    for org_id in await events.all_orgs(site.db):
        async with site.db.begin(org_id, actor=SYSTEM) as tx:
            old = await store.old_exports(tx, tx.now - timedelta(days=rules.KEPT_DAYS))
            await store.forget_deliveries(tx, tx.now - timedelta(days=rules.DELIVERIES_KEPT_DAYS))
        for each in old:
            await site.blobs.delete(
                each.blob
            )  # first the file: a row without one is fine, a file without a row is lost
            async with site.db.begin(org_id, actor=SYSTEM) as tx:
                await store.forget_blob(tx, each.id)
        if old:
            logger.info("exports_removed", org_id=str(org_id), exports=len(old))


SEND = attempts.SEND
READER = Reader("delivery.webhooks", None, on_events)
JOBS = {SEND: send, service.EXPORT: export}
PERIODIC = ("clear deliveries and exports", SWEEP_EVERY_S, sweep)
