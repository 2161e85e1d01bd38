"""What an export and an import changed, as codes of loss tables. Worked out apart from the code under test."""

from math import cos, isfinite, radians, sin
from typing import Any

from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.ontology.model import Mark, Ontology

Edges = tuple[float, float, float, float]
CUTS = frozenset({"yolo", "voc"})
"""Formats that cut boxes at the image's border."""
NEEDS_SIZE = frozenset({"yolo", "yolo_segment", "yolo_obb"})
AREAS = frozenset({"box", "polygon", "rotated_box"})


def differences(format: str, ontology: Ontology, before: list[LabeledItem], after: list[LabeledItem]) -> set[str]:
    """Codes of all differences. AssertionError for a difference that no code stands for."""
    codes: set[str] = set()
    left = {item.external_id: item for item in after}
    assert len(left) == len(after), "external ids stay unique"
    for item in before:
        codes |= _of_item(format, ontology, item, left)
    assert not left, f"items that nobody exported: {list(left)}"
    return codes


def _of_item(format: str, ontology: Ontology, item: LabeledItem, left: dict[str, LabeledItem]) -> set[str]:
    images = [
        (index, asset)
        for index, asset in enumerate(item.assets)
        if asset.media_type is None or asset.media_type.startswith("image/")
    ]
    if not images:
        return {"no_image"}
    codes = {"items_split"} if len(item.assets) > 1 else set[str]()
    codes |= {"tags" for mark in item.annotation.marks if mark.kind == "tag"}
    codes |= {"mark_kinds" for mark in item.annotation.marks if mark.kind not in AREAS | {"tag"}}
    kept: list[Mark] = []
    for mark in item.annotation.marks:
        if mark.kind not in AREAS:
            continue
        if not any(each.id == mark.class_ and mark.kind in each.marks for each in ontology.classes):
            codes.add("class_unknown")
        elif edges_of(mark) is None or mark.asset not in dict(images):
            codes.add("bad_geometry")
        else:
            kept.append(mark)
    for index, asset in images:
        marks = [mark for mark in kept if mark.asset == index]
        key = item.external_id if index == 0 else f"{item.external_id}#{index}"
        if format in NEEDS_SIZE and not (asset.width and asset.height):
            assert key not in left
            codes.add("size_unknown")
            continue
        codes |= _of_image(format, item, asset, marks, left.pop(key))
    return codes


def _of_image(format: str, item: LabeledItem, asset: AssetRecord, marks: list[Mark], found: LabeledItem) -> set[str]:
    codes: set[str] = set()
    other = found.assets[0]
    assert found.name == item.name
    assert len(found.assets) == 1
    if other.name != asset.name:
        codes.add("renamed")
    sized = bool(asset.width and asset.height)
    assert (other.width, other.height) == ((asset.width, asset.height) if sized else (None, None))
    if not sized:
        codes.add("size_unknown")
    if (other.sha256, other.media_type, other.url) != (asset.sha256, asset.media_type, asset.url):
        codes.add("item_details")
    if (found.meta, found.batch, found.confidence) != (item.meta, item.batch, item.confidence):
        codes.add("item_details")
    if other.orientation != asset.orientation:
        codes.add("not_upright")
    if found.split != item.split:
        codes.add("split_assumed" if item.split is None else "split_default")
    if found.annotation.answers != item.annotation.answers:
        codes.add("answers")
    if found.annotation.links != item.annotation.links:
        codes.add("links")
    return codes | _of_marks(format, marks, list(found.annotation.marks), asset)


def _of_marks(format: str, marks: list[Mark], found: list[Mark], asset: AssetRecord) -> set[str]:
    codes: set[str] = set()
    for mark in marks:
        edges = edges_of(mark)
        assert edges is not None
        if format == "yolo_segment":
            if _cut(edges, asset) is None or not _rings_inside(mark, asset):
                codes.add("outside_image")
                continue
            other, more = _of_outline(mark, found, asset)
            codes |= more
        else:
            cuts = format in CUTS or (format == "yolo_obb" and mark.kind != "rotated_box")
            wanted = _cut(edges, asset) if cuts else edges
            if wanted is None or (format == "yolo_obb" and not _is_centred(mark, asset)):
                codes.add("outside_image")
                continue
            if wanted != edges:
                codes.add("clipped")
            other = found.pop(0)
            codes |= _of_box(format, mark, other, wanted)
        assert other.class_ == mark.class_
        if other.attributes != mark.attributes:
            codes.add("attributes")
        if other.score != mark.score:
            codes.add("scores")
        if any(getattr(other, name) != getattr(mark, name) for name in ("id", "z", "group", "source", "made")):
            codes.add("mark_details")
    assert not found, "marks that nobody exported"
    return codes


def _of_box(format: str, mark: Mark, other: Mark, wanted: Edges) -> set[str]:
    if format == "coco":
        assert (other.kind, other.geometry) == (mark.kind, mark.geometry) or mark.kind == "box"
    else:
        # What was no rotated box comes back as one only if its class takes them.
        if format == "yolo_obb":
            assert other.kind == "rotated_box" or (other.kind == "box" and mark.kind != "rotated_box")
        else:
            assert other.kind == "box"
    got = edges_of(other)
    assert got is not None
    shift = max(abs(one - two) for one, two in zip(wanted, got, strict=True))
    assert shift <= 1
    codes = set[str]()
    if format == "yolo_obb":
        codes |= {"box": {"shapes"}, "polygon": {"outlines"}}.get(mark.kind, set[str]())
    elif mark.kind != "box" and format != "coco":
        codes.add("outlines")
    return codes | ({"thin_boxes"} if shift > 0.5 + 1e-6 else {"rounded"} if shift > 1e-3 else set[str]())


