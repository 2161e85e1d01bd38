"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import get, post
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import Req, site, work
from fairmark.kernel.ids import AssignmentId
from fairmark.predictions import service
from fairmark.predictions.model import Found, ModelInfo, Prompt

TAGS = ["work"]


class AskModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """asset: the index of the item's image."""

    model: Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$")]
    prompt: Prompt
    asset: Annotated[int, Meta(ge=0, le=10_000)] = 0


@get("/api/v1/models", operation_id="models", tags=TAGS)
async def list_models(request: Req) -> list[ModelInfo]:
    """The models that you may ask about your tasks."""
    async with work(request, Permission.WORK):
        return service.models(site(request).settings)


@post("/api/v1/assignments/{id:uuid}/ask-model", operation_id="ask_model", tags=TAGS, status_code=200)
async def ask_model(request: Req, id: AssignmentId, data: AskModel) -> Found:
    """Masks of what you point at in the image of your own assignment, by a model; nothing is kept of it."""
    async with work(request, Permission.WORK) as tx:
        about = await service.subject(tx, id, data.asset, data.prompt)
    return await service.ask(site(request), data.model, about, data.prompt)


ROUTES = [list_models, ask_model]
