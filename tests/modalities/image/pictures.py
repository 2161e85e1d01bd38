"""Pictures for tests, as files, and what of them is in a thumbnail."""

import io
from typing import Any

import numpy as np
from PIL import Image

from fairmark.modalities.image.probe import (
    thumbnails,
)

RED, GREEN, BLUE, WHITE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255), (0, 0, 0)
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "JPEG2000"]


def picture(width: int = 60, height: int = 40) -> Image.Image:
    """Quarters: red, green over blue, white."""
    image = Image.new("RGB", (width, height), WHITE)
    image.paste(RED, (0, 0, width // 2, height // 2))
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (0, height // 2, width // 2, height))
    return image


def saved(image: Image.Image, format: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def noise(width: int = 300, height: int = 200) -> Image.Image:
    return Image.fromarray(np.random.default_rng(1).integers(0, 256, (height, width, 3), dtype=np.uint8))


def seen(data: bytes, size: int = 1024) -> Image.Image:
    """The thumbnail of `data`, decoded."""
    image = Image.open(io.BytesIO(thumbnails(io.BytesIO(data), (size,))[size]))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, ...]]:
    """The main colours of the quarters, in the order of `picture`, each channel 0, 128 or 255."""
    pixels = np.asarray(image.convert("RGB")).astype(int)
    height, width = pixels.shape[:2]
    quarters = [pixels[y, x] for y in (height // 4, height * 3 // 4) for x in (width // 4, width * 3 // 4)]
    return [tuple(int(level) for level in np.digitize(colour, (64, 192)).choose((0, 128, 255))) for colour in quarters]


def clearness(image: Image.Image) -> list[int]:
    """The alpha of the quarters, in the order of `picture`."""
    whole = image.convert("RGBA")
    across, down = (whole.width // 4, whole.width * 3 // 4), (whole.height // 4, whole.height * 3 // 4)
    return [whole.getpixel((x, y))[3] for y in down for x in across]  # type: ignore[index]
