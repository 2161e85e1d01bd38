"""Hypotheses that are pictures: fetched and read when the task is created, so that what is wrong is said at once.

A segmentation's hypothesis names a picture for each label, or for each of its things. In what is read here the pixels
stand in place of the addresses; what was sent is told back as it was.
"""

import asyncio
import io
from typing import Any

from fairmark.assets.fetching.fetcher import Fetcher
from fairmark.assets.fetching.rules import check_url, parse_networks
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.http import Site
from fairmark.scale_api.model import Json
from fairmark.scale_api.shapes import wrong
from fairmark.scale_api.types.model import Named, TaskType

BYTES_MAX = 20_000_000
"""Of one picture."""
PIXELS_MAX = 100_000_000
WITHIN_S = 15.0
"""For all pictures of one hypothesis together."""
AT_ONCE = 4
HALF = 127
"""The brightest that counts as off: pictures of masks are 0 and 255, and nothing between."""


async def read(site: Site, type: TaskType, hypothesis: Json | None) -> Json | None:
    """The hypothesis with what its pictures show, if it names any. Raises BadRequest, naming the place."""
    if hypothesis is None or type.pictures is None:
        return hypothesis
    named = type.pictures(hypothesis, "hypothesis")
    shown: dict[str, Json | None] = {}
    room = asyncio.Semaphore(AT_ONCE)
    allow = parse_networks(site.settings.fetch_allow)
    async with Fetcher(allow=allow, bytes_max=BYTES_MAX, timeout_s=WITHIN_S, connections_max=AT_ONCE) as fetcher:

        async def take(each: Named) -> None:
            async with room:
                data = await _fetched(fetcher, each)
            shown[each.address] = await asyncio.to_thread(_mask_in, data, each.place)

        try:
            async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as group:
                for each in {each.address: each for each in named}.values():
                    group.create_task(take(each))
        except TimeoutError:
            raise wrong("hypothesis", f"its pictures did not come within {WITHIN_S:g} s.") from None
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None
    return _replaced(hypothesis, shown)


async def _fetched(fetcher: Fetcher, named: Named) -> bytes:
    """Raises BadRequest."""
    buffer = io.BytesIO()
    try:
        if not named.address.startswith(("http://", "https://")):
            raise wrong(named.place, "give an http or https address of a PNG.")
        await fetcher.fetch(check_url(named.address), buffer)
    except FairmarkError as error:
        raise wrong(named.place, f"the picture cannot be had: {error.message}") from error
    return buffer.getvalue()


def _mask_in(data: bytes, place: str) -> Json | None:
    """The mask that a PNG shows; None: no pixel is on. Raises BadRequest."""
    import numpy as np
    from PIL import Image

    from fairmark.methods.masks import Crop, runs_of, trimmed

    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise wrong(place, f"the picture has more than {PIXELS_MAX} pixels.")
            bright = np.asarray(picture.convert("L"))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise wrong(place, "this is no PNG, or a damaged one.") from error
    crop = trimmed(Crop(0, 0, bright > HALF))
    if crop is None:
        return None
    box = {"x": crop.x, "y": crop.y, "width": crop.width, "height": crop.height}
    return {**box, "runs": runs_of(crop.pixels)}


def _replaced(value: Any, shown: dict[str, Json | None]) -> Any:
    """`value` with masks in place of the addresses of pictures."""
    if isinstance(value, dict):
        return {key: _replaced(each, shown) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, shown) for each in value]
    return shown.get(value, value) if isinstance(value, str) else value
