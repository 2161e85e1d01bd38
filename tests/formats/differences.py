"""What an export and an import changed, as codes of loss tables. Worked out apart from the code under test."""

from math import isfinite

from fairmark.formats.model import AssetRecord, LabeledItem
from fairmark.ontology.model import Mark, Ontology

Edges = tuple[float, float, float, float]
CUTS = frozenset({"yolo", "voc"})
"""Formats that cut boxes at the image's border."""
NEEDS_SIZE = frozenset({"yolo"})


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
    codes |= {"mark_kinds" for mark in item.annotation.marks if mark.kind not in ("tag", "box")}
    kept: list[Mark] = []
    for mark in item.annotation.marks:
        if mark.kind != "box":
            continue
        if not any(each.id == mark.class_ and "box" in each.marks for each in ontology.classes):
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
        wanted = _cut(edges, asset) if format in CUTS else edges
        if wanted is None:
            codes.add("outside_image")
            continue
        if wanted != edges:
            codes.add("clipped")
        other = found.pop(0)
        assert other.class_ == mark.class_
        got = edges_of(other)
        assert got is not None
        shift = max(abs(one - two) for one, two in zip(wanted, got, strict=True))
        if shift > 0.5 + 1e-6:
            codes.add("thin_boxes")
            assert shift <= 1
        elif shift > 1e-3:
            codes.add("rounded")
        if other.attributes != mark.attributes:
            codes.add("attributes")
        if other.score != mark.score:
            codes.add("scores")
        if (other.id, other.z, other.group, other.source) != (mark.id, mark.z, mark.group, mark.source):
            codes.add("mark_details")
    assert not found, "marks that nobody exported"
    return codes


def edges_of(mark: Mark) -> Edges | None:
    """(left, top, right, bottom), None without four numbers or an area."""
    try:
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
