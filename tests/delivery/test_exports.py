"""Exports: every format read back by its own reader, options, cancelling, starting again, and the download."""

import asyncio
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from fairmark.delivery import exporting, jobs
from fairmark.formats.contract import ReadOptions
from fairmark.formats.model import LabeledItem, RowFault
from fairmark.formats.registry import FORMATS
from fairmark.formats.source import open_source
from fairmark.kernel.actor import Mode
from fairmark.kernel.blobs import BlobsDown
from fairmark.kernel.ids import ExportId, ProjectId, new_id
from tests.patience import until

from .world import ONTOLOGY, Made, World, box


async def export(
    world: World, client: httpx.AsyncClient, project: ProjectId, format: str = "fairmark_jsonl", **options: Any
) -> dict[str, Any]:
    """Asks for an export, runs its job, and asks again."""
    answer = await client.post(f"/projects/{project}/exports", json={"format": format, "options": options})
    assert answer.status_code == 201, answer.text
    await world.run_jobs()
    return (await client.get(f"/exports/{answer.json()['id']}")).json()


async def content(client: httpx.AsyncClient, made: dict[str, Any]) -> zipfile.ZipFile:
    assert made["state"] == "done", made
    answer = await client.get(f"http://fairmark.test{made['url']}")
    assert answer.status_code == 200
    assert len(answer.content) == made["bytes"]
    return zipfile.ZipFile(io.BytesIO(answer.content))


async def rows(client: httpx.AsyncClient, made: dict[str, Any], **options: Any) -> list[LabeledItem]:
    """The export, read back by its format's reader."""
    archive = await client.get(f"http://fairmark.test{made['url']}")
    with open_source(io.BytesIO(archive.content), "export.zip") as source:
        found = list(FORMATS[made["format"]].read(source, ReadOptions(**options)))
    assert not [row for row in found if isinstance(row, RowFault)]
    return [row for row in found if isinstance(row, LabeledItem)]


class Cars:
    """A project of three images: a car, a dog and a car, nothing."""

    def __init__(self, project: ProjectId, batches: list[Any], made: list[Made]) -> None:
        self.project = project
        self.batches = batches
        self.made = made


@pytest.fixture
async def cars(world: World) -> Cars:
    project = await world.project("Straßen & Autos")
    first, second = await world.batch(project, "first"), await world.batch(project, "second")
    made = [
        await world.result(project, first, "a.png", [box("1", "car", 4, 6, 20, 10)], confidence=0.9),
        await world.result(
            project, first, "b.png", [box("1", "dog", 1, 2, 30, 40), box("2", "car", 10, 10, 5, 5)], confidence=0.5
        ),
        await world.result(project, second, "c.png"),
    ]
    return Cars(project, [first, second], made)


class TestFormats:
    @pytest.mark.parametrize("format", sorted(FORMATS))
    async def test_comes_back_through_its_own_reader(
        self, world: World, client: httpx.AsyncClient, cars: Cars, format: str
    ) -> None:
        made = await export(world, client, cars.project, format)
        assert (made["state"], made["rows_done"], made["rows_total"]) == ("done", 3, 3)
        assert made["report"]["items"] == 3
        # Boxes are no segments: of a panoptic data set the images alone are told.
        told = format != "coco_panoptic"
        assert made["report"]["marks"] == (3 if told else 0)
        found = {row.external_id: row for row in await rows(client, made)}
        assert sorted(found) == ["a.png", "b.png", "c.png"]
        boxes = {
            name: sorted(
                (mark.class_, *(round(mark.geometry[side], 3) for side in "xywh")) for mark in row.annotation.marks
            )
            for name, row in found.items()
        }
        drawn = {
            "a.png": [("car", 4, 6, 20, 10)],
            "b.png": [("car", 10, 10, 5, 5), ("dog", 1, 2, 30, 40)],
            "c.png": [],
        }
        assert boxes == (drawn if told else {name: [] for name in drawn})

    @pytest.mark.parametrize("format", sorted(FORMATS))
    async def test_has_the_originals_where_the_labels_point(
        self, world: World, client: httpx.AsyncClient, cars: Cars, format: str
    ) -> None:
        made = await export(world, client, cars.project, format, images=True)
        assert made["report"]["images_missing"] == 0
        with await content(client, made) as archive:
            pictures = [name for name in archive.namelist() if name.endswith(".png")]
            # What stands among the labels is one of them.
            stored = {archive.read(name) for name in pictures if not name.startswith("annotations/")}
        assert stored == {each.data for each in cars.made}
        assert len(await rows(client, made)) == 3

    async def test_says_what_a_format_cannot_keep(self, world: World, client: httpx.AsyncClient, cars: Cars) -> None:
        made = await export(world, client, cars.project, "yolo")
        losses = {loss["code"]: loss for loss in made["report"]["losses"]}
        assert losses["item_details"]["items_touched"] == 3
        formats = {each["name"]: each for each in (await client.get("/formats")).json()}
        assert set(losses) <= set(formats["yolo"]["write_losses"])
        assert formats["fairmark_jsonl"]["write_losses"] == {}


