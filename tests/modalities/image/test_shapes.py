"""How well outlines fit: each expected number is worked out beside it."""

import math
from collections.abc import Sequence

import pytest

from fairmark.modalities import MediaSize
from fairmark.modalities.image.shapes import shapes
from fairmark.modalities.model import Tallies
from fairmark.ontology.compiled import CompiledOntology, compile_ontology
from fairmark.ontology.model import Annotation, ItemClass, Layers, Mark, Ontology, Overlap, Skeleton, SkeletonPoint

PERSON = Skeleton((SkeletonPoint("a", "A", 0, 0, 0.05), SkeletonPoint("b", "B", 1, 1, 0.05)))
CLASSES = (
    ItemClass("leaf", "Leaf", "#2a9d4b", ("mask", "polygon", "polyline", "box")),
    ItemClass("soil", "Soil", "#8d5b2c", ("mask",)),
    ItemClass("person", "Person", "#c45bb8", ("skeleton",), skeleton=PERSON),
)
LOOSE = compile_ontology(Ontology(classes=CLASSES))
LAYERED = compile_ontology(Ontology(classes=CLASSES, layers=Layers(overlap=Overlap.FORBIDDEN)))
IMAGE = (MediaSize(60, 80),)
"""Its diagonal is 100 px: edges are the same within one pixel."""


def block(id: str, x: int, y: int, w: int, h: int, class_: str = "leaf") -> Mark:
    return Mark(id, "mask", class_, {"x": x, "y": y, "width": w, "height": h, "runs": [0, w * h]})


def square(id: str, x: float, y: float, side: float) -> Mark:
    ring = [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]
    return Mark(id, "polygon", "leaf", {"parts": [[ring]]})


def share(found: Tallies, measure: str, kind: str, class_: str = "leaf") -> float:
    total, weight = found[measure, kind, class_]
    return total / weight


def compared(
    ours: list[Mark], theirs: list[Mark], compiled: CompiledOntology = LOOSE, media: Sequence[MediaSize] = IMAGE
) -> Tallies:
    there, back = (
        shapes(Annotation(marks=tuple(one)), Annotation(marks=tuple(other)), media, compiled=compiled)
        for one, other in ((ours, theirs), (theirs, ours))
    )
    assert there.keys() == back.keys()
    for key, (total, weight) in there.items():
        assert back[key] == (pytest.approx(total), pytest.approx(weight))
    return there


class TestShapes:
    def test_masks_that_are_alike_fit_wholly(self) -> None:
        found = compared([block("a", 10, 10, 20, 20)], [block("b", 10, 10, 20, 20)])
        assert [share(found, each, "mask") for each in ("f1", "iou", "boundary_f")] == [1, 1, 1]

    def test_a_large_mask_with_a_shifted_edge_fits_better_by_area_than_by_edge(self) -> None:
        # 40 x 40 against 40 x 44: IoU 40/44. Of the first edge, 4 x 39 = 156 px, the lower row of 40 is off, but for
        # two pixels at each end, which lie within one of the other's sides: 120 are near. Of the second edge, 2 x 39 +
        # 2 x 43 = 164 px, rows 41 and 42 of both sides and the lower row of 40 are more than one below the first: 120
        # are near. The harmonic mean of 120/156 and 120/164 is 240/320.
        found = compared([block("a", 5, 5, 40, 40)], [block("b", 5, 5, 40, 44)])
        assert share(found, "iou", "mask") == pytest.approx(40 / 44)
        assert share(found, "boundary_f", "mask") == pytest.approx(0.75)

    def test_polygons_have_edges_too(self) -> None:
        # One pixel aside is within the band: the edges are the same. IoU: 19 x 20 of 21 x 20.
        found = compared([square("a", 10, 10, 20)], [square("b", 11, 10, 20)])
        assert share(found, "boundary_f", "polygon") == 1
        assert share(found, "iou", "polygon") == pytest.approx(19 / 21)

    def test_without_the_size_of_the_image_edges_are_left_out(self) -> None:
        found = compared([square("a", 10, 10, 20)], [square("b", 11, 10, 20)], media=())
        assert {measure for measure, *_ in found} == {"f1", "iou"}

    def test_what_one_has_missed_counts_in_f1_alone(self) -> None:
        # Of three marks two are a pair: 2 x 1 / 3.
        found = compared([block("a", 10, 10, 20, 20), block("c", 40, 40, 9, 9)], [block("b", 10, 10, 20, 20)])
        assert share(found, "f1", "mask") == pytest.approx(2 / 3)
        assert share(found, "iou", "mask") == 1

    def test_another_class_is_no_pair(self) -> None:
        found = compared([block("a", 10, 10, 20, 20)], [block("b", 10, 10, 20, 20, "soil")])
        assert found == {("f1", "mask", "leaf"): (0, 1), ("f1", "mask", "soil"): (0, 1)}

    def test_layers_have_a_panoptic_quality_by_class(self) -> None:
        # Leaf: 20 x 10 against 16 x 10, IoU 160/200 = 0.8, and one leaf that only the first has:
        # SQ 0.8, RQ 1 / (1 + 1/2) = 2/3, PQ 0.8 x 2/3. Soil: 20 x 10 against 8 x 10 share 0.4: no pair, all are 0.
        ours = [block("a", 0, 0, 20, 10), block("c", 30, 0, 9, 9), block("s", 0, 40, 20, 10, "soil")]
        theirs = [block("b", 0, 0, 16, 10), block("t", 0, 40, 8, 10, "soil")]
        found = compared(ours, theirs, LAYERED)
        assert [share(found, each, "mask") for each in ("sq", "rq", "pq")] == pytest.approx([0.8, 2 / 3, 0.8 * 2 / 3])
        assert share(found, "pq", "mask", "soil") == 0
        assert found["sq", "mask", "soil"] == (0, 0)
        assert not any(measure == "pq" for measure, *_ in compared(ours, theirs))

    def test_lines_are_pixels_apart(self) -> None:
        # Two level lines of 40 px, 1 px apart: alike by 2^(-1/2) = 0.71, so a pair.
        lines = [Mark(id, "polyline", "leaf", {"points": [[5, y], [45, y]]}) for id, y in (("a", 10), ("b", 11))]
        found = compared([lines[0]], [lines[1]])
        assert share(found, "chamfer_px", "polyline") == pytest.approx(1)

    def test_skeletons_have_their_oks(self) -> None:
        # The box is 20 x 20 and, of the other, 21 x 20: the mean area is 410. One point is in place, one 1 px off:
        # exp(-1 / (2 x 410 x 0.1^2)) = exp(-1 / 8.2), and the mean with 1.
        poses = [
            Mark(id, "skeleton", "person", {"points": [[5, 5, 2], [x, 25, 2]]}) for id, x in (("a", 25), ("b", 26))
        ]
        found = compared([poses[0]], [poses[1]])
        assert share(found, "oks", "skeleton", "person") == pytest.approx((1 + math.exp(-1 / 8.2)) / 2)
