"""Imports: what they take, what they report, and that nothing stops them half-way."""

import asyncio
import io
import json
import random
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairmark.assets import placement
from fairmark.assets.events import ImportFinished, ItemsAdded
from fairmark.assets.imports import service, store
from fairmark.assets.imports.sources import inline, manifest
from fairmark.kernel import json as kernel_json
from fairmark.kernel.ids import ImportId
from tests.assets.place import Place, add_project, picture, sha


def lines(*rows: Any) -> bytes:
    """JSONL; text goes in as it is."""
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


async def items(place: Place) -> list[Any]:
    return await place.rows("SELECT * FROM items WHERE org_id = $1 ORDER BY id", place.org_id)


async def told(place: Place, kind: Any) -> list[Any]:
    rows = await place.rows(
        "SELECT data FROM events WHERE org_id = $1 AND type = $2 ORDER BY id",
        place.org_id,
        str(kind.__struct_config__.tag),
    )
    return [kernel_json.decode(row["data"], kind) for row in rows]


class TestManifest:
    async def test_takes_the_good_rows_and_reports_the_bad_by_line(self, place: Place) -> None:
        upload = await place.data(
            "m.jsonl",
            lines(
                {"external_id": "a", "url": "https://example.com/a.jpg", "meta": {"speed": 3}, "priority": 7},
                b"{not json",
                {"external_id": "b", "url": "ftp://example.com/b.jpg"},
                {"external_id": "c"},
                {"external_id": "d", "url": "https://example.com/d%20d.jpg?x=1", "name": "dd.jpg", "split": "val"},
                {"external_id": "e", "path": "nowhere.jpg"},
                {"external_id": "f", "url": "https://user:pw@example.com/f.jpg"},
                {"external_id": "g\u0007", "url": "https://example.com/g.jpg"},
                {"external_id": "h", "url": "https://example.com/h.jpg", "meta": {"x": "y" * 70_000}},
                b"",
                {"external_id": "i", "url": "https://example.com/i.jpg"},
            ),
        )
        done = await place.bring({"kind": "manifest", "upload_id": upload}, batch="first")
        assert (done.state, done.progress, done.rows_total) == ("done", 1, 10)
        assert (done.rows_done, done.rows_new, done.rows_there, done.rows_bad) == (10, 3, 0, 7)
        assert [row["line"] for row in await place.faults(done.id)] == [2, 3, 4, 6, 7, 8, 9]
        assert all(row["code"] and row["message"] for row in await place.faults(done.id))
        found = await items(place)
        assert [(row["external_id"], row["name"], row["priority"]) for row in found] == [
            ("a", "a.jpg", 7), ("d", "dd.jpg", 0), ("i", "i.jpg", 0),
        ]  # fmt: skip
        assert [json.loads(row["meta"]) for row in found] == [{"speed": 3}, {"split": "val"}, {}]
        pending = await place.rows("SELECT source, state FROM assets WHERE org_id = $1", place.org_id)
        assert {row["state"] for row in pending} == {"pending"}
        assert len(pending) == 3

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            (
                "m.csv",
                b"external_id,url,meta.speed\r\na,https://example.com/a.jpg,3\r\nb,https://example.com/b.jpg,4\r\n",
            ),
            ("m.txt", b"https://example.com/a.jpg\n# a note\n\nhttps://example.com/b.jpg\n"),
            ("m.ndjson", lines({"url": "https://example.com/a.jpg"}, {"url": "https://example.com/b.jpg"})),
            ("what", lines({"url": "https://example.com/a.jpg"}, {"url": "https://example.com/b.jpg"})),
        ],
    )
    async def test_finds_out_what_it_is(self, place: Place, name: str, content: bytes) -> None:
        upload = await place.data(name, content)
        done = await place.bring({"kind": "manifest", "upload_id": upload})
        assert (done.state, done.rows_new, done.rows_bad) == ("done", 2, 0)

    async def test_may_be_parquet(self, place: Place) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        file = io.BytesIO()
        urls = [f"https://example.com/{n}.jpg" for n in range(2500)]
        pq.write_table(pa.table({"url": urls, "external_id": [str(n) for n in range(2500)]}), file)
        upload = await place.data("m.parquet", file.getvalue())
        done = await place.bring({"kind": "manifest", "upload_id": upload})
        assert (done.state, done.rows_new) == ("done", 2500)

    @pytest.mark.parametrize(
        ("name", "content", "code"),
        [
            ("m.parquet", b"PAR1 and no more", "file_damaged"),
            ("photo.jpg", picture(form="JPEG"), "wrong_format"),
            ("m.csv", b"colour,size\nred,3\n", "wrong_format"),
            ("m.jsonl", "{}".encode("utf-16"), "bad_encoding"),
        ],
    )
    async def test_that_is_none_fails_by_name(self, place: Place, name: str, content: bytes, code: str) -> None:
        done = await place.bring({"kind": "manifest", "upload_id": await place.data(name, content)})
        assert (done.state, done.fault and done.fault.code) == ("failed", code)
        assert (await told(place, ImportFinished))[0].state == "failed"

    async def test_names_files_that_were_uploaded(self, place: Place) -> None:
        first, second = picture(seed=1), picture(seed=2)
        await place.small("run/Caf\u00e9.png", first)
        await place.small("two.png", second)
        upload = await place.data(
            "m.jsonl", lines({"path": "run/Cafe\u0301.png"}, {"sha256": sha(second)}, {"sha256": "0" * 64})
        )
        done = await place.bring({"kind": "manifest", "upload_id": upload})
        assert (done.rows_new, done.rows_bad) == (2, 1)
        states = await place.rows("SELECT DISTINCT state FROM assets WHERE org_id = $1", place.org_id)
        assert [row["state"] for row in states] == ["ready"]
        assert (await place.faults(done.id))[0]["code"] == "asset_not_found"

    async def test_again_adds_nothing(self, place: Place) -> None:
        content = lines(*({"external_id": str(n), "url": f"https://example.com/{n}"} for n in range(20)))
        first = await place.bring({"kind": "manifest", "upload_id": await place.data("m.jsonl", content)})
        again = await place.bring({"kind": "manifest", "upload_id": await place.data("m.jsonl", content)})
        assert (first.rows_new, again.rows_new, again.rows_there) == (20, 0, 20)
        assert (await place.count("items"), await place.count("assets")) == (20, 20)

    async def test_counts_repeated_rows_as_there(self, place: Place) -> None:
        row = {"external_id": "a", "url": "https://example.com/a"}
        other = {"external_id": "b", "url": "https://example.com/a"}
        done = await place.bring({"kind": "manifest", "upload_id": await place.data("m.jsonl", lines(row, row, other))})
        assert (done.rows_new, done.rows_there) == (2, 1)
        assert await place.count("assets") == 1  # one for the one address

    async def test_reports_rows_that_repeat_a_bad_one(self, place: Place) -> None:
        bad, good = {"external_id": "a", "path": "nowhere.jpg"}, {"external_id": "a", "url": "https://example.com/a"}
        done = await place.bring({"kind": "manifest", "upload_id": await place.data("m.jsonl", lines(bad, good))})
        assert (done.rows_new, done.rows_bad) == (0, 2)
        assert [row["code"] for row in await place.faults(done.id)] == ["asset_not_found", "repeats_bad_row"]

    async def test_may_send_rows_to_batches_of_their_own(self, place: Place) -> None:
        rows = [{"external_id": str(n), "url": f"https://example.com/{n}", "batch": f"b{n % 2}"} for n in range(6)]
        rows.append({"external_id": "x", "url": "https://example.com/x"})
        rows.append({"external_id": "y", "url": "https://example.com/y", "batch": "stopped"})
        made = await place.http.post(f"/api/v1/projects/{place.project_id}/batches", json={"name": "stopped"})
        await place.http.patch(f"/api/v1/batches/{made.json()['id']}", json={"state": "cancelled"})
        done = await place.bring(
            {"kind": "manifest", "upload_id": await place.data("m.jsonl", lines(*rows))}, batch="mine"
        )
        assert (done.rows_new, done.rows_bad) == (7, 1)
        batches = (await place.http.get(f"/api/v1/projects/{place.project_id}/batches")).json()["rows"]
        assert {each["name"]: each["items"] for each in batches} == {"b0": 3, "b1": 3, "mine": 1, "stopped": 0}
        assert (await place.faults(done.id))[0]["code"] == "batch_cancelled"

    async def test_checks_labels_against_the_ontology(self, place: Place) -> None:
        def row(name: str, class_: str, **geometry: float) -> dict[str, Any]:
            box = {"x": 1, "y": 1, "w": 9, "h": 9} | geometry
            mark = {"id": "m1", "kind": "box", "class": class_, "geometry": box}
            return {"external_id": name, "url": f"https://e.com/{name}", "annotation": {"version": 1, "marks": [mark]}}

        upload = await place.data("m.jsonl", lines(row("a", "car"), row("b", "plane"), row("c", "car", w=-1)))
        done = await place.bring({"kind": "manifest", "upload_id": upload})
        assert (done.rows_new, done.rows_bad) == (1, 2)
        assert [(row["line"], row["code"]) for row in await place.faults(done.id)] == [
            (2, "labels_unfit"), (3, "labels_unfit"),
        ]  # fmt: skip
        [item] = await items(place)
        shown = (await place.http.get(f"/api/v1/items/{item['id']}")).json()
        assert shown["prelabel"]["marks"][0]["class"] == "car"

    async def test_keeps_the_first_faults_and_counts_all(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "FAULTS_KEPT", 5)
        done = await place.bring({"kind": "manifest", "upload_id": await place.data("m.jsonl", lines(*[b"{"] * 12))})
        assert done.rows_bad == 12
        assert [row["n"] for row in await place.faults(done.id)] == [1, 2, 3, 4, 5]


