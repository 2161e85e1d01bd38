"""Tiles at their signed addresses, made from real files in a process of their own."""

import io
from uuid import UUID, uuid4

import numpy as np
import pytest
import tifffile
from PIL import Image

from fairmark.assets.tiles import service
from fairmark.assets.tiles.model import JOB
from fairmark.assets.tiles.rules import tiles_url
from fairmark.kernel import json
from fairmark.kernel.actor import NOBODY
from fairmark.kernel.clock import now
from fairmark.kernel.ids import AssetId
from fairmark.modalities.image.pixels import pack
from tests.assets.place import Place, picture, sha


def deep(width: int = 700, height: int = 600) -> bytes:
    """A 16-bit TIFF whose value is 20 times the sum of column and row."""
    file = io.BytesIO()
    tifffile.imwrite(file, (np.add.outer(np.arange(height), np.arange(width)) * 20).astype(np.uint16))
    return file.getvalue()


def tile(head: str, level: int, column: int, row: int, band: int = 0) -> str:
    """The address of a tile beside that of its head."""
    return head.replace("/tiles/head", f"/tiles/{level}/{column}/{row}/{band}")


async def sent(place: Place, name: str, data: bytes) -> tuple[AssetId, str]:
    asset = (await place.small(name, data))["asset"]
    return AssetId(UUID(asset["id"])), asset["tiles"]


class TestGetTiles:
    async def test_describes_values_that_are_small_enough_at_once(self, place: Place) -> None:
        _, url = await sent(place, "a.tif", deep())
        place.acting[0] = NOBODY
        got = await place.http.get(url)
        assert got.status_code == 200, got.text
        found = got.json()
        head = found["head"]
        assert (found["state"], head["form"], head["width"], head["height"]) == ("done", "values", 700, 600)
        # 700 pixels are more than a tile of 512, 350 are not: two levels.
        assert (head["levels"], head["tile"], head["bits"], len(head["bands"])) == (2, 512, 16, 1)
        # Values go from 0 to 20 * (699 + 599).
        assert (head["bands"][0]["least"], head["bands"][0]["greatest"]) == (0, 25960)
        assert got.headers["cache-control"].startswith("private, max-age=")

    async def test_has_none_for_a_picture_that_browsers_show(self, place: Place) -> None:
        asset_id, url = await sent(place, "a.png", picture(300, 200))
        assert url is None
        got = await place.http.get(tiles_url(place.site, place.org_id, asset_id, now()))
        assert (got.status_code, got.json()["error"]["code"]) == (404, "tiles_not_found")

    async def test_needs_the_signature(self, place: Place) -> None:
        _, url = await sent(place, "a.tif", deep())
        for changed in (url[:-2] + "xx", tile(url, 0, 0, 0)[:-2] + "xx"):
            assert (await place.http.get(changed)).status_code == 403

    async def test_of_another_asset_works_not_here(self, place: Place, other: Place) -> None:
        asset_id, url = await sent(place, "a.tif", deep())
        theirs = url.replace(str(place.org_id), str(other.org_id))
        mine = url.replace(str(asset_id), str(uuid4()))
        for changed in (theirs, mine):
            assert (await place.http.get(changed)).status_code == 403


class TestGetTile:
    async def test_gives_the_numbers_of_values(self, place: Place) -> None:
        _, url = await sent(place, "a.tif", deep())
        await place.http.get(url)
        got = await place.http.get(tile(url, 0, 1, 1))
        # The last column of tiles is 700 - 512 wide, the last row 600 - 512 high.
        numbers = np.frombuffer(got.content, "<u2").reshape(88, 188)
        assert numbers[0, 0] == 20 * (512 + 512)
        assert numbers[87, 187] == 20 * (699 + 599)
        assert got.headers["content-encoding"] == "deflate"
        assert got.headers["cache-control"].endswith(", immutable")
        again = await place.http.get(tile(url, 0, 1, 1), headers={"if-none-match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        # Level 1 is the mean of each four: of 0, 20, 20 and 40.
        half = await place.http.get(tile(url, 1, 0, 0))
        assert np.frombuffer(half.content, "<u2").reshape(300, 350)[0, 0] == 20

    @pytest.mark.parametrize("place_of", [(0, 2, 0, 0), (0, 0, 2, 0), (2, 0, 0, 0), (0, 0, 0, 1)])
    async def test_knows_its_borders(self, place: Place, place_of: tuple[int, int, int, int]) -> None:
        _, url = await sent(place, "a.tif", deep())
        await place.http.get(url)
        got = await place.http.get(tile(url, *place_of))
        assert (got.status_code, got.json()["error"]["code"]) == (404, "tiles_not_found")


class TestRun:
    """The job, for a picture that is too large to be shown whole."""

    @pytest.fixture(autouse=True)
    def large_from(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Images count as large from 500,000 pixels on, here and wherever this process asks."""
        monkeypatch.setattr(pack, "PICTURE_PIXELS_MAX", 500_000)
        monkeypatch.setattr("fairmark.assets.tiles.rules.PICTURE_PIXELS_MAX", 500_000)

    async def test_cuts_what_an_upload_brought(self, place: Place) -> None:
        data = picture(1000, 700, form="JPEG")
        _, url = await sent(place, "a.jpg", data)
        waiting = (await place.http.get(url)).json()
        assert (waiting["state"], waiting["head"]) == ("waiting", None)
        assert (await place.http.get(tile(url, 0, 0, 0))).json()["error"]["code"] == "tiles_pending"
        jobs = await place.rows("SELECT payload FROM pgqueuer.pgqueuer WHERE entrypoint = $1", JOB)
        mine = [json.decode(row["payload"]) for row in jobs]
        assert {"sha256": sha(data)} in [each["args"] for each in mine if each["org_id"] == str(place.org_id)]
        await service.run(place.site, place.org_id, bytes.fromhex(sha(data)))
        done = (await place.http.get(url)).json()
        assert (done["state"], done["head"]["form"], done["head"]["media_type"]) == ("done", "picture", "image/jpeg")
        got = await place.http.get(tile(url, 1, 0, 0))
        assert Image.open(io.BytesIO(got.content)).size == (500, 350)
        assert await place.value("SELECT bytes FROM tile_packs WHERE org_id = $1", place.org_id) > 1000

    async def test_makes_anew_what_was_lost(self, place: Place) -> None:
        data = picture(1000, 700, form="JPEG")
        _, url = await sent(place, "a.jpg", data)
        digest = bytes.fromhex(sha(data))
        await service.run(place.site, place.org_id, digest)
        kept = [key async for key, _ in place.site.blobs.keys(f"{place.org_id}/tiles")]
        assert len(kept) == 1
        await place.site.blobs.delete(kept[0])
        assert (await place.http.get(url)).json()["state"] == "waiting"
        await service.run(place.site, place.org_id, digest)
        assert (await place.http.get(url)).json()["state"] == "done"

    async def test_says_why_an_image_cannot_be_cut(self, place: Place) -> None:
        data = picture(1000, 700, form="JPEG")
        _, url = await sent(place, "a.jpg", data)
        async for key, _ in place.site.blobs.keys(f"{place.org_id}/assets"):
            await place.site.blobs.put(key, data[: len(data) // 2])
        await service.run(place.site, place.org_id, bytes.fromhex(sha(data)))
        found = (await place.http.get(url)).json()
        assert (found["state"], found["head"]) == ("failed", None)
        assert found["fault"]["message"]
        assert [key async for key, _ in place.site.blobs.keys(f"{place.org_id}/tiles")] == []
