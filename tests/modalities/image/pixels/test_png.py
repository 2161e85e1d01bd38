"""PNG of 16 bits: no bit is lost, whatever the bands, filters and passes; damage is named."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from fairmark.modalities.image.pixels import opening
from fairmark.modalities.image.probe import DamagedImage, ImageRefused, ImageTooLarge
from tests.modalities.image.pixels.files import deep_png

LIMIT = 1_000_000


def pixels(data: bytes) -> np.ndarray:
    return np.concatenate(list(opening.raster_of(io.BytesIO(data), LIMIT).rows()))


def noise(height: int, width: int, bands: int, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (height, width, bands), np.uint16)


class TestPngRaster:
    @given(
        height=st.integers(1, 40),
        width=st.integers(1, 40),
        bands=st.integers(1, 4),
        filters=st.lists(st.integers(0, 4), min_size=1, max_size=5),
        interlaced=st.booleans(),
        seed=st.integers(0, 1000),
    )
    def test_gives_every_number_as_it_was_written(
        self, height: int, width: int, bands: int, filters: list[int], interlaced: bool, seed: int
    ) -> None:
        numbers = noise(height, width, bands, seed)
        assert np.array_equal(pixels(deep_png(numbers, tuple(filters), interlaced=interlaced)), numbers)

    def test_is_values_and_shown_by_browsers_too(self) -> None:
        found = opening.probe(io.BytesIO(deep_png(noise(20, 30, 1))), pixels_max=LIMIT)
        assert (found.media_type, found.width, found.height, found.tiles) == ("image/png", 30, 20, "values")
        assert found.viewable

    def test_of_eight_bits_is_a_picture_as_ever(self) -> None:
        file = io.BytesIO()
        Image.new("RGB", (30, 20), (1, 2, 3)).save(file, "PNG")
        assert opening.probe(file, pixels_max=LIMIT).tiles == ""

    def test_colours_are_shown_as_they_are_and_grey_as_its_values_lie(self) -> None:
        colours = opening.raster_of(io.BytesIO(deep_png(noise(5, 6, 4))), LIMIT).facts
        assert (colours.shown, colours.window) == ((0, 1, 2), (0.0, 65535.0))
        grey = opening.raster_of(io.BytesIO(deep_png(noise(5, 6, 2))), LIMIT).facts
        assert (grey.shown, grey.window, grey.bands) == ((0,), None, 2)

    @pytest.mark.parametrize("bands", [1, 2, 3, 4])
    def test_is_turned_upright(self, bands: int) -> None:
        numbers = noise(9, 14, bands)
        data = deep_png(numbers)
        exif = Image.Exif()
        exif[0x0112] = 6
        turned = _with_chunk(data, b"eXIf", exif.tobytes()[6:])
        # 6: the picture has to be turned by 90 degrees clockwise.
        assert np.array_equal(pixels(turned), np.rot90(numbers, -1))

    def test_too_large_a_one_is_refused_before_it_is_unpacked(self) -> None:
        with pytest.raises(ImageTooLarge):
            opening.raster_of(io.BytesIO(deep_png(noise(20, 30, 3))), 599)

    @given(bands=st.integers(1, 4), share=st.floats(0.3, 0.95), flip=st.integers(0, 255))
    def test_damage_is_survived_or_named(self, bands: int, share: float, flip: int) -> None:
        data = bytearray(deep_png(noise(20, 30, bands)))
        cut = bytes(data[: int(len(data) * share)])
        with pytest.raises(DamagedImage):
            opening.probe(io.BytesIO(cut), pixels_max=LIMIT)
        data[int(len(data) * share)] ^= flip
        with suppress(ImageRefused):  # any other error fails
            assert opening.probe(io.BytesIO(data), pixels_max=LIMIT).width > 0


def _with_chunk(data: bytes, name: bytes, body: bytes) -> bytes:
    chunk = struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    # Behind the header: a mark of 8 bytes and a chunk of 25.
    return data[:33] + chunk + data[33:]
