"""The life of a delivery: made from an event, tried, written down, tried again."""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from fairmark.delivery import events, rules, store
from fairmark.delivery.model import DeliveryState, EventOut, Parcel, Target, Webhook
from fairmark.kernel import events as log
from fairmark.kernel import jobs, json
from fairmark.kernel.db import Tx
from fairmark.kernel.events import StoredEvent
from fairmark.kernel.ids import DeliveryId, new_id

SEND = "delivery.send"
RETRY_PRIORITY = -1
"""What failed before waits behind what is new."""


async def make_deliveries(tx: Tx, happened: Sequence[StoredEvent]) -> None:
    """One delivery for each webhook that wants an event, and a job for each. Runs in the reader's transaction."""
    webhooks = await store.active_webhooks(tx)
    if not webhooks:
        return
    project_ids = {event.project_id for event in happened if event.project_id is not None}
    modes = await store.project_modes(tx, list(project_ids))
    rows = [
        _new_delivery(tx, webhook, event)
        for event in happened
        for webhook in webhooks
        if rules.wants(webhook, event, rules.mode_of(event.project_id, modes))
    ]
    if rows:
        added = await store.insert_deliveries(tx, rows)
        await jobs.enqueue_all(tx, SEND, [args_of(delivery_id, 0) for delivery_id in added])


async def wake(tx: Tx) -> None:
    """Goes on with what waited while the organisation was closed."""
    woken = await store.wake_all_deliveries(tx)
    await jobs.enqueue_all(tx, SEND, [args_of(delivery_id, attempt) for delivery_id, attempt in woken])


async def take(tx: Tx, delivery_id: DeliveryId, attempt: int, force: bool) -> tuple[Parcel, Target] | None:
    """The delivery and its target if it is to be tried now; None if not, and then it is seen to.

    attempt: how many came before; a job that another one has overtaken has a smaller number, and does nothing.
    """
    parcel = await store.parcel(tx, delivery_id)
    if parcel is None or parcel.delivery.state is not DeliveryState.WAITING or parcel.delivery.attempts != attempt:
        return None
    target = await store.target(tx, parcel.delivery.webhook_id)
    assert target is not None, "a delivery goes with its webhook"
    if target.closed:
        await store.put_off(tx, delivery_id, None)  # until it is open again: see `wake`
        return None
    webhook = target.webhook
    is_test = parcel.delivery.type == rules.TEST_TYPE
    if webhook.paused_at is not None and not is_test:
        await store.put_off(tx, delivery_id, None)
        return None
    if webhook.resume_at is None or webhook.resume_at <= tx.now or force or is_test:
        return parcel, target
    if tx.now >= parcel.queued_at + timedelta(seconds=rules.GIVE_UP_S):
        error = parcel.delivery.error or "The webhook did not answer for a day."
        failed = msgspec.structs.replace(
            parcel.delivery, state=DeliveryState.FAILED, next_at=None, error=rules.short_error(error)
        )
        await store.record_attempt(tx, failed)
        await _tell(tx, parcel, succeeded=False)
        return None
    # The webhook rests. Spread over some seconds, so that not everything comes at once when it wakes.
    next_at = webhook.resume_at + timedelta(seconds=random.uniform(0, rules.REST_FIRST_S))  # noqa: S311
    await store.put_off(tx, delivery_id, next_at)
    await jobs.enqueue(tx, SEND, after=next_at - tx.now, priority=RETRY_PRIORITY, **args_of(delivery_id, attempt))
    return None


async def record(tx: Tx, delivery_id: DeliveryId, attempt: int, answer: rules.Answer) -> None:
    """Writes down what an attempt brought, and asks for the next one if there is to be one."""
    parcel = await store.parcel(tx, delivery_id, lock=True)
    if parcel is None or parcel.delivery.state is not DeliveryState.WAITING or parcel.delivery.attempts != attempt:
        return
    target = await store.target(tx, parcel.delivery.webhook_id)
    assert target is not None, "a delivery goes with its webhook"
    chance, is_callback = random.random(), bool(target.secret_header)  # noqa: S311
    outcome = rules.judge(parcel, target.webhook, answer, tx.now, chance, is_callback=is_callback)
    again = outcome.verdict is rules.Verdict.AGAIN
    delivered = outcome.verdict is rules.Verdict.DELIVERED
    state = DeliveryState.WAITING if again else DeliveryState.DELIVERED if delivered else DeliveryState.FAILED
    tried = msgspec.structs.replace(
        parcel.delivery, state=state, attempts=attempt + 1, next_at=outcome.next_at, status=answer.status,
        response=answer.body, error=answer.error, took_ms=answer.took_ms,
    )  # fmt: skip
    await store.record_attempt(tx, tried)
    await store.note_attempt(tx, target.webhook.id, outcome.failures, outcome.rest_until)
    if not again:
        await _tell(tx, parcel, succeeded=delivered)
    if outcome.next_at is not None:
        wait = outcome.next_at - tx.now
        await jobs.enqueue(tx, SEND, after=wait, priority=RETRY_PRIORITY, **args_of(delivery_id, attempt + 1))
    if outcome.verdict is rules.Verdict.GONE:
        reason = "the address answered 410: it is gone"
        if await store.pause_webhook(tx, target.webhook.id, reason):
            await log.announce(tx, events.WebhookPaused(webhook_id=target.webhook.id, reason=reason))


async def _tell(tx: Tx, parcel: Parcel, *, succeeded: bool) -> None:
    """Tells whoever asked for a callback what came of it in the end."""
    if parcel.then_job is not None:
        told: dict[str, Any] = {"type": parcel.delivery.type, "subject": parcel.subject, "succeeded": succeeded}
        await jobs.enqueue(tx, parcel.then_job, **told)


def shown(event: StoredEvent) -> EventOut:
    """An event as it goes out."""
    data: Any = event.data
    return EventOut(
        cursor=str(event.cursor), at=event.at, type=event.type, project_id=event.project_id, task_id=event.task_id,
        actor=event.actor, data=data,
    )  # fmt: skip


def args_of(delivery_id: DeliveryId, attempt: int) -> dict[str, Any]:
    """What the job of an attempt is given. attempt: how many came before."""
    return {"delivery_id": delivery_id, "attempt": attempt}


def _new_delivery(tx: Tx, webhook: Webhook, event: StoredEvent) -> store.NewDelivery:
    delivery_id = DeliveryId(new_id())
    body = {"id": delivery_id, "organisation_id": tx.org_id, **msgspec.structs.asdict(shown(event))}
    return store.NewDelivery(delivery_id, webhook.id, str(event.cursor), event.type, json.encode(body))
