"""Requests with one thing wrong: the documented status, and a message that names it."""

from typing import Any

import httpx
import pytest

from tests.stories.scale_side import BOXES, Scale, files, scale

__all__ = ["files", "scale"]
URL = "https://example.com/1.png"
IMAGE = {"attachment": URL, "geometries": BOXES}
CHOICE = {"type": "category", "field_id": "ok", "title": "Ok?", "choices": [{"label": "Yes", "value": "yes"}]}
FORM = {"attachments": [{"type": "text", "content": "2+2=5"}], "fields": [CHOICE]}
NER = {"text": "Ada lives in Rome.", "labels": [{"name": "person"}, {"name": "place"}]}
SORT = {"attachment": "tomato", "attachment_type": "text", "categories": ["red", "blue"], "instruction": "Which?"}
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("imageannotation", IMAGE | {"attachment": 1}, "attachment"),
    ("imageannotation", IMAGE | {"attachment": "nowhere"}, "attachment"),
    ("imageannotation", IMAGE | {"geometries": []}, "geometries"),
    ("imageannotation", IMAGE | {"geometries": {"box": {"objects_to_annotate": "car"}}}, "geometries.box"),
    ("imageannotation", IMAGE | {"annotation_attributes": {"a": {"type": "colour"}}}, "annotation_attributes.a"),
    ("imageannotation", IMAGE | {"context_attachments": [{"attachment": URL}]}, "context_attachments[0].attachment"),
    ("imageannotation", IMAGE | {"metadata": []}, "metadata"),
    ("imageannotation", IMAGE | {"tags": list("abcdef")}, "tags"),
    ("imageannotation", IMAGE | {"tags": "a"}, "tags"),
    ("imageannotation", IMAGE | {"callback_url": "nowhere"}, "callback_url"),
    ("imageannotation", IMAGE | {"priority": "high"}, "priority"),
    ("imageannotation", IMAGE | {"unique_id": ""}, "unique_id"),
    ("imageannotation", IMAGE | {"hypothesis": {"annotations": [{"type": "box", "label": "bus"}]}}, "hypothesis"),
    ("annotation", {"attachment": URL}, "objects_to_annotate"),
    ("segmentannotation", {"attachment": URL}, "labels"),
    ("segmentannotation", {"attachment": URL, "labels": []}, "labels"),
    ("segmentannotation", {"attachment": URL, "labels": [str(number) for number in range(51)]}, "labels"),
    ("segmentannotation", {"attachment": URL, "labels": ["a"], "instance_labels": ["b"]}, "instance_labels[0]"),
    ("categorization", SORT | {"categories": []}, "categories"),
    ("categorization", {key: SORT[key] for key in SORT if key != "instruction"}, "instruction"),
    ("comparison", {"attachments": [URL, URL], "attachment_type": "image"}, "choices"),
    ("textcollection", FORM | {"fields": []}, "fields"),
    ("textcollection", FORM | {"fields": [CHOICE | {"type": "colour"}]}, "fields[0]"),
    ("textcollection", FORM | {"fields": [CHOICE | {"title": ""}]}, "fields[0].title"),
    ("textcollection", FORM | {"fields": [CHOICE | {"choices": []}]}, "fields[0].choices"),
    ("textcollection", FORM | {"fields": [CHOICE, CHOICE]}, "fields[1].field_id"),
    ("textcollection", FORM | {"fields": [CHOICE | {"conditions": [{"none": "yes"}]}]}, "fields[0].conditions"),
    ("namedentityrecognition", NER | {"text": ""}, "text"),
    ("namedentityrecognition", NER | {"labels": []}, "labels"),
    ("namedentityrecognition", NER | {"labels": [{"name": "a"}, {"name": "a"}]}, "labels[1].name"),
    (
        "namedentityrecognition",
        NER | {"relationships": [{"source_label": "person", "target_label": "none"}]},
        "relationships[0].target_label",
    ),
    ("transcription", {"attachment": URL, "instruction": "?", "fields": {"a": 1}}, "fields"),
    ("documenttranscription", {"features": [{"type": "block", "label": "a"}]}, "attachment"),
]


@pytest.mark.parametrize("mode", ["live", "test"])
def test_what_is_wrong_is_named(scale: Scale, mode: str) -> None:
    key = scale.customer.key if mode == "live" else scale.test.api.api_key
    for type, body, named in WRONG:
        answer = httpx.post(
            f"{scale.customer.url}/v1/task/{type}", json=body, headers={"authorization": f"Bearer {key}"}
        )
        said = answer.json()
        assert (answer.status_code, said["status_code"]) == (400, 400), (type, named, said)
        assert f"`{named}" in said["error"], (type, named, said)


@pytest.mark.parametrize(
    ("type", "body"),
    [
        (
            "imageannotation",
            {
                "attachment": URL,
                "geometries": {
                    "cuboid": {
                        "objects_to_annotate": ["car"],
                        "camera_intrinsics": {"fx": 1, "fy": 1, "cx": 1, "cy": 1},
                    }
                },
            },
        ),
        ("videoannotation", {"attachment": URL, "geometries": BOXES}),
        ("lidarannotation", {"attachments": [URL], "labels": ["car"]}),
    ],
)
def test_what_nobody_can_label_yet_is_402(scale: Scale, type: str, body: dict[str, Any]) -> None:
    headers = {"authorization": f"Bearer {scale.customer.key}"}
    answer = httpx.post(f"{scale.customer.url}/v1/task/{type}", json=body, headers=headers)
    assert (answer.status_code, answer.json()["status_code"]) == (402, 402)
    assert "cannot be labeled here yet" in answer.json()["error"]
