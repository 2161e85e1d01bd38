"""Plausible answers that nobody gave: what tasks of the test world are answered with."""

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import Annotation, Field, FieldKind, FieldValue, Link, Mark, Ontology

SIZE = (640.0, 480.0)
"""Pictures are not looked at in the test world; most are at least so large."""
TEXT_LENGTH = 12
MARKS_MAX = 3


def made_up(ontology: Ontology, seed: str, assets: int = 1, text_length: int = TEXT_LENGTH) -> Annotation:
    """An annotation that fits the ontology, always the same for one seed. text_length: code points spans lie in."""
    chance = random.Random(seed)  # noqa: S311 - made up, not secret
    compiled = compile_ontology(ontology)
    marks: list[Mark] = []
    for number in range(chance.randint(1, MARKS_MAX) if ontology.classes else 0):
        item_class = chance.choice(ontology.classes)
        fields = compiled.classes[item_class.id].attributes
        kind = chance.choice(item_class.marks)
        marks.append(
            Mark(
                id=f"m{number + 1}", kind=kind, class_=item_class.id, attributes=_values(fields, chance),
                geometry=_GEOMETRIES[kind](chance, text_length), asset=chance.randrange(assets) if kind == "box" else 0,
            )
        )  # fmt: skip
    links: list[Link] = []
    for type in ontology.links:
        for one in marks:
            for other in marks:
                ends = (compiled.classes[one.class_], compiled.classes[other.class_])
                if (
                    one is not other
                    and compiled.links[type.id].allows(*ends)
                    and not any(link.type == type.id for link in links)
                ):
                    links.append(Link(f"l{len(links) + 1}", type.id, one.id, other.id))
    return Annotation(marks=tuple(marks), answers=_values(compiled.questions, chance), links=tuple(links))


def _box(chance: random.Random, text_length: int) -> dict[str, float]:
    width, height = chance.randint(40, 200), chance.randint(40, 160)
    x, y = chance.randint(0, int(SIZE[0]) - width), chance.randint(0, int(SIZE[1]) - height)
    return {"x": float(x), "y": float(y), "w": float(width), "h": float(height)}


def _span(chance: random.Random, text_length: int) -> dict[str, float]:
    start = chance.randrange(max(1, text_length - 1))
    return {"start": start, "end": chance.randint(start + 1, max(start + 1, text_length))}


def _rotated_box(chance: random.Random, text_length: int) -> dict[str, float]:
    box = _box(chance, text_length)
    return {
        "cx": box["x"] + box["w"] / 2, "cy": box["y"] + box["h"] / 2, "w": box["w"], "h": box["h"],
        "angle": float(chance.randint(-179, 180)),
    }  # fmt: skip


def _ellipse(chance: random.Random, text_length: int) -> dict[str, float]:
    box = _rotated_box(chance, text_length)
    return {"cx": box["cx"], "cy": box["cy"], "rx": box["w"] / 2, "ry": box["h"] / 2, "angle": box["angle"]}


def _cuboid(chance: random.Random, text_length: int) -> dict[str, list[list[float]]]:
    """A box, and one of half its size behind it, a little further up."""
    box = _box(chance, text_length)
    left, top, w, h = box["x"], box["y"] + box["h"] / 4, box["w"], box["h"] * 3 / 4
    near = [[left, top], [left + w, top], [left + w, top + h], [left, top + h]]
    over = chance.choice([w / 4, w / 2])
    return {"front": near, "back": [[left + over + (x - left) / 2, box["y"] + (y - top) / 2] for x, y in near]}


def _polygon(chance: random.Random, text_length: int) -> dict[str, list[list[list[list[float]]]]]:
    """A box with its corners cut off here and there: five corners at least, none of its edges crosses another."""
    box = _box(chance, text_length)
    left, top, right, bottom = box["x"], box["y"], box["x"] + box["w"], box["y"] + box["h"]
    cut = float(chance.randint(5, 15))
    return {"parts": [[[[left + cut, top], [right, top], [right, bottom], [left, bottom], [left, top + cut]]]]}


def _polyline(chance: random.Random, text_length: int) -> dict[str, list[list[float]]]:
    box = _box(chance, text_length)
    middle = [box["x"] + box["w"] / 2, box["y"] + chance.randint(0, int(box["h"]))]
    return {"points": [[box["x"], box["y"]], middle, [box["x"] + box["w"], box["y"] + box["h"]]]}


def _mask(chance: random.Random, text_length: int) -> dict[str, Any]:
    """A full ellipse, row by row: as wide in each row as its middle is there, and the whole of the middle rows."""
    box = _box(chance, text_length)
    width, height = int(box["w"]), int(box["h"])
    runs = [0]
    for row in range(height):
        share = math.sqrt(1 - ((row + 0.5) / height * 2 - 1) ** 2)
        on = width if abs(row - height // 2) <= 1 else max(1, round(width * share))
        off = (width - on) // 2
        runs[-1] += off
        if len(runs) > 1 and runs[-1] == 0:
            runs.pop()
            runs[-1] += on
        else:
            runs.append(on)
        runs.append(width - on - off)
    if runs[-1] == 0:
        runs.pop()
    # The uppermost and lowest row hold something, and so do the outermost columns: the box is tight.
    return {"x": int(box["x"]), "y": int(box["y"]), "width": width, "height": height, "runs": runs}


def _points(chance: random.Random, text_length: int) -> dict[str, list[list[float]]]:
    return {"points": [[float(chance.randint(0, int(side))) for side in SIZE]]}


_GEOMETRIES: Mapping[str, Callable[[random.Random, int], dict[str, Any]]] = {
    "box": _box,
    "rotated_box": _rotated_box,
    "ellipse": _ellipse,
    "cuboid": _cuboid,
    "polygon": _polygon,
    "polyline": _polyline,
    "points": _points,
    "mask": _mask,
    "span": _span,
}


def _values(fields: CompiledFields, chance: random.Random) -> dict[str, FieldValue]:
    """A value for each field that is asked, given the others."""
    values: dict[str, FieldValue] = {}
    for id, holds in fields.ordered:
        if holds is None or holds(values):
            values[id] = _value(fields.by_id[id].field, chance)
    return values


def _value(field: Field, chance: random.Random) -> FieldValue:
    if field.kind is FieldKind.SINGLE:
        return chance.choice(field.options).id
    if field.kind is FieldKind.MULTIPLE:
        least = max(1, int(field.min or 1))
        most = len(field.options) if field.max is None else min(int(field.max), len(field.options))
        chosen = chance.sample([option.id for option in field.options], chance.randint(least, max(least, most)))
        return [option.id for option in field.options if option.id in chosen]
    if field.kind is FieldKind.BOOLEAN:
        return chance.random() < 0.5
    if field.kind in (FieldKind.NUMBER, FieldKind.SCALE):
        return _number(field, chance)
    if field.kind is FieldKind.DATE or field.pattern is not None:
        return "2026-01-31"
    return chance.choice(_TEXTS)


def _number(field: Field, chance: random.Random) -> float:
    low = field.min if field.min is not None else (0.0 if field.max is None else field.max - 10)
    high = field.max if field.max is not None else low + 10
    step = field.step or 1.0
    return low + step * chance.randint(0, max(0, int((high - low) / step)))


_TEXTS: Sequence[str] = ("A made-up answer.", "This is a test.", "Nobody wrote this.")
