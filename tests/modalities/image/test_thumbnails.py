import io
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from fairmark.modalities.image.probe import (
    NotAnImage,
    TruncatedImage,
    thumbnails,
)

from .pictures import BLACK, BLUE, FORMATS, GREEN, RED, WHITE, clearness, corners, noise, picture, saved, seen


class TestThumbnails:
    @pytest.mark.parametrize("format", FORMATS)
    def test_are_webp_of_the_sizes_asked_for(self, format: str) -> None:
        data = saved(picture(600, 400), format)
        made = thumbnails(io.BytesIO(data), (300, 30, 300))
        assert sorted(made) == [30, 300]
        for size, picture_bytes in made.items():
            small = Image.open(io.BytesIO(picture_bytes))
            assert (small.format, small.mode, small.size) == ("WEBP", "RGB", (size, size * 2 // 3))
            assert corners(small) == [RED, GREEN, BLUE, WHITE]

    def test_are_never_larger_than_the_image(self) -> None:
        assert seen(saved(picture(60, 40), "PNG"), 1024).size == (60, 40)

    def test_of_a_line_are_a_pixel_thick_at_least(self) -> None:
        assert seen(saved(Image.new("RGB", (4000, 1)), "PNG"), 100).size == (100, 1)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "AVIF", "TIFF"])
    def test_are_upright(self, format: str, orientation: int) -> None:
        # What a camera stores, when held so that `picture` is upright: the inverse of the transposition to apply.
        turns = {
            1: None,
            2: Image.Transpose.FLIP_LEFT_RIGHT,
            3: Image.Transpose.ROTATE_180,
            4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE,
            6: Image.Transpose.ROTATE_90,
            7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270,
        }
        turn = turns[orientation]
        stored = picture() if turn is None else picture().transpose(turn)
        exif = Image.Exif()
        exif[0x0112] = orientation
        small = seen(saved(stored, format, exif=exif))
        assert small.size == (60, 40)
        assert corners(small) == [RED, GREEN, BLUE, WHITE]

    @pytest.mark.parametrize(
        ("mode", "format"),
        [
            ("P", "PNG"),
            ("P", "GIF"),
            ("CMYK", "TIFF"),
            ("CMYK", "JPEG"),
            ("RGBA", "PNG"),
            ("RGBA", "WEBP"),
            ("YCbCr", "TIFF"),
        ],
    )
    def test_show_the_colours_of_every_mode(self, mode: str, format: str) -> None:
        assert corners(seen(saved(picture().convert(mode), format))) == [RED, GREEN, BLUE, WHITE]

    def test_show_shades(self) -> None:
        # Red, green and blue have 76, 150 and 29 of 255 in brightness.
        assert corners(seen(saved(picture().convert("L"), "PNG"))) == [(128,) * 3, (128,) * 3, BLACK, WHITE]
        halves = Image.new("1", (8, 8))
        halves.paste(1, (4, 0, 8, 8))
        assert corners(seen(saved(halves, "PNG"))) == [BLACK, WHITE, BLACK, WHITE]

    def test_show_lab(self) -> None:
        to_lab = ImageCms.buildTransform(ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB")
        lab = ImageCms.applyTransform(picture(), to_lab)
        assert lab is not None
        assert corners(seen(saved(lab, "TIFF"))) == [RED, GREEN, BLUE, WHITE]

    @pytest.mark.parametrize(
        ("dtype", "scale"), [(np.uint16, 4095), (np.uint16, 65535), (np.int32, 100_000), (np.float32, 1.0)]
    )
    def test_stretch_deep_values_over_the_shades(self, dtype: Any, scale: float) -> None:
        values = np.zeros((40, 60), dtype=dtype)
        values[:20, 30:] = scale
        values[20:, :30] = scale // 2 if scale > 1 else 0.5
        image = Image.fromarray(values)
        assert corners(seen(saved(image, "TIFF"))) == [BLACK, WHITE, (128, 128, 128), BLACK]

    def test_of_a_flat_or_undefined_picture_are_black(self) -> None:
        flat = Image.fromarray(np.full((8, 8), 700, dtype=np.uint16))
        assert corners(seen(saved(flat, "PNG"))) == [BLACK] * 4
        undefined = np.full((8, 8), np.nan, dtype=np.float32)
        assert corners(seen(saved(Image.fromarray(undefined), "TIFF"))) == [BLACK] * 4

    def test_transparent_parts_stay_so(self) -> None:
        clear = picture().convert("RGBA")
        clear.putalpha(Image.new("L", clear.size, 0))
        assert clearness(seen(saved(clear, "PNG"))) == [0] * 4
        indexed = picture().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
        pixels = indexed.load()
        assert pixels is not None
        transparent = seen(saved(indexed, "PNG", transparency=pixels[0, 0]))
        assert clearness(transparent) == [0, 255, 255, 255]
        assert corners(transparent)[1:] == [GREEN, BLUE, WHITE]
        keyed = seen(saved(picture(), "PNG", transparency=GREEN))
        assert clearness(keyed) == [255, 0, 255, 255]
        assert corners(keyed)[::2] == [RED, BLUE]

    def test_without_transparency_have_none(self) -> None:
        assert seen(saved(picture(), "PNG")).mode == "RGB"

    def test_follow_the_colour_profile(self) -> None:
        # A profile that swaps red and blue: its red is sRGB's blue.
        profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
        red, blue = profile.index(b"rXYZ"), profile.index(b"bXYZ")
        profile[red : red + 4], profile[blue : blue + 4] = b"bXYZ", b"rXYZ"
        swapped = saved(picture(), "PNG", icc_profile=bytes(profile))
        assert corners(seen(swapped)) == [BLUE, GREEN, RED, WHITE]
        clear = saved(picture().convert("RGBA"), "PNG", icc_profile=bytes(profile))
        assert corners(seen(clear)) == [BLUE, GREEN, RED, WHITE]

    def test_ignore_a_broken_colour_profile(self) -> None:
        assert corners(seen(saved(picture(), "PNG", icc_profile=b"nonsense"))) == [RED, GREEN, BLUE, WHITE]

    def test_carry_no_metadata(self) -> None:
        exif = Image.Exif()
        exif[0x010E] = "taken at home"
        small = seen(
            saved(
                picture(),
                "JPEG",
                exif=exif,
                icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
            )
        )
        assert not small.getexif()
        assert "icc_profile" not in small.info

    def test_show_the_first_frame(self) -> None:
        frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN)]
        assert corners(seen(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))) == [RED] * 4

    def test_refuse_what_the_probe_refuses(self) -> None:
        with pytest.raises(NotAnImage):
            thumbnails(io.BytesIO(b"%PDF"), (128,))
        data = saved(noise(), "JPEG")
        with pytest.raises(TruncatedImage):
            thumbnails(io.BytesIO(data[: len(data) // 2]), (128,))
