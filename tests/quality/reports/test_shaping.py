"""How well outlines fit, over the tasks of a project."""

import pytest

from fairmark.modalities import MediaSize
from fairmark.ontology.compiled import CompiledOntology, compile_ontology
from fairmark.ontology.model import Annotation, ItemClass, Layers, Mark, Ontology, Overlap
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import TaskRow
from fairmark.quality.reports import shaping
from fairmark.quality.reports.model import AgreementFigure, SliceKind
from tests.quality.crowds import People

CLASSES = (ItemClass("leaf", "Leaf", "#2a9d4b", ("mask",)), ItemClass("soil", "Soil", "#8d5b2c", ("mask",)))
LAYERED = compile_ontology(Ontology(classes=CLASSES, layers=Layers(overlap=Overlap.FORBIDDEN)))
LOOSE = compile_ontology(Ontology(classes=CLASSES))


def block(id: str, w: int, class_: str = "leaf", y: int = 0) -> Mark:
    return Mark(id, "mask", class_, {"x": 0, "y": y, "width": w, "height": 10, "runs": [0, w * 10]})


def rows(*pairs: tuple[list[Mark], list[Mark]]) -> list[TaskRow]:
    people = People([1.0, 1.0])
    media = (MediaSize(60, 80),)
    return [
        people.row([0, 1], [Annotation(marks=tuple(ours)), Annotation(marks=tuple(theirs))])._replace(media=media)
        for ours, theirs in pairs
    ]


def found(tasks: list[TaskRow], compiled: CompiledOntology = LAYERED) -> dict[tuple[str, str], AgreementFigure]:
    """The figures by measure and class; "" is the whole."""
    figures = shaping.figures("image", compiled, tasks, Names(compiled))
    assert all(each.level == "shape" and each.subject == "shapes:mask" for each in figures)
    return {(each.coefficient, each.slice_key): each for each in figures}


class TestFigures:
    def test_of_layers_the_mean_over_classes_and_each_class(self) -> None:
        # Leaf: 20 against 16 wide, IoU 0.8 in both tasks. Soil: alike in the first task, only ours in the second:
        # SQ 1, RQ 1 / 1.5. PQ: leaf 0.8, soil 2/3, mean (0.8 + 2/3) / 2.
        one = ([block("a", 20), block("s", 20, "soil", 40)], [block("b", 16), block("t", 20, "soil", 40)])
        two = ([block("a", 20), block("s", 20, "soil", 40)], [block("b", 16)])
        figures = found(rows(one, two))
        value = {key: each.figure.value for key, each in figures.items()}
        assert value["pq", "leaf"] == pytest.approx(0.8)
        assert value["pq", "soil"] == pytest.approx(2 / 3)
        assert value["pq", ""] == pytest.approx((0.8 + 2 / 3) / 2)
        assert (value["sq", "soil"], value["rq", "leaf"]) == (1, 1)
        # Pooled, not a mean over classes: IoUs of 0.8, 0.8 and 1.
        assert value["iou", ""] == pytest.approx(2.6 / 3)
        whole = figures["pq", ""]
        assert (whole.slice, whole.units, whole.judgements) == (SliceKind.ALL, 2, 4)
        assert figures["pq", "leaf"].slice_title == "Leaf"

    def test_the_interval_is_that_of_tasks_drawn_anew(self) -> None:
        # Half of the tasks fit by 0.8, half wholly: 0.9, and somewhere between the two whichever are drawn.
        tasks = rows(*[([block("a", 20)], [block("b", 16 if n % 2 else 20)]) for n in range(20)])
        figure = found(tasks)["iou", ""].figure
        assert figure.value == pytest.approx(0.9)
        assert figure.low is not None
        assert figure.high is not None
        assert 0.8 < figure.low < 0.9 < figure.high < 1

    def test_without_layers_there_is_no_panoptic_quality(self) -> None:
        figures = found(rows(([block("a", 20)], [block("b", 16)])), LOOSE)
        assert {measure for measure, _ in figures} == {"f1", "iou", "boundary_f"}

    def test_looks_at_the_newest_until_there_are_enough(self) -> None:
        many = ([block(f"a{n}", 20) for n in range(1100)], [block("b", 20)])
        # 1,101 marks a task: the fourth goes beyond 4,000 and is the last that is looked at.
        figures = found(rows(*[many] * 6), LOOSE)
        assert figures["f1", ""].units == 4

    def test_says_nothing_where_nobody_marked_anything_or_only_one_looked(self) -> None:
        people = People([1.0])
        alone = people.row([0], [Annotation(marks=(block("a", 20),))])
        assert found([alone, *rows(([], []))]) == {}
