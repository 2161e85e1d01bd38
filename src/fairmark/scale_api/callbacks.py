"""Telling the customer: what has become of a task or a batch goes to the address that it names, by way of webhooks."""

import secrets
from typing import Any, Final

from fairmark.delivery import service as delivery
from fairmark.kernel import jobs, json
from fairmark.kernel.actor import Mode
from fairmark.kernel.clock import now
from fairmark.kernel.db import Tx
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId
from fairmark.scale_api import pictures, render, rules, store, tasks_store
from fairmark.scale_api.events import CallbacksChanged
from fairmark.scale_api.model import (
    BadCallback,
    Batch,
    BatchStatus,
    CallbackAnswer,
    Json,
    ScaleId,
    Status,
    Task,
    timestamp,
)
from fairmark.scale_api.store import Account

HEADER: Final = "scale-callback-auth"
TASK: Final = "scale.task"
BATCH: Final = "scale.batch"
ANSWERED: Final = "scale.callback_answered"
SEND: Final = "scale.send_callback"


async def account_of(tx: Tx, mode: Mode) -> Account:
    """The account's callback key and default address; made on first use."""
    found = await store.account(tx, mode)
    if found is None:
        await store.add_account(tx, mode, _new_key(mode))
        found = await store.account(tx, mode)
        assert found is not None
    return found


async def change_account(tx: Tx, mode: Mode, *, url: str | None = None, new_key: bool = False) -> Account:
    """Gives callbacks another default address, or another key. Raises BadCallback."""
    before = found = await account_of(tx, mode)
    if url is not None:
        if url and rules.is_email(url):
            raise BadCallback(f"'{url[:80]}' is no address.", mend="Give one that begins with http:// or https://.")
        found = found._replace(callback_url=url)
    if new_key:
        found = found._replace(callback_key=_new_key(mode))
    await store.change_account(tx, mode, found)
    kept = (("url", found.callback_url == before.callback_url), ("key", found.callback_key == before.callback_key))
    if changed := tuple(name for name, same in kept if not same):
        await announce(tx, CallbacksChanged(mode=mode, url=found.callback_url, changed=changed))
    return found


async def tried(site: Site, account: Account, mode: Mode) -> CallbackAnswer:
    """Sends the default address a callback about a task that there is not, and says what it answers. Raises
    BadCallback where there is no address.
    """
    if not account.callback_url:
        raise BadCallback("There is no address to send to.", mend="Save one first.")
    response = {"annotations": [], "global_attributes": {}, "links": []}
    task: Json = {
        "task_id": "0" * 24, "type": "imageannotation", "status": Status.COMPLETED.value, "instruction": "A test.",
        "params": {}, "metadata": {}, "is_test": mode is Mode.TEST, "callback_url": account.callback_url,
        "created_at": timestamp(now()), "response": response,
    }  # fmt: skip
    body: Json = {"task": task, "task_id": task["task_id"], "status": task["status"], "response": response}
    answer = await delivery.call_once(
        site, url=account.callback_url, body=json.encode(body), secret_header=HEADER, secret=account.callback_key
    )
    return CallbackAnswer(url=account.callback_url, status=answer.status, error=answer.error, took_ms=answer.took_ms)


async def task_told(tx: Tx, task: Task) -> bool:
    """Tells what has become of a task; False if nobody wants to know."""
    account = await account_of(tx, task.mode)
    told = render.task(task)
    body: Json = {"task": told, "task_id": task.id, "status": task.status.value, "response": told.get("response")}
    return await _send(tx, task.mode, account, task.callback_url or account.callback_url, TASK, task.id, body)


async def batch_told(tx: Tx, batch: Batch, mode: Mode) -> bool:
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
        await tasks_store.set_callback(tx, ScaleId(subject), succeeded=succeeded)


async def _send(
    tx: Tx, mode: Mode, account: Account, target: str, type: str, subject: ScaleId, body: Json
) -> bool:  # fmt: skip
    # No mail is sent from here: an address of that kind is kept and told back, nothing more.
    if not target or rules.is_email(target):
        return False
    text = json.encode(body)
    if pictures.are_in(text):
        # Their addresses are signed by who can: what is said is what is so now, whenever that comes to it.
        await jobs.enqueue(tx, SEND, mode=mode, url=target, type=type, subject=subject, body=text)
    else:
        await _call_back(tx, mode, account, target, type, subject, text)
    return True


async def _call_back(
    tx: Tx, mode: Mode, account: Account, target: str, type: str, subject: str, text: str
) -> None:  # fmt: skip
    await delivery.call_back(
        tx, mode, url=target, type=type, subject=subject, body=text, secret_header=HEADER,
        secret=account.callback_key, then_job=ANSWERED,
    )  # fmt: skip


async def send(site: Site, org_id: OrgId, args: dict[str, Any]) -> None:
    """Sends a callback that names pictures."""
    mode = Mode(args["mode"])
    text = pictures.addressed(site, org_id, str(args["body"]).encode(), pictures.CALLBACK_S).decode()
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        account = await account_of(tx, mode)
        await _call_back(tx, mode, account, str(args["url"]), str(args["type"]), str(args["subject"]), text)


def _new_key(mode: Mode) -> str:
    return f"{mode.value}auth_{secrets.token_hex(16)}"
