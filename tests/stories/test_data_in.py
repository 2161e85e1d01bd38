"""Data on its way in: lists with bad rows, addresses, labels, large files that are cut on the way."""

import json
import zipfile
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from fairmark.client.errors import Invalid, Stopped
from fairmark.client.model import ImportState, LabelFormat, Purpose, Source, UploadState

from .conftest import ONTOLOGY, Customer, Shapes, crew, pipeline, take
from .listening import listening


class TestManifest:
    async def test_good_rows_are_taken_and_each_bad_one_is_told(
        self, customer: Customer, shapes: Shapes, tmp_path: Path
    ) -> None:
        project = await customer.client.create_project("manifest")
        async for _ in customer.client.upload_files(sorted(shapes.folder.iterdir())[:2]):
            pass
        with listening(shapes.folder) as files:
            rows = [
                '{"path":"shape-000.png","external_id":"first","meta":{"n":1}}',
                '{"path":"nowhere.png"}',
                "this is no JSON",
                f'{{"url":"{files.url}/shape-005.png","priority":7}}',
                '{"path":"shape-001.png","batch":"another"}',
            ]
            (tmp_path / "m.jsonl").write_text("\n".join(rows))
            started = await customer.client.import_manifest(project.id, tmp_path / "m.jsonl", batch="listed")
            done = await customer.client.wait_for_import(started.id, timeout_s=60)
        assert (done.rows_done, done.rows_new, done.rows_bad) == (5, 3, 2)
        faults = [each async for each in customer.client.list_import_faults(done.id)]
        assert [each.line for each in faults] == [2, 3]
        assert all(each.message and each.mend for each in faults)
        batches = {batch.name: batch.items async for batch in customer.client.list_batches(project.id)}
        assert batches == {"listed": 2, "another": 1}
        first = [tile async for tile in customer.client.explore(project.id) if tile.external_id == "first"]
        assert [tile.meta for tile in first] == [{"n": 1}]

    async def test_an_import_of_nothing_readable_says_so(self, customer: Customer, tmp_path: Path) -> None:
        project = await customer.client.create_project("bad manifest")
        (tmp_path / "m.parquet").write_bytes(b"PAR1 and nothing else")
        started = await customer.client.import_manifest(project.id, tmp_path / "m.parquet")
        with pytest.raises(Stopped, match="The import ended"):
            await customer.client.wait_for_import(started.id, timeout_s=60)


class TestUrls:
    async def test_addresses_become_items_named_by_them(self, customer: Customer, shapes: Shapes) -> None:
        project = await customer.client.create_project("urls")
        with listening(shapes.folder) as files:
            urls = [f"{files.url}/shape-00{n}.png" for n in range(3)]
            started = await customer.client.import_urls(project.id, [*urls, f"{files.url}/gone.png"])
            done = await customer.client.wait_for_import(started.id, timeout_s=60)
            assert done.state is ImportState.DONE
            await customer.client.activate_project(project.id)
            (worker,) = await crew(customer, project, "perfect")
            turns = [await take(worker, project) for _ in range(3)]
        assert {turn.external_id for turn in turns} == set(urls)


class TestLabels:
    async def test_coco_labels_become_what_people_start_from(
        self, customer: Customer, shapes: Shapes, tmp_path: Path
    ) -> None:
        name = "shape-001.png"
        coco = {
            "images": [{"id": 1, "file_name": name, "width": 320, "height": 240}],
            "categories": [{"id": 1, "name": "Disc"}],
            "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 20, 30, 40]}],
        }
        with zipfile.ZipFile(tmp_path / "coco.zip", "w") as archive:
            archive.writestr("annotations/instances_default.json", json.dumps(coco))
            archive.write(shapes.folder / name, f"images/{name}")
        project = await customer.client.create_project("labeled", ontology=ONTOLOGY, pipeline=pipeline())
        started = await customer.client.import_labels(project.id, tmp_path / "coco.zip", LabelFormat.COCO)
        done = await customer.client.wait_for_import(started.id, timeout_s=60)
        assert (done.rows_new, done.rows_bad) == (1, 0)
        await customer.client.activate_project(project.id)
        (worker,) = await crew(customer, project, "perfect")
        turn = await take(worker, project)
        assert turn.draft is not None
        assert [(m.class_, m.geometry, m.source) for m in turn.draft.marks] == [
            ("disc", {"x": 10, "y": 20, "w": 30, "h": 40}, Source.IMPORT)
        ]


class TestLargeFiles:
    def noise(self, path: Path) -> Path:
        """A picture of some 12 MB: noise does not compress."""
        Image.effect_noise((3600, 3600), 90).save(path, "PNG")
        assert path.stat().st_size > 9 << 20
        return path

    async def test_come_in_pieces_and_go_on_after_a_cut(self, customer: Customer, tmp_path: Path) -> None:
        path = self.noise(tmp_path / "noise.png")
        body = {"name": "noise.png", "bytes": path.stat().st_size}
        begun = await customer.client.request("POST", "/uploads", _Begun, body=body)
        piece = path.read_bytes()[: 5 << 20]
        await customer.client.request("PUT", f"/uploads/{begun.id}", _Begun, params={"offset": 0}, content=piece)
        told: list[int] = []
        done = await customer.client.resume_upload(begun.id, path, progress=lambda upload: told.append(upload.received))
        assert (done.state, done.received) == (UploadState.DONE, path.stat().st_size)
        assert told[-1] == path.stat().st_size
        assert done.asset is not None
        assert (done.asset.width, done.asset.height) == (3600, 3600)

        # The same bytes again need not be sent, and a folder with them is not large any more.
        again = await customer.client.upload_file(path)
        assert again.asset is not None
        assert again.asset.id == done.asset.id
        assert [sent.asset_id async for sent in customer.client.upload_files([path])] == [done.asset.id]

    async def test_a_file_that_is_no_picture_is_refused_with_a_name(self, customer: Customer, tmp_path: Path) -> None:
        (tmp_path / "a.png").write_text("text")
        with pytest.raises(Invalid) as refused:
            await customer.client.upload_file(tmp_path / "a.png")
        assert refused.value.code
        assert refused.value.mend
        kept = await customer.client.upload_file(tmp_path / "a.png", purpose=Purpose.DATA)
        assert kept.state is UploadState.DONE


class _Begun(msgspec.Struct):
    id: str
