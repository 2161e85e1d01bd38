"""The demo's pictures, made from those that ship with scikit-image, and the truth about them, written by hand."""

from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from fairmark.ontology.model import Annotation, FieldValue, Mark, Ontology

HERE = Path(__file__).parent
BLUR_PX = 4
DIM = 0.35
JPEG_QUALITY = 92

Variant = Literal["plain", "mirror", "gray", "dim", "blur"]
Box = tuple[float, float, float, float]


class Thing(msgspec.Struct, frozen=True, rename={"class_": "class"}):
    """One thing that can be seen. box: left, top, right, bottom, in pixels of the original."""

    class_: str
    box: Box
    attributes: dict[str, FieldValue] = {}


class Scene(msgspec.Struct, frozen=True):
    """A part of an original picture, or all of it, with everything that is to be marked there."""

    id: str
    file: str
    answers: dict[str, FieldValue]
    variants: list[Variant]
    marks: list[Thing]
    crop: Box | None = None
    scale: int = 1
    monochrome: bool = False


class Scenes(msgspec.Struct, frozen=True):
    """The file of all scenes."""

    about: str
    scenes: list[Scene]


class Picture(NamedTuple):
    """One picture to be labeled. name: also its external id. meta: what a customer would know of it."""

    name: str
    image: Image.Image
    truth: Annotation
    meta: dict[str, Any]

    def encoded(self) -> bytes:
        """The picture as a JPEG."""
        buffer = BytesIO()
        self.image.save(buffer, "JPEG", quality=JPEG_QUALITY)
        return buffer.getvalue()


def installed() -> Path | None:
    """Where scikit-image keeps its pictures; None if it is not installed."""
    found = find_spec("skimage")
    place = Path(found.origin).parent / "data" if found is not None and found.origin else None
    return place if place is not None and place.is_dir() else None


def ontology() -> Ontology:
    """What may be said about the pictures."""
    return msgspec.json.decode((HERE / "ontology.json").read_bytes(), type=Ontology)


def read_scenes() -> list[Scene]:
    """Every scene."""
    return msgspec.json.decode((HERE / "scenes.json").read_bytes(), type=Scenes).scenes


def pictures(folder: Path) -> Iterator[Picture]:
    """Every variant of every scene. folder: holds the originals."""
    for scene in read_scenes():
        with Image.open(folder / scene.file) as opened:
            original = _on_white(opened)
        for variant in scene.variants:
            yield picture(scene, original, variant)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA":
        return image.convert("RGB")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def picture(scene: Scene, original: Image.Image, variant: Variant) -> Picture:
    """One variant of a scene, with its truth in pixels of what is shown."""
    left, top, right, bottom = scene.crop or (0, 0, original.width, original.height)
    image = original.crop((round(left), round(top), round(right), round(bottom)))
    image = image.resize((image.width * scene.scale, image.height * scene.scale), Image.Resampling.LANCZOS)
    answers = dict(scene.answers)
    if variant == "mirror":
        image = ImageOps.mirror(image)
    elif variant == "gray":
        image = ImageOps.grayscale(image).convert("RGB")
    elif variant == "dim":
        image = ImageEnhance.Brightness(image).enhance(DIM)
    elif variant == "blur":
        image, answers["sharpness"] = image.filter(ImageFilter.GaussianBlur(BLUR_PX)), 2
    marks = [_mark(n, thing, (left, top), scene.scale, image, variant) for n, thing in enumerate(scene.marks, 1)]
    if scene.monochrome or variant == "gray":
        marks.append(Mark(id="tag", kind="tag", class_="monochrome"))
    name = f"{scene.id}.jpg" if variant == "plain" else f"{scene.id}-{variant}.jpg"
    meta = {"original": scene.file, "source": "scikit-image", "variant": variant}
    return Picture(name, image, Annotation(marks=tuple(marks), answers=answers), meta)


def _mark(
    number: int, thing: Thing, corner: tuple[float, float], scale: int, image: Image.Image, variant: Variant
) -> Mark:
    left, top, right, bottom = ((edge - corner[n % 2]) * scale for n, edge in enumerate(thing.box))
    if variant == "mirror":
        left, right = image.width - right, image.width - left
    geometry = {"x": left, "y": top, "w": right - left, "h": bottom - top}
    return Mark(id=f"t{number}", kind="box", class_=thing.class_, geometry=geometry, attributes=thing.attributes)
