"""What an image file is, and small pictures of it. The content counts, never the name.

Files come from strangers: nothing is decoded before its size is known, only the formats listed here are tried, and
whatever a decoder raises becomes a named refusal. A decoder that crashes or hangs is the caller's to survive: call this
in a process of its own.
"""

import io
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageCms, UnidentifiedImageError

from fairmark.kernel.errors import FairmarkError, Invalid
from fairmark.modalities.model import Probe, Source

PIXELS_MAX = 128_000_000
"""Most pixels by default: a camera of 108 megapixels passes. Decoding takes 4 bytes for each."""

MEDIA_TYPES = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "TIFF": "image/tiff",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "JPEG2000": "image/jp2",
}
_FORMATS = [name for name in MEDIA_TYPES if name != "MPO"]
_VIEWABLE = {"image/jpeg", "image/png", "image/webp", "image/gif", "image/bmp", "image/avif"}

# What a file is by its first bytes, where it is not an image that can be taken: said in the refusal.
_OTHERS = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"8BPS", "a Photoshop file"),
    (b"%!PS", "a PostScript file"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"RIFF", "a RIFF file without a WebP image"),
    (b"ID3", "an MP3 recording"),
    (b"OggS", "an Ogg recording"),
    (b"fLaC", "a FLAC recording"),
    (b"<svg", "an SVG drawing"),
    (b"<?xml", "an XML or SVG document"),
    (b"<", "an HTML or XML document"),
    (b"{", "a JSON document"),
)
# The first bytes of the formats above: such a file that does not open is a damaged image.
_OURS = (
    b"\xff\xd8\xff",
    b"\x89PNG",
    b"GIF8",
    b"BM",
    b"II*\x00",
    b"MM\x00*",
    b"II+\x00",
    b"MM\x00+",
    b"\x00\x00\x00\x0cjP",
    b"\xff\x4f\xff\x51",
)
_ORIENTATION = 0x0112
_TURNED = {"JPEG", "MPO", "PNG", "AVIF"}
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_DEEP = ("I", "F")
"""Modes whose values are measurements rather than shades; 16-bit modes begin with the first."""
_SRGB = ImageCms.createProfile("sRGB")

# Replaced by the guard below: Pillow's own warns through a global list of filters, and errs at a limit of its own.
Image.MAX_IMAGE_PIXELS = 2_000_000_000


class ImageRefused(Invalid):
    """An image file that is not taken."""

    code = "image_refused"


class NotAnImage(ImageRefused):
    """The content is something else, whatever the name says, or an image format that is not read."""

    code = "not_an_image"


class ImageTooLarge(ImageRefused):
    """More pixels than allowed; found before any of them is decoded."""

    code = "image_too_large"


class DamagedImage(ImageRefused):
    """The pixels cannot be decoded."""

    code = "image_damaged"


class TruncatedImage(DamagedImage):
    """The end of the file is missing."""

    code = "image_truncated"


def probe(source: Source, *, pixels_max: int = PIXELS_MAX) -> Probe:
    """What the image in `source` is. Decodes the first picture, the only way to find all damage.

    pixels_max: most pixels. Raises NotAnImage, ImageTooLarge, TruncatedImage, DamagedImage; OSError if the file cannot
    be read.
    """
    return inspect(source, (), pixels_max=pixels_max)[0]


def thumbnails(source: Source, sizes: Sequence[int], *, pixels_max: int = PIXELS_MAX) -> dict[int, bytes]:
    """Small pictures of the image in `source` by their longer side: WebP, upright, sRGB, no metadata.

    sizes: pixels, each 1 to 4096. Smaller images are not enlarged. Transparent parts stay so; values of more than
    8 bits are stretched from the least to the greatest. Of several frames the first counts. Raises as `probe` does.
    """
    return inspect(source, sizes, pixels_max=pixels_max)[1]


