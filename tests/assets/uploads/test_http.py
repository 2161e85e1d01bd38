"""Uploads over HTTP: in pieces, whole, in batches, and what is refused."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from PIL import Image

from fairmark.assets.uploads.model import SMALL_BYTES_MAX
from fairmark.kernel.actor import NOBODY
from tests.assets.place import Place, picture, sha


async def announce(place: Place, data: bytes, **more: Any) -> dict[str, Any]:
    body = {"name": "a.png", "bytes": len(data), **more}
    answer = await place.http.post("/api/v1/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def send(place: Place, upload_id: str, offset: int, data: bytes) -> Any:
    return await place.http.put(f"/api/v1/uploads/{upload_id}", params={"offset": offset}, content=data)


def batch(files: list[tuple[str, bytes]], **more: Any) -> bytes:
    listed = {"files": [{"name": name, "bytes": len(data), **more} for name, data in files]}
    return json.dumps(listed).encode() + b"\n" + b"".join(data for _, data in files)


class TestPieces:
    async def test_make_an_asset_with_the_last_byte(self, place: Place) -> None:
        data = picture(300, 200)
        upload = await announce(place, data, sha256=sha(data))
        assert (upload["state"], upload["received"], upload["asset"]) == ("open", 0, None)
        first = (await send(place, upload["id"], 0, data[:100])).json()
        assert (first["state"], first["received"]) == ("open", 100)
        last = (await send(place, upload["id"], 100, data[100:])).json()
        assert (last["state"], last["received"], last["asset"]["width"]) == ("done", len(data), 300)
        assert (await place.http.get(last["asset"]["url"])).content == data
        # Nothing of the pieces is left, neither in the database nor in the store.
        assert await place.count("upload_pieces") == 0
        assert [key async for key, _ in place.site.blobs.keys(f"{place.org_id}/uploads")] == []

    async def test_at_the_wrong_place_say_where_to_go_on(self, place: Place) -> None:
        data = picture()
        upload = await announce(place, data)
        await send(place, upload["id"], 0, data[:50])
        answer = await send(place, upload["id"], 10, data[10:60])
        assert answer.status_code == 409
        assert answer.json()["error"]["code"] == "offset_wrong"
        assert answer.json()["error"]["fields"]["received"] == 50

    async def test_that_are_sent_again_after_the_end_change_nothing(self, place: Place) -> None:
        data = picture()
        upload = await announce(place, data)
        done = (await send(place, upload["id"], 0, data)).json()
        again = await send(place, upload["id"], len(data), b"")
        assert (again.status_code, again.json()["asset"]["id"]) == (200, done["asset"]["id"])
        closed = await send(place, upload["id"], 0, data)
        assert (closed.status_code, closed.json()["error"]["code"]) == (409, "upload_closed")

    async def test_beyond_the_announced_size_are_refused(self, place: Place) -> None:
        upload = await announce(place, b"x" * 10)
        answer = await send(place, upload["id"], 0, b"x" * 11)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload_too_large")

    async def test_that_do_not_add_up_to_the_checksum_fail_the_upload(self, place: Place) -> None:
        data = picture()
        upload = await announce(place, data, sha256="0" * 64)
        answer = await send(place, upload["id"], 0, data)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "checksum_wrong")
        now = (await place.http.get(f"/api/v1/uploads/{upload['id']}")).json()
        assert (now["state"], now["fault"]["code"], now["asset"]) == ("failed", "checksum_wrong", None)

    async def test_that_were_all_safe_before_a_crash_are_finished_by_an_empty_one(self, place: Place) -> None:
        data = picture()
        upload = await announce(place, data)
        await send(place, upload["id"], 0, data[:20])
        # What a server leaves that was killed after it had counted the last piece, and before it finished.
        blob = f"{place.org_id}/uploads/{upload['id']}/rest"
        await place.site.blobs.put(blob, data[20:])
        await place.owner.execute(
            "INSERT INTO upload_pieces VALUES ($1, $2, 20, $3, $4)",
            place.org_id, upload["id"], len(data) - 20, blob,
        )  # fmt: skip
        await place.owner.execute("UPDATE uploads SET received = bytes WHERE id = $1", upload["id"])
        done = (await send(place, upload["id"], len(data), b"")).json()
        assert done["state"] == "done"
        assert (await place.http.get(done["asset"]["url"])).content == data


class TestCreate:
    async def test_of_known_bytes_is_done_at_once(self, place: Place) -> None:
        data = picture()
        first = await place.small("first.png", data)
        upload = await announce(place, data, sha256=sha(data), name="second.png")
        assert upload["state"] == "done"
        assert upload["asset"]["id"] == first["asset"]["id"]

    async def test_does_not_believe_a_known_hash_with_another_size(self, place: Place) -> None:
        data = picture()
        await place.small("first.png", data)
        body = {"name": "b.png", "bytes": len(data) + 1, "sha256": sha(data)}
        assert (await place.http.post("/api/v1/uploads", json=body)).json()["state"] == "open"

    async def test_knows_nothing_of_another_organisation(self, place: Place, other: Place) -> None:
        data = picture()
        await other.small("theirs.png", data)
        assert (await announce(place, data, sha256=sha(data)))["state"] == "open"

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"name": "a.png", "bytes": 0}, 422, "file_empty"),
            ({"name": "a.png", "bytes": 20_000_000_001}, 413, "upload_too_large"),
            ({"name": "../../etc/passwd", "bytes": 9}, 422, "path_outside"),
            ({"name": "/etc/passwd", "bytes": 9}, 422, "path_outside"),
            ({"name": "C:\\autoexec.bat", "bytes": 9}, 422, "path_outside"),
            ({"name": "a\u0000b.png", "bytes": 9}, 422, "bad_name"),
            ({"name": "a\nb.png", "bytes": 9}, 422, "bad_name"),
            ({"name": "é" * 1024, "bytes": 9}, 422, "bad_name"),  # 2,048 bytes in UTF-8
            ({"name": "", "bytes": 9}, 422, "invalid"),
            ({"name": "a.png", "bytes": -1}, 422, "invalid"),
            ({"name": "a.png", "bytes": 9, "sha256": "zz"}, 422, "invalid"),
            ({"name": "a.png", "bytes": 9, "what": 1}, 422, "invalid"),
            ({"name": "a.png", "bytes": 9, "purpose": "fun"}, 422, "invalid"),
        ],
    )
    async def test_refuses_what_cannot_be(self, place: Place, body: dict[str, Any], status: int, code: str) -> None:
        answer = await place.http.post("/api/v1/uploads", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
        assert await place.count("uploads") == 0

    async def test_keeps_names_in_one_spelling(self, place: Place) -> None:
        # e and a combining acute accent, as macOS writes it, is stored as the one letter that others write.
        upload = await announce(place, b"x", name="Cafe\u0301/\u6771\u4eac.png")
        assert upload["name"] == "Caf\u00e9/\u6771\u4eac.png"


class TestSmall:
    async def test_is_an_asset_in_one_request(self, place: Place) -> None:
        data = picture(300, 200)
        upload = await place.small("a/b.png", data)
        assert upload["state"] == "done"
        asset = upload["asset"]
        assert (asset["width"], asset["height"], asset["media_type"]) == (300, 200, "image/png")
        # 128 and 256 are below the longer side of 300; 512 and 1024 are not.
        assert sorted(asset["thumbnails"], key=int) == ["128", "256"]
        got = await place.http.get(asset["url"])
        assert got.content == data

    async def test_has_its_upright_size(self, place: Place) -> None:
        # Orientation 6: stored lying, 40 wide and 20 high; upright it is 20 wide and 40 high.
        from PIL import Image

        exif = Image.Exif()
        exif[0x0112] = 6
        upload = await place.small("phone.jpg", picture(40, 20, form="JPEG", exif=exif))
        assert (upload["asset"]["width"], upload["asset"]["height"]) == (20, 40)

    async def test_of_the_same_bytes_is_the_same_asset(self, place: Place) -> None:
        data = picture()
        first, second = await place.small("a.png", data), await place.small("b.png", data)
        assert first["asset"]["id"] == second["asset"]["id"]
        assert first["id"] != second["id"]
        assert await place.count("assets") == 1

    async def test_above_the_limit_is_refused_while_it_comes(self, place: Place) -> None:
        async def endless() -> AsyncIterator[bytes]:
            for _ in range(SMALL_BYTES_MAX // 65_536 + 1):
                yield b"x" * 65_536

        answer = await place.http.post("/api/v1/uploads/small", params={"name": "a.png"}, content=endless())
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "upload_too_large")

    @pytest.mark.parametrize(
        ("name", "data", "code"),
        [
            ("empty.jpg", b"", "file_empty"),
            ("page.jpg", b"<!doctype html><script>alert(1)</script>", "not_an_image"),
            ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', "not_an_image"),
            ("noise.png", bytes(range(256)) * 8, "not_an_image"),
            ("cut.png", picture(200, 200)[:-300], "image_truncated"),
            ("cut.jpg", picture(200, 200, form="JPEG")[:-200], "image_truncated"),
            ("head.png", picture()[:30], "image_truncated"),
            ("program.png", b"MZ" + bytes(500), "not_an_image"),
        ],
    )
    async def test_that_is_no_sound_image_is_refused_by_name(
        self, place: Place, name: str, data: bytes, code: str
    ) -> None:
        answer = await place.http.post("/api/v1/uploads/small", params={"name": name}, content=data)
        error = answer.json()["error"]
        assert (answer.status_code, error["code"]) == (422, code), error
        assert error["mend"]
        kept = (await place.http.get(f"/api/v1/uploads/{error['fields']['upload_id']}")).json()
        assert (kept["state"], kept["fault"]["code"]) == ("failed", code)
        assert await place.count("assets") == 0
        assert [key async for key, _ in place.site.blobs.keys(f"{place.org_id}")] == []

    async def test_that_would_unpack_to_more_pixels_than_allowed_is_refused(self, place: Place) -> None:
        # 30,000 x 30,000 pixels of one colour: 900 megapixels in a file of some 100 kB; 400 are allowed.
        file = io.BytesIO()
        Image.new("1", (30_000, 30_000)).save(file, "PNG")
        answer = await place.http.post("/api/v1/uploads/small", params={"name": "b.png"}, content=file.getvalue())
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "image_too_large")

    async def test_with_a_wrong_ending_is_what_its_bytes_say(self, place: Place) -> None:
        upload = await place.small("photo.gif", picture(form="JPEG"))
        assert upload["asset"]["media_type"] == "image/jpeg"


class TestBatch:
    async def test_takes_good_files_and_says_what_is_wrong_with_bad_ones(self, place: Place) -> None:
        files = [("a.png", picture(seed=1)), ("bad.png", b"no image"), ("c.png", picture(seed=2)), ("e.png", b"")]
        answer = await place.http.post("/api/v1/uploads/batch", content=batch(files))
        assert answer.status_code == 201, answer.text
        uploads = answer.json()["uploads"]
        assert [upload["name"] for upload in uploads] == ["a.png", "bad.png", "c.png", "e.png"]
        assert [upload["state"] for upload in uploads] == ["done", "failed", "done", "failed"]
        assert [upload["fault"] and upload["fault"]["code"] for upload in uploads] == [
            None, "not_an_image", None, "file_empty",
        ]  # fmt: skip
        got = await place.http.get(uploads[2]["asset"]["original"])
        assert got.content == files[2][1]

    async def test_of_many_windows_gives_each_file_its_own_bytes(self, place: Place) -> None:
        files = [(f"{n}.png", picture(20, 10, seed=n)) for n in range(150)]
        answer = await place.http.post("/api/v1/uploads/batch", content=batch(files))
        rows = await place.rows(
            "SELECT u.name, a.sha256 FROM uploads u JOIN assets a ON a.id = u.asset_id WHERE u.org_id = $1",
            place.org_id,
        )
        assert answer.status_code == 201
        assert {row[0]: row[1].hex() for row in rows} == {name: sha(data) for name, data in files}

    async def test_with_the_same_file_twice_makes_one_asset(self, place: Place) -> None:
        data = picture()
        answer = await place.http.post("/api/v1/uploads/batch", content=batch([("a.png", data), ("b.png", data)]))
        first, second = answer.json()["uploads"]
        assert first["asset"]["id"] == second["asset"]["id"]

    async def test_that_is_cut_keeps_nothing_half(self, place: Place) -> None:
        files = [("a.png", picture(seed=1)), ("b.png", picture(seed=2))]
        answer = await place.http.post("/api/v1/uploads/batch", content=batch(files)[:-5])
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "body_broken")
        assert answer.json()["error"]["fields"]["files_done"] == 1
        assert await place.count("assets") == 1

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "bad_batch"),
            (b"no line feed", "bad_batch"),
            (b"{}\n", "bad_batch"),
            (b'{"files": []}\n', "bad_batch"),
            (b'{"files": [{"name": "a", "bytes": 9000000}]}\n', "bad_batch"),
            (b'{"files": [{"name": "a.png", "bytes": 1}]}\nxx', "bad_batch"),
            (b'{"files": [{"name": "../a.png", "bytes": 1}]}\nx', "path_outside"),
            (b'{"files": [{"name": "a", "bytes": 8000000}' + b', {"name": "a", "bytes": 8000000}' * 9 + b"]}\n",
             "upload_too_large"),
            (b"x" * 3_000_000, "bad_batch"),
            (b'{"files": ' + b"[" * 100_000 + b"\n", "bad_batch"),
        ],
    )  # fmt: skip
    async def test_with_a_wrong_list_is_refused(self, place: Place, body: bytes, code: str) -> None:
        answer = await place.http.post("/api/v1/uploads/batch", content=body)
        assert answer.json()["error"]["code"] == code
        assert 400 <= answer.status_code < 500


class TestKnown:
    async def test_names_the_assets_that_are_here(self, place: Place, other: Place) -> None:
        ours, theirs = picture(seed=1), picture(seed=2)
        upload = await place.small("a.png", ours)
        await other.small("b.png", theirs)
        answer = await place.http.post("/api/v1/uploads/known", json={"sha256": [sha(ours), sha(theirs), "0" * 64]})
        assert answer.json() == {"assets": {sha(ours): upload["asset"]["id"]}}


class TestFence:
    async def test_hides_uploads_of_others(self, place: Place, other: Place) -> None:
        upload = await announce(other, b"x" * 9)
        for answer in (
            await place.http.get(f"/api/v1/uploads/{upload['id']}"),
            await send(place, upload["id"], 0, b"x"),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "upload_not_found")
        assert await other.value("SELECT received FROM uploads WHERE id = $1", upload["id"]) == 0

    async def test_asks_who_sends_before_it_reads(self, place: Place) -> None:
        place.acting[0] = NOBODY
        for path in ("small?name=a.png", "batch", "known"):
            answer = await place.http.post(f"/api/v1/uploads/{path}", json={"sha256": []})
            assert answer.status_code == 401