class TestInline:
    async def test_urls_make_items_of_their_names(self, place: Place) -> None:
        urls = ["https://example.com/a.jpg", "nonsense", "https://example.com/b.jpg", "https://example.com/a.jpg"]
        done = await place.bring({"kind": "urls", "urls": urls})
        assert (done.state, done.rows_new, done.rows_there, done.rows_bad) == ("done", 2, 1, 1)
        assert (await place.faults(done.id))[0]["line"] == 2
        assert {row["external_id"] for row in await items(place)} == {urls[0], urls[2]}

    async def test_uploads_make_items_once(self, place: Place) -> None:
        uploads = [await place.small(f"{n}.png", picture(seed=n)) for n in range(4)]
        source = {
            "kind": "assets",
            "asset_ids": [uploads[0]["asset"]["id"]],
            "upload_ids": [uploads[1]["id"], str(uuid4())],
            "names": ["2.png", "none.png"],
        }
        first = await place.bring(source)
        assert (first.rows_new, first.rows_bad) == (3, 2)
        assert [row["name"] for row in await items(place)] == ["0.png", "1.png", "2.png"]
        again = await place.bring(source)
        assert (again.rows_new, again.rows_there, again.rows_bad) == (0, 3, 2)
        repeated = await place.bring(source, repeats=True)
        assert (repeated.rows_new, repeated.rows_bad) == (3, 2)

    async def test_rows_are_checked_one_by_one(self, place: Place) -> None:
        rows = [
            {"external_id": "a", "assets": [{"url": "https://example.com/a"}], "meta": {"k": [1, None, "x"]}},
            {"external_id": "b", "assets": []},
            {"external_id": 3, "assets": [{"url": "https://example.com/b"}]},
            {"external_id": "c", "assets": [{"url": "https://example.com/c", "asset_id": str(uuid4())}]},
        ]
        done = await place.bring({"kind": "items", "items": rows})
        assert (done.rows_new, done.rows_bad) == (1, 3)
        assert [row["line"] for row in await place.faults(done.id)] == [2, 3, 4]
        kept = await place.value("SELECT inline FROM imports WHERE id = $1", done.id)
        assert kept is None

    @pytest.mark.parametrize(
        "source",
        [
            {"kind": "urls", "urls": []},
            {"kind": "assets"},
            {"kind": "nothing"},
            {"kind": "urls", "urls": ["x"] * 20_001},
            {"kind": "manifest"},
            {"kind": "manifest", "upload_id": str(uuid4())},
            {"kind": "bucket", "url": "s3://secret/"},
            {"kind": "bucket", "url": "file:///etc/"},
            {"kind": "archive", "upload_id": str(uuid4()), "format": "word"},
        ],
    )
    async def test_sources_that_cannot_be_are_refused_at_once(self, place: Place, source: dict[str, Any]) -> None:
        answer = await place.http.post(f"/api/v1/projects/{place.project_id}/imports", json={"source": source})
        assert 400 <= answer.status_code < 500
        assert await place.count("imports") == 0
        assert await place.count("batches") == 0

    async def test_media_are_no_manifest(self, place: Place) -> None:
        upload = await place.small("a.png", picture())
        body = {"source": {"kind": "manifest", "upload_id": upload["id"]}}
        answer = await place.http.post(f"/api/v1/projects/{place.project_id}/imports", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "upload_not_data")


