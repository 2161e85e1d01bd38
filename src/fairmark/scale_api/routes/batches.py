"""Batches: parse, call, render."""

from typing import Any

from fairmark.kernel.actor import Permission
from fairmark.scale_api import batches, projects, render
from fairmark.scale_api.calls import Call, Route
from fairmark.scale_api.model import PAGE_MAX, Json
from fairmark.scale_api.shapes import read
from fairmark.scale_api.store import BatchFilter

OFFSET_MAX = 10_000_000


async def create_batch(call: Call) -> Json:
    new = batches.read_new(call.object())
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.batch(await batches.create(tx, new))


async def get_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        return render.batch(await batches.get(tx, call.named["name"]))


async def finalize_batch(call: Call) -> Json:
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.batch(await batches.finalize(tx, await batches.get(tx, call.named["name"])))


async def batch_status(call: Call) -> Json:
    async with call.work(Permission.DATA_READ) as tx:
        found, counts = await batches.status(tx, call.named["name"])
    told = {"status": render.old_status(found.status)}
    return told | {status.value: count for status, count in counts.items()}


async def set_metadata(call: Call) -> Json:
    metadata = read(call.json() or {}, dict[str, Any], "metadata")
    async with call.work(Permission.DATA_WRITE) as tx:
        return render.batch(await batches.set_metadata(tx, await batches.get(tx, call.named["name"]), metadata))


async def list_batches(call: Call) -> Json:
    limit = call.count("limit", PAGE_MAX, 1, PAGE_MAX)
    offset = call.count("offset", 0, 0, OFFSET_MAX)
    async with call.work(Permission.DATA_READ) as tx:
        project = call.text("project")
        wanted = BatchFilter(
            project_id=None if project is None else (await projects.get(tx, project)).id,
            statuses=batches.statuses_of(call.listed("status"), "status"),
            created_from=call.time("start_time"),
            created_before=call.time("end_time"),
            completed_from=call.time("completed_after"),
            completed_before=call.time("completed_before"),
            without_archived=call.flag("exclude_archived"),
        )
        found, total = await batches.page(tx, wanted, limit, offset)
    return {
        "docs": [render.batch(each) for each in found],
        "totalDocs": total,
        "limit": limit,
        "offset": offset,
        "has_more": offset + len(found) < total,
    }


ROUTES = [
    Route("POST", "batches", create_batch),
    Route("GET", "batches", list_batches),
    Route("GET", "batches/{name}", get_batch),
    Route("POST", "batches/{name}/finalize", finalize_batch),
    Route("GET", "batches/{name}/status", batch_status),
    Route("POST", "batches/{name}/setMetadata", set_metadata),
]
