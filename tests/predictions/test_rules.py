"""Manifests and prompts."""

from pathlib import Path

import pytest

from fairmark.predictions.model import BadPrompt, ModelBroken, Point, Prompt
from fairmark.predictions.rules import check_prompt, read_manifest
from tests.predictions.made import MANIFEST, make_model


class TestReadManifest:
    def test_reads_what_is_said_and_fills_in_the_rest(self, tmp_path: Path) -> None:
        manifest = read_manifest(make_model(tmp_path / "one"))
        assert (manifest.title, manifest.image.width, manifest.image.layout) == ("Like this colour", 64, "nchw")
        assert (manifest.prompt.coords, manifest.embeddings) == ("point_coords", {"features": "features"})

    @pytest.mark.parametrize(
        ("text", "why"),
        [
            ("title = ", "Invalid value"),
            (MANIFEST.replace('input = "image"', ""), "input"),
            (MANIFEST.replace("width = 64", "width = 4"), "width"),
            (MANIFEST.replace("[answer]", "[reply]"), "reply"),
            ('encoder = "../encoder.onnx"\n' + MANIFEST, "../encoder.onnx"),
            ('decoder = "other.onnx"\n' + MANIFEST, "other.onnx"),
        ],
    )
    def test_says_what_is_wrong(self, tmp_path: Path, text: str, why: str) -> None:
        folder = make_model(tmp_path / "one", manifest=text)
        with pytest.raises(ModelBroken) as refused:
            read_manifest(folder)
        assert why in refused.value.message


class TestCheckPrompt:
    def test_takes_points_and_boxes_inside_of_the_image(self) -> None:
        check_prompt(Prompt((Point(0, 0), Point(100, 50, on=False)), (1, 2, 100, 50)), 100, 50)

    @pytest.mark.parametrize(
        "prompt",
        [
            Prompt(),
            Prompt((Point(101, 10),)),
            Prompt((Point(float("nan"), 10),)),
            Prompt(box=(10, 10, 10, 20)),
            Prompt(box=(10, 10, 120, 20)),
        ],
    )
    def test_refuses_others(self, prompt: Prompt) -> None:
        with pytest.raises(BadPrompt):
            check_prompt(prompt, 100, 50)
