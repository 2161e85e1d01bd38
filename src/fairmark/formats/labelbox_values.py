"""What stands in Labelbox's NDJSON, value by value: texts, numbers, points, answers, and pixels of masks."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import msgspec

from fairmark.formats.images import NO_SPLIT, pixels_of, split_named
from fairmark.ontology.model import Field, FieldKind

if TYPE_CHECKING:
    from fairmark.formats.pixel_maps import Numbers

YES, NO = "yes", "no"

_LABEL_CHARS_MAX = 200
_SIDE_MAX = 10**9
_NUMBERS = frozenset({FieldKind.NUMBER, FieldKind.SCALE})


def value_of(given: dict[str, Any], field: Field | None) -> bool | float | str | list[str] | None:
    """What a classification says, as the field can hold it; None for one without an answer."""
    if "radio_answer" in given:
        said = _answer(given["radio_answer"], field)
        if field is not None and field.kind is FieldKind.BOOLEAN and said and said.lower() in (YES, NO):
            return said.lower() == YES
        return said
    if "checklist_answers" in given:
        return [said for each in dicts_of(given["checklist_answers"]) if (said := _answer(each, field)) is not None]
    told = given.get("text_answer")
    content = told.get("content") if isinstance(told, dict) else told
    if not isinstance(content, str):
        return None
    if field is not None and field.kind in _NUMBERS:
        try:
            return float(content) if isfinite(float(content)) else None
        except ValueError:
            return None
    return content


def _answer(given: Any, field: Field | None) -> str | None:
    """The option's id if the field has it by its value, else by what it is called."""
    if not isinstance(given, dict):
        return None
    value, name = text_of(given.get("value")), text_of(given.get("name"))
    options = {option.id for option in field.options} if field else {value}
    return value if value and (value in options or not name) else name or None


def lit_pixels(pixels: "Numbers", color: Any) -> "Numbers":
    """[height, width], 1 where a pixel is on: of a colour, or, without one, any that is not black."""
    import numpy as np

    if pixels.ndim == 2:
        return (pixels != 0).astype(np.int32)
    plain = pixels[:, :, :3]
    if color is None:
        return (plain != 0).any(axis=2).astype(np.int32)
    wanted = msgspec.convert(color, tuple[int, int, int])
    return (plain == np.array(wanted)).all(axis=2).astype(np.int32)


def finite(value: Any) -> float:
    """As it stands in the document: 1 stays 1. Raises ValueError for what is no number, or too large."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{str(value)[:50]!r} is no number")
    if not abs(value) < _SIDE_MAX:
        raise ValueError(f"a number of it is not below {_SIDE_MAX}")
    return value


def points_of(given: Sequence[Mapping[str, Any]], at_least: int) -> list[list[float]]:
    """[x, y] of each. Raises ValueError for a number that is none, and for too few points."""
    points = [[finite(point["x"]), finite(point["y"])] for point in given]
    if len(points) < at_least:
        raise ValueError("it has too few points")
    return points


def side_of(value: Any) -> int | None:
    """A width or height in whole pixels; None for what is none."""
    return pixels_of(value) if isinstance(value, int | float) else None


def text_of(value: Any) -> str:
    """The beginning of a text; empty for what is none."""
    return value[:_LABEL_CHARS_MAX] if isinstance(value, str) else ""


def dicts_of(value: Any) -> list[dict[str, Any]]:
    """The objects in a list; none for what is no list."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def end_of(value: Any) -> str:
    """The feature at an end of a relationship: its id, or an object that has it."""
    return text_of(value.get("feature_id")) if isinstance(value, dict) else text_of(value)


def score_of(given: dict[str, Any]) -> float | None:
    """The confidence of a feature, 0 to 1; None for what is none."""
    score = given.get("confidence")
    return float(score) if isinstance(score, int | float) and 0 <= score <= 1 else None


def split_among(fields: list[dict[str, Any]]) -> str | None:
    """The split among the metadata of a data row."""
    for each in fields:
        if each.get("schema_name") != "split":
            continue
        value = each.get("value")
        told = (
            value
            if isinstance(value, str)
            else next(reversed([text_of(one.get("schema_name")) for one in dicts_of(value)]), "")
        )
        return split_named(told) if told != NO_SPLIT else None
    return None