class TestEvents:
    async def test_say_which_items_came_chunk_by_chunk(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(inline, "CHUNK_ROWS", 10)
        done = await place.bring({"kind": "urls", "urls": [f"https://example.com/{n}" for n in range(25)]})
        added = await told(place, ItemsAdded)
        assert [event.count for event in added] == [10, 10, 5]
        ids = [row["id"] for row in await items(place)]
        for event, part in zip(added, (ids[:10], ids[10:20], ids[20:]), strict=True):
            assert (event.first_id, event.last_id) == (part[0], part[-1])
            assert (event.project_id, event.batch_id, event.import_id) == (place.project_id, done.batch_id, done.id)
        [finished] = await told(place, ImportFinished)
        assert (finished.state, finished.rows_new) == ("done", 25)

    async def test_ask_for_the_fetch_of_what_is_new(self, place: Place) -> None:
        await place.bring({"kind": "urls", "urls": ["https://example.com/1"]})
        waiting = await place.rows(
            "SELECT entrypoint FROM pgqueuer.pgqueuer WHERE convert_from(payload, 'UTF8') LIKE $1", f"%{place.org_id}%"
        )
        assert sorted(row["entrypoint"] for row in waiting) == ["assets.fetch", "assets.import"]


class Killed(BaseException):
    """The process ends here."""


class TestResume:
    @given(seed=st.integers(0, 2**32), chunk=st.integers(1, 40), count=st.integers(1, 90))
    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    async def test_after_kills_anywhere_brings_every_row_once(
        self, place: Place, seed: int, chunk: int, count: int
    ) -> None:
        """Workers die before, within and after transactions; another goes on; now and then two work at a time."""
        chance = random.Random(seed)
        run = uuid4().hex  # the same place serves every example
        names = [f"{run}-{n}" for n in range(count)]
        rows: list[Any] = [{"external_id": name, "url": f"https://example.com/{name}"} for name in names]
        for at in range(0, count, 7):
            rows[at] = b"{broken"
        upload = await place.data("m.jsonl", lines(*rows))
        import_id = await place.start({"kind": "manifest", "upload_id": upload})
        advance, insert = store.advance, placement.place_items

        async def dying_advance(*args: Any, **more: Any) -> None:
            await advance(*args, **more)
            if chance.random() < 0.3:
                raise Killed

        async def dying_insert(*args: Any, **more: Any) -> Any:
            if chance.random() < 0.2:
                raise Killed
            return await insert(*args, **more)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(manifest, "CHUNK_ROWS", chunk)
            patched.setattr(store, "advance", dying_advance)
            patched.setattr(service, "place_items", dying_insert)
            for _ in range(400):
                workers = [
                    service.run(place.site, place.org_id, ImportId(UUID(import_id)))
                    for _ in range(chance.choice((1, 1, 2)))
                ]
                ended = await asyncio.gather(*(_survive(work) for work in workers))
                if all(ended) and (await place.look(import_id)).state == "done":
                    break
        done = await place.look(import_id)
        bad = len(range(0, count, 7))
        assert (done.state, done.rows_done, done.rows_new, done.rows_bad) == ("done", count, count - bad, bad)
        kept = await place.rows(
            "SELECT external_id FROM items WHERE org_id = $1 AND external_id LIKE $2 ORDER BY id",
            place.org_id,
            f"{run}-%",
        )
        assert [row[0] for row in kept] == [name for n, name in enumerate(names) if n % 7]
        assert [row["line"] for row in await place.faults(import_id)] == [n + 1 for n in range(0, count, 7)]
        events = [event for event in await told(place, ItemsAdded) if str(event.import_id) == import_id]
        assert sum(event.count for event in events) == count - bad
        assert sum(str(event.import_id) == import_id for event in await told(place, ImportFinished)) == 1

    async def test_does_nothing_to_an_import_that_ended(self, place: Place) -> None:
        done = await place.bring({"kind": "urls", "urls": ["https://example.com/a"]})
        assert await place.run(str(done.id)) == done


async def _survive(work: Any) -> bool:
    try:
        await work
    except Killed:
        return False
    return True


class TestCancel:
    async def test_stops_behind_the_chunk_that_is_under_way(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inline, "CHUNK_ROWS", 5)
        import_id = await place.start({"kind": "urls", "urls": [f"https://example.com/{n}" for n in range(50)]})
        lock, turns = store.lock, 0

        async def cancelling(*args: Any) -> Any:
            nonlocal turns
            turns += 1
            if turns == 4:
                answer = await place.http.post(f"/api/v1/imports/{import_id}/cancel")
                assert answer.json()["state"] == "cancelled"
            return await lock(*args)

        monkeypatch.setattr(store, "lock", cancelling)
        done = await place.run(import_id)
        assert (done.state, done.rows_new) == ("cancelled", 15)
        assert await place.count("items") == 15
        [finished] = await told(place, ImportFinished)
        assert (finished.state, finished.rows_new) == ("cancelled", 15)
        again = await place.http.post(f"/api/v1/imports/{import_id}/cancel")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "import_closed")

    async def test_before_it_began_leaves_nothing_to_do(self, place: Place) -> None:
        import_id = await place.start({"kind": "urls", "urls": ["https://example.com/a"]})
        await place.http.post(f"/api/v1/imports/{import_id}/cancel")
        assert (await place.run(import_id)).state == "cancelled"
        assert await place.count("items") == 0


