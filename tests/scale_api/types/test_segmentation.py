"""Segmentations: what labels become, and what masks are told as."""

from typing import Any

import pytest

from fairmark.ontology.model import Annotation, Mark
from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.types.model import Answer
from fairmark.scale_api.types.segmentation import LABELS_MAX, PICTURES_MAX, SegmentTask, pictures_in

ID = "65a0c0ffee0000000000a001"
ROAD = {"x": 0, "y": 2, "width": 4, "height": 2, "runs": [0, 8]}
CAR = {"x": 1, "y": 1, "width": 2, "height": 2, "runs": [0, 4]}


def task(**params: Any) -> SegmentTask:
    """A task for roads and single cars, unless said otherwise."""
    labels = ["road", {"choice": "car", "instance_label": True}]
    return SegmentTask({"attachment": "https://example.com/1.png", "labels": labels, **params})


def mark(number: int, label: str, geometry: dict[str, Any], **values: Any) -> Mark:
    return Mark(id=f"m{number}", kind="mask", class_=label, attributes=values, geometry=geometry)


def said(asked: SegmentTask, *marks: Mark) -> dict[str, Any]:
    return asked.response(Answer(Annotation(marks=marks)), ID)


def picture(part: str) -> str:
    return f"fairmark-mask:{ID}/{part}"


class TestSegmentTask:
    def test_each_label_is_a_class_that_is_painted(self) -> None:
        asked = task(labels=["sky", {"choice": "vehicle", "subchoices": ["car", {"choice": "bus", "display": "Bus"}]}])
        assert [(each.name, each.marks) for each in asked.ontology.classes] == [
            ("sky", ("mask",)), ("vehicle / car", ("mask",)), ("vehicle / Bus", ("mask",)),
        ]  # fmt: skip

    def test_headings_are_labels_where_that_is_asked_for(self) -> None:
        labels = [{"choice": "vehicle", "subchoices": ["car"]}]
        assert [each.name for each in task(labels=labels, allow_parent_labels=True).ontology.classes] == [
            "vehicle", "vehicle / car",
        ]  # fmt: skip

    def test_things_of_a_label_are_told_apart_by_it_its_heading_or_the_older_list(self) -> None:
        assert task().told_apart == {"car"}
        assert task(labels=[{"choice": "vehicle", "instance_label": True, "subchoices": ["car"]}]).told_apart == {"car"}
        assert task(labels=["road", "car"], instance_labels=["car"]).told_apart == {"car"}

    def test_no_pixel_has_two_labels_and_each_has_one_unless_that_is_allowed(self) -> None:
        asked = task().ontology
        assert (asked.layers.overlap.value, asked.layers.whole) == ("forbidden", True)
        assert [each.instances for each in asked.classes] == [False, True]
        assert not task(allow_unlabeled=True).ontology.layers.whole

    def test_only_what_is_told_apart_has_attributes(self) -> None:
        road, car = task(annotation_attributes={"parked": {"choices": ["yes", "no"]}}).ontology.classes
        assert ([each.id for each in road.attributes], [each.id for each in car.attributes]) == ([], ["parked"])

    @pytest.mark.parametrize(
        ("params", "place"),
        [
            ({"labels": []}, "`labels`"),
            ({"labels": [str(number) for number in range(LABELS_MAX + 1)]}, "`labels`: these are 51"),
            ({"labels": ["car", "car"]}, "`labels\\[1\\]`"),
            ({"instance_labels": ["bus"]}, "`instance_labels\\[0\\]`"),
            ({"allow_unlabeled": "perhaps"}, "`allow_unlabeled`"),
            ({"labels": ["road"], "annotation_attributes": {"a": {"type": "text"}}}, "`annotation_attributes.a`"),
            ({"annotation_attributes": {"a": {"type": "linked"}}}, "`annotation_attributes.a.type`"),
            (
                {
                    "annotation_attributes": {
                        "a": {"type": "text", "conditions": {"label_condition": {"label": "road"}}}
                    }
                },
                "`annotation_attributes.a.conditions.label_condition`: 'road'",
            ),
            (
                {"annotation_attributes": {"a": {"type": "text", "conditions": {"label_condition": {"label": "bus"}}}}},
                "`annotation_attributes.a.conditions.label_condition`: there is no",
            ),
        ],
    )
    def test_what_is_wrong_is_named(self, params: dict[str, Any], place: str) -> None:
        with pytest.raises(BadRequest, match=place):
            task(**params)

    def test_nothing_is_lacking(self) -> None:
        assert task(hypothesis={"annotations": {}}).lacking is None


