"""Pictures of a segmentation: drawn when they are asked for, at addresses that are signed when a response is told."""

import asyncio
import io
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from fairmark.assets import service as assets
from fairmark.kernel.actor import Mode
from fairmark.kernel.clock import now
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId
from fairmark.kernel.signing import check, sign
from fairmark.ontology.model import Annotation
from fairmark.scale_api import tasks_store, work_store
from fairmark.scale_api.model import NoPicture, Status, Task
from fairmark.scale_api.types.made_up import SIZE, made_up
from fairmark.scale_api.types.segmentation import COMBINED, UNLABELED, Segment, SegmentTask
from fairmark.scale_api.types.table import task_type, translated

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_STANDS: Final = b"fairmark-mask:"
_MARKED = re.compile(rb"fairmark-mask:([0-9a-f]{24})/([A-Za-z0-9]{1,30})")
_IMAGE, _INDEXED, _EXTENDED = COMBINED
CALLBACK_S: Final = 2 * 24 * 3600
"""Addresses in callbacks work so long at least: tries at a receiver that is away go on for a day."""


def addressed(site: Site, org_id: OrgId, told: bytes, ttl_s: int | None = None) -> bytes:
    """JSON with the addresses of pictures in place of what stands for them; good for so many seconds at least."""
    if _STANDS not in told:
        return told
    at, ttl_s = now(), ttl_s or site.settings.media_url_s
    root = site.settings.public_url.rstrip("/")

    def address(found: re.Match[bytes]) -> bytes:
        path = path_of(org_id, found[1].decode(), found[2].decode())
        return (root + sign(site.secret, path, at, ttl_s)).encode()

    return _MARKED.sub(address, told)


def are_in(told: str) -> bool:
    """Whether JSON names pictures."""
    return _STANDS.decode() in told


def path_of(org_id: OrgId, task_id: str, part: str) -> str:
    """Where a picture is served, without its signature."""
    return f"/scale/masks/{org_id}/{task_id}/{part}"


async def picture(site: Site, org_id: OrgId, task_id: str, part: str, expires: int, signature: str) -> bytes:
    """A PNG for whoever was given its address. Raises BadSignature, NoPicture."""
    check(site.secret, path_of(org_id, task_id, part), expires, signature, now())
    async with site.db.begin(org_id) as tx:
        task = await tasks_store.task(tx, task_id, Mode.LIVE) or await tasks_store.task(tx, task_id, Mode.TEST)
        if task is None or task.status is not Status.COMPLETED:
            raise NoPicture("The task is not completed.", mend="Wait until it is.")
        translation = translated(task_type(task.type), task.params)
        if not isinstance(translation, SegmentTask):
            raise NoPicture("The task has no pictures.", mend="Ask for one that its response names.")
        annotation, width, height = await _labeled(tx, task, translation)
    segments = translation.segments(annotation)
    if part not in (*COMBINED, UNLABELED, *(str(each.index) for each in segments)):
        raise NoPicture(f"There is no picture '{part[:60]}'.", mend="Ask for the task again.")
    return await asyncio.to_thread(drawn, segments, width, height, part)


async def _labeled(tx: Tx, task: Task, translation: SegmentTask) -> tuple[Annotation, int, int]:
    """What was said about a task, and the size of its image. Raises NoPicture."""
    if task.item_id is None:
        if task.mode is Mode.LIVE:
            raise NoPicture("The task was copied; its pictures stayed where it came from.", mend="Look there.")
        return made_up(translation.ontology, task.id), int(SIZE[0]), int(SIZE[1])
    row = (await work_store.results_of(tx, [task.item_id])).get(task.item_id)
    shown = await assets.get_assets(tx, task.asset_ids[:1])
    size = next(((asset.width, asset.height) for asset in shown.values()), (None, None))
    if row is None or row.annotation is None or size[0] is None or size[1] is None:
        raise NoPicture("The task has no result now.", mend="Wait until it is completed again.")
    return row.annotation, size[0], size[1]


def drawn(segments: Sequence[Segment], width: int, height: int, part: str) -> bytes:
    """One picture as PNG. `indexedImage` has 8 bits a pixel, 16 from 256 indexes on; `extendedIndexedImage` is an index
    in three bytes, the lowest in red; masks of one index, and `unlabeled`, are 255 where it is and 0 elsewhere.
    """
    import numpy as np
    from PIL import Image

    indexes = indexed(segments, width, height)
    if part == _IMAGE:
        colors = np.zeros((len(segments) + 1, 3), dtype=np.uint8)
        for each in segments:
            colors[each.index] = [int(each.color[place : place + 2], 16) for place in (1, 3, 5)]
        made = Image.fromarray(colors[indexes])
    elif part == _INDEXED:
        made = Image.fromarray(indexes.astype(np.uint8 if len(segments) < 256 else np.uint16))
    elif part == _EXTENDED:
        made = Image.fromarray(np.stack([indexes >> shift & 255 for shift in (0, 8, 16)], axis=-1).astype(np.uint8))
    else:
        wanted = 0 if part == UNLABELED else int(part)
        made = Image.fromarray(np.where(indexes == wanted, 255, 0).astype(np.uint8))
    buffer = io.BytesIO()
    made.save(buffer, "PNG")
    return buffer.getvalue()


def indexed(segments: Sequence[Segment], width: int, height: int) -> "NDArray[np.uint32]":
    """The index of each pixel, [height, width]; 0 where there is none."""
    import numpy as np

    from fairmark.methods.masks import on_window
    from fairmark.modalities.image.marks.mask import decode

    found = np.zeros((height, width), dtype=np.uint32)
    for segment in segments:
        for mask in segment.masks:
            found[on_window(decode(mask), 0, 0, width, height)] = segment.index
    return found
