"""Labels from elsewhere: which image they mean, what becomes of marks that do not fit, and hostile archives."""

import io
import json
import zipfile
from typing import Any
from uuid import UUID

import pytest

from fairmark.assets.imports import service, store
from fairmark.assets.imports.model import LabelFormat
from fairmark.assets.imports.sources import archive
from fairmark.assets.imports.sources.images import ImageAmbiguous, ImageIndex
from fairmark.formats.registry import FORMATS
from fairmark.kernel.ids import ImportId
from tests.assets.imports.test_service import Killed, items
from tests.assets.place import Place, picture


def packed(files: dict[str, bytes | str]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


def coco(images: list[tuple[str, int, int]], boxes: list[tuple[int, str, list[float]]]) -> str:
    """images: (name, width, height). boxes: (image, class, [x, y, w, h])."""
    names = list(dict.fromkeys(class_ for _, class_, _ in boxes))
    return json.dumps(
        {
            "images": [{"id": n, "file_name": name, "width": w, "height": h} for n, (name, w, h) in enumerate(images)],
            "categories": [{"id": n, "name": name} for n, name in enumerate(names)],
            "annotations": [
                {"id": n, "image_id": image, "category_id": names.index(class_), "bbox": box, "area": 1, "iscrowd": 0}
                for n, (image, class_, box) in enumerate(boxes)
            ],
        }
    )


async def bring(place: Place, name: str, content: bytes, form: str, **more: Any) -> Any:
    upload = await place.data(name, content)
    return await place.bring({"kind": "archive", "upload_id": upload, "format": form, **more})


async def prelabels(place: Place) -> dict[str, list[tuple[str, dict[str, float]]]]:
    """External id -> the item's marks as (class, geometry)."""
    found: dict[str, list[tuple[str, dict[str, float]]]] = {}
    for row in await items(place):
        marks = json.loads(row["prelabel"])["marks"] if row["prelabel"] else []
        found[row["external_id"]] = [
            (mark["class"], {key: round(value, 6) for key, value in mark["geometry"].items()}) for mark in marks
        ]
    return found


class TestFormats:
    def test_whatever_can_be_exported_can_be_imported(self) -> None:
        assert set(LabelFormat) == set(FORMATS)


class TestCoco:
    async def test_with_its_images_in_the_archive(self, place: Place) -> None:
        labels = coco(
            [("a.png", 64, 48), ("b.png", 64, 48)],
            [(0, "Car", [1, 2, 10, 20]), (0, "Person", [5, 5, 8, 8]), (1, "Car", [0, 0, 64, 48])],
        )
        content = packed(
            {"annotations/instances.json": labels, "images/a.png": picture(seed=1), "images/b.png": picture(seed=2)}
        )
        done = await bring(place, "coco.zip", content, "coco")
        assert (done.state, done.rows_new, done.rows_bad) == ("done", 2, 0), done.fault
        assert await prelabels(place) == {
            "a.png": [("car", {"x": 1, "y": 2, "w": 10, "h": 20}), ("person", {"x": 5, "y": 5, "w": 8, "h": 8})],
            "b.png": [("car", {"x": 0, "y": 0, "w": 64, "h": 48})],
        }
        states = await place.rows("SELECT state, width FROM assets WHERE org_id = $1", place.org_id)
        assert [tuple(row) for row in states] == [("ready", 64)] * 2
        shown = (await place.http.get(f"/api/v1/items/{(await items(place))[0]['id']}")).json()
        assert shown["prelabel"]["marks"][0]["source"] == "import"

    async def test_alone_for_images_that_were_uploaded(self, place: Place) -> None:
        await place.small("a.png", picture())
        labels = coco([("images/a.png", 64, 48), ("none.png", 9, 9)], [(0, "Car", [1, 2, 10, 20])])
        done = await bring(place, "labels.json", labels.encode(), "coco")
        assert (done.rows_new, done.rows_bad) == (1, 1)
        assert list((await prelabels(place)).values()) == [[("car", {"x": 1, "y": 2, "w": 10, "h": 20})]]
        [fault] = await place.faults(done.id)
        assert (fault["code"], fault["place"]) == ("asset_not_found", "none.png")

    async def test_leaves_out_what_does_not_fit_and_says_so(self, place: Place) -> None:
        labels = coco(
            [("a.png", 64, 48)],
            [(0, "Car", [1, 2, 10, 20]), (0, "Plane", [1, 1, 5, 5]), (0, "Car", [60, 40, 30, 30])],
        )
        content = packed({"a.json": labels, "a.png": picture()})
        done = await bring(place, "coco.zip", content, "coco")
        assert (done.rows_new, done.rows_bad) == (1, 0)
        [marks] = (await prelabels(place)).values()
        assert ("car", {"x": 1, "y": 2, "w": 10, "h": 20}) in marks
        assert {class_ for class_, _ in marks} == {"car"}
        assert done.report is not None
        assert sum(done.report["left_out"].values()) >= 1
        assert done.report["examples"]
        assert done.report["items"] == 1

    async def test_refuses_a_damaged_image_and_takes_the_others(self, place: Place) -> None:
        labels = coco([("a.png", 64, 48), ("b.png", 64, 48)], [(0, "Car", [1, 2, 10, 20])])
        content = packed({"a.json": labels, "a.png": picture(), "b.png": b"<html>"})
        done = await bring(place, "coco.zip", content, "coco")
        assert (done.rows_new, done.rows_bad) == (1, 1)
        [fault] = await place.faults(done.id)
        assert (fault["code"], fault["place"]) == ("not_an_image", "b.png")


class TestYolo:
    async def test_with_parts_that_use_the_same_names(self, place: Place) -> None:
        content = packed(
            {
                "data.yaml": "names: [Car, Person]\ntrain: train/images\nval: valid/images\n",
                "train/images/a.png": picture(100, 50, seed=1),
                "train/labels/a.txt": "0 0.5 0.5 0.2 0.4\n",
                "valid/images/a.png": picture(100, 50, seed=2),
                "valid/labels/a.txt": "1 0.5 0.5 0.5 0.5\nbroken line\n",
            }
        )
        done = await bring(place, "yolo.zip", content, "yolo")
        assert done.state == "done", done.fault
        assert (done.rows_new, done.rows_there, done.rows_bad) == (2, 0, 1)  # the bad line
        # Both are called a.png: their folders tell them apart. Shares of 100 x 50 pixels: 0.5 0.5 0.2 0.4 is a box of
        # 20 x 20 around (50, 25), 0.5 0.5 0.5 0.5 one of 50 x 25.
        assert await prelabels(place) == {
            "train/images/a.png": [("car", {"x": 40, "y": 15, "w": 20, "h": 20})],
            "valid/images/a.png": [("person", {"x": 25, "y": 12.5, "w": 50, "h": 25})],
        }
        assert await place.count("assets") == 2

    async def test_four_corners_are_what_the_format_says(self, place: Place) -> None:
        content = packed(
            {
                "data.yaml": "names: [Car]\n",
                "images/a.png": picture(100, 50),
                "labels/a.txt": "0 0.4 0.3 0.6 0.3 0.6 0.7 0.4 0.7\n",
            }
        )
        done = await bring(place, "obb.zip", content, "yolo_obb")
        assert done.state == "done", done.fault
        # Of 100 x 50 pixels, from (40, 15) to (60, 35).
        upright = {"cx": 50, "cy": 25, "w": 20, "h": 20, "angle": 0}
        assert await prelabels(place) == {"a.png": [("car", upright)]}

    async def test_alone_asks_for_the_sizes_of_uploaded_images(self, place: Place) -> None:
        await place.small("a.png", picture(100, 50))
        content = packed(
            {"classes.txt": "Car\n", "labels/a.txt": "0 0.5 0.5 0.2 0.4\n", "labels/b.txt": "0 0.5 0.5 1 1\n"}
        )
        done = await bring(place, "yolo.zip", content, "yolo")
        assert (done.rows_new, done.rows_bad) == (1, 1), await place.faults(done.id)
        assert list((await prelabels(place)).values()) == [[("car", {"x": 40, "y": 15, "w": 20, "h": 20})]]


class TestVoc:
    async def test_with_its_images(self, place: Place) -> None:
        def xml(name: str) -> str:
            return (
                f"<annotation><filename>{name}</filename><size><width>64</width><height>48</height><depth>3</depth></size>"
                "<object><name>Car</name><bndbox><xmin>2</xmin><ymin>3</ymin><xmax>11</xmax><ymax>22</ymax></bndbox>"
                "</object></annotation>"
            )

        content = packed({"Annotations/a.xml": xml("a.png"), "JPEGImages/a.png": picture()})
        done = await bring(place, "voc.zip", content, "voc")
        assert (done.state, done.rows_new) == ("done", 1), done.fault
        # VOC counts pixels from 1 and includes the last: 2..11 covers [1, 11) and 3..22 covers [2, 22).
        assert list((await prelabels(place)).values()) == [[("car", {"x": 1, "y": 2, "w": 10, "h": 20})]]


class TestCvat:
    async def test_with_its_images(self, place: Place) -> None:
        xml = (
            '<annotations><image id="0" name="cam/a.png" width="64" height="48">'
            '<box label="Car" occluded="0" xtl="1.00" ytl="2.00" xbr="11.00" ybr="22.00" z_order="0"/>'
            '<skeleton label="Car"/></image></annotations>'
        )
        content = packed({"annotations.xml": xml, "images/cam/a.png": picture()})
        done = await bring(place, "cvat.zip", content, "cvat")
        assert (done.state, done.rows_new) == ("done", 1), done.fault
        assert await prelabels(place) == {"cam/a.png": [("car", {"x": 1, "y": 2, "w": 10, "h": 20})]}


class TestLabelStudio:
    async def test_alone_for_images_that_were_uploaded(self, place: Place) -> None:
        await place.small("a.png", picture(100, 50))
        value = {"x": 10, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Car"]}
        result = {"id": "r", "from_name": "l", "to_name": "i", "type": "rectanglelabels", "value": value}
        sized = {**result, "original_width": 100, "original_height": 50}
        task = {"data": {"image": "/data/upload/1/0a1b2c3d-a.png"}, "annotations": [{"result": [sized]}]}
        done = await bring(place, "tasks.json", json.dumps([task]).encode(), "label_studio")
        assert (done.state, done.rows_new) == ("done", 1), await place.faults(done.id)
        # 10 and 30 per cent of 100, 20 and 40 of 50.
        assert list((await prelabels(place)).values()) == [[("car", {"x": 10, "y": 10, "w": 30, "h": 20})]]


class TestFairmark:
    async def test_comes_back_with_its_batches_and_data(self, place: Place) -> None:
        upload = await place.small("a.png", picture())
        line = {
            "external_id": "one",
            "name": "first",
            "assets": [{"name": "a.png", "width": 64, "height": 48}],
            "annotation": {
                "version": 1,
                "marks": [{"id": "m1", "kind": "box", "class": "car", "geometry": {"x": 1, "y": 2, "w": 3, "h": 4}}],
                "answers": {},
                "links": [],
            },
            "meta": {"speed": 3},
            "batch": "night",
            "split": "val",
        }
        done = await bring(place, "labels.jsonl", json.dumps(line).encode(), "fairmark_jsonl")
        assert (done.state, done.rows_new) == ("done", 1), await place.faults(done.id)
        [row] = await items(place)
        assert (row["external_id"], row["name"]) == ("one", "first")
        assert json.loads(row["meta"]) == {"speed": 3, "split": "val"}
        assert row["asset_ids"] == [UUID(upload["asset"]["id"])]
        assert await place.value("SELECT name FROM batches WHERE id = $1", row["batch_id"]) == "night"


class TestResume:
    async def test_after_a_kill_brings_every_image_once(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        names = [f"{n:03d}.png" for n in range(23)]
        labels = coco([(name, 64, 48) for name in names], [(n, "Car", [1, 1, 9, 9]) for n in range(23)])
        files: dict[str, bytes | str] = {"l.json": labels}
        for n, name in enumerate(names):
            files[f"images/{name}"] = picture(seed=n)
        upload = await place.data("coco.zip", packed(files))
        import_id = await place.start({"kind": "archive", "upload_id": upload, "format": "coco"})
        monkeypatch.setattr(archive, "CHUNK_ITEMS", 5)
        advance, turns = store.advance, 0

        async def dying(*args: Any) -> None:
            nonlocal turns
            turns += 1
            if turns % 2 == 0:
                raise Killed
            await advance(*args)

        with monkeypatch.context() as patched:
            patched.setattr(store, "advance", dying)
            for _ in range(20):
                try:
                    await service.run(place.site, place.org_id, ImportId(UUID(import_id)))
                    break
                except Killed:
                    continue
        done = await place.look(import_id)
        assert (done.state, done.rows_new, done.rows_done) == ("done", 23, 23)
        assert [row["name"] for row in await items(place)] == names
        assert (await place.count("assets"), await place.count("items")) == (23, 23)


class TestHostile:
    @pytest.mark.parametrize(
        ("name", "content", "form", "code"),
        [
            ("a.zip", b"PK\x03\x04 and no more", "coco", "file_damaged"),
            ("a.7z", b"7z\xbc\xaf\x27\x1c", "coco", "wrong_format"),
            ("a.json", b"[" * 100_000, "coco", None),
            ("a.json", b"{}", "coco", None),
            ("a.zip", packed({"a.txt": "nothing here"}), "voc", "wrong_format"),
            ("a.zip", packed({"../../evil.json": "{}"}), "coco", "path_outside"),
            ("a.zip", packed({"bomb.json": b"0" * 50_000_000}), "coco", "archive_bomb"),
        ],
    )
    async def test_archives_fail_by_name(
        self, place: Place, name: str, content: bytes, form: str, code: str | None
    ) -> None:
        done = await bring(place, name, content, form)
        assert (done.state, await place.count("items")) == ("failed", 0)
        assert done.fault is not None
        assert code in (None, done.fault.code)
        assert done.fault.message


class TestImageIndex:
    def test_pictures_of_labels_are_no_images(self) -> None:
        labels = ["SegmentationClass/a.png", "x/SegmentationObject/a.png", "annotations/panoptic_val/a.png"]
        index = ImageIndex(["JPEGImages/a.png", *labels])
        assert index.count == 1
        assert index.find("a.png") == "JPEGImages/a.png"

    def test_finds_by_the_end_of_the_path(self) -> None:
        index = ImageIndex(["images/train/a.jpg", "images/val/a.jpg", "b.png", "labels/a.txt", "x/c.jpg"])
        assert index.count == 4
        assert index.find("b.png") == "b.png"
        assert index.find("train/a.jpg") == "images/train/a.jpg"
        assert index.find("a.jpg", "val") == "images/val/a.jpg"
        assert index.find("c.jpg", "train") == "x/c.jpg"  # the only one: its folder need not say the part
        assert index.find("d.jpg") is None
        assert index.find("rain/a.jpg") is None
        assert index.is_shared("a.jpg")
        assert not index.is_shared("train/a.jpg")
        assert not index.is_shared("b.png")
        with pytest.raises(ImageAmbiguous):
            index.find("a.jpg")
        with pytest.raises(ImageAmbiguous):
            index.find("a.jpg", "test")