def inspect(source: Source, sizes: Sequence[int], *, pixels_max: int = PIXELS_MAX) -> tuple[Probe, dict[int, bytes]]:
    """Both `probe` and `thumbnails`, for the price of decoding once."""
    longest = max(sizes, default=1)
    with _opened(source, pixels_max) as image:
        frames = 1 if image.format in ("JPEG", "MPO") else int(getattr(image, "n_frames", 1))
        mode, alpha = image.mode, image.has_transparency_data
        width, height = image.size
        # JPEGs can be decoded at a half, a quarter or an eighth of their size: much quicker, and no damage is missed.
        image.draft(None, (longest, longest))
        image.load()
        # Of TIFF, Pillow gives the upright size, and turns the pixels itself when it loads them.
        orientation = orientation_of(image)
        if orientation >= 5:
            width, height = height, width
        media_type = MEDIA_TYPES[image.format or ""]
        found = Probe(media_type, width, height, frames, orientation, mode, alpha, media_type in _VIEWABLE)
        return found, _small(image, orientation, sizes)


def upright_size(head: bytes) -> tuple[int, int] | None:
    """(width, height) in pixels, upright, of the image that begins with `head`; None if these bytes do not tell.

    Nothing is decoded: how large the picture is, is no danger, and damage further on is not found.
    """
    try:
        with Image.open(io.BytesIO(head), formats=_FORMATS) as image:
            width, height = image.size
            return (height, width) if orientation_of(image) >= 5 else (width, height)
    except Exception:
        return None  # Decoders raise errors of every kind on what is broken, cut off or no image.


def _small(image: Image.Image, orientation: int, sizes: Sequence[int]) -> dict[int, bytes]:
    made: dict[int, bytes] = {}
    if not sizes:
        return made
    # Shrunk before anything else is done: the colours of a few pixels are cheap.
    shrunk = _shrunk(unindexed(image), max(sizes))
    upright = in_srgb(shrunk, image.info.get("icc_profile"))
    if orientation in UPRIGHT:
        upright = upright.transpose(UPRIGHT[orientation])
    for size in sorted(set(sizes), reverse=True):
        upright = _shrunk(upright, size)
        buffer = io.BytesIO()
        upright.save(buffer, "WEBP", quality=80, method=2)
        made[size] = buffer.getvalue()
    return made


@contextmanager
def _opened(source: Source, pixels_max: int) -> Generator[Image.Image]:
    """The image in `source`, not yet decoded and small enough; errors of decoders come out named."""
    if isinstance(source, (str, PathLike)):
        with Path(source).open("rb") as file, _read(file, pixels_max) as image:
            yield image
    else:
        with _read(source, pixels_max) as image:
            yield image


@contextmanager
def _read(file: BinaryIO, pixels_max: int) -> Generator[Image.Image]:
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    try:
        yield checked(file, head, pixels_max)
    except FairmarkError:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise ImageTooLarge(
            "The image needs more memory than there is.", mend="Make it smaller, or cut it into tiles."
        ) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # The disk, not the picture.
        raise _damage(file, error) from None


def checked(file: BinaryIO, head: bytes, pixels_max: int) -> Image.Image:
    try:
        image = Image.open(file, formats=_FORMATS)
    except UnidentifiedImageError:
        if _is_ours(head):
            raise
        raise NotAnImage(_what(head), mend="Send JPEG, PNG, WebP, GIF, TIFF, BMP, AVIF or JPEG 2000.") from None
    width, height = image.size
    if width * height > pixels_max:
        raise ImageTooLarge(
            f"The image has {width} x {height} pixels, {pixels_max} at most.",
            mend="Make it smaller, or cut it into tiles.",
            width=width,
            height=height,
            pixels_max=pixels_max,
        )
    return image


def _is_ours(head: bytes) -> bool:
    if head.startswith(_OURS):
        return True
    return (head[:4] == b"RIFF" and head[8:12] == b"WEBP") or head[4:12] in (b"ftypavif", b"ftypavis")


