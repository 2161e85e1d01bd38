"""Tiles for the editor alone on its page: a pack made by the product's own cutter, given out as the server gives it."""

import io
import re
import zlib
from collections.abc import Iterator

import msgspec
import numpy as np
from playwright.async_api import Page, Route

from fairmark.modalities.image.pixels import pack, pyramid
from fairmark.modalities.image.pixels.model import Facts, Pixels

_TILE = re.compile(r"/tiles/(\d+)/(\d+)/(\d+)/(\d+)\?")


class Numbers:
    """An image given as an array [height, width, bands]: 3 bands of 8 bits are a picture, everything else values."""

    def __init__(self, numbers: Pixels, **facts: object) -> None:
        self._numbers = numbers
        height, width, bands = numbers.shape
        form = "picture" if numbers.dtype == np.uint8 and bands == 3 else "values"
        self.facts = msgspec.structs.replace(Facts(form, width, height, bands), **facts)

    def rows(self) -> Iterator[Pixels]:
        yield self._numbers


class TileServer:
    """Answers a page's requests for tiles. asked: what was asked for, in order; broken: tiles that do not come.

    name: that of the asset, in its address.
    """

    def __init__(self, numbers: Pixels, name: str = "asset", **facts: object) -> None:
        self._name = name
        file = io.BytesIO()
        self.head, _ = pyramid.cut(Numbers(numbers, **facts), file)
        self._data = file.getvalue()
        size = len(self._data)
        places, head = pack.foot_sizes(self._data[-pack.FOOT.size :], size)
        self._pack = pack.read_tail(self._data[size - pack.FOOT.size - head - places : -pack.FOOT.size], places)
        self.asked: list[tuple[int, int, int, int]] = []
        self.broken: set[tuple[int, int, int, int]] = set()
        self.is_made = True

    @property
    def query(self) -> str:
        """What the harness has to be asked for."""
        return f"tiles={self.address}&width={self.head.width}&height={self.head.height}"

    @property
    def address(self) -> str:
        """Where the tiles are described, as a part of an address."""
        return f"/media/org/{self._name}/tiles/head%3Fe=1%26s=x"

    async def serve(self, page: Page) -> None:
        await page.context.route(re.compile(rf"^http://[^?]*/media/org/{self._name}/tiles/"), self._answer)

    async def _answer(self, route: Route) -> None:
        found = _TILE.search(route.request.url)
        if found is None:
            await route.fulfill(body=msgspec.json.encode(self._described()), content_type="application/json")
            return
        level, column, row, band = (int(part) for part in found.groups())
        at = (level, column, row, band)
        self.asked.append(at)
        span = self._pack.place(*at)
        if span is None or at in self.broken:
            await route.fulfill(status=503, body="{}")
            return
        body = self._data[slice(*span)]
        # What a browser is given in this way it does not unpack.
        unpacked = zlib.decompress(body) if self.head.form == "values" else body
        await route.fulfill(body=unpacked, content_type=self.head.media_type)

    def _described(self) -> dict[str, object]:
        if not self.is_made:
            return {"state": "waiting", "progress": 0.25, "fault": None, "head": None}
        return {"state": "done", "progress": 1, "fault": None, "head": self.head}
