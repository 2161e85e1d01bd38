"""Pictures of a segmentation of 4 x 3 pixels: a road along the lower two rows, a car over its middle."""

import io
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from PIL import Image

from fairmark.kernel.ids import OrgId
from fairmark.modalities.image.marks.mask import Mask
from fairmark.scale_api import pictures
from fairmark.scale_api.types.segmentation import Segment

ORG, TASK = OrgId(UUID(int=7)), "65a0c0ffee0000000000a001"
ROAD = Mask(0, 1, 4, 2, (0, 8))
CAR = Mask(1, 0, 2, 2, (1, 3))
INDEXES = [[0, 0, 2, 0], [1, 2, 2, 1], [1, 1, 1, 1]]
"""The car's upper left pixel is off; where both are, the car lies on top, as it comes later."""


def segments(*more: Segment) -> list[Segment]:
    return [Segment("road", 1, "#102030", (ROAD,), None), Segment("car", 2, "#ff0000", (CAR,), {}), *more]


def opened(part: str, *more: Segment) -> Any:
    """A picture, decoded."""
    return Image.open(io.BytesIO(pictures.drawn(segments(*more), 4, 3, part)))


class TestIndexed:
    def test_each_pixel_has_the_index_of_what_lies_on_top(self) -> None:
        assert pictures.indexed(segments(), 4, 3).tolist() == INDEXES

    def test_what_reaches_out_of_the_image_is_cut(self) -> None:
        assert pictures.indexed(segments(), 2, 2).tolist() == [[0, 0], [1, 2]]


class TestDrawn:
    def test_the_image_has_the_colors_of_the_labels(self) -> None:
        made = opened("image")
        assert (made.mode, made.size) == ("RGB", (4, 3))
        assert [made.getpixel(at) for at in ((0, 0), (2, 0), (0, 2))] == [(0, 0, 0), (255, 0, 0), (16, 32, 48)]

    def test_the_indexed_image_has_one_channel(self) -> None:
        made = opened("indexedImage")
        assert made.mode == "L"
        assert np.asarray(made).tolist() == INDEXES

    def test_many_indexes_need_two_bytes(self) -> None:
        more = [Segment("car", index, "#ff0000", (), {}) for index in range(3, 301)]
        more[-1] = Segment("car", 300, "#ff0000", (Mask(0, 0, 1, 1, (0, 1)),), {})
        made = opened("indexedImage", *more)
        assert made.mode == "I;16"
        assert np.asarray(made).tolist()[0] == [300, 0, 2, 0]
        # 300 = 44 + 1 x 256
        assert opened("extendedIndexedImage", *more).getpixel((0, 0)) == (44, 1, 0)

    def test_a_mask_is_white_where_its_index_is(self) -> None:
        assert np.asarray(opened("2")).tolist() == [[0, 0, 255, 0], [0, 255, 255, 0], [0, 0, 0, 0]]
        assert np.asarray(opened("unlabeled")).tolist() == [[255, 255, 0, 255], [0, 0, 0, 0], [0, 0, 0, 0]]


class TestAddressed:
    def site(self) -> Any:
        return SimpleNamespace(
            secret=b"s", settings=SimpleNamespace(public_url="https://example.com/", media_url_s=300)
        )

    def test_what_stands_for_a_picture_becomes_its_address(self) -> None:
        told = pictures.addressed(self.site(), ORG, f'{{"a":"fairmark-mask:{TASK}/image"}}'.encode())
        assert told.startswith(f'{{"a":"https://example.com/scale/masks/{ORG}/{TASK}/image?e='.encode())
        assert told.endswith(b'"}')

    @pytest.mark.parametrize("told", [b'{"a":1}', b'{"a":"fairmark-mask:../../x"}'])
    def test_everything_else_stays(self, told: bytes) -> None:
        assert pictures.addressed(self.site(), ORG, told) == told


class TestAreIn:
    def test_says_whether_there_is_anything_to_sign(self) -> None:
        assert pictures.are_in(f'"fairmark-mask:{TASK}/1"')
        assert not pictures.are_in('"mask"')
