"""Telling the customer: what has become of a task or a batch goes to the address that it names, by way of webhooks."""

import secrets
from typing import Final

from fairmark.delivery import service as delivery
from fairmark.kernel import json
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import DeliveryId
from fairmark.scale_api import render, rules, store
from fairmark.scale_api.model import Batch, BatchStatus, Json, ScaleId, Task
from fairmark.scale_api.store import Account

HEADER: Final = "scale-callback-auth"
TASK: Final = "scale.task"
BATCH: Final = "scale.batch"
ANSWERED: Final = "scale.callback_answered"


async def account_of(tx: Tx, mode: Mode) -> Account:
    """The account's callback key and default address; made on first use."""
    found = await store.account(tx, mode)
    if found is None:
        await store.add_account(tx, mode, _new_key(mode))
        found = await store.account(tx, mode)
        assert found is not None
    return found


async def change_account(tx: Tx, *, callback_url: str | None = None, new_key: bool = False) -> Account:
    """Gives callbacks another default address, or another key. Raises BadRequest."""
    mode = tx.actor.mode
    found = await account_of(tx, mode)
    if callback_url is not None:
        rules.check_callback(callback_url, "callback_url")
        found = found._replace(callback_url=callback_url)
    if new_key:
        found = found._replace(callback_key=_new_key(mode))
    await store.change_account(tx, mode, found)
    return found


async def task_told(tx: Tx, task: Task) -> DeliveryId | None:
    """Tells what has become of a task; None if nobody wants to know."""
    account = await account_of(tx, task.mode)
    told = render.task(task)
    body: Json = {"task": told, "task_id": task.id, "status": task.status.value, "response": told.get("response")}
    return await _send(tx, task.mode, account, task.callback_url or account.callback_url, TASK, task.id, body)


async def batch_told(tx: Tx, batch: Batch, mode: Mode) -> DeliveryId | None:
    """Tells that a batch is complete."""
    account = await account_of(tx, mode)
    return await _send(tx, mode, account, batch.callback, BATCH, batch.id, {"batch": render.batch(batch)})


async def batch_settled(tx: Tx, batch_id: ScaleId | None, mode: Mode | None = None) -> None:
    """Closes a batch whose last task has ended, and tells so."""
    if batch_id is None:
        return
    batch = await store.lock_batch(tx, batch_id)
    if batch.status is not BatchStatus.IN_PROGRESS or await store.has_pending(tx, batch_id):
        return
    await store.set_batch_status(tx, batch_id, BatchStatus.COMPLETED)
    await batch_told(tx, await store.lock_batch(tx, batch_id), mode or tx.actor.mode)


async def batch_reopened(tx: Tx, batch_id: ScaleId | None) -> None:
    """A task of a completed batch goes back to work, and the batch with it."""
    if batch_id is not None and (await store.lock_batch(tx, batch_id)).status is BatchStatus.COMPLETED:
        await store.set_batch_status(tx, batch_id, BatchStatus.IN_PROGRESS)


async def answered(tx: Tx, type: str, subject: str, *, succeeded: bool) -> None:
    """What came of a callback in the end, kept with the task that it was about."""
    if type == TASK:
        await store.set_callback(tx, ScaleId(subject), succeeded=succeeded)


async def _send(
    tx: Tx, mode: Mode, account: Account, target: str, type: str, subject: ScaleId, body: Json
) -> DeliveryId | None:
    # No mail is sent from here: an address of that kind is kept and told back, nothing more.
    if not target or rules.is_email(target):
        return None
    return await delivery.call_back(
        tx, mode, url=target, type=type, subject=subject, body=json.encode(body), secret_header=HEADER,
        secret=account.callback_key, then_job=ANSWERED,
    )  # fmt: skip


def _new_key(mode: Mode) -> str:
    return f"{mode.value}auth_{secrets.token_hex(16)}"
