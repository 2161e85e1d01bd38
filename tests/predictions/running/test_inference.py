"""The arithmetic between images, prompts and arrays."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from fairmark.predictions.model import ImageInput, Manifest, Point, Prompt, PromptInput
from fairmark.predictions.rules import read_manifest
from fairmark.predictions.running.inference import Unfit, frame_of, inner, masks_from, pixels_for, prompt_for
from tests.predictions.made import make_model


@pytest.fixture
def manifest(tmp_path: Path) -> Manifest:
    return read_manifest(make_model(tmp_path / "one"))


class TestFrameOf:
    def test_keeps_proportions_or_stretches(self) -> None:
        wanted = ImageInput("image", 64, 64)
        # 200 x 100 at 64 / 200: 64 x 32.
        assert frame_of(wanted, 200, 100)[2:] == (64, 32)
        assert frame_of(msgspec.structs.replace(wanted, fit="stretch"), 200, 100)[2:] == (64, 64)


class TestPixelsFor:
    def test_normalises_and_pads(self) -> None:
        wanted = ImageInput("image", 8, 8, mean=(100, 0, 0), std=(10, 1, 1))
        pixels = pixels_for(wanted, Image.new("RGB", (16, 8), (120, 7, 9)))
        assert pixels.shape == (1, 3, 8, 8)
        # (120 - 100) / 10 in the upper half, which the image fills; 0 in the padding.
        assert pixels[0, :, 0, 0].tolist() == [2, 7, 9]
        assert pixels[0, :, 7, 7].tolist() == [0, 0, 0]
        assert pixels_for(msgspec.structs.replace(wanted, layout="nhwc"), Image.new("RGB", (8, 8))).shape == (
            1,
            8,
            8,
            3,
        )


class TestPromptFor:
    def test_scales_places_and_pads_where_there_is_no_box(self, manifest: Manifest) -> None:
        frame = frame_of(manifest.image, 128, 64)
        inputs = prompt_for(manifest, Prompt((Point(20, 10), Point(30, 40, on=False))), frame)
        assert inputs["point_coords"].tolist() == [[[10, 5], [15, 20], [0, 0]]]
        assert inputs["point_labels"].tolist() == [[1, 0, -1]]

    def test_names_the_corners_of_a_box_and_what_is_always_the_same(self, manifest: Manifest) -> None:
        prompt = msgspec.convert({"size": "orig_im_size", "constants": {"none": {"shape": [1]}}}, PromptInput)
        other = msgspec.structs.replace(manifest, prompt=prompt)
        inputs = prompt_for(other, Prompt(box=(0, 0, 64, 64)), frame_of(manifest.image, 128, 64))
        assert inputs["point_labels"].tolist() == [[2, 3]]
        assert (inputs["orig_im_size"].tolist(), inputs["none"].tolist()) == ([64, 128], [0])


class TestMasksFrom:
    def test_brings_masks_to_full_size_the_surest_first(self, manifest: Manifest) -> None:
        frame = frame_of(manifest.image, 128, 64)
        logits = np.full((1, 2, 64, 64), -1, np.float32)
        # The lower half is padding; the second mask has the left quarter of the image.
        logits[0, 0, :32, :] = 1
        logits[0, 1, :32, :16] = 1
        outputs = {"masks": inner(logits, manifest, frame), "scores": np.asarray([[0.3, 0.8]])}
        quarter, all_of_it = masks_from(manifest, outputs, frame)
        assert (quarter.score, all_of_it.score) == pytest.approx((0.8, 0.3))
        assert (quarter.x, quarter.y, quarter.width, quarter.height) == (0, 0, 32, 64)
        assert (all_of_it.width, all_of_it.runs) == (128, (0, 8192))

    def test_takes_masks_of_the_images_own_size_as_they_are(self, manifest: Manifest) -> None:
        frame = frame_of(manifest.image, 10, 6)
        logits = np.full((1, 1, 6, 10), -1, np.float32)
        logits[0, 0, 2, 3:5] = 1
        (mask,) = masks_from(manifest, {"masks": inner(logits, manifest, frame), "scores": [[2.0]]}, frame)
        # A score is never above 1.
        assert (mask.x, mask.y, mask.width, mask.height, mask.score) == (3, 2, 2, 1, 1.0)

    @pytest.mark.parametrize(
        ("masks", "scores", "why"),
        [
            (np.zeros((64, 64)), [[0.5]], "shape"),
            (np.zeros((1, 1, 64, 64)), [[0.5, 0.5]], "for 1 masks"),
            (np.full((1, 1, 64, 64), np.nan), [[0.5]], "NaN"),
            (np.zeros((1, 0, 64, 64)), [[]], "shape"),
            (np.asarray([["a"]]), [[0.5]], "no numbers"),
            (None, [[0.5]], "no output 'masks'"),
        ],
    )
    def test_says_what_is_unfit(self, manifest: Manifest, masks: object, scores: object, why: str) -> None:
        outputs = {"scores": np.asarray(scores)} | ({} if masks is None else {"masks": masks})
        with pytest.raises(Unfit, match=why):
            masks_from(manifest, outputs, frame_of(manifest.image, 64, 64))
