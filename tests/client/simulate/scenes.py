"""Annotations and an ontology that the tests of this folder share."""

from hypothesis import strategies as st

from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    LinkType,
    Mark,
    Ontology,
    Option,
    When,
)

SIZE = (400.0, 300.0)
SIDES = (Option(id="left", name="Left"), Option(id="right", name="Right"))
ONTOLOGY = Ontology(
    classes=(
        ItemClass(id="car", name="Car", color="#112233", marks=("box",), attributes=(
            Field(id="side", name="Side", kind=FieldKind.SINGLE, options=SIDES, required=True),
            Field(id="doors", name="Doors", kind=FieldKind.NUMBER, min=2, max=5, step=1, required=True,
                  when=When(field="side", is_="left")),
        )),
        ItemClass(id="van", name="Van", color="#112233", marks=("box",)),
        ItemClass(id="rain", name="Rain", color="#112233", marks=("tag",), max_count=1),
    ),
    questions=(
        Field(id="open", name="Open", kind=FieldKind.BOOLEAN, required=True),
        Field(id="score", name="Score", kind=FieldKind.SCALE, min=1, max=5, step=1),
        Field(id="words", name="Words", kind=FieldKind.TEXT),
    ),
    links=(LinkType(id="tows", name="Tows"),),
)  # fmt: skip
COMPILED = compile_ontology(ONTOLOGY)


def box(id: str, x: float, y: float, w: float, h: float, class_: str = "van") -> Mark:
    return Mark(id=id, kind="box", class_=class_, geometry={"x": x, "y": y, "w": w, "h": h})


def car(id: str, x: float = 10, y: float = 10, w: float = 100, h: float = 80) -> Mark:
    geometry = {"x": x, "y": y, "w": w, "h": h}
    return Mark(id=id, kind="box", class_="car", geometry=geometry, attributes={"side": "left", "doors": 4.0})


TRUTH = Annotation(
    marks=(car("a"), box("b", 200, 100, 60, 50), Mark(id="c", kind="tag", class_="rain")),
    answers={"open": True, "score": 3.0, "words": "as written"},
    links=(Link(id="l", type="tows", from_="a", to="b"),),
)


@st.composite
def truths(draw: st.DrawFn) -> Annotation:
    """Right annotations of up to eight boxes inside SIZE."""
    marks: list[Mark] = []
    for n in range(draw(st.integers(0, 8))):
        w, h = draw(st.floats(2, 200)), draw(st.floats(2, 200))
        x, y = draw(st.floats(0, SIZE[0] - w)), draw(st.floats(0, SIZE[1] - h))
        marks.append(car(f"m{n}", x, y, w, h) if draw(st.booleans()) else box(f"m{n}", x, y, w, h))
    return Annotation(marks=tuple(marks), answers={"open": draw(st.booleans())})