class TestResponse:
    def test_a_label_has_one_index_and_each_thing_its_own(self) -> None:
        told = said(
            task(annotation_attributes={"parked": {"choices": ["yes", "no"]}}),
            mark(1, "car", CAR, parked="yes"), mark(2, "road", ROAD), mark(3, "car", CAR, parked="no"),
            mark(4, "road", CAR),
        )  # fmt: skip
        assert told["annotations"] == {
            "combined": {name: picture(name) for name in ("image", "indexedImage", "extendedIndexedImage")},
            "labeled": {"car": [picture("2"), picture("3")], "road": picture("1")},
            "unlabeled": picture("unlabeled"),
        }
        road, cars = told["labelMapping"]["road"], told["labelMapping"]["car"]
        assert road == {"index": 1, "color": "#1f77b4"}
        assert [(each["index"], each["attributes"]) for each in cars] == [(2, {"parked": "yes"}), (3, {"parked": "no"})]
        assert len({road["color"], *(each["color"] for each in cars)}) == 3

    def test_a_label_that_nothing_has_keeps_its_index(self) -> None:
        told = said(task(), mark(1, "car", CAR))
        assert told["annotations"]["labeled"] == {"road": None, "car": [picture("2")]}
        assert told["labelMapping"]["road"]["index"] == 1
        nothing = said(task())
        assert nothing["annotations"]["labeled"] == {"road": None, "car": None}
        assert nothing["labelMapping"]["car"] == []


class TestAnnotation:
    def test_masks_that_stand_for_pictures_become_marks(self) -> None:
        response = {
            "annotations": {"labeled": {"road": ROAD, "car": [CAR, None, CAR]}},
            "labelMapping": {"car": [{"attributes": {"parked": "yes"}}]},
        }
        made = task(annotation_attributes={"parked": {"choices": ["yes", "no"]}}).annotation(response, "hypothesis")
        assert [(mark.class_, mark.geometry, mark.attributes) for mark in made.marks] == [
            ("road", ROAD, {}), ("car", CAR, {"parked": "yes"}), ("car", CAR, {}),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("labeled", "place"),
        [
            ({"road": "https://example.com/a.png"}, "`hypothesis.annotations.labeled.road`"),
            ({"road": [ROAD, ROAD]}, "`hypothesis.annotations.labeled.road`: a label without instances"),
            ({"tree": ROAD}, "`hypothesis.annotations.labeled.tree`"),
        ],
    )
    def test_what_is_no_mask_of_a_label_is_named(self, labeled: dict[str, Any], place: str) -> None:
        with pytest.raises(BadRequest, match=place):
            task().annotation({"annotations": {"labeled": labeled}}, "hypothesis")


class TestPicturesIn:
    def test_names_each_picture_with_its_place(self) -> None:
        response = {"annotations": {"labeled": {"road": "a", "sky": None, "car": ["b", "c"]}}}
        assert pictures_in(response, "hypothesis") == [
            ("hypothesis.annotations.labeled.road", "a"),
            ("hypothesis.annotations.labeled.car[0]", "b"),
            ("hypothesis.annotations.labeled.car[1]", "c"),
        ]
        assert pictures_in({}, "hypothesis") == []

    def test_refuses_too_many(self) -> None:
        response = {"annotations": {"labeled": {"car": ["a"] * (PICTURES_MAX + 1)}}}
        with pytest.raises(BadRequest, match="names 201 pictures"):
            pictures_in(response, "hypothesis")
