"""Fetching what is pending: who settles as what, and who is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from PIL import Image

from fairmark.assets.events import AssetFailed, AssetReady
from fairmark.assets.fetching.service import fetch_pending, revive, settle
from fairmark.assets.fetching.store import Ready
from fairmark.kernel import clock, json
from fairmark.kernel.db import Database
from fairmark.kernel.errors import Unavailable
from fairmark.kernel.ids import AssetId
from tests.assets.fetching.server import Names, Web, serving
from tests.assets.place import Place, make_place, picture, sha


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with serving() as server:
        yield server


@pytest.fixture
async def fetching(owner: asyncpg.Connection, db: Database, tmp_path: Path) -> AsyncIterator[Place]:
    """A place that may fetch from this machine, and from a folder."""
    (tmp_path / "open").mkdir()
    allow = f"file://{tmp_path}/open/"
    made = await make_place(
        owner, db, tmp_path, fetch_allow="127.0.0.0/8", fetch_timeout_s=4, fetch_mb_max=1, bucket_allow=allow
    )
    yield made
    await made.http.aclose()


async def add(place: Place, *urls: str) -> list[AssetId]:
    """Items with an address each; their assets."""
    rows = [{"external_id": url[:900], "assets": [{"url": url}]} for url in urls]
    answer = await place.http.post(f"/api/v1/projects/{place.project_id}/items", json={"items": rows})
    assert answer.json()["faults"] == [], answer.text
    ids: dict[str, AssetId] = {
        row["source"]: row["id"] for row in await place.rows("SELECT * FROM assets WHERE org_id = $1", place.org_id)
    }
    return [ids[url] for url in urls]


def two_frames() -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return file.getvalue()


async def asset(place: Place, id: AssetId) -> Any:
    return (await place.rows("SELECT * FROM assets WHERE id = $1", id))[0]


async def told(place: Place, kind: type[AssetReady] | type[AssetFailed]) -> list[UUID]:
    """The assets named by events of this kind."""
    tag = str(kind.__struct_config__.tag)
    rows = await place.rows("SELECT data FROM events WHERE org_id = $1 AND type = $2 ORDER BY id", place.org_id, tag)
    return [id for row in rows for id in json.decode(row["data"], kind).asset_ids]


class TestFetchPending:
    async def test_makes_assets_ready_and_says_so(self, fetching: Place, web: Web) -> None:
        data = picture(300, 200)
        web.gives("/a%20b.png", data)
        [id] = await add(fetching, web.url("/a%20b.png"))
        assert await fetch_pending(fetching.site, fetching.org_id, Names()) is None
        row = await asset(fetching, id)
        assert (row["state"], row["sha256"].hex(), row["width"], row["name"]) == ("ready", sha(data), 300, "a b.png")
        assert await told(fetching, AssetReady) == [id]
        item = await fetching.value("SELECT id FROM items WHERE org_id = $1", fetching.org_id)
        view = (await fetching.http.get(f"/api/v1/items/{item}")).json()["assets"][0]
        assert (await fetching.http.get(view["url"])).content == data

    async def test_fails_what_cannot_be_had_and_says_why(self, fetching: Place, web: Web) -> None:
        web.gives("/page.jpg", b"<!doctype html>")
        web.gives("/big.jpg", b"x" * 1_000_001)
        web.redirects("/inside.jpg", "http://inside.test/")
        urls = [web.url(path) for path in ("/gone.jpg", "/page.jpg", "/big.jpg", "/inside.jpg")]
        ids = await add(fetching, *urls)
        await fetch_pending(fetching.site, fetching.org_id, Names(inside_test=["10.0.0.1"]))
        rows = [await asset(fetching, id) for id in ids]
        assert [row["state"] for row in rows] == ["failed"] * 4
        codes = [json.decode(row["fault"])["code"] for row in rows]
        assert codes == ["http_status", "not_an_image", "fetch_too_large", "address_forbidden"]
        assert set(await told(fetching, AssetFailed)) == set(ids)
        assert await told(fetching, AssetReady) == []

    async def test_tries_what_may_pass_again_later_and_gives_up_in_the_end(self, fetching: Place, web: Web) -> None:
        web.gives("/a.jpg", b"", status="503 Busy")
        [id] = await add(fetching, web.url("/a.jpg"))
        for tries in range(1, 5):
            due = await fetch_pending(fetching.site, fetching.org_id, Names())
            row = await asset(fetching, id)
            assert (row["state"], row["tries"], json.decode(row["fault"])["code"]) == ("pending", tries, "http_status")
            assert due == row["fetch_after"]
            assert due is not None
            assert due > clock.now() + timedelta(seconds=2)
            # Nothing is due now: another run leaves it alone.
            await fetch_pending(fetching.site, fetching.org_id, Names())
            assert (await asset(fetching, id))["tries"] == tries
            await fetching.owner.execute("UPDATE assets SET fetch_after = now() WHERE id = $1", id)
        assert await fetch_pending(fetching.site, fetching.org_id, Names()) is None
        assert (await asset(fetching, id))["state"] == "failed"
        assert await told(fetching, AssetFailed) == [id]

    async def test_gives_a_failed_address_another_try_when_it_is_named_again(self, fetching: Place, web: Web) -> None:
        url = web.url("/a.png")
        [id] = await add(fetching, url)
        await fetch_pending(fetching.site, fetching.org_id, Names())
        assert (await asset(fetching, id))["state"] == "failed"
        web.gives("/a.png", picture())
        assert await add(fetching, url) == [id]
        await fetch_pending(fetching.site, fetching.org_id, Names())
        assert (await asset(fetching, id))["state"] == "ready"
        assert await fetching.count("items") == 1

    async def test_lays_the_pages_of_a_file_into_the_items_that_wait_for_it(self, fetching: Place, web: Web) -> None:
        web.gives("/two.gif", two_frames())
        web.gives("/a.png", picture())
        urls = [{"url": web.url("/two.gif")}, {"url": web.url("/a.png")}]
        labels = {"schema": "fairmark.annotation/1", "marks": [], "answers": {"q": "x"}, "links": []}
        rows = [{"external_id": "both", "assets": urls}, {"external_id": "alone", "assets": urls[:1]}]
        await fetching.http.post(f"/api/v1/projects/{fetching.project_id}/items", json={"items": rows})
        await fetching.owner.execute(
            "UPDATE items SET prelabel = $1 WHERE org_id = $2 AND external_id = 'both'",
            json.encode(labels),
            fetching.org_id,
        )
        assert await fetch_pending(fetching.site, fetching.org_id, Names()) is None
        pages = await fetching.rows(
            "SELECT id, name FROM assets WHERE org_id = $1 AND page > 0 ORDER BY page", fetching.org_id
        )
        assert [row["name"] for row in pages] == ["two.gif, frame 1.png", "two.gif, frame 2.png"]
        laid = {
            row["external_id"]: row["asset_ids"]
            for row in await fetching.rows("SELECT * FROM items WHERE org_id = $1", fetching.org_id)
        }
        assert laid["alone"] == [row["id"] for row in pages]
        # Labels name images by number: with pages before the second image, they would name another.
        assert len(laid["both"]) == 2
        assert pages[0]["id"] in await told(fetching, AssetReady)

    async def test_knows_the_same_bytes_from_several_addresses(self, fetching: Place, web: Web) -> None:
        data = picture(200, 100)
        uploaded = (await fetching.small("first.png", data))["asset"]["id"]
        other = picture(100, 200)
        for path, content in (("/1", data), ("/2", other), ("/3", other)):
            web.gives(path, content)
        ids = await add(fetching, *(web.url(path) for path in ("/1", "/2", "/3")))
        await fetch_pending(fetching.site, fetching.org_id, Names())
        rows = [await asset(fetching, id) for id in ids]
        assert [row["state"] for row in rows] == ["ready"] * 3
        assert (rows[0]["same_as"], rows[0]["width"]) == (UUID(uploaded), 200)
        # Of the two with other bytes one is the first, and the other names it.
        assert sorted(row["same_as"] is None for row in rows[1:]) == [False, True]
        assert {row["same_as"] for row in rows[1:]} - {None} <= set(ids[1:])
        assert len([key async for key, _ in fetching.site.blobs.keys(f"{fetching.org_id}/assets")]) == 2
        # Adding one of these addresses again leads to the asset that held the bytes first.
        again = await fetching.http.post(
            f"/api/v1/projects/{fetching.project_id}/items",
            json={"items": [{"external_id": "again", "assets": [{"url": web.url("/1")}]}]},
        )
        item = (await fetching.http.get(f"/api/v1/items/{again.json()['items'][0]['item_id']}")).json()
        assert item["assets"][0]["id"] == uploaded

    async def test_reads_opened_folders_and_no_others(self, fetching: Place, tmp_path: Path) -> None:
        data = picture()
        (tmp_path / "open" / "a b.png").write_bytes(data)
        (tmp_path / "secret.png").write_bytes(data)
        (tmp_path / "open" / "link.png").symlink_to(tmp_path / "secret.png")
        prefix = f"file://{tmp_path}/open/"
        for number, name in enumerate(("a b.png", "none.png", "link.png", "../secret.png")):
            await fetching.owner.execute(
                "INSERT INTO assets (org_id, id, state, source, name, fetch_after, created_at)"
                " VALUES ($1, gen_random_uuid(), 'pending', $2, $3, now(), now())",
                fetching.org_id, prefix + name, str(number),
            )  # fmt: skip
        await fetch_pending(fetching.site, fetching.org_id, Names())
        rows = await fetching.rows("SELECT state, fault FROM assets WHERE org_id = $1 ORDER BY name", fetching.org_id)
        assert [row["state"] for row in rows] == ["ready", "failed", "failed", "failed"]
        assert [json.decode(row["fault"])["code"] for row in rows[1:]] == [
            "file_missing", "file_missing", "bucket_forbidden",
        ]  # fmt: skip

    async def test_is_not_held_up_by_hosts_that_are_slow(self, fetching: Place, web: Web) -> None:
        async def silent(writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(30)

        urls: list[str] = []
        for number in range(20):
            web.gives(f"/{number}", picture(30, 20, seed=number))
            urls.append(web.url(f"/{number}"))
        web.answers["/slow"] = silent
        ids = await add(fetching, web.url("/slow"), *urls)
        await fetch_pending(fetching.site, fetching.org_id, Names())
        assert (await asset(fetching, ids[0]))["state"] == "pending"
        assert json.decode((await asset(fetching, ids[0]))["fault"])["code"] == "fetch_timeout"
        assert set(await told(fetching, AssetReady)) == set(ids[1:])

    async def test_does_not_ask_a_dead_host_for_every_file(self, fetching: Place, web: Web) -> None:
        names = Names(dead_test=[])
        urls = [web.url(f"/{n}", "dead.test") for n in range(60)]
        web.gives("/good", picture())
        good, *ids = await add(fetching, web.url("/good"), *urls)
        await fetch_pending(fetching.site, fetching.org_id, names)
        # Five failures, and those that were under way beside them.
        assert names.asked.count("dead.test") < 5 + 16
        rows = [await asset(fetching, id) for id in ids]
        assert {(row["state"], row["tries"], json.decode(row["fault"])["code"]) for row in rows} == {
            ("pending", 1, "host_unknown")
        }
        assert (await asset(fetching, good))["state"] == "ready"

    async def test_leaves_a_claim_that_another_process_holds(self, fetching: Place, web: Web) -> None:
        web.gives("/a.png", picture())
        [id] = await add(fetching, web.url("/a.png"))
        await fetching.owner.execute(
            "UPDATE assets SET fetch_after = now() + interval '1 minute', tries = 1 WHERE id = $1", id
        )
        assert await fetch_pending(fetching.site, fetching.org_id, Names()) is not None
        assert web.seen == []
        # The other was killed: its claim ends, and the asset is fetched.
        await fetching.owner.execute("UPDATE assets SET fetch_after = now() - interval '1 second' WHERE id = $1", id)
        await fetch_pending(fetching.site, fetching.org_id, Names())
        assert (await asset(fetching, id))["state"] == "ready"

    async def test_keeps_what_is_done_when_the_store_goes_down(
        self, fetching: Place, web: Web, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        data = picture(seed=1)
        web.gives("/a.png", data)
        web.gives("/b.png", picture(seed=2))
        await fetching.small("known.png", data)
        known, new = await add(fetching, web.url("/a.png"), web.url("/b.png"))

        async def down(key: str, content: object) -> None:
            await asyncio.sleep(0.5)
            raise Unavailable("The store is down.")

        with monkeypatch.context() as patched:
            patched.setattr(fetching.site.blobs, "put", down)
            with pytest.raises(Unavailable):
                await fetch_pending(fetching.site, fetching.org_id, Names())
        assert (await asset(fetching, known))["state"] == "ready"
        assert (await asset(fetching, new))["state"] == "pending"
        assert (await asset(fetching, new))["fault"] is None


class TestSettle:
    async def test_of_the_same_new_bytes_at_the_same_time_makes_one_the_first(self, fetching: Place) -> None:
        ids = await add(fetching, *(f"https://example.com/{n}" for n in range(6)))
        ready = [Ready(id, b"x" * 32, None, "image/png", 9, 3, 3, "{}") for id in ids]
        await asyncio.gather(*(settle(fetching.site, fetching.org_id, [each]) for each in ready))
        rows = [await asset(fetching, id) for id in ids]
        firsts = [row["id"] for row in rows if row["same_as"] is None]
        assert len(firsts) == 1
        assert {row["same_as"] for row in rows} == {None, firsts[0]}
        assert set(await told(fetching, AssetReady)) == set(ids)

    async def test_twice_says_it_once(self, fetching: Place) -> None:
        [id] = await add(fetching, "https://example.com/a")
        ready = Ready(id, b"y" * 32, None, "image/png", 9, 3, 3, "{}")
        await settle(fetching.site, fetching.org_id, [ready])
        await settle(fetching.site, fetching.org_id, [ready])
        assert await told(fetching, AssetReady) == [id]


class TestRevive:
    async def test_asks_for_none_while_the_organisation_is_closed(self, fetching: Place) -> None:
        await add(fetching, "https://example.com/a")
        await fetching.close()
        assert not await revive(fetching.site, fetching.org_id)
        assert await fetch_pending(fetching.site, fetching.org_id) is None
        assert await fetching.value("SELECT state FROM assets WHERE org_id = $1", fetching.org_id) == "pending"
        await fetching.open_again()
        assert await revive(fetching.site, fetching.org_id)

    async def test_asks_for_a_run_only_where_something_is_due(self, fetching: Place) -> None:
        assert not await revive(fetching.site, fetching.org_id)
        [id] = await add(fetching, "https://example.com/a")
        assert await revive(fetching.site, fetching.org_id)
        await fetching.owner.execute("UPDATE assets SET fetch_after = now() + interval '1 hour' WHERE id = $1", id)
        assert not await revive(fetching.site, fetching.org_id)
