from typing import Any

import numpy as np
import pytest

from fairmark.formats.labelbox_values import (
    dicts_of,
    end_of,
    finite,
    lit_pixels,
    points_of,
    score_of,
    split_among,
    text_of,
    value_of,
)
from fairmark.ontology.model import Field, FieldKind, Option

COLOR = Field("color", "Color", FieldKind.SINGLE, options=(Option("red", "Red"),))


class TestValueOf:
    @pytest.mark.parametrize(
        ("given", "field", "value"),
        [
            ({"radio_answer": {"name": "Red", "value": "red"}}, COLOR, "red"),
            ({"radio_answer": {"name": "Red", "value": "crimson"}}, COLOR, "Red"),
            ({"radio_answer": {"name": "Yes", "value": "yes"}}, Field("hit", "Hit", FieldKind.BOOLEAN), True),
            ({"checklist_answers": [{"value": "red"}, "?", {}]}, COLOR, ["red"]),
            ({"text_answer": {"content": "2.5"}}, Field("age", "Age", FieldKind.NUMBER), 2.5),
            ({"text_answer": {"content": "inf"}}, Field("age", "Age", FieldKind.NUMBER), None),
            ({"text_answer": {"content": "two"}}, Field("age", "Age", FieldKind.NUMBER), None),
            ({"text_answer": "two"}, None, "two"),
            ({}, None, None),
        ],
    )
    def test_is_what_the_field_can_hold(self, given: dict[str, Any], field: Field | None, value: Any) -> None:
        assert value_of(given, field) == value


class TestPlainValues:
    def test_numbers_stay_what_they_are(self) -> None:
        assert repr(finite(1)) == "1"
        assert points_of([{"x": 1, "y": 2.5}], 1) == [[1, 2.5]]

    @pytest.mark.parametrize("value", [True, "1", None, 10**9, float("nan")])
    def test_others_are_named(self, value: Any) -> None:
        with pytest.raises(ValueError, match="number"):
            finite(value)

    def test_points_that_are_too_few_are_named(self) -> None:
        with pytest.raises(ValueError, match="too few"):
            points_of([{"x": 1, "y": 2}], 2)

    def test_what_is_something_else_is_nothing(self) -> None:
        assert (text_of(5), text_of("a" * 300)) == ("", "a" * 200)
        assert (dicts_of("ab"), dicts_of([1, {"a": 1}])) == ([], [{"a": 1}])
        assert (end_of("f1"), end_of({"feature_id": "f1"}), end_of(None)) == ("f1", "f1", "")
        assert (score_of({"confidence": 0.5}), score_of({"confidence": 2}), score_of({})) == (0.5, None, None)

    def test_the_split_stands_in_the_metadata(self) -> None:
        nested = [{"schema_name": "split", "value": [{"schema_name": "train"}]}]
        assert (split_among(nested), split_among([{"schema_name": "other", "value": "train"}])) == ("train", None)


class TestLitPixels:
    def test_are_those_of_the_colour_or_not_black(self) -> None:
        pixels = np.array([[[0, 0, 0], [9, 9, 9], [1, 2, 3]]], dtype=np.int32)
        assert lit_pixels(pixels, None).tolist() == [[0, 1, 1]]
        assert lit_pixels(pixels, [1, 2, 3]).tolist() == [[0, 0, 1]]
        assert lit_pixels(pixels[:, :, 2], None).tolist() == [[0, 1, 1]]
