import json
import zipfile
from pathlib import Path

import msgspec
import pytest

from fairmark.client.errors import BadSource
from fairmark.client.simulate.truth import Truth, read_truth
from fairmark.formats.model import LabeledItem

from .scenes import ONTOLOGY, TRUTH

LINE = msgspec.json.encode(LabeledItem(external_id="ext", name="a.png", annotation=TRUTH))
COCO = {
    "images": [{"id": 1, "file_name": "a.png", "width": 400, "height": 300}],
    "categories": [{"id": 7, "name": "Van"}],
    "annotations": [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1, 2, 30, 40]}],
}


class TestReadTruth:
    def test_reads_fairmark_jsonl_by_id_and_by_name(self, tmp_path: Path) -> None:
        (tmp_path / "t.jsonl").write_bytes(LINE)
        truth = read_truth(tmp_path / "t.jsonl")
        assert (len(truth), truth.of("ext", ""), truth.of(None, "a.png")) == (1, TRUTH, TRUTH)
        assert truth.of("other", "b.png") is None

    def test_reads_coco_with_the_classes_of_the_project(self, tmp_path: Path) -> None:
        (tmp_path / "t.json").write_text(json.dumps(COCO))
        found = read_truth(tmp_path / "t.json", ONTOLOGY).of("a.png", "a.png")
        assert found is not None
        assert [(mark.class_, mark.geometry) for mark in found.marks] == [("van", {"x": 1, "y": 2, "w": 30, "h": 40})]

    def test_reads_archives_of_either(self, tmp_path: Path) -> None:
        with zipfile.ZipFile(tmp_path / "t.zip", "w") as archive:
            archive.writestr("labels.jsonl", LINE)
        with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
            archive.writestr("annotations/instances_default.json", json.dumps(COCO))
        assert len(read_truth(tmp_path / "t.zip")) == len(read_truth(tmp_path / "c.zip")) == 1

    @pytest.mark.parametrize("text", ["", "{}", "not json", '{"external_id":"a","name":"b","marks":3}'])
    def test_refuses_half_a_truth(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "t.jsonl").write_text(text)
        with pytest.raises(BadSource):
            read_truth(tmp_path / "t.jsonl")


class TestTruth:
    def test_an_id_wins_over_a_name(self) -> None:
        other = msgspec.structs.replace(TRUTH, answers={})
        assert Truth({"a": TRUTH}, {"a.png": other}).of("a", "a.png") == TRUTH
