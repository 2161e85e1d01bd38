"""Random ontologies and labeled items, with the names, sizes and marks that break file formats."""

from typing import Any

import numpy as np
from hypothesis import strategies as st

from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.modalities.image import encoded
from fairmark.ontology.model import (
    Annotation,
    Field,
    FieldKind,
    ItemClass,
    Link,
    LinkType,
    Making,
    Mark,
    Ontology,
    Source,
)

from .shapes import COLOR, PARTS

# Neither lone surrogates nor U+0000 ever are in a document: no database text can hold them.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")

TITLES = st.sampled_from(
    [
        "Car",
        "car",
        "Fußgänger",
        "行人",
        "日本",
        "a & b <c>",
        "no",
        "1",
        "x: y",
        "# z",
        "'q'",
        '"d"',
        "  two  words ",
        "🚗",
        "\x85e",
    ]
) | st.text(LETTERS, min_size=1, max_size=20)

NAMES = st.sampled_from(
    [
        "a.jpg",
        "A.JPG",
        "a.png",
        "cam1/a.jpg",
        "cam1\\a.jpg",
        "../a.jpg",
        "/etc/a.jpg",
        "C:\\b\\a.jpg",
        "images/labels/a.jpg",
        "a.txt/b.jpg",
        "con.jpg",
        "bild für ä.jpg",
        "bild fu\u0308r.jpg",
        "画像/一.jpg",
        'a,b;"c"\'d.jpg',
        "x" * 300 + ".jpg",
        "no_extension",
        ".hidden",
        "tab\tname.jpg",
        "a&b<c>.jpg",
        " lead.jpg",
        "img 1",
    ]
) | st.text(LETTERS, min_size=1, max_size=30)

FIELDS = (
    COLOR,
    PARTS,
    Field("truncated", "Truncated", FieldKind.BOOLEAN),
    Field("iscrowd", "Crowd", FieldKind.BOOLEAN),
    Field("pose", "Pose", FieldKind.TEXT),
    Field("speed", "Speed", FieldKind.NUMBER),
)

ATTRIBUTES: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "color": st.sampled_from(["red", "blue"]),
        "parts": st.lists(st.sampled_from(["door", "hood"]), unique=True),
        "truncated": st.booleans(),
        "iscrowd": st.booleans(),
        "pose": st.sampled_from(["Left", "Unspecified", "", " x "]) | st.text("ab <&\n", max_size=5),
        "speed": st.floats(-1e6, 1e6),
    },
)


@st.composite
def ontologies(draw: st.DrawFn, *, every: bool = False) -> Ontology:
    """every: some classes take every kind of mark."""
    ids = draw(st.lists(st.sampled_from(["car", "kfz", "a.b-", "p_1", "weather", "0"]), min_size=1, unique=True))
    kinds = st.sampled_from([("box",), ("box", "tag"), ("tag",), ("box", "polygon"), ("rotated_box", "box", "polygon")])
    if every:
        kinds = st.sampled_from([tuple(dict.fromkeys(EVERY)), ("box",), ("mask", "tag"), ("polygon", "polyline")])
    classes = tuple(ItemClass(id, draw(TITLES), "#1f77b4", draw(kinds), attributes=FIELDS) for id in ids)
    question = Field("sky", "Sky?", FieldKind.TEXT)
    return Ontology(classes=classes, questions=(question,), links=(LinkType("pulls", "pulls"),))


def coordinates(side: float) -> st.SearchStrategy[float]:
    """To a thousandth of a pixel: what is handed in encloses a whole one, so that nothing is thinner than a number."""
    near = st.sampled_from([0.0, 0.5, 1.0, side - 1, side - 0.25, side, -3.0, side + 5])
    return near | st.floats(-20, side + 20).map(lambda place: round(place, 3))


