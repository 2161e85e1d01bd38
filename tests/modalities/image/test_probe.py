import io
import random
import struct
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fairmark.modalities import MODALITIES
from fairmark.modalities.image import probe as module
from fairmark.modalities.image.probe import (
    DamagedImage,
    ImageRefused,
    ImageTooLarge,
    NotAnImage,
    TruncatedImage,
    inspect,
    probe,
    thumbnails,
    upright_size,
)

from .pictures import BLUE, FORMATS, GREEN, RED, noise, picture, saved


class TestProbe:
    @pytest.mark.parametrize(
        ("format", "media_type", "viewable"),
        [
            ("JPEG", "image/jpeg", True),
            ("PNG", "image/png", True),
            ("WEBP", "image/webp", True),
            ("GIF", "image/gif", True),
            ("BMP", "image/bmp", True),
            ("TIFF", "image/tiff", False),
            ("AVIF", "image/avif", True),
            ("JPEG2000", "image/jp2", False),
        ],
    )
    def test_knows_the_type_by_content(self, format: str, media_type: str, viewable: bool, tmp_path: Path) -> None:
        path = tmp_path / "holiday.txt"
        path.write_bytes(saved(picture(), format))
        found = probe(path)
        assert (found.media_type, found.width, found.height) == (media_type, 60, 40)
        assert (found.frames, found.orientation, found.viewable) == (1, 1, viewable)

    @pytest.mark.parametrize("orientation", range(1, 9))
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "AVIF", "TIFF"])
    def test_gives_the_upright_size(self, format: str, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        found = probe(io.BytesIO(saved(picture(), format, exif=exif)))
        assert (found.width, found.height) == ((60, 40) if orientation < 5 else (40, 60))

    def test_turns_what_browsers_turn_and_nothing_else(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        webp = probe(io.BytesIO(saved(picture(), "WEBP", exif=exif)))
        assert (webp.orientation, webp.width) == (1, 60)
        xmp = b'<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
        jpeg = probe(io.BytesIO(saved(picture(), "JPEG", xmp=xmp)))
        assert (jpeg.orientation, jpeg.width) == (1, 60)

    @pytest.mark.parametrize("value", [0, 9, 65535])
    def test_an_orientation_that_makes_no_sense_is_none(self, value: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = value
        assert probe(io.BytesIO(saved(picture(), "PNG", exif=exif))).orientation == 1

    def test_damaged_metadata_is_no_orientation(self) -> None:
        data = saved(picture(), "JPEG", exif=b"Exif\x00\x00II*\x00\xff\xff\xff\xff")
        assert probe(io.BytesIO(data)).orientation == 1

    @pytest.mark.parametrize(
        ("image", "format", "mode", "alpha"),
        [
            (picture().convert("L"), "PNG", "L", False),
            (picture().convert("P"), "GIF", "P", False),
            (picture().convert("RGBA"), "PNG", "RGBA", True),
            (picture().convert("CMYK"), "JPEG", "CMYK", False),
            (Image.fromarray(np.zeros((4, 6), dtype=np.uint16)), "PNG", "I;16", False),
            (Image.fromarray(np.zeros((4, 6), dtype=np.float32)), "TIFF", "F", False),
        ],
    )
    def test_tells_how_pixels_are_stored(self, image: Image.Image, format: str, mode: str, alpha: bool) -> None:
        found = probe(io.BytesIO(saved(image, format)))
        assert (found.mode, found.alpha) == (mode, alpha)

    @pytest.mark.parametrize("format", ["GIF", "TIFF", "WEBP", "PNG"])
    def test_counts_frames(self, format: str) -> None:
        frames = [Image.new("RGB", (8, 8), colour) for colour in (RED, GREEN, BLUE)]
        data = saved(frames[0], format, save_all=True, append_images=frames[1:])
        assert probe(io.BytesIO(data)).frames == 3

    def test_the_second_picture_of_a_stereo_jpeg_is_no_frame(self) -> None:
        data = saved(picture(), "MPO", save_all=True, append_images=[picture()])
        found = probe(io.BytesIO(data))
        assert (found.media_type, found.frames) == ("image/jpeg", 1)

    def test_leaves_an_open_file_open(self) -> None:
        file = io.BytesIO(saved(picture(), "PNG"))
        file.seek(7)
        probe(file)
        assert not file.closed

    def test_a_missing_file_is_no_damaged_image(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            probe(tmp_path / "gone.jpg")


class TestRefusals:
    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "empty"),
            (b"%PDF-1.7\n", "a PDF"),
            (b"PK\x03\x04 and more", "a ZIP"),
            (b"<!DOCTYPE html><html>", "an HTML"),
            (b"\xef\xbb\xbf\n <SVG xmlns='x'>", "an SVG"),
            (b"<?xml version='1.0'?><svg>", "an XML or SVG"),
            (b'{"a": 1}', "JSON"),
            (b"MZ\x90\x00", "a program"),
            (b"\x00\x00\x00\x20ftypisom", "MP4"),
            (b"\x00\x00\x00\x20ftypheic", "HEIF"),
            (b"RIFF\x24\x00\x00\x00WAVEfmt ", "RIFF"),
            (b"8BPS\x00\x01", "Photoshop"),
            (b"%!PS-Adobe-3.0 EPSF-3.0\n", "PostScript"),
            (b"just some words", "no image format known"),
            (b"\x00" * 1000, "no image format known"),
        ],
    )
    def test_a_disguised_file_is_named(self, content: bytes, says: str) -> None:
        with pytest.raises(NotAnImage) as refusal:
            probe(io.BytesIO(content))
        assert says in refusal.value.message
        assert "JPEG" in refusal.value.mend

    @pytest.mark.parametrize("format", FORMATS)
    @pytest.mark.parametrize("share", [0.5, 0.9])
    def test_a_truncated_file_is_refused(self, format: str, share: float) -> None:
        data = saved(noise(), format)
        with pytest.raises(DamagedImage) as refusal:
            probe(io.BytesIO(data[: int(len(data) * share)]))
        assert refusal.value.mend

    @pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF", "BMP"])
    def test_and_told_apart_from_damage_where_the_format_allows(self, format: str) -> None:
        data = saved(noise(), format)
        with pytest.raises(TruncatedImage):
            probe(io.BytesIO(data[: len(data) // 2]))

    def test_damage_inside_is_refused(self) -> None:
        data = bytearray(saved(noise(), "PNG"))
        data[1000:1100] = bytes(100)
        with pytest.raises(DamagedImage) as refusal:
            probe(io.BytesIO(bytes(data)))
        assert type(refusal.value) is DamagedImage

    def test_a_header_without_a_picture_is_damage(self) -> None:
        for head in (b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\x00"):
            with pytest.raises(DamagedImage):
                probe(io.BytesIO(head + b"\x01\x02\x03"))

    def test_a_bomb_is_refused_before_it_is_decoded(self) -> None:
        # A PNG that says it has 30,000 x 30,000 pixels: 900 million, in a file of some hundred bytes.
        def chunk(kind: bytes, data: bytes) -> bytes:
            return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

        header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
        data = (
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", header)
            + chunk(b"IDAT", zlib.compress(bytes(9)))
            + chunk(b"IEND", b"")
        )
        began = time.process_time()
        for refused in (lambda: probe(io.BytesIO(data)), lambda: thumbnails(io.BytesIO(data), (128,))):
            with pytest.raises(ImageTooLarge) as refusal:
                refused()
            assert refusal.value.fields == {"width": 30_000, "height": 30_000, "pixels_max": module.PIXELS_MAX}
        assert time.process_time() - began < 1

    def test_the_limit_can_be_chosen(self) -> None:
        data = saved(picture(60, 40), "PNG")
        assert probe(io.BytesIO(data), pixels_max=2400).width == 60
        with pytest.raises(ImageTooLarge):
            probe(io.BytesIO(data), pixels_max=2399)

    @pytest.mark.parametrize("format", FORMATS)
    def test_any_damage_is_survived_or_named(self, format: str) -> None:
        original = saved(noise(40, 30), format)
        dice = random.Random(format)
        for _ in range(120):
            data = bytearray(original)
            for _ in range(dice.randint(1, 8)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            data = data[: dice.randint(1, len(data))] if dice.random() < 0.3 else data
            try:
                found, small = inspect(io.BytesIO(bytes(data)), (16,), pixels_max=10_000_000)
            except ImageRefused as refusal:
                outcome = bool(refusal.mend)
            else:
                outcome = found.width > 0 and len(small) == 1
            assert outcome


class TestModality:
    def test_offers_both(self) -> None:
        image = MODALITIES["image"]
        data = saved(picture(), "PNG")
        assert image.probe(io.BytesIO(data)).width == 60
        assert list(image.thumbnails(io.BytesIO(data), (20,))) == [20]
        with pytest.raises(ImageTooLarge):
            image.probe(io.BytesIO(data), pixels_max=10)
        with pytest.raises(ImageTooLarge):
            image.thumbnails(io.BytesIO(data), (20,), pixels_max=10)


class TestUprightSize:
    @pytest.mark.parametrize("orientation", [1, 3, 6, 8])
    @pytest.mark.parametrize("format", ["JPEG", "PNG", "AVIF", "TIFF", "WEBP"])
    def test_is_the_one_that_decoding_finds(self, format: str, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        data = saved(picture(), format, exif=exif)
        found = probe(io.BytesIO(data))
        assert upright_size(data) == (found.width, found.height)

    def test_needs_the_beginning_only(self) -> None:
        data = saved(picture(), "JPEG")
        assert upright_size(data[:-20]) == (60, 40)

    @pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
    def test_is_unknown_of_what_is_no_image(self, data: bytes) -> None:
        assert upright_size(data) is None
