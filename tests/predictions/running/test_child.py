"""What one process answers: good models, bad ones, and what it keeps."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fairmark.predictions.model import Point, Prompt
from fairmark.predictions.running.child import Desk
from fairmark.predictions.running.model import Answered, Ask, Failed
from tests.predictions.made import MANIFEST, make_model

RED = Prompt((Point(100, 40),))


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A red square of 60 px from (80, 20) on on green, 256 x 128."""
    pixels = np.full((128, 256, 3), (40, 160, 60), np.uint8)
    pixels[20:80, 80:140] = (200, 30, 30)
    Image.fromarray(pixels).save(tmp_path / "image.png")
    return tmp_path / "image.png"


def ask(folder: Path, image: Path, prompt: Prompt = RED, name: str = "a") -> Ask:
    return Ask(str(folder), str(image), name, prompt)


class TestDesk:
    def test_finds_what_is_coloured_like_the_point_and_remembers_the_image(self, tmp_path: Path, image: Path) -> None:
        desk, folder = Desk(1, 10**6), make_model(tmp_path / "one")
        first = desk.answer(ask(folder, image))
        assert isinstance(first, Answered)
        (mask,) = first.masks
        # Four image pixels for one of the model's; half a one at each edge may be off.
        assert abs(mask.x - 80) <= 3
        assert abs(mask.y - 20) <= 3
        assert abs(mask.width - 60) <= 5
        assert mask.score == pytest.approx(0.9)
        again = desk.answer(ask(folder, image))
        other = desk.answer(ask(folder, image, name="b"))
        assert [reply.seen for reply in (first, again, other) if isinstance(reply, Answered)] == [False, True, False]

    def test_keeps_no_more_embeddings_than_fit(self, tmp_path: Path, image: Path) -> None:
        # One embedding has 3 * 64 * 64 numbers of 4 bytes.
        desk, folder = Desk(1, 10**6, embeddings_bytes_max=2 * 49_152), make_model(tmp_path / "one")
        for name in ("a", "b", "c"):
            desk.answer(ask(folder, image, name=name))
        seen = [desk.answer(ask(folder, image, name=name)) for name in ("c", "b", "a")]
        assert [isinstance(reply, Answered) and reply.seen for reply in seen] == [True, True, False]

    def test_says_what_is_wrong_with_a_model(self, tmp_path: Path, image: Path) -> None:
        desk = Desk(1, 10**6)

        def why(folder: Path) -> str:
            reply = desk.answer(ask(folder, image))
            assert isinstance(reply, Failed)
            return reply.why

        assert "NaN" in why(make_model(tmp_path / "nan", times=float("nan")))
        assert "no output 'masks'" in why(make_model(tmp_path / "named", masks="other"))
        shape = MANIFEST.replace("width = 64", "width = 32")
        assert "failed" in why(make_model(tmp_path / "shape", manifest=shape))
        garbled = make_model(tmp_path / "garbled")
        (garbled / "decoder.onnx").write_bytes(b"no model")
        assert "'garbled' failed" in why(garbled)

    def test_refuses_images_that_are_too_large(self, tmp_path: Path, image: Path) -> None:
        # 256 * 128 = 32,768 pixels.
        reply = Desk(1, 32_767).answer(ask(make_model(tmp_path / "one"), image))
        assert isinstance(reply, Failed)
        assert "256 x 128" in reply.why
        assert isinstance(Desk(1, 32_768).answer(ask(make_model(tmp_path / "two"), image)), Answered)
