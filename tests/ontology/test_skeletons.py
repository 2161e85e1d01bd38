from typing import Any

import pytest
from msgspec.structs import replace

from fairmark.ontology.definition import check_ontology
from fairmark.ontology.difference import compare
from fairmark.ontology.model import ItemClass, Ontology, Severity, Skeleton, SkeletonPoint
from fairmark.ontology.skeletons import skeleton_faults
from fairmark.ontology.text import read_text, to_json, to_yaml

HEAD, LEFT, RIGHT = (
    SkeletonPoint("head", "Head", 0.5, 0),
    SkeletonPoint("left", "Left foot", 1, 1, sigma=0.08),
    SkeletonPoint("1", "Right foot", 0, 1),
)
FIGURE = Skeleton((HEAD, LEFT, RIGHT), (("head", "left"), ("head", "1")), (("left", "1"),))
WALKER = ItemClass("walker", "Walker", "#1f77b4", ("skeleton",), skeleton=FIGURE)


def found(**members: Any) -> list[tuple[str, str]]:
    skeleton = replace(FIGURE, **members)
    return [(fault.code, fault.path) for fault in skeleton_faults(replace(WALKER, skeleton=skeleton), "/s")]


class TestSkeletonFaults:
    def test_finds_nothing_in_a_good_one(self) -> None:
        assert found() == []

    @pytest.mark.parametrize(
        ("members", "expected"),
        [
            ({"edges": (("head", "tail"),)}, ("unknown_point", "/s/edges/0")),
            ({"edges": (("head", "head"),)}, ("self_link", "/s/edges/0")),
            ({"edges": (("head", "left"), ("left", "head"))}, ("repeated", "/s/edges/1")),
            ({"mirrored": (("left", "1"), ("left", "head"))}, ("repeated", "/s/mirrored/1")),
            ({"mirrored": (("left", "x"),)}, ("unknown_point", "/s/mirrored/0")),
        ],
    )
    def test_names_what_is_wrong(self, members: dict[str, Any], expected: tuple[str, str]) -> None:
        assert found(**members) == [expected]

    def test_a_class_that_takes_skeletons_says_which(self) -> None:
        (fault,) = skeleton_faults(replace(WALKER, skeleton=None), "/s")
        assert (fault.code, fault.severity) == ("no_skeleton", Severity.ERROR)

    def test_a_skeleton_without_use_is_a_warning(self) -> None:
        (fault,) = skeleton_faults(replace(WALKER, marks=("box",)), "/s")
        assert (fault.code, fault.severity) == ("no_use", Severity.WARNING)

    def test_ids_and_names_of_points_are_checked_as_others(self) -> None:
        twice = replace(FIGURE, points=(HEAD, HEAD), edges=(), mirrored=())
        faults = check_ontology(Ontology(classes=(replace(WALKER, skeleton=twice),)))
        assert [(fault.code, fault.path) for fault in faults] == [
            ("duplicate_id", "/classes/0/skeleton/points/1/id"),
            ("duplicate_name", "/classes/0/skeleton/points/1/name"),
        ]


class TestCompare:
    @pytest.mark.parametrize(
        ("skeleton", "invalidates"),
        [
            (replace(FIGURE, edges=()), False),
            (replace(FIGURE, points=(replace(HEAD, name="Face", sigma=0.1), LEFT, RIGHT)), False),
            (replace(FIGURE, points=(LEFT, HEAD, RIGHT)), True),
            (replace(FIGURE, points=(HEAD, LEFT), edges=(), mirrored=()), True),
        ],
    )
    def test_points_hold_their_numbers(self, skeleton: Skeleton, invalidates: bool) -> None:
        before, after = (Ontology(classes=(replace(WALKER, skeleton=each),)) for each in (FIGURE, skeleton))
        (change,) = compare(before, after)
        assert (change.path, change.invalidates) == ("/classes/walker/skeleton", invalidates)

    def test_a_first_skeleton_invalidates_nothing(self) -> None:
        before = Ontology(classes=(replace(WALKER, skeleton=None),))
        (change,) = compare(before, Ontology(classes=(WALKER,)))
        assert not change.invalidates


class TestText:
    def test_comes_back_from_yaml_and_json(self) -> None:
        # The id 1 is a word in edges and pairs too.
        ontology = Ontology(classes=(WALKER,))
        assert read_text(to_yaml(ontology)) == ontology
        assert read_text(to_json(ontology)) == ontology
        assert "edges: [[head, left], [head," in to_yaml(ontology)
