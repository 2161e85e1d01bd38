import time
from typing import Any

import pytest
from msgspec.structs import replace

from fairmark.modalities import MediaSize
from fairmark.modalities.image.layers import SPANS_MAX
from fairmark.modalities.image.validate import faults
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import FAULTS_MAX, Annotation, Layers, Mark, Overlap
from fairmark.ontology.rules import compile_ontology
from fairmark.ontology.upgrade import read_annotation, read_ontology

from .examples import examples, media

SHARED: Any = examples("layers")


def compiled(layers: dict[str, Any]) -> CompiledOntology:
    return compile_ontology(read_ontology({**SHARED["ontology"], "layers": layers}))


EXCLUSIVE = compiled({"overlap": "forbidden", "whole": True})


def mask(id: str, x: int, y: int, width: int, height: int, class_: str = "car") -> Mark:
    geometry = {"x": x, "y": y, "width": width, "height": height, "runs": [0, width * height]}
    return Mark(id, "mask", class_, geometry)


class TestLayerFaults:
    @pytest.mark.parametrize("example", SHARED["examples"], ids=lambda example: example["name"])
    def test_finds_what_the_examples_name(self, example: Any) -> None:
        found = faults(read_annotation(example["annotation"]), compiled(example["layers"]), media(example))
        told = [{"code": fault.code, "path": fault.path, "severity": fault.severity.value} for fault in found]
        assert told == example["faults"]
        assert all(fault.message and fault.mend for fault in found)

    def test_says_how_many_pixels(self) -> None:
        marks = (mask("a", 0, 0, 8, 4), mask("b", 6, 2, 8, 4))
        found = faults(Annotation(marks=marks), EXCLUSIVE, [MediaSize(20, 10)])
        # 2 x 2 are shared, so of 200 pixels 32 + 32 - 4 belong to somebody.
        assert [fault.message for fault in found] == [
            "This mask and 'a' share 4 pixels.",
            "140 pixels belong to no mask.",
        ]
        assert found[0].mark_id == "b"

    def test_drafts_need_not_be_whole(self) -> None:
        assert faults(Annotation(), EXCLUSIVE, [MediaSize(20, 10)], complete=False) == []

    def test_stops_at_the_limit(self) -> None:
        marks = tuple(mask(f"m{n}", n, 0, 200, 1) for n in range(100))
        found = faults(Annotation(marks=marks), EXCLUSIVE, [MediaSize(400, 1)])
        assert len(found) == FAULTS_MAX

    def test_there_is_a_greatest_number_of_rows(self) -> None:
        height = SPANS_MAX // 10
        marks = tuple(mask(f"m{n}", n, 0, 1, height) for n in range(11))
        (fault,) = faults(Annotation(marks=marks), EXCLUSIVE, [MediaSize(11, height)])
        assert fault.code == "too_many_runs"

    def test_a_full_image_takes_a_moment(self) -> None:
        # 1,000 masks that tile an image of 1,000 x 1,000: 32,000 rows.
        marks = tuple(mask(f"m{n}", 25 * (n % 40), 40 * (n // 40), 25, 40) for n in range(1000))
        best = 10.0
        for _ in range(3):
            began = time.process_time()
            assert faults(Annotation(marks=marks), EXCLUSIVE, [MediaSize(1000, 1000)]) == []
            best = min(best, time.process_time() - began)
        # About 60 ms on a quiet machine.
        assert best < 1


class TestLayers:
    def test_are_left_out_where_nothing_is_wanted(self) -> None:
        plain = read_ontology(SHARED["ontology"])
        assert plain.layers == Layers()
        assert replace(plain, layers=Layers(Overlap.FORBIDDEN)) == read_ontology(
            {**SHARED["ontology"], "layers": {"overlap": "forbidden"}}
        )
