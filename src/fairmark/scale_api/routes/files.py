"""Files: parse, call, render."""

from typing import Any
from uuid import UUID

from litestar.datastructures import UploadFile

from fairmark.kernel import json
from fairmark.kernel.actor import Permission
from fairmark.scale_api import files, render
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import PAGE_MAX, Json
from fairmark.scale_api.shapes import wrong


async def upload_file(call: Call) -> Json:
    form = await call.request.form()
    file = form.get("file")
    if not isinstance(file, UploadFile):
        raise wrong("file", "it is missing: send the file as the part `file` of a form.")
    body: Json = {name: _value(name, form.get(name)) for name in form if name != "file"}
    name = (file.filename or "file").replace("\\", "/").rpartition("/")[2]
    made = await files.upload(call.site, call.actor, name, file.content_type or "", await file.read(), body)
    return render.file(made, account(call))


def _value(name: str, value: Any) -> Any:
    """A field of a form; metadata come as JSON, or as a text that is none."""
    if name != "metadata" or not isinstance(value, str):
        return value
    return json.decode(value.encode())


async def import_file(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.file(await files.take_address(tx, call.object()), account(call))


async def list_files(call: Call) -> Json:
    limit = call.count("limit", PAGE_MAX, 1, PAGE_MAX)
    token = call.text("next_token")
    try:
        after = None if token is None else UUID(token)
    except ValueError:
        raise wrong("next_token", "it is not the next_token of an earlier page.") from None
    async with call.work(Permission.DATA_READ) as tx:
        found = await files.page(tx, after, limit + 1)
    more = len(found) > limit
    return {
        "docs": [render.file(each, account(call)) for each in found[:limit]],
        "limit": limit,
        "has_more": more,
        "next_token": str(found[limit - 1].id) if more else None,
    }


def account(call: Call) -> str:
    """What stands for the account in addresses of files."""
    assert call.actor.org_id is not None
    return call.actor.org_id.hex[:24]


ROUTES = [
    Route("POST", "files/upload", upload_file),
    Route("POST", "files/import", import_file),
    Route("GET", "assets", list_files),
]