class TestClosedOrganisation:
    async def test_an_import_stands_still_and_goes_on_when_it_is_open_again(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inline, "CHUNK_ROWS", 5)
        import_id = await place.start({"kind": "urls", "urls": [f"https://example.com/{n}" for n in range(50)]})
        lock, turns = store.lock, 0

        async def closing(*args: Any) -> Any:
            nonlocal turns
            turns += 1
            if turns == 4:
                await place.close()
            return await lock(*args)

        monkeypatch.setattr(store, "lock", closing)
        stopped = await place.run(import_id)
        assert (stopped.state, stopped.rows_new) == ("running", 15)
        assert (await place.run(import_id)).rows_new == 15
        # It is not broken, however long the organisation stays closed.
        await place.owner.execute(
            "UPDATE imports SET updated_at = now() - interval '7 hours' WHERE id = $1", UUID(import_id)
        )
        assert await service.revive(place.site, place.org_id) == 0
        await place.open_again()
        done = await place.run(import_id)
        assert (done.state, done.rows_new) == ("done", 50)


class TestConcurrent:
    async def test_imports_of_the_same_rows_bring_each_once(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(manifest, "CHUNK_ROWS", 20)
        rows = [{"external_id": str(n), "url": f"https://example.com/{n}"} for n in range(100)]
        uploads = [await place.data("m.jsonl", lines(*order)) for order in (rows, rows[::-1], rows[50:] + rows[:50])]
        ids = [await place.start({"kind": "manifest", "upload_id": each}, batch="one") for each in uploads]
        done = await asyncio.gather(*(place.run(each) for each in ids))
        assert {each.state for each in done} == {"done"}
        assert sum(each.rows_new for each in done) == 100
        assert sum(each.rows_there for each in done) == 200
        assert (await place.count("items"), await place.count("assets")) == (100, 100)
        assert await place.value("SELECT items FROM batches WHERE org_id = $1", place.org_id) == 100


class TestRevive:
    async def test_gives_a_stalled_import_a_new_job_and_fails_a_broken_one(self, place: Place) -> None:
        stalled = await place.start({"kind": "urls", "urls": ["https://example.com/a"]})
        broken = await place.start({"kind": "urls", "urls": ["https://example.com/b"]})
        assert await service.revive(place.site, place.org_id) == 0
        for import_id, age in ((stalled, "11 minutes"), (broken, "7 hours")):
            await place.owner.execute(
                f"UPDATE imports SET updated_at = now() - interval '{age}' WHERE id = $1", import_id
            )
        assert await service.revive(place.site, place.org_id) == 2
        assert (await place.look(stalled)).state == "waiting"
        failed = await place.look(broken)
        assert (failed.state, failed.fault and failed.fault.code) == ("failed", "import_broken")


class TestFence:
    async def test_hides_imports_of_others_and_of_the_other_mode(self, place: Place, other: Place) -> None:
        theirs = await other.bring({"kind": "urls", "urls": ["https://example.com/a"]})
        test_project = UUID(int=uuid4().int)
        await add_project(place.owner, place.org_id, test_project, "test")  # type: ignore[arg-type]
        body = {"source": {"kind": "urls", "urls": ["https://example.com/a"]}}
        for answer in (
            await place.http.get(f"/api/v1/imports/{theirs.id}"),
            await place.http.get(f"/api/v1/imports/{theirs.id}/faults"),
            await place.http.post(f"/api/v1/imports/{theirs.id}/cancel"),
            await place.http.get(f"/api/v1/projects/{other.project_id}/imports"),
            await place.http.post(f"/api/v1/projects/{other.project_id}/imports", json=body),
            await place.http.post(f"/api/v1/projects/{test_project}/imports", json=body),
            await place.http.post(f"/api/v1/projects/{uuid4()}/imports", json=body),
        ):
            assert answer.status_code == 404
        assert await place.count("imports") == 0

    async def test_does_not_read_data_of_others(self, place: Place, other: Place) -> None:
        upload = await other.data("m.jsonl", lines({"url": "https://example.com/a"}))
        body = {"source": {"kind": "manifest", "upload_id": upload}}
        answer = await place.http.post(f"/api/v1/projects/{place.project_id}/imports", json=body)
        assert answer.status_code == 404

    async def test_lists_only_the_projects_own_page_by_page(self, place: Place) -> None:
        ids = [await place.start({"kind": "urls", "urls": [f"https://example.com/{n}"]}) for n in range(3)]
        path = f"/api/v1/projects/{place.project_id}/imports"
        first = (await place.http.get(path, params={"limit": 2})).json()
        second = (await place.http.get(path, params={"limit": 2, "after": first["next"]})).json()
        assert [row["id"] for row in first["rows"] + second["rows"]] == ids[::-1]
        assert second["next"] is None

    async def test_an_archived_project_takes_nothing(self, place: Place) -> None:
        await place.owner.execute("UPDATE projects SET state = 'archived' WHERE id = $1", place.project_id)
        body = {"source": {"kind": "urls", "urls": ["https://example.com/a"]}}
        answer = await place.http.post(f"/api/v1/projects/{place.project_id}/imports", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "project_archived")
