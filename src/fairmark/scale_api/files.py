"""Use cases of files: bytes or addresses under an id that tasks can name as an attachment."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from fairmark.assets import service as assets
from fairmark.kernel import json
from fairmark.kernel.actor import Actor, Permission, require
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import new_id
from fairmark.scale_api import projects, rules, store
from fairmark.scale_api.model import File, Json, Task
from fairmark.scale_api.rules import Name, Text
from fairmark.scale_api.shapes import read, wrong

FILE_BYTES_MAX = 80_000_000


class FileFacts(msgspec.Struct, frozen=True):
    """What a request says about a file beside its bytes."""

    project_name: Name | None = None
    reference_id: Text | None = None
    display_name: Text | None = None
    metadata: dict[str, Any] = {}


class Import(FileFacts, frozen=True):
    """A file to be fetched."""

    file_url: Annotated[str, Meta(min_length=1, max_length=4000)] = ""


async def upload(site: Site, actor: Actor, name: str, mime_type: str, data: bytes, body: Json) -> File:
    """Keeps bytes as a file. Raises BadRequest, NoSuch, FileRefused."""
    require(actor, Permission.DATA_WRITE)
    facts = _read(body, FileFacts)
    if len(data) > FILE_BYTES_MAX:
        raise wrong("file", f"it has {len(data)} bytes, {FILE_BYTES_MAX} at most.")
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        await _check(tx, facts)
    [asset_id] = await assets.take_files(site, actor, [(name, data)])
    async with site.db.begin(actor.org_id, actor=actor) as tx:
        file = _file(tx, facts, name=name, mime_type=mime_type, size=len(data))
        made = msgspec.structs.replace(file, asset_id=asset_id)
        await store.add_file(tx, made)
        return made


async def take_address(tx: Tx, body: Json) -> File:
    """Keeps an address as a file; it is fetched with the first task that names it. Raises BadRequest, NoSuch."""
    facts = _read(body, Import)
    if not facts.file_url:
        raise wrong("file_url", "it is missing.")
    if "://" not in facts.file_url:
        raise wrong("file_url", "an http, https, s3 or gs address is wanted.")
    await _check(tx, facts)
    name = facts.file_url.partition("?")[0].rstrip("/").rpartition("/")[2]
    made = msgspec.structs.replace(_file(tx, facts, name=name, mime_type="", size=0), url=facts.file_url)
    await store.add_file(tx, made)
    return made


async def page(tx: Tx, after: UUID | None, limit: int) -> list[File]:
    """Files, newest first."""
    return await store.files(tx, after, limit)


async def named_by(tx: Tx, task: Task, id: str) -> File | None:
    """The file of this id, if the task names it."""
    try:
        file_id = UUID(id)
    except ValueError:
        return None
    if f"/{file_id}" not in json.encode(task.params):
        return None
    return (await store.files_of(tx, [file_id])).get(file_id)


def _read(body: Json, kind: type[Any]) -> Any:
    facts = read(body, kind)
    rules.check_metadata(facts.metadata)
    return facts


async def _check(tx: Tx, facts: FileFacts) -> None:
    if facts.project_name is not None:
        await projects.get(tx, facts.project_name)


def _file(tx: Tx, facts: FileFacts, *, name: str, mime_type: str, size: int) -> File:
    return File(
        id=new_id(), asset_id=None, url="", name=name, mime_type=mime_type, bytes=size,
        projects=[facts.project_name] if facts.project_name else [], reference_id=facts.reference_id,
        display_name=facts.display_name, metadata=facts.metadata, created_at=tx.now,
    )  # fmt: skip