class TestOptions:
    async def names(self, world: World, client: httpx.AsyncClient, cars: Cars, **options: Any) -> list[str]:
        made = await export(world, client, cars.project, **options)
        return sorted(row.external_id for row in await rows(client, made))

    async def test_batches(self, world: World, client: httpx.AsyncClient, cars: Cars) -> None:
        assert await self.names(world, client, cars, batch_ids=[str(cars.batches[1])]) == ["c.png"]

    async def test_confidence_leaves_out_what_has_none(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        assert await self.names(world, client, cars, confidence_min=0.5) == ["a.png", "b.png"]
        assert await self.names(world, client, cars, confidence_min=0.6) == ["a.png"]

    async def test_classes_narrow_items_marks_and_ontology(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        made = await export(world, client, cars.project, "coco", classes=["dog"])
        with await content(client, made) as archive:
            text = archive.read("annotations/instances_default.json").decode()
        assert re.findall(r'"name":"(\w+)"', text)[:1] == ["Dog"]
        assert "Car" not in text
        [row] = await rows(client, made)
        assert [mark.class_ for mark in row.annotation.marks] == ["dog"]

    async def test_since_a_time(self, world: World, client: httpx.AsyncClient, cars: Cars) -> None:
        await world.owner.execute(
            "UPDATE results SET created_at = '2020-01-01Z' WHERE org_id = $1 AND id <> $2",
            world.org_id,
            cars.made[1].result_id,
        )
        assert await self.names(world, client, cars, since="2021-01-01T00:00:00Z") == ["b.png"]

    async def test_exports_that_follow_one_another_leave_no_gap(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        first = await export(world, client, cars.project)
        assert await self.names(world, client, cars, after=first["report"]["until"]) == []
        await world.result(cars.project, cars.batches[0], "d.png")
        second = await export(world, client, cars.project, after=first["report"]["until"])
        assert [row.external_id for row in await rows(client, second)] == ["d.png"]

    async def test_a_split_is_by_item_and_the_same_each_time(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        split = {"train": 0.4, "val": 0.3, "test": 0.3}
        wishes: list[dict[str, Any]] = [{"split": split}, {"split": split, "batch_ids": [str(cars.batches[0])]}]
        places = [
            {
                row.external_id: row.split
                for row in await rows(client, await export(world, client, cars.project, **more))
            }
            for more in wishes
        ]
        assert places[0].items() >= places[1].items()
        assert set(places[0].values()) <= {"train", "val", "test"}

    async def test_missing_originals_are_counted(self, world: World, client: httpx.AsyncClient) -> None:
        project = await world.project()
        await world.result(project, await world.batch(project), "a.png", stored=False)
        made = await export(world, client, project, "coco", images=True)
        assert (made["state"], made["report"]["images_missing"]) == ("done", 1)

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ({"format": "xlsx"}, "unknown_format"),
            ({"format": "coco", "options": {"split": {"train": 0.5, "val": 0.1, "test": 0.1}}}, "bad_split"),
            ({"format": "coco", "options": {"after": "yesterday"}}, "bad_cursor"),
            ({"format": "coco", "options": {"colour": True}}, "invalid"),
            ({"format": "coco", "options": {"confidence_min": 2}}, "invalid"),
            ({}, "invalid"),
        ],
    )
    async def test_a_wrong_wish_is_named(
        self, world: World, client: httpx.AsyncClient, cars: Cars, body: dict[str, Any], code: str
    ) -> None:
        answer = await client.post(f"/projects/{cars.project}/exports", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


class TestRun:
    async def test_walks_page_by_page(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "PAGE", 1)
        made = await export(world, client, cars.project)
        assert len(await rows(client, made)) == 3

    async def test_an_empty_project_gives_an_empty_file(self, world: World, client: httpx.AsyncClient) -> None:
        made = await export(world, client, await world.project(), "coco")
        assert (made["state"], made["report"]["items"]) == ("done", 0)
        with await content(client, made) as archive:
            assert "annotations/instances_default.json" in archive.namelist()

    async def test_a_killed_run_starts_again_and_ends_once(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = await client.post(f"/projects/{cars.project}/exports", json={"format": "coco"})
        [job] = [job for job in await world.waiting() if job.name == "delivery.export"]

        class Killed(BaseException):
            """Nothing catches it, as nothing catches a kill."""

        async def kill(*_: object) -> None:
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(type(world.site.blobs), "put", kill)
            with pytest.raises(Killed):
                await jobs.export(world.site, world.org_id, job.args)
        half = (await client.get(f"/exports/{answer.json()['id']}")).json()
        assert (half["state"], half["url"]) == ("running", None)
        for _ in range(2):  # a third run finds it done
            await jobs.export(world.site, world.org_id, job.args)
        done = (await client.get(f"/exports/{answer.json()['id']}")).json()
        assert done["state"] == "done"
        events = (await client.get("/events?types=export.*")).json()["rows"]
        assert [event["type"] for event in events] == ["export.requested", "export.done"]
        assert events[1]["data"]["items"] == 3

    async def test_a_store_that_is_down_is_waited_for(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        answer = await client.post(f"/projects/{cars.project}/exports", json={"format": "coco"})

        async def down(*_: object) -> None:
            raise BlobsDown("down")

        monkeypatch.setattr(type(world.site.blobs), "put", down)
        with pytest.raises(BlobsDown):
            await world.run_jobs()
        assert (await client.get(f"/exports/{answer.json()['id']}")).json()["state"] == "running"

    async def test_a_fault_of_ours_is_told_without_its_inside(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken(*_: object) -> None:
            raise ZeroDivisionError("secret")

        monkeypatch.setattr(exporting, "_record", broken)
        made = await export(world, client, cars.project)
        assert (made["state"], made["fault"]["code"], made["url"]) == ("failed", "internal", None)
        assert "secret" not in str(made)
        assert (await client.get("/events?types=export.failed")).json()["rows"][0]["data"]["code"] == "internal"

    async def test_an_export_that_is_called_off_stops_in_the_middle(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exporting, "PAGE", 1)
        monkeypatch.setattr(exporting, "PROGRESS_S", 0)
        answer = await client.post(f"/projects/{cars.project}/exports", json={"format": "coco"})
        export_id = ExportId(answer.json()["id"])
        read = exporting.store.page_results
        pages = 0

        async def slowly(*args: Any) -> Any:
            nonlocal pages
            pages += 1
            if pages == 2:
                cancelled = await client.post(f"/exports/{export_id}/cancel")
                assert cancelled.json()["state"] == "cancelled"
            return await read(*args)

        monkeypatch.setattr(exporting.store, "page_results", slowly)
        await world.run_jobs()
        assert pages < 4
        after = (await client.get(f"/exports/{export_id}")).json()
        assert (after["state"], after["url"]) == ("cancelled", None)
        assert [key async for key in world.site.blobs.keys(f"{world.org_id}/exports")] == []
        again = await client.post(f"/exports/{export_id}/cancel")
        assert (again.status_code, again.json()["error"]["code"]) == (409, "not_under_way")

    async def test_no_transaction_stays_open_meanwhile(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looks = 0
        add = exporting._Run._add  # pyright: ignore[reportPrivateUsage]

        async def none_is_open() -> bool:
            held = await world.owner.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'tests' AND state LIKE 'idle in%'"
            )
            return not held

        loop = asyncio.get_running_loop()

        def added(*args: Any) -> None:
            nonlocal looks
            # The page that is read ahead ends first.
            asyncio.run_coroutine_threadsafe(until(none_is_open, "no transaction is open"), loop).result()
            looks += 1
            add(*args)

        monkeypatch.setattr(exporting._Run, "_add", added)  # pyright: ignore[reportPrivateUsage]
        await export(world, client, cars.project)
        assert looks == 1

    async def test_only_so_many_at_a_time(
        self, world: World, client: httpx.AsyncClient, cars: Cars, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("fairmark.delivery.service.EXPORTS_OPEN_MAX", 1)
        path = f"/projects/{cars.project}/exports"
        assert (await client.post(path, json={"format": "coco"})).status_code == 201
        refused = await client.post(path, json={"format": "coco"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "30")


class TestDownload:
    async def test_has_a_good_name_and_can_be_resumed(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        made = await export(world, client, cars.project)
        url = f"http://fairmark.test{made['url']}"
        del client.headers["x-org"]  # the link alone is enough
        whole = await client.get(url)
        day = f"{datetime.now(UTC):%Y-%m-%d}"
        assert made["file"] == f"stra-en-autos-fairmark_jsonl-{day}.zip"
        assert whole.headers["content-disposition"] == f'attachment; filename="{made["file"]}"'
        assert whole.headers["accept-ranges"] == "bytes"
        part = await client.get(url, headers={"range": "bytes=10-"})
        assert (part.status_code, part.content) == (206, whole.content[10:])
        assert part.headers["content-range"] == f"bytes 10-{made['bytes'] - 1}/{made['bytes']}"
        beyond = await client.get(url, headers={"range": f"bytes={made['bytes']}-"})
        assert beyond.status_code == 416

    async def test_a_changed_or_foreign_link_is_refused(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        first, second = await export(world, client, cars.project), await export(world, client, cars.project)
        swapped = first["url"].replace(first["id"], second["id"])
        later = re.sub(r"e=(\d+)", lambda found: f"e={int(found[1]) + 300}", first["url"])
        for url in (swapped, later, first["url"].replace(str(world.org_id), str(new_id()))):
            answer = await client.get(f"http://fairmark.test{url}")
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_signature")

    async def test_files_are_removed_after_a_fortnight_and_the_record_stays(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        made = await export(world, client, cars.project)
        await world.age("exports", timedelta(days=13))
        await jobs.sweep(world.site)
        assert (await client.get(f"http://fairmark.test{made['url']}")).status_code == 200
        await world.age("exports", timedelta(days=1, minutes=1))
        await jobs.sweep(world.site)
        gone = await client.get(f"http://fairmark.test{made['url']}")
        assert (gone.status_code, gone.json()["error"]["code"]) == (404, "export_gone")
        kept = (await client.get(f"/exports/{made['id']}")).json()
        assert (kept["state"], kept["url"], kept["file"]) == ("done", None, None)
        assert kept["report"]["items"] == 3
        assert [key async for key in world.site.blobs.keys(f"{world.org_id}/exports")] == []


class TestFence:
    async def test_another_organisation_mode_or_role_finds_nothing(
        self, world: World, client: httpx.AsyncClient, cars: Cars
    ) -> None:
        made = await export(world, client, cars.project)
        calls = [
            ("POST", f"/projects/{cars.project}/exports"),
            ("GET", f"/projects/{cars.project}/exports"),
            ("GET", f"/exports/{made['id']}"),
            ("POST", f"/exports/{made['id']}/cancel"),
        ]
        for method, path in calls:
            body = {"format": "coco"} if path.endswith("exports") and method == "POST" else None
            for headers in ({"x-org": str(new_id())}, {"x-mode": "test"}):
                assert (await client.request(method, path, json=body, headers=headers)).status_code == 404, path
            assert (await client.request(method, path, json=body, headers={"x-scope": "worker"})).status_code == 403

    async def test_a_test_project_is_exported_by_a_test_key(self, world: World, client: httpx.AsyncClient) -> None:
        project = await world.project("try", mode=Mode.TEST, ontology=ONTOLOGY)
        await world.result(project, await world.batch(project), "a.png", [box("1", "car", 0, 0, 5, 5)])
        client.headers["x-mode"] = "test"
        made = await export(world, client, project)
        assert made["report"]["marks"] == 1
        listed = (await client.get(f"/projects/{project}/exports")).json()
        assert [each["id"] for each in listed["rows"]] == [made["id"]]
