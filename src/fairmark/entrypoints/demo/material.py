"""What the demo's project is made of: pictures with their truth, an ontology, and a guideline with examples."""

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO

from PIL import ImageDraw

from fairmark.entrypoints.demo import drawn, scenes
from fairmark.entrypoints.demo.scenes import Picture
from fairmark.ontology.model import Annotation, Ontology

EXAMPLE_PX = 420
EXAMPLES = {"astronaut": "astronaut.jpg", "coffee": "coffee.jpg", "galaxies": "galaxies.jpg"}


@dataclass(frozen=True)
class Material:
    """title: the project's name. notice: what to tell about the pictures' source; empty if all is well."""

    title: str
    pictures: list[Picture]
    ontology: Ontology
    guideline: str
    notice: str = ""

    @property
    def truth(self) -> dict[str, Annotation]:
        """What is right, by name."""
        return {picture.name: picture.truth for picture in self.pictures}


def material() -> Material:
    """Real pictures if scikit-image is installed, drawn ones else."""
    folder = scenes.installed()
    if folder is None:
        pictures = list(drawn.pictures())
        guideline = drawn.GUIDELINE.format(example=_example(pictures[0], drawn.ontology()))
        notice = "scikit-image is not installed, so the pictures are drawn: pip install 'fairmark[demo]' for real ones."
        return Material("Shapes", pictures, drawn.ontology(), guideline, notice)
    pictures = list(scenes.pictures(folder))
    by_name = {picture.name: picture for picture in pictures}
    shown = {place: _example(by_name[name], scenes.ontology()) for place, name in EXAMPLES.items()}
    guideline = (scenes.HERE / "guideline.md").read_text(encoding="utf-8").format(**shown)
    return Material("Things near and far", pictures, scenes.ontology(), guideline)


def _example(picture: Picture, ontology: Ontology) -> str:
    """A small picture with its boxes drawn, as Markdown that carries the picture in itself."""
    colors = {item_class.id: item_class.color for item_class in ontology.classes}
    image = picture.image.copy()
    pen = ImageDraw.Draw(image)
    for mark in picture.truth.marks:
        if mark.kind == "box":
            x, y, w, h = (mark.geometry[name] for name in "xywh")
            pen.rectangle((x, y, x + w - 1, y + h - 1), outline=colors[mark.class_], width=max(2, image.width // 160))
    image.thumbnail((EXAMPLE_PX, EXAMPLE_PX))
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=80)
    return f"![Example: {picture.name}](data:image/jpeg;base64,{b64encode(buffer.getvalue()).decode()})"
