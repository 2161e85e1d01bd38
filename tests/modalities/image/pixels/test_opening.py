"""Every way of storing pixels comes to the same pixels, or is refused in words."""

import io
from typing import Any

import numpy as np
import pytest
import tifffile
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import UID

from fairmark.modalities.image.pixels import opening
from fairmark.modalities.image.probe import ImageRefused
from fairmark.modalities.model import Probe
from tests.modalities.image.pixels.files import dicom, slope, tiff

LIMIT = 10_000_000


def probed(data: bytes, limit: int = LIMIT) -> Probe:
    return opening.probe(io.BytesIO(data), pixels_max=limit)


def pixels(data: bytes, limit: int = LIMIT) -> np.ndarray:
    return np.concatenate(list(opening.raster_of(io.BytesIO(data), limit).rows()))


def saved(image: Image.Image, form: str = "TIFF", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


class TestTiffOfValues:
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"byteorder": ">"},
            {"bigtiff": True},
            {"rowsperstrip": 7},
            {"compression": "zlib", "rowsperstrip": 50},
            {"compression": "zlib", "predictor": True, "rowsperstrip": 50},
            {"tile": (256, 128)},
            {"tile": (256, 256), "compression": "zlib", "predictor": True, "byteorder": ">"},
        ],
        ids=["plain", "big-endian", "bigtiff", "strips", "deflate", "differences", "tiles", "all"],
    )
    def test_is_read_as_it_was_written(self, options: dict[str, Any]) -> None:
        data = tiff(slope(), **options)
        found = probed(data)
        assert (found.media_type, found.width, found.height, found.tiles) == ("image/tiff", 700, 600, "values")
        assert not found.viewable
        assert np.array_equal(pixels(data)[:, :, 0], slope())

    @pytest.mark.parametrize("packing", ["tiff_lzw", "packbits", "tiff_adobe_deflate"])
    def test_is_unpacked_by_libtiff(self, packing: str) -> None:
        assert np.array_equal(pixels(saved(Image.fromarray(slope()), compression=packing))[:, :, 0], slope())

    @pytest.mark.parametrize("planar", ["contig", "separate"])
    def test_of_many_bands(self, planar: str) -> None:
        bands = np.stack([slope() // (band + 1) for band in range(5)], axis=0 if planar == "separate" else -1)
        found = pixels(tiff(bands, photometric="minisblack", planarconfig=planar))
        assert found.shape == (600, 700, 5)
        assert np.array_equal(found[:, :, 4], slope() // 5)

    def test_of_signed_and_broken_numbers_is_brought_into_sixteen_bits(self) -> None:
        signed = opening.raster_of(io.BytesIO(tiff(slope(dtype=np.int16) - 5000)), LIMIT)
        stored = np.concatenate(list(signed.rows()))[0, 0, 0]
        assert stored * signed.facts.scale + signed.facts.offset == -5000
        floats = slope(dtype=np.float32) / 3
        floats[0, 0] = np.nan
        read = opening.raster_of(io.BytesIO(tiff(floats)), LIMIT)
        values = np.concatenate(list(read.rows()))[:, :, 0] * read.facts.scale + read.facts.offset
        # A step is 1 / 65,535 of the range, 25,960 / 3.
        assert np.abs(values[1:] - floats[1:]).max() <= 25_960 / 3 / 65_535

    def test_is_turned_upright(self) -> None:
        data = tiff(slope(), extratags=[(274, 3, 1, 6, True)])
        found = probed(data)
        assert (found.width, found.height) == (600, 700)
        # 6: the first row is the right side.
        assert np.array_equal(pixels(data)[:, :, 0], np.rot90(slope(), -1))

    def test_is_black_at_its_greatest_where_it_says_so(self) -> None:
        raster = opening.raster_of(io.BytesIO(tiff(slope(), photometric="miniswhite")), LIMIT)
        assert raster.facts.inverted

    def test_that_is_cut_off_is_found_out(self) -> None:
        with pytest.raises(ImageRefused) as refused:
            probed(tiff(slope())[:-1000])
        assert refused.value.code == "image_truncated"


class TestPictures:
    def test_of_usual_size_are_shown_as_they_are(self) -> None:
        assert probed(saved(Image.new("RGB", (64, 48)), "PNG")).tiles == ""
        found = probed(saved(Image.new("RGB", (64, 48)), "TIFF"))
        assert (found.tiles, found.viewable) == ("", False)

    def test_beyond_what_is_decoded_whole_are_read_by_their_pieces(self) -> None:
        colours = np.dstack([slope() // 200] * 3).astype(np.uint8)
        data = tiff(colours, photometric="rgb", tile=(128, 128), compression="zlib")
        assert probed(data, limit=1000).tiles == "picture"
        assert np.array_equal(pixels(data, limit=1000), colours)

    def test_in_jpeg_tiles_come_out_as_they_look(self) -> None:
        colours = np.full((300, 400, 3), (200, 60, 30), np.uint8)
        data = saved(Image.fromarray(colours), compression="jpeg", quality=95)
        assert np.abs(pixels(data, limit=1000).astype(int) - colours).max() <= 6

    def test_are_upright_in_srgb_with_their_transparency(self) -> None:
        turned = Image.new("RGB", (64, 48), (200, 10, 10))
        exif = Image.Exif()
        exif[0x0112] = 6
        assert pixels(saved(turned, "JPEG", exif=exif)).shape == (64, 48, 3)
        cmyk = pixels(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", quality=95))
        assert cmyk[4, 4, 0] > 200
        assert cmyk[4, 4, 1] < 60
        clear = pixels(saved(Image.new("RGBA", (8, 8), (10, 20, 30, 40)), "PNG"))
        assert clear[0, 0].tolist() == [10, 20, 30, 40]


class TestPages:
    def test_of_a_tiff_are_counted_and_the_first_is_looked_at(self) -> None:
        found = probed(tiff(np.stack([slope()] * 3), photometric="minisblack"))
        assert (found.frames, found.width, found.height, found.tiles) == (3, 700, 600, "values")

    def test_that_are_smaller_copies_do_not_count(self) -> None:
        file = io.BytesIO()
        with tifffile.TiffWriter(file) as writer:
            writer.write(slope(), subfiletype=0)
            writer.write(slope()[::2, ::2], subfiletype=1)
        assert (probed(file.getvalue()).width, probed(file.getvalue()).height) == (700, 600)

    def test_that_move_say_how_many_frames_they_have(self) -> None:
        first, second = Image.new("RGB", (8, 8)), Image.new("RGB", (8, 8), (255, 0, 0))
        assert probed(saved(first, "GIF", save_all=True, append_images=[second])).frames == 2


class TestDicom:
    def test_is_read_in_its_own_values(self) -> None:
        data = dicom(
            slope(dtype=np.int16) - 1000, RescaleSlope=2, RescaleIntercept=-1024, WindowCenter=40, WindowWidth=400
        )
        found = probed(data)
        assert (found.media_type, found.width, found.height, found.tiles) == ("application/dicom", 700, 600, "values")
        facts = opening.raster_of(io.BytesIO(data), LIMIT).facts
        # The first value, -1,000, is 2 * -1,000 - 1,024 after rescaling.
        assert pixels(data)[0, 0, 0] * facts.scale + facts.offset == -3024
        # 400 values around 39.5: 40 - 0.5 - 399 / 2 is -160.
        assert facts.window == (-160.0, 239.0)
        assert (facts.unit, facts.inverted) == ("HU", False)

    def test_is_inverted_as_monochrome1(self) -> None:
        data = dicom(slope(), PhotometricInterpretation="MONOCHROME1")
        assert opening.raster_of(io.BytesIO(data), LIMIT).facts.inverted

    def test_in_colours_is_a_picture(self) -> None:
        colours = np.full((20, 30, 3), (10, 200, 30), np.uint8)
        data = dicom(
            colours, PhotometricInterpretation="RGB", SamplesPerPixel=3, PlanarConfiguration=0, BitsAllocated=8,
            BitsStored=8, HighBit=7,
        )  # fmt: skip
        assert probed(data).tiles == "picture"
        assert pixels(data)[3, 4].tolist() == [10, 200, 30]

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"PhotometricInterpretation": "PALETTE COLOR"}, "PALETTE COLOR"),
            ({"syntax": "1.2.840.10008.1.2.4.80"}, "JPEG-LS"),
        ],
        ids=["palette", "packing"],
    )
    def test_that_is_not_read_says_why(self, more: dict[str, Any], words: str) -> None:
        with pytest.raises(ImageRefused, match=words) as refused:
            probed(_with_syntax(dicom(slope()), more["syntax"]) if "syntax" in more else dicom(slope(), **more))
        assert refused.value.mend


def _with_syntax(data: bytes, syntax: str) -> bytes:
    """The file with another transfer syntax in its head; its pixels stay as they are."""
    made = dcmread(io.BytesIO(data))
    made.file_meta.TransferSyntaxUID = UID(syntax)
    made.PixelData = encapsulate([b"\0\0"])
    made["PixelData"].VR = "OB"
    file = io.BytesIO()
    made.save_as(file, enforce_file_format=True)
    return file.getvalue()
