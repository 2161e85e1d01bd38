from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities import MediaSize
from fairmark.modalities.duplicates import ALIKE_MIN, Placed, duplicate_faults
from fairmark.modalities.image.validate import faults
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import compile_ontology
from fairmark.ontology.upgrade import read_annotation, read_ontology

from .image.examples import examples, media

SHARED: Any = examples("rules")
SIDES = st.tuples(st.integers(0, 30), st.integers(0, 30), st.integers(5, 40), st.integers(5, 40))


def placed(boxes: list[tuple[int, int, int, int]]) -> list[Placed]:
    return [Placed(n, Mark(f"m{n}", "box", "car"), box, box) for n, box in enumerate(boxes)]


def iou(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> float:
    width = max(min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]), 0)
    height = max(min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]), 0)
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)


class TestDuplicateFaults:
    @pytest.mark.parametrize("example", SHARED["examples"], ids=lambda example: example["name"])
    def test_finds_what_the_examples_name(self, example: Any) -> None:
        compiled = compile_ontology(read_ontology({**SHARED["ontology"], "strictness": example["strictness"]}))
        found = faults(read_annotation(example["annotation"]), compiled, media(example))
        told = [{"code": fault.code, "path": fault.path, "severity": fault.severity.value} for fault in found]
        assert told == example["faults"]

    @given(st.lists(SIDES, max_size=12))
    def test_misses_none_of_all_pairs(self, boxes: list[tuple[int, int, int, int]]) -> None:
        # Every pair looked at, in the order of the document; a box that is exactly another is compared with no third.
        first = {box: boxes.index(box) for box in boxes}
        different = sorted(first.values())
        near = {
            n for n in different if any(m < n and iou(boxes[m], boxes[n]) >= ALIKE_MIN for m in different)
        }  # fmt: skip
        same = {n for n, box in enumerate(boxes) if first[box] != n}
        found = duplicate_faults(placed(boxes))
        assert [fault.path for fault in found] == [f"/marks/{n}" for n in sorted(near | same)]

    def test_says_which_is_the_other(self) -> None:
        marks = tuple(Mark(id, "box", "bus", {"x": x, "y": 10, "w": 50, "h": 40}) for id, x in (("a", 10), ("b", 11)))
        compiled = compile_ontology(read_ontology({**SHARED["ontology"], "questions": []}))
        [found] = faults(Annotation(marks=marks), compiled, [MediaSize(200, 100)])
        assert (found.mark_id, found.message) == ("b", "This mark and 'a' are almost the same.")
