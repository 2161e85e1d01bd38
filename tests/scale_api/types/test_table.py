"""The table of task types: every documented parameter of each is read, and one that is wrong is named."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from fairmark.scale_api import rules
from fairmark.scale_api.model import BadRequest, NoSuch, NotEnabled
from fairmark.scale_api.rules import Envelope, Extras
from fairmark.scale_api.shapes import read
from fairmark.scale_api.types.model import Json
from fairmark.scale_api.types.table import TYPES, task_type, translated, with_defaults

URL = "https://example.com/1.png"
OLD = {"attachment": URL, "objects_to_annotate": ["car"]}
FORM = {"attachment": URL, "fields": {"shop": "Whose?"}}
REQUESTS: dict[str, Json] = {
    "imageannotation": {"attachment": URL, "geometries": {"box": {"objects_to_annotate": ["car"]}}},
    "annotation": OLD, "polygonannotation": OLD, "lineannotation": OLD, "pointannotation": OLD, "cuboidannotation": OLD,
    "segmentannotation": {"attachment": URL, "labels": ["car"]},
    "categorization": {"attachment": URL, "categories": ["red", "blue"]},
    "comparison": {"attachments": [URL, f"{URL}2"], "choices": ["same", "other"]},
    "textcollection": {
        "attachments": [{"type": "text", "content": "2+2=5"}],
        "fields": [{"type": "text", "field_id": "why", "title": "Why"}],
    },
    "namedentityrecognition": {"text": "Ada", "labels": [{"name": "person"}]},
    "documenttranscription": {"attachment": URL, "features": [{"type": "block", "label": "head"}]},
    "transcription": FORM, "datacollection": FORM,
}  # fmt: skip
"""A request for each type that people can label, with nothing wrong."""


def numbers(kind: Any) -> bool:
    """Whether a parameter is a number, or may be one."""
    return any(each in str(kind) for each in ("int", "float")) and "list" not in str(kind) and "dict" not in str(kind)


def wrong_ones() -> Iterator[tuple[str, str, Any]]:
    """Each parameter of each type, with a value that is of no kind it takes."""
    for type, request in REQUESTS.items():
        for field in msgspec.structs.fields(TYPES[type].shape):
            yield type, field.encode_name, "x" if numbers(field.type) else 7
            if field.required and field.encode_name in request:
                yield type, field.encode_name, None


def parameters(kind: type[msgspec.Struct]) -> list[msgspec.structs.FieldInfo]:
    return list(msgspec.structs.fields(kind))


class TestTranslated:
    def test_there_is_a_request_for_each_type_that_can_be_labeled(self) -> None:
        assert set(REQUESTS) == {name for name, type in TYPES.items() if type.translate is not None}

    @pytest.mark.parametrize("type", REQUESTS)
    def test_a_plain_request_is_understood(self, type: str) -> None:
        found = translated(TYPES[type], REQUESTS[type])
        assert found.attachments
        assert found.lacking is None

    @pytest.mark.parametrize(("type", "name", "value"), list(wrong_ones()))
    def test_a_parameter_that_is_wrong_is_named(self, type: str, name: str, value: Any) -> None:
        request = {key: each for key, each in (REQUESTS[type] | {name: value}).items() if each is not None}
        with pytest.raises(BadRequest) as refused:
            translated(TYPES[type], request)
        assert f"`{name}" in refused.value.message

    def test_what_nobody_can_label_is_told_in_words(self) -> None:
        for type in TYPES.values():
            if type.translate is None:
                with pytest.raises(NotEnabled, match=type.lacking):
                    translated(type, {})


class TestEnvelope:
    @pytest.mark.parametrize("field", parameters(Envelope), ids=lambda field: field.encode_name)
    def test_a_parameter_that_all_types_share_is_named_if_it_is_wrong(self, field: msgspec.structs.FieldInfo) -> None:
        with pytest.raises(BadRequest) as refused:
            rules.read_envelope({field.encode_name: "x" if numbers(field.type) else 7})
        assert f"`{field.encode_name}" in refused.value.message

    @pytest.mark.parametrize("field", parameters(Extras), ids=lambda field: field.encode_name)
    def test_so_are_those_that_reach_the_editor(self, field: msgspec.structs.FieldInfo) -> None:
        with pytest.raises(BadRequest) as refused:
            read({field.encode_name: 7}, Extras)
        assert f"`{field.encode_name}" in refused.value.message


class TestTaskType:
    def test_a_name_that_is_none_is_not_found(self) -> None:
        assert task_type("comparison").name == "comparison"
        with pytest.raises(NoSuch, match="painting") as refused:
            task_type("painting")
        assert "imageannotation" in refused.value.mend


class TestWithDefaults:
    def test_plain_defaults_are_filled_in_and_nothing_is_overwritten(self) -> None:
        asked = {"attachment": URL, "labels": ["car"], "allow_unlabeled": True, "extra": 1}
        assert with_defaults(TYPES["segmentannotation"], asked) == asked | {
            "attachment_type": "image", "allow_parent_labels": False,
        }  # fmt: skip
