"""Files of several pictures are cut into their pages, bit by bit the same; what cannot be cut is said, with where."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from fairmark.assets.inspection.child import answer
from fairmark.assets.inspection.model import Part, Parted, Refused
from fairmark.modalities.image.pixels import opening, pages
from fairmark.modalities.image.pixels.pages import Page, PagesTooMany, cut_pages
from fairmark.modalities.image.probe import ImageTooLarge
from tests.modalities.image.pixels.files import dicom, slope, tiff

LIMIT = 1_000_000
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]


def cut(data: bytes, into: Path, limit: int = LIMIT) -> list[Page]:
    return list(cut_pages(io.BytesIO(data), into, limit))


def values(page: Page) -> np.ndarray:
    with page.path.open("rb") as file:
        return np.concatenate(list(opening.raster_of(file, LIMIT).rows()))


def moving(form: str, frames: list[Image.Image], **options: Any) -> bytes:
    file = io.BytesIO()
    frames[0].save(file, form, save_all=True, append_images=frames[1:], **options)
    return file.getvalue()


def stack(count: int = 3, dtype: Any = np.uint16) -> np.ndarray:
    return np.stack([slope(40, 30, dtype) + number for number in range(count)])


def made() -> dict[str, bytes]:
    """A file of three pictures of each kind."""
    frames = [Image.new("RGB", (24, 16), colour) for colour in COLOURS]
    return {
        "tiff of values": tiff(stack(), photometric="minisblack", compression="zlib"),
        "tiff of pictures": moving("TIFF", frames, compression="tiff_lzw"),
        "gif": moving("GIF", frames, duration=[40, 60, 80]),
        "webp": moving("WEBP", frames, duration=[40, 60, 80], lossless=True),
        "avif": moving("AVIF", frames, duration=[40, 60, 80], quality=100),
        "apng": moving("PNG", frames, duration=[40, 60, 80]),
        "dicom": dicom(stack(dtype=np.int16), FrameTime="50"),
    }


FILES = made()


class TestTiff:
    @pytest.mark.parametrize("dtype", [np.uint16, np.int16, np.float32, np.uint32], ids=str)
    def test_of_values_keeps_every_number(self, tmp_path: Path, dtype: Any) -> None:
        numbers = stack(dtype=dtype)
        found = cut(tiff(numbers, photometric="minisblack"), tmp_path)
        assert [(page.number, page.word, page.path.name) for page in found] == [
            (1, "page", "1.tif"), (2, "page", "2.tif"), (3, "page", "3.tif"),
        ]  # fmt: skip
        for number, page in enumerate(found):
            assert np.array_equal(np.asarray(Image.open(page.path)), numbers[number].astype(dtype))

    def test_of_many_bands_keeps_them(self, tmp_path: Path) -> None:
        bands = np.stack([np.dstack([slope(40, 30) // (band + 1) for band in range(5)])] * 2)
        found = cut(tiff(bands, photometric="minisblack", planarconfig="contig"), tmp_path)
        assert np.array_equal(values(found[1]), bands[1])

    def test_of_pictures_becomes_png_and_of_print_colours_stays_tiff(self, tmp_path: Path) -> None:
        pictures = [Image.new("RGB", (24, 16), COLOURS[0]), Image.new("CMYK", (20, 10), (0, 255, 255, 0))]
        found = cut(moving("TIFF", pictures), tmp_path)
        assert [page.path.suffix for page in found] == [".png", ".tif"]
        first, second = (Image.open(page.path) for page in found)
        assert (first.mode, first.getpixel((3, 3)), first.size) == ("RGB", (255, 0, 0), (24, 16))
        assert (second.mode, second.getpixel((3, 3)), second.size) == ("CMYK", (0, 255, 255, 0), (20, 10))

    def test_leaves_smaller_copies_out(self, tmp_path: Path) -> None:
        file = io.BytesIO()
        with tifffile.TiffWriter(file) as writer:
            writer.write(slope(64, 64), photometric="minisblack", tile=(32, 32))
            writer.write(slope(32, 32), photometric="minisblack", subfiletype=1)
            writer.write(slope(64, 64) + 1, photometric="minisblack", tile=(32, 32))
        assert opening.probe(file, pixels_max=LIMIT).frames == 2
        found = cut(file.getvalue(), tmp_path)
        assert [values(page)[0, 0, 0] for page in found] == [0, 1]


class TestMoving:
    @pytest.mark.parametrize("kind", ["gif", "webp", "avif", "apng"])
    def test_gives_frames_with_their_times(self, tmp_path: Path, kind: str) -> None:
        found = cut(FILES[kind], tmp_path)
        assert [(page.word, page.time_ms, page.duration_ms) for page in found] == [
            ("frame", 0, 40), ("frame", 40, 60), ("frame", 100, 80),
        ]  # fmt: skip
        shown = np.stack([np.asarray(Image.open(page.path).convert("RGB"))[5, 5] for page in found])
        # AVIF is not without loss, even at its best.
        assert np.abs(shown.astype(int) - COLOURS).max() <= (3 if kind == "avif" else 0)

    def test_frames_are_whole_though_the_file_holds_only_what_changed(self, tmp_path: Path) -> None:
        first = Image.new("RGB", (40, 30), COLOURS[0])
        second = first.copy()
        second.paste(COLOURS[2], (10, 10, 14, 14))
        data = moving("GIF", [first, second], duration=100)
        _, last = cut(data, tmp_path)
        shown = Image.open(last.path).convert("RGB")
        assert [shown.getpixel(at) for at in ((2, 2), (12, 12))] == [COLOURS[0], COLOURS[2]]


class TestDicom:
    def test_gives_every_frame_with_what_the_file_says_of_all(self, tmp_path: Path) -> None:
        numbers = stack(dtype=np.int16) - 100
        data = dicom(numbers, FrameTime="50", RescaleSlope=2, RescaleIntercept=-1000, WindowCenter=40, WindowWidth=400)
        found = cut(data, tmp_path)
        assert [(page.word, page.time_ms, page.duration_ms) for page in found] == [
            ("frame", 0, 50), ("frame", 50, 50), ("frame", 100, 50),
        ]  # fmt: skip
        with found[2].path.open("rb") as file:
            raster = opening.raster_of(file, LIMIT)
            stored = np.concatenate(list(raster.rows()))[0, 0, 0]
            # -98 is 2 * -98 - 1,000 after rescaling.
            assert stored * raster.facts.scale + raster.facts.offset == -1196
            assert raster.facts.window == (-160.0, 239.0)

    def test_knows_what_enhanced_files_say_of_each_frame(self, tmp_path: Path) -> None:
        groups = []
        for centre in (40, 80, 120):
            window, group = Dataset(), Dataset()
            window.WindowCenter, window.WindowWidth = centre, 10
            group.FrameVOILUTSequence = Sequence([window])
            groups.append(group)
        found = cut(dicom(stack(), PerFrameFunctionalGroupsSequence=Sequence(groups)), tmp_path)
        windows = [dcmread(page.path) for page in found]
        assert [(int(each.WindowCenter), int(each.WindowWidth)) for each in windows] == [(40, 10), (80, 10), (120, 10)]
        assert "PerFrameFunctionalGroupsSequence" not in windows[0]
        assert found[0].time_ms is None


class TestCutPages:
    @pytest.mark.parametrize("kind", FILES)
    def test_gives_the_same_bytes_for_the_same_file(self, tmp_path: Path, kind: str) -> None:
        (tmp_path / "one").mkdir()
        (tmp_path / "two").mkdir()
        one, two = cut(FILES[kind], tmp_path / "one"), cut(FILES[kind], tmp_path / "two")
        assert [page.path.read_bytes() for page in one] == [page.path.read_bytes() for page in two]
        assert len(one) == 3

    @pytest.mark.parametrize("kind", FILES)
    def test_finds_as_many_as_the_probe_says_and_each_is_one_picture(self, tmp_path: Path, kind: str) -> None:
        assert opening.probe(io.BytesIO(FILES[kind]), pixels_max=LIMIT).frames == 3
        for page in cut(FILES[kind], tmp_path):
            assert opening.probe(page.path, pixels_max=LIMIT).frames == 1

    @pytest.mark.parametrize("kind", FILES)
    def test_too_many_are_refused_before_any_is_decoded(
        self, tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pages, "PAGES_MAX", 2)
        with pytest.raises(PagesTooMany, match="holds 3 pages or frames, 2 at most") as refused:
            cut(FILES[kind], tmp_path)
        assert refused.value.mend
        monkeypatch.setattr(pages, "PAGES_MAX", 3)
        monkeypatch.setattr(pages, "PAGES_BYTES_MAX", 1000)
        with pytest.raises(PagesTooMany, match="unpacked"):
            cut(FILES[kind], tmp_path)
        assert list(tmp_path.iterdir()) == []

    def test_a_page_that_cannot_be_read_is_named(self, tmp_path: Path) -> None:
        large = [Image.new("L", (10, 10)), Image.new("L", (40, 40))]
        with pytest.raises(ImageTooLarge, match="Page 2: The image has 40 x 40 pixels, 1000 at most"):
            cut(moving("TIFF", large), tmp_path, 1000)

    @given(
        kind=st.sampled_from(sorted(FILES)), share=st.floats(0, 0.999), flip=st.integers(0, 255), is_cut=st.booleans()
    )
    def test_damage_is_survived_or_raises_what_the_inspection_names(
        self, kind: str, share: float, flip: int, is_cut: bool
    ) -> None:
        data = bytearray(FILES[kind])
        at = int(len(data) * share)
        data[at] ^= flip
        damaged = bytes(data[:at]) if is_cut else bytes(data)
        with TemporaryDirectory() as folder:
            said = answer(Part("x", folder), damaged, LIMIT)
        assert isinstance(said, Parted | Refused)
        if isinstance(said, Refused):
            assert said.code
            assert said.mend
