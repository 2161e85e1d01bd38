"""Media at their signed addresses."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from fairmark.assets.media.rules import media_url
from fairmark.kernel.actor import NOBODY
from fairmark.kernel.clock import now
from fairmark.kernel.ids import AssetId
from tests.assets.place import Place, picture, sha


async def asset(place: Place, data: bytes, name: str = "b.png") -> tuple[AssetId, str]:
    """An asset and the address of its bytes."""
    from uuid import UUID

    found = (await place.small(name, data))["asset"]
    return AssetId(UUID(found["id"])), found["original"]


class TestGetMedia:
    async def test_gives_the_bytes_to_whoever_has_the_address(self, place: Place) -> None:
        data = picture(300, 200)
        _, url = await asset(place, data, "r\u00e9sum\u00e9/b.png")
        place.acting[0] = NOBODY
        got = await place.http.get(url)
        assert (got.status_code, got.content) == (200, data)
        assert got.headers["content-type"] == "image/png"
        assert got.headers["etag"] == f'"{sha(data)}"'
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
        assert got.headers["content-disposition"].startswith('inline; filename="b.png"')
        assert got.headers["accept-ranges"] == "bytes"
        private, age, immutable = got.headers["cache-control"].split(", ")
        assert (private, immutable) == ("private", "immutable")
        # An address works for one to two windows of 300 seconds.
        assert 300 <= int(age.removeprefix("max-age=")) <= 600

    async def test_gives_thumbnails(self, place: Place) -> None:
        from io import BytesIO

        from PIL import Image

        upload = await place.small("b.png", picture(1500, 600))
        thumbnails = upload["asset"]["thumbnails"]
        assert set(thumbnails) == {"128", "256", "512", "1024"}
        got = await place.http.get(thumbnails["256"])
        assert got.headers["content-type"] == "image/webp"
        image = Image.open(BytesIO(got.content))
        # 1500 x 600 on 256 pixels: 600 x 256 / 1500 = 102.4.
        assert image.size == (256, 102)

    async def test_makes_thumbnails_when_they_are_first_asked_for(self, place: Place) -> None:
        upload = await place.small("b.png", picture(1500, 600))

        async def kept() -> list[str]:
            keys = [key async for key, _ in place.site.blobs.keys(f"{place.org_id}/thumbnails")]
            return sorted(key.rsplit("-", 1)[1] for key in keys)

        assert await kept() == []
        urls = upload["asset"]["thumbnails"]
        answers = await asyncio.gather(*(place.http.get(urls["256"]) for _ in range(8)))
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.content for answer in answers}) == 1
        assert await kept() == ["128.webp", "256.webp"]  # the smaller one comes with it
        etag = answers[0].headers["etag"]
        assert (await place.http.get(urls["1024"], headers={"if-none-match": etag})).status_code == 200
        assert await kept() == ["1024.webp", "128.webp", "256.webp", "512.webp"]

    async def test_says_so_when_the_bytes_are_lost(self, place: Place) -> None:
        upload = await place.small("b.png", picture(300, 200))
        async for key, _ in place.site.blobs.keys(f"{place.org_id}"):
            await place.site.blobs.delete(key)
        for url in (upload["asset"]["url"], upload["asset"]["thumbnails"]["128"]):
            got = await place.http.get(url)
            assert (got.status_code, got.json()["error"]["code"]) == (404, "blob_missing")

    async def test_of_a_small_image_has_one_thumbnail(self, place: Place) -> None:
        upload = await place.small("b.png", picture(40, 30))
        assert set(upload["asset"]["thumbnails"]) == {"128"}
        assert (await place.http.get(upload["asset"]["thumbnails"]["128"])).status_code == 200

    async def test_shows_a_copy_of_what_browsers_cannot_show(self, place: Place) -> None:
        data = picture(300, 200, form="TIFF")
        found = (await place.small("scan.tif", data))["asset"]
        shown, original = await place.http.get(found["url"]), await place.http.get(found["original"])
        assert (shown.headers["content-type"], original.content) == ("image/webp", data)
        assert found["url"] != found["original"]

    async def test_shows_the_original_where_browsers_can(self, place: Place) -> None:
        data = picture(300, 200)
        id, _ = await asset(place, data)
        got = await place.http.get(media_url(place.site, place.org_id, id, "view", now()))
        assert (got.status_code, got.content) == (200, data)

    @pytest.mark.parametrize(
        ("header", "status", "part"),
        [
            ("bytes=0-9", 206, slice(0, 10)),
            ("bytes=-10", 206, slice(-10, None)),
            ("bytes=20-", 206, slice(20, None)),
            ("bytes=1-2,5-6", 200, slice(None)),
        ],
    )
    async def test_gives_single_ranges(self, place: Place, header: str, status: int, part: slice) -> None:
        data = picture(300, 200)
        _, url = await asset(place, data)
        got = await place.http.get(url, headers={"range": header})
        assert (got.status_code, got.content) == (status, data[part])
        if status == 206:
            start, end, _ = part.indices(len(data))
            assert got.headers["content-range"] == f"bytes {start}-{end - 1}/{len(data)}"

    async def test_refuses_a_range_outside(self, place: Place) -> None:
        data = picture()
        _, url = await asset(place, data)
        got = await place.http.get(url, headers={"range": f"bytes={len(data)}-"})
        assert (got.status_code, got.headers["content-range"]) == (416, f"bytes */{len(data)}")

    async def test_gives_the_whole_to_a_holder_of_a_part_of_other_bytes(self, place: Place) -> None:
        data = picture()
        _, url = await asset(place, data)
        got = await place.http.get(url, headers={"range": "bytes=0-9", "if-range": '"other"'})
        assert (got.status_code, got.content) == (200, data)
        same = await place.http.get(url, headers={"range": "bytes=0-9", "if-range": f'"{sha(data)}"'})
        assert same.status_code == 206

    async def test_sends_nothing_to_who_has_it(self, place: Place) -> None:
        data = picture()
        _, url = await asset(place, data)
        got = await place.http.get(url, headers={"if-none-match": f'"{sha(data)}"'})
        assert (got.status_code, got.content) == (304, b"")

    async def test_says_everything_but_the_bytes_to_head(self, place: Place) -> None:
        data = picture()
        _, url = await asset(place, data)
        got = await place.http.head(url)
        assert (got.status_code, got.content, got.headers["content-length"]) == (200, b"", str(len(data)))

    async def test_streams_large_files_whole(self, place: Place) -> None:
        # Noise does not shrink: 1,500 x 1,000 x 3 bytes are about 4.5 MB of PNG, several parts of 1 MiB.
        import random
        from io import BytesIO

        from PIL import Image

        file = BytesIO()
        Image.frombytes("RGB", (1500, 1000), random.Random(1).randbytes(4_500_000)).save(file, "PNG", compress_level=0)
        data = file.getvalue()
        _, url = await asset(place, data)
        got = await place.http.get(url)
        assert (sha(got.content), got.headers["content-length"]) == (sha(data), str(len(data)))
        part = await place.http.get(url, headers={"range": "bytes=100-3000000"})
        assert part.content == data[100:3_000_001]


class TestSignature:
    async def test_is_of_one_file_and_one_variant_only(self, place: Place) -> None:
        _, url = await asset(place, picture(300, 300, seed=1))
        second, _ = await asset(place, picture(300, 300, seed=2))
        path, _, query = url.partition("?")
        for wrong in (
            f"{path.replace('original', '128')}?{query}",
            f"/media/{place.org_id}/{second}/original?{query}",
            f"{path}?{query[:-1]}",
            f"{path}?{query.replace('e=', 'e=9')}",
        ):
            got = await place.http.get(wrong)
            assert (got.status_code, got.json()["error"]["code"]) == (403, "bad_signature")

    async def test_ends_with_its_time(self, place: Place) -> None:
        id, _ = await asset(place, picture())
        old = media_url(place.site, place.org_id, id, "original", now() - timedelta(seconds=601))
        assert (await place.http.get(old)).status_code == 403
        young = media_url(place.site, place.org_id, id, "original", now() - timedelta(seconds=299))
        assert (await place.http.get(young)).status_code == 200

    async def test_of_nothing_there_finds_nothing(self, place: Place) -> None:
        url = media_url(place.site, place.org_id, AssetId(uuid4()), "original", now())
        assert (await place.http.get(url)).status_code == 404

    async def test_of_an_asset_of_another_organisation_finds_nothing(self, place: Place, other: Place) -> None:
        id, _ = await asset(other, picture())
        url = media_url(place.site, place.org_id, id, "original", now())
        assert (await place.http.get(url)).status_code == 404

    @pytest.mark.parametrize("variant", ["64", "..", "original2", "%2e%2e"])
    async def test_knows_no_other_variant(self, place: Place, variant: str) -> None:
        got = await place.http.get(f"/media/{place.org_id}/{uuid4()}/{variant}?e=9999999999&s=x")
        assert got.status_code in (403, 404)
