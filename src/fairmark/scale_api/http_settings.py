"""Settings of this API that Scale keeps on its pages, as routes of the native API: one per use case."""

from typing import Annotated

import msgspec
from litestar import get, patch, post
from litestar.params import QueryParameter
from msgspec import Meta

from fairmark.kernel.actor import Actor, ActorKind, Mode, Permission
from fairmark.kernel.errors import Invalid
from fairmark.kernel.http import Req, site, work
from fairmark.scale_api import callbacks
from fairmark.scale_api.model import CallbackAccount, CallbackAnswer
from fairmark.scale_api.store import Account

TAGS = ["scale"]
URL_CHARS_MAX = 2000

World = Annotated[Mode | None, QueryParameter(description="live or test; the caller's own unless said.")]


class CallbackPatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays. url: empty for none. new_key: the old one is sent no more."""

    url: Annotated[str, Meta(max_length=URL_CHARS_MAX)] | None = None
    new_key: bool = False


@get("/api/v1/scale/callbacks", operation_id="get_scale_callbacks", tags=TAGS)
async def get_callbacks(request: Req, mode: World = None) -> CallbackAccount:
    """Where callbacks of Scale-compatible tasks go that name no address of their own, and the key that all carry."""
    async with work(request, Permission.DATA_WRITE) as tx:
        wanted = _mode(tx.actor, mode)
        return _told(wanted, await callbacks.account_of(tx, wanted))


@patch("/api/v1/scale/callbacks", operation_id="change_scale_callbacks", tags=TAGS)
async def change_callbacks(request: Req, data: CallbackPatch, mode: World = None) -> CallbackAccount:
    """Gives them another address, or another key."""
    async with work(request, Permission.DATA_WRITE) as tx:
        wanted = _mode(tx.actor, mode)
        return _told(wanted, await callbacks.change_account(tx, wanted, url=data.url, new_key=data.new_key))


@post("/api/v1/scale/callbacks/test", operation_id="test_scale_callbacks", tags=TAGS, status_code=200)
async def send_test(request: Req, mode: World = None) -> CallbackAnswer:
    """Sends the address a callback that is made up, once, and says what it answers."""
    async with work(request, Permission.DATA_WRITE) as tx:
        wanted = _mode(tx.actor, mode)
        account = await callbacks.account_of(tx, wanted)
    return await callbacks.tried(site(request), account, wanted)


def _told(mode: Mode, account: Account) -> CallbackAccount:
    return CallbackAccount(mode=mode, url=account.callback_url, key=account.callback_key)


def _mode(actor: Actor, asked: Mode | None) -> Mode:
    if asked is not None and actor.kind is ActorKind.KEY and asked is not actor.mode:
        raise Invalid("A key reaches its own world alone.", mend=f"Use a {asked.value} key, or leave out `mode`.")
    return asked or actor.mode


ROUTES = [get_callbacks, change_callbacks, send_test]