@st.composite
def boxes(draw: st.DrawFn, width: int, height: int) -> dict[str, Any]:
    if draw(st.integers(0, 20)) == 0:
        bad: list[dict[str, Any]] = [{}, {"x": 1, "y": 1, "w": 0, "h": 5}, {"x": "1", "y": 1, "w": 2, "h": 5}]
        return draw(st.sampled_from([*bad, {"x": 0.0, "y": 0.0, "w": float("inf"), "h": 1.0}]))
    sizes = st.sampled_from([0.125, 0.5, 1.0, 7.25]) | st.floats(0.1, 200)
    return {"x": draw(coordinates(width)), "y": draw(coordinates(height)), "w": draw(sizes), "h": draw(sizes)}


@st.composite
def polygons(draw: st.DrawFn, width: int, height: int) -> dict[str, Any]:
    """Parts of one ring or two, inside of the image or not, with an area or not, sometimes broken."""
    if draw(st.integers(0, 10)) == 0:
        return draw(st.sampled_from([{}, {"parts": []}, {"parts": [[[[1, 1], [2, 2]]]]}, {"parts": [[[[1, 1]] * 3]]}]))
    point = st.tuples(coordinates(width), coordinates(height)).map(list)
    ring = st.lists(point, min_size=3, max_size=5)
    return {"parts": draw(st.lists(st.lists(ring, min_size=1, max_size=2), min_size=1, max_size=2))}


def rotated_boxes(width: int, height: int) -> st.SearchStrategy[dict[str, Any]]:
    sizes = st.sampled_from([1.0, 7.25]) | st.floats(1, 200)
    angles = st.sampled_from([0.0, 30.0, -90.0, 180.0]) | st.floats(-179, 180)
    return st.fixed_dictionaries(
        {"cx": coordinates(width), "cy": coordinates(height), "w": sizes, "h": sizes, "angle": angles}
    ) | st.just({"cx": 1, "cy": 1})


@st.composite
def masks(draw: st.DrawFn, width: int, height: int) -> dict[str, Any]:
    """Some pixels of a piece of the image, tight; sometimes broken, empty or outside."""
    if draw(st.integers(0, 10)) == 0:
        bad: list[dict[str, Any]] = [{}, {"x": 0, "y": 0, "width": 2, "height": 2, "runs": [0, 3]}]
        outside: dict[str, Any] = {"x": -1, "y": 0, "width": 1, "height": 1, "runs": [0, 1]}
        return draw(st.sampled_from([*bad, outside, {"x": 0, "y": 0, "width": 1, "height": 1, "runs": [1]}]))
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    across, down = min(draw(st.integers(1, 6)), width - left), min(draw(st.integers(1, 6)), height - top)
    on = draw(st.lists(st.booleans(), min_size=across * down, max_size=across * down))
    geometry = encoded(np.array(on, dtype=np.bool_).reshape(down, across), left, top)
    return geometry or {"x": left, "y": top, "width": 1, "height": 1, "runs": [0, 1]}


def points(width: int, height: int, at_least: int) -> st.SearchStrategy[dict[str, Any]]:
    point = st.tuples(coordinates(width), coordinates(height)).map(list)
    return st.fixed_dictionaries({"points": st.lists(point, min_size=at_least, max_size=4)}) | st.just({"points": []})


def ellipses(width: int, height: int) -> st.SearchStrategy[dict[str, Any]]:
    radii = st.sampled_from([0.5, 3.25]) | st.integers(1, 50).map(float)
    angles = st.sampled_from([0.0, 180.0, 30.0])
    return st.fixed_dictionaries(
        {"cx": coordinates(width), "cy": coordinates(height), "rx": radii, "ry": radii, "angle": angles}
    )


COMMON = ("box",) * 6 + ("polygon",) * 3 + ("rotated_box",) * 3 + ("tag", "kind-of-tomorrow")
EVERY = ("box", "polygon", "mask", "mask", "polyline", "points", "ellipse", "rotated_box", "tag", "kind-of-tomorrow")