def _of_outline(mark: Mark, found: list[Mark], asset: AssetRecord) -> tuple[Mark, set[str]]:
    """The first of the marks that stand for `mark`, which leave `found`, and the codes of what differs."""
    parts = parts_of(mark)
    codes = {"shapes"} if mark.kind != "polygon" else set[str]()
    codes |= {"parts"} if len(parts) > 1 else set[str]()
    codes |= {"holes"} if any(len(part) > 1 for part in parts) else set[str]()
    rings = _rings_inside(mark, asset)
    if [ring for _, ring in rings] != [[tuple(point) for point in part[0]] for part in parts]:
        codes.add("clipped")
    others = [found.pop(0) for _ in rings]
    for (_, wanted), other in zip(rings, others, strict=True):
        if other.kind == "box":
            # The class takes no polygons: the box around the outline comes back.
            assert mark.kind != "polygon"
            across, down = zip(*wanted, strict=True)
            around = (min(across), min(down), max(across), max(down))
            assert max(abs(one - two) for one, two in zip(around, edges_of(other) or (), strict=True)) <= 1e-3
            continue
        ((ring,),) = other.geometry["parts"]
        for (x, y), (a, b) in zip(wanted, ring, strict=True):
            assert abs(x - a) <= 1e-3
            assert abs(y - b) <= 1e-3
    return others[0], codes


def _rings_inside(mark: Mark, asset: AssetRecord) -> list[tuple[int, list[tuple[float, float]]]]:
    """(number of the part, outer ring with each corner brought into the image), of parts of which something is left."""
    width, height = asset.width or 0, asset.height or 0
    rings: list[tuple[int, list[tuple[float, float]]]] = []
    for number, part in enumerate(parts_of(mark)):
        ring = [(min(max(x, 0), width) + 0.0, min(max(y, 0), height) + 0.0) for x, y in part[0]]  # -0.0 is 0.0
        sides = ({f"{x / width:.8f}" for x, _ in ring}, {f"{y / height:.8f}" for _, y in ring})
        if all(len(side) > 1 for side in sides):
            rings.append((number, ring))
    return rings


def _is_centred(mark: Mark, asset: AssetRecord) -> bool:
    """Whether the middle of a rotated box is in the image; others have none that counts."""
    if mark.kind != "rotated_box":
        return True
    return 0 <= mark.geometry["cx"] <= (asset.width or 0) and 0 <= mark.geometry["cy"] <= (asset.height or 0)


def corners_of(geometry: dict[str, Any]) -> list[tuple[float, float]]:
    """Of a rotated box, from the one that is upper left before it is turned."""
    turn = radians(geometry["angle"])
    return [
        (
            geometry["cx"] + across * geometry["w"] / 2 * cos(turn) - down * geometry["h"] / 2 * sin(turn),
            geometry["cy"] + across * geometry["w"] / 2 * sin(turn) + down * geometry["h"] / 2 * cos(turn),
        )
        for across, down in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]


def parts_of(mark: Mark) -> list[Any]:
    """Parts of rings of points, of a sound mark."""
    if mark.kind == "polygon":
        return mark.geometry["parts"]
    if mark.kind == "rotated_box":
        return [[corners_of(mark.geometry)]]
    left, top, right, bottom = edges_of(mark) or (0, 0, 0, 0)
    return [[[(left, top), (right, top), (right, bottom), (left, bottom)]]]


def edges_of(mark: Mark) -> Edges | None:
    """(left, top, right, bottom) of a mark or around it, None without sides."""
    try:
        if mark.kind == "rotated_box":
            across, down = zip(*corners_of(mark.geometry), strict=True)
            return (min(across), min(down), max(across), max(down))
        if mark.kind == "polygon":
            if not mark.geometry["parts"] or any(len(ring) < 3 for part in mark.geometry["parts"] for ring in part):
                return None
            points = [point for part in mark.geometry["parts"] for point in part[0]]
            x, y = (min(point[axis] for point in points) for axis in (0, 1))
            right, bottom = (max(point[axis] for point in points) for axis in (0, 1))
            return (x, y, right, bottom) if right > x and bottom > y else None
        x, y, w, h = (mark.geometry[key] for key in ("x", "y", "w", "h"))
        return (x, y, x + w, y + h) if w > 0 and h > 0 and isfinite(x + y + w + h) else None
    except (KeyError, TypeError):
        return None


def _cut(edges: Edges, asset: AssetRecord) -> Edges | None:
    if not (asset.width and asset.height):
        edge = 10.0**9
        width = height = edge
    else:
        width, height = float(asset.width), float(asset.height)
    left, top, right, bottom = edges
    cut = (max(left, 0.0), max(top, 0.0), min(right, width), min(bottom, height))
    return cut if cut[0] < cut[2] and cut[1] < cut[3] else None
