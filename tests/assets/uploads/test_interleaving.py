"""However the pieces of a file come, and whatever dies on the way, the bytes at the end are the right ones."""

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.assets.uploads import service
from fairmark.assets.uploads.model import BodyBroken, OffsetWrong, UploadClosed
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.ids import UploadId
from tests.assets.place import Place, picture, sha
from tests.assets.uploads.test_http import announce, send


async def body(data: bytes, cut_after: int | None) -> AsyncIterator[bytes]:
    """The data in small parts; the connection breaks behind `cut_after` bytes."""
    for at in range(0, len(data), 40):
        if cut_after is not None and at >= cut_after:
            raise BodyBroken("cut")
        yield data[at : at + 40]
        await asyncio.sleep(0)


class Killed(BaseException):
    """The process ends here."""


DATA = picture(60, 40, seed=5) + b"behind the image"


@given(
    seed=st.integers(0, 2**32),
    senders=st.integers(1, 3),
    piece=st.integers(1, 200),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_interleaving_of_pieces_cuts_and_kills_ends_with_the_right_bytes(
    place: Place, seed: int, senders: int, piece: int
) -> None:
    """Several senders of one upload, each with pieces of its own, cuts of the line, and servers that die at a store."""
    chance = random.Random(seed)
    data = DATA + seed.to_bytes(8, "big")
    upload = await announce(place, data, purpose="data")
    upload_id = UploadId(UUID(upload["id"]))
    put = place.site.blobs.put

    async def deadly(key: str, content: object) -> None:
        if chance.random() < 0.2:
            raise Killed
        await put(key, content)  # type: ignore[arg-type]
        if chance.random() < 0.2:
            raise Killed

    async def sender(number: int) -> None:
        offset = 0
        while True:
            size = chance.randint(1, piece + number)
            cut = chance.randint(0, size) if chance.random() < 0.2 else None
            part = data[offset : offset + size]
            try:
                now = await service.put(place.site, place.actor, upload_id, offset, None, body(part, cut))
            except (OffsetWrong, BodyBroken) as error:
                offset = error.fields["received"]
            except UploadClosed:
                return
            except Killed:
                offset = (await place.http.get(f"/api/v1/uploads/{upload['id']}")).json()["received"]
            else:
                if now.state == "done":
                    return
                offset = now.received

    place.site.blobs.put = deadly  # type: ignore[method-assign]
    try:
        await asyncio.wait_for(asyncio.gather(*(sender(number) for number in range(senders))), 120)
    finally:
        place.site.blobs.put = put  # type: ignore[method-assign]
    row = (await place.rows("SELECT * FROM uploads WHERE id = $1", upload["id"]))[0]
    assert (row["state"], row["received"], row["sha256"].hex()) == ("done", len(data), sha(data))
    assert await place.site.blobs.read(row["blob"]) == data


class TestCut:
    async def test_keeps_what_arrived(self, place: Place) -> None:
        data = picture()
        upload = await announce(place, data)
        upload_id = UploadId(UUID(upload["id"]))
        with pytest.raises(BodyBroken) as broken:
            await service.put(place.site, place.actor, upload_id, 0, len(data), body(data, 80))
        assert broken.value.fields["received"] == 80
        assert (await place.http.get(f"/api/v1/uploads/{upload['id']}")).json()["received"] == 80
        done = (await send(place, upload["id"], 80, data[80:])).json()
        assert (await place.http.get(done["asset"]["original"])).content == data

    async def test_of_nothing_keeps_nothing(self, place: Place) -> None:
        upload = await announce(place, b"x" * 9)
        upload_id = UploadId(UUID(upload["id"]))
        with pytest.raises(BodyBroken):
            await service.put(place.site, place.actor, upload_id, 0, 9, body(b"x" * 9, 0))
        assert await place.count("upload_pieces") == 0


class TestConcurrentWholes:
    async def test_give_the_asset_of_the_first_and_no_error_but_a_named_one(self, place: Place) -> None:
        data = picture(90, 80, seed=3)
        upload = await announce(place, data)
        answers = await asyncio.gather(*(send(place, upload["id"], 0, data) for _ in range(5)))
        assert {answer.status_code for answer in answers} <= {200, 409}
        assert 200 in {answer.status_code for answer in answers}
        assert await place.count("assets") == 1

    async def test_of_different_data_keep_the_ones_that_won(self, place: Place) -> None:
        upload = await announce(place, b"x" * 1000, purpose="data")
        await asyncio.gather(*(send(place, upload["id"], 0, letter * 1000) for letter in (b"a", b"b", b"c")))
        row = (await place.rows("SELECT * FROM uploads WHERE id = $1", upload["id"]))[0]
        kept = await place.site.blobs.read(row["blob"])
        assert sha(kept) == row["sha256"].hex()
        assert [key async for key, _ in place.site.blobs.keys(f"{place.org_id}/data")] == [row["blob"]]


class TestStoreDown:
    async def test_leaves_the_upload_open_to_be_sent_again(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        data = picture()
        upload = await announce(place, data)

        async def down(key: str, content: object) -> None:
            raise Unavailable("The store is down.")

        with monkeypatch.context() as patched:
            patched.setattr(place.site.blobs, "put", down)
            assert (await send(place, upload["id"], 0, data)).status_code == 503
        done = (await send(place, upload["id"], 0, data)).json()
        assert done["state"] == "done"


class TestDropStale:
    async def test_ends_what_was_left_alone_and_removes_its_bytes(self, place: Place) -> None:
        left, fresh = await announce(place, b"x" * 9), await announce(place, b"x" * 9)
        await send(place, left["id"], 0, b"x" * 4)
        await send(place, fresh["id"], 0, b"x" * 4)
        data_id = await place.data("m.csv", b"url\nhttps://example.com/a.jpg\n")
        await place.owner.execute("UPDATE uploads SET updated_at = now() - interval '8 days' WHERE id = $1", left["id"])
        assert await service.drop_stale(place.site, place.org_id) == 1
        gone = (await place.http.get(f"/api/v1/uploads/{left['id']}")).json()
        assert (gone["state"], gone["fault"]["code"]) == ("failed", "upload_expired")
        assert (await place.http.get(f"/api/v1/uploads/{fresh['id']}")).json()["received"] == 4
        await place.owner.execute("UPDATE uploads SET updated_at = now() - interval '31 days' WHERE id = $1", data_id)
        assert await service.drop_stale(place.site, place.org_id) == 1
        assert await service.drop_stale(place.site, place.org_id) == 0
        keys = [key async for key, _ in place.site.blobs.keys(str(place.org_id))]
        assert [key.split("/")[2] for key in keys] == [fresh["id"]]