@st.composite
def marks(
    draw: st.DrawFn, number: int, class_ids: list[str], assets: tuple[AssetRecord, ...], kinds: tuple[str, ...] = COMMON
) -> Mark:
    kind = draw(st.sampled_from(kinds))
    asset = draw(st.integers(0, max(len(assets) - 1, 0)))
    size = (assets[asset].width or 100, assets[asset].height or 80) if assets else (100, 80)
    made = {
        "box": boxes(*size), "polygon": polygons(*size), "rotated_box": rotated_boxes(*size), "mask": masks(*size),
        "polyline": points(*size, 2), "points": points(*size, 1), "ellipse": ellipses(*size),
    }  # fmt: skip
    geometry = made.get(kind, st.just({}))
    return Mark(
        f"m{number}",
        kind,
        draw(st.sampled_from([*class_ids * 4, "unknown"])),
        draw(geometry),
        draw(ATTRIBUTES),
        asset=asset,
        z=draw(st.integers(0, 2)),
        group=draw(st.none() | st.just("g1")),
        source=draw(st.sampled_from(list(Source))),
        score=draw(st.none() | st.floats(0, 1)),
        made=draw(st.none() | st.just(Making("scissors")) | st.just(Making("model", "discs", "2.1", corrected=True))),
    )


ASSETS = st.builds(
    AssetRecord,
    name=NAMES,
    width=st.none() | st.sampled_from([1, 100, 8000]),
    height=st.sampled_from([1, 80, 600]),
    sha256=st.none() | st.just("ab" * 32),
    media_type=st.none() | st.sampled_from(["image/jpeg", "image/png", "text/plain"]),
    url=st.none() | st.just("https://example.com/a.jpg?x=1&y=2"),
    orientation=st.sampled_from([1, 1, 1, 6]),
)

SMALL_ASSETS = st.builds(
    AssetRecord,
    name=NAMES,
    width=st.none() | st.sampled_from([1, 7, 40, 40]),
    height=st.sampled_from([1, 9, 30, 30]),
    media_type=st.none() | st.just("text/plain"),
)


@st.composite
def items(draw: st.DrawFn, number: int, ontology: Ontology, kinds: tuple[str, ...] = COMMON) -> LabeledItem:
    assets = tuple(draw(st.lists(ASSETS if kinds is COMMON else SMALL_ASSETS, max_size=2)))
    ids = [each.id for each in ontology.classes]
    made = tuple(draw(marks(place, ids, assets, kinds)) for place in range(draw(st.integers(0, 4))))
    ends = [mark.id for mark in made][:2]
    links = (Link("l1", "pulls", ends[0], ends[1]),) if len(ends) == 2 and draw(st.booleans()) else ()
    return LabeledItem(
        f"item {number} ä/" + draw(st.sampled_from(["<", "&", '"', "x"])),
        draw(NAMES),
        assets,
        Annotation(marks=made, answers=draw(st.sampled_from([{}, {"sky": "blue"}])), links=links),
        draw(st.none() | st.floats(0, 1)),
        draw(st.sampled_from([{}, {"camera": {"n": 1, "deep": [None, True, "ß"]}}])),
        draw(st.none() | st.just("batch 1")),
        draw(st.sampled_from([None, "train", "val", "fold_1", "default", "trainval"])),
    )


@st.composite
def exports(draw: st.DrawFn) -> tuple[Ontology, list[LabeledItem]]:
    """An ontology and up to five items labeled with it, and with what is not in it."""
    ontology = draw(ontologies())
    return ontology, [draw(items(number, ontology)) for number in range(draw(st.integers(0, 5)))]


@st.composite
def exports_of_every_kind(draw: st.DrawFn) -> tuple[Ontology, list[LabeledItem]]:
    """The same with marks of every kind, on small images, so that marks meet."""
    ontology = draw(ontologies(every=True))
    return ontology, [draw(items(number, ontology, EVERY)) for number in range(draw(st.integers(0, 4)))]
