"""Pictures drawn by Pillow, with their truth: what the demo shows where scikit-image is not installed."""

from collections.abc import Iterator
from random import Random

from PIL import Image, ImageDraw

from fairmark.entrypoints.demo.scenes import Picture
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Mark, Ontology, Option

COUNT = 36
SIZE = (640, 420)
CELL = 180
SIDES = (70, 150)
GUIDELINE = """# Shapes

Draw a tight box around every shape, name it, and say whether it is filled. Then answer how many there are.

{example}
"""
_COLORS = {"circle": "#4363d8", "square": "#e6194b", "triangle": "#3cb44b"}
_FILLED = Field(id="filled", name="Filled", kind=FieldKind.BOOLEAN, default=True)
_COUNTS = tuple(Option(id=id, name=name) for id, name in (("few", "One to three"), ("many", "Four or more")))


def ontology() -> Ontology:
    """What may be said about the shapes."""
    classes = [
        ItemClass(id=id, name=id.title(), color=color, key=id[0], marks=("box",), attributes=(_FILLED,))
        for id, color in _COLORS.items()
    ]
    count = Field(id="count", name="How many shapes are there?", kind=FieldKind.SINGLE, options=_COUNTS, required=True)
    return Ontology(classes=tuple(classes), questions=(count,))


def pictures() -> Iterator[Picture]:
    """COUNT pictures, always the same."""
    for number in range(1, COUNT + 1):
        yield _picture(number, Random(number))  # noqa: S311 - dice of a drawing


def _picture(number: int, dice: Random) -> Picture:
    image = Image.new("RGB", SIZE, dice.choice(["#fbfaf5", "#eef3f7", "#20242c"]))
    pen = ImageDraw.Draw(image)
    cells = [(x, y) for x in range(20, SIZE[0] - CELL, CELL + 20) for y in range(15, SIZE[1] - CELL, CELL + 15)]
    marks: list[Mark] = []
    for n, (x, y) in enumerate(dice.sample(cells, dice.randint(1, len(cells))), 1):
        w = h = dice.randint(*SIDES)
        left, top = x + dice.randint(0, CELL - w), y + dice.randint(0, CELL - h)
        name, filled = dice.choice(list(_COLORS)), dice.random() < 0.7
        _draw(pen, name, (left, top, left + w - 1, top + h - 1), filled)
        box = {"x": left, "y": top, "w": w, "h": h}
        marks.append(Mark(id=f"t{n}", kind="box", class_=name, geometry=box, attributes={"filled": filled}))
    truth = Annotation(marks=tuple(marks), answers={"count": "few" if len(marks) <= 3 else "many"})
    return Picture(f"shapes-{number:02d}.jpg", image, truth, {"source": "drawn", "number": number})


def _draw(pen: ImageDraw.ImageDraw, name: str, box: tuple[int, int, int, int], filled: bool) -> None:
    color = _COLORS[name]
    fill = color if filled else None
    left, top, right, bottom = box
    if name == "circle":
        pen.ellipse(box, fill=fill, outline=color, width=6)
    elif name == "square":
        pen.rectangle(box, fill=fill, outline=color, width=6)
    else:
        pen.polygon([(left, bottom), ((left + right) / 2, top), (right, bottom)], fill=fill, outline=color, width=6)