def _what(head: bytes) -> str:
    if not head:
        return "The file is empty."
    if head[4:8] == b"ftyp":
        is_heif = head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc")
        return f"The file is {'a HEIF picture, which is not read here' if is_heif else 'an MP4 or QuickTime video'}."
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, what in _OTHERS:
        if text[: len(start)].lower() == start.lower():
            return f"The file is {what}, not an image."
    return "The content of the file is no image format known here."


def _damage(file: BinaryIO, error: Exception) -> DamagedImage:
    if _is_cut_off(file, str(error)):
        return TruncatedImage("The end of the image file is missing.", mend="Send the whole file again.")
    return DamagedImage(
        f"The image cannot be decoded ({type(error).__name__}).", mend="Save it again in another program."
    )


def _is_cut_off(file: BinaryIO, said: str) -> bool:
    """Whether the decoder says so, or the mark that ends a file of this format is not there."""
    if "truncated" in said.lower() or "unexpected end" in said.lower():
        return True
    try:
        file.seek(0)
        head = file.read(12)
        length = file.seek(0, io.SEEK_END)
        file.seek(max(0, length - 4096))
        tail = file.read(4096)
    except (OSError, ValueError):
        return False
    if head[:4] == b"RIFF":
        return int.from_bytes(head[4:8], "little") + 8 > length
    if head[:4] == b"\x89PNG":
        return b"IEND" not in tail
    if head[:3] == b"\xff\xd8\xff":
        return b"\xff\xd9" not in tail
    if head[:2] == b"BM":
        return int.from_bytes(head[2:6], "little") > length
    return head[:4] == b"GIF8" and b";" not in tail[-16:]


def orientation_of(image: Image.Image) -> int:
    """How the decoded pixels have to be turned, as EXIF says it: 1 to 8, 1 for not at all.

    Marks are drawn on what browsers show, so this does as they do. Chromium turns JPEG, PNG and AVIF by their EXIF
    data, and neither turns WebP nor reads an orientation in XMP data, which Pillow would.
    """
    data = image.info.get("exif")
    if not data or image.format not in _TURNED:
        return 1
    try:
        exif = Image.Exif()
        exif.load(data)
        value = exif.get(_ORIENTATION, 1)
    except Exception:
        return 1  # Metadata that cannot be read.
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def unindexed(image: Image.Image) -> Image.Image:
    """Colours instead of numbers of colours, so that neighbours can be mixed."""
    if image.mode in ("1", "P", "PA"):
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if "transparency" in image.info and image.mode in ("L", "RGB"):
        return image.convert("RGBA")
    return image


def _shrunk(image: Image.Image, size: int) -> Image.Image:
    """`image` with a longer side of `size` pixels at most."""
    scale = size / max(image.size)
    if scale >= 1:
        return image
    width, height = (max(1, round(side * scale)) for side in image.size)
    # The quick first step by whole pixels is not made for 16-bit modes.
    gap = None if image.mode.startswith("I;") else 2.0
    return image.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=gap)


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """`image` in sRGB: as RGB, or RGBA if parts of it may be transparent."""
    if image.mode.startswith(_DEEP):
        return _stretched(image).convert("RGB")
    if image.mode == "LAB":
        return _converted(image, ImageCms.createProfile("LAB"))
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        colours = in_srgb(whole.convert("RGB"), profile)
        colours.putalpha(whole.getchannel("A"))
        return colours
    if profile and image.mode in ("L", "RGB", "CMYK"):
        try:
            return _converted(image, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # A profile that cannot be read: its colours are shown as they are.
    return image.convert("RGB")


def _converted(image: Image.Image, profile: Any) -> Image.Image:
    made = ImageCms.profileToProfile(image, profile, _SRGB, outputMode="RGB")
    assert made is not None
    return made


def _stretched(image: Image.Image) -> Image.Image:
    """8-bit shades from values of any range, the least black and the greatest white; values that are none are black."""
    import numpy as np

    values = np.asarray(image).astype(np.float64)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 0.0)
    scaled = np.clip((np.nan_to_num(values, nan=low, posinf=high, neginf=low) - low) / ((high - low) or 1.0), 0, 1)
    return Image.fromarray(np.round(scaled * 255).astype(np.uint8))
