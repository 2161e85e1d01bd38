"""An annotation as a person of some skill makes it, from the right one. Pure: the same dice, the same mistakes."""

from random import Random
from typing import Any, NamedTuple

from msgspec.structs import replace

from fairmark.client.simulate.shapes import SHAPES, Box, Shape
from fairmark.client.simulate.skill import Skill
from fairmark.ontology.conditions import leaves
from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import Annotation, Field, FieldKind, FieldValue, Link, Mark, Source
from fairmark.ontology.rules import CompiledOntology, apply_defaults, check_annotation, errors, prune

SIDE_MIN_PX = 2.0
SPURIOUS_SHARES = (0.04, 0.2)
"""Side of a mark where there is nothing, as a share of the image's."""
LAZY_KEEPS = 0.5


class Size(NamedTuple):
    """Of the upright image, in pixels."""

    width: float
    height: float


def draw(truth: Annotation, compiled: CompiledOntology, sizes: list[Size], skill: Skill, rng: Random) -> Annotation:
    """What a person of `skill` hands in where `truth` is right. It fits the ontology and the images: where a mistake
    would make it unfit (a required mark missed, say), the page would not have let them, and they did it right.
    """
    keep = LAZY_KEEPS if rng.random() < skill.lazy else 1.0
    marks: dict[str, Mark] = {}
    for mark in truth.marks:
        gone = rng.random() < skill.miss or rng.random() > keep
        seen = _seen(mark, compiled, sizes, skill, rng)
        if not gone:
            marks[mark.id] = seen
    expected = skill.spurious * max(1, len(truth.marks))
    for n in range(int(expected) + (rng.random() < expected % 1)):
        if (invented := _invented(f"s{n}", compiled, sizes, rng)) is not None:
            marks[invented.id] = invented
    answers = _answers(truth.answers, compiled.questions, skill.answer, rng)
    made = _numbered(marks, answers, truth.links)
    made = apply_defaults(prune(made, compiled), compiled)
    return _right(truth) if errors(check_annotation(made, compiled)) else made


def _right(truth: Annotation) -> Annotation:
    return _numbered({mark.id: mark for mark in truth.marks}, truth.answers, truth.links)


def _numbered(marks: dict[str, Mark], answers: dict[str, FieldValue], links: tuple[Link, ...]) -> Annotation:
    """The document with ids of its own: nobody copies another's."""
    names = {old: f"m{n}" for n, old in enumerate(marks, 1)}
    kept = [link for link in links if link.from_ in names and link.to in names]
    return Annotation(
        marks=tuple(replace(mark, id=names[old], source=Source.HUMAN, score=None) for old, mark in marks.items()),
        answers=answers,
        links=tuple(
            replace(link, id=f"l{n}", from_=names[link.from_], to=names[link.to]) for n, link in enumerate(kept, 1)
        ),
    )


def _seen(mark: Mark, compiled: CompiledOntology, sizes: list[Size], skill: Skill, rng: Random) -> Mark:
    """One real thing as the person marks it."""
    class_ = mark.class_
    others = [each.id for each in compiled.ontology.classes if mark.kind in each.marks and each.id != class_]
    if rng.random() < skill.confuse and others:
        class_ = rng.choice(others)
    attributes = mark.attributes
    item_class = compiled.classes.get(class_)
    if item_class is not None:
        if class_ != mark.class_:
            attributes = filled({}, item_class.attributes, rng)
        attributes = _answers(attributes, item_class.attributes, skill.answer, rng)
    geometry = mark.geometry
    if mark.kind in SHAPES and mark.asset < len(sizes):
        geometry = _shaken(SHAPES[mark.kind], geometry, sizes[mark.asset], skill.jitter, rng)
    return replace(mark, class_=class_, attributes=attributes, geometry=geometry)


def _shaken(shape: Shape, geometry: dict[str, Any], size: Size, jitter: float, rng: Random) -> dict[str, Any]:
    """A geometry whose edges each missed by a little, inside the image and not smaller than SIDE_MIN_PX."""
    around = shape.around(geometry)
    wide, high = around.right - around.left, around.bottom - around.top
    left, right = sorted((around.left + rng.gauss(0, jitter * wide), around.right + rng.gauss(0, jitter * wide)))
    top, bottom = sorted((around.top + rng.gauss(0, jitter * high), around.bottom + rng.gauss(0, jitter * high)))
    return shape.stretched(geometry, around, _inside(left, top, right, bottom, size))


def _inside(left: float, top: float, right: float, bottom: float, size: Size) -> Box:
    left, top = min(max(0.0, left), size.width - SIDE_MIN_PX), min(max(0.0, top), size.height - SIDE_MIN_PX)
    right, bottom = max(min(right, size.width), left + SIDE_MIN_PX), max(min(bottom, size.height), top + SIDE_MIN_PX)
    return Box(left, top, right, bottom)


def _invented(id: str, compiled: CompiledOntology, sizes: list[Size], rng: Random) -> Mark | None:
    """A mark where there is nothing; None if no class takes one with a place."""
    classes = [each for each in compiled.classes.values() if not each.kinds.isdisjoint(SHAPES)]
    if not classes or not sizes:
        return None
    item_class, size = rng.choice(classes), sizes[0]
    kind = next(kind for kind in SHAPES if kind in item_class.kinds)
    wide, high = (rng.uniform(*SPURIOUS_SHARES) * side for side in size)
    left, top = rng.uniform(0, size.width - wide), rng.uniform(0, size.height - high)
    attributes = filled({}, item_class.attributes, rng)
    geometry = SHAPES[kind].within(_inside(left, top, left + wide, top + high, size))
    return Mark(id=id, kind=kind, class_=item_class.item_class.id, geometry=geometry, attributes=attributes)


def filled(values: dict[str, FieldValue], fields: CompiledFields, rng: Random) -> dict[str, FieldValue]:
    """`values` and something for every required field that is asked and has none."""
    made = dict(values)
    for _ in fields.by_id:  # an answer may bring up another question, at most each once
        asked = fields.visible(made)
        missing = [id for id in fields.by_id if id in asked and id not in made and fields.by_id[id].field.required]
        if not missing:
            break
        for id in missing:
            made[id] = _any_value(fields.by_id[id].field, rng)
    return made


def _answers(values: dict[str, FieldValue], fields: CompiledFields, wrong: float, rng: Random) -> dict[str, FieldValue]:
    """`values` with some of them wrong. Fields on which others depend stay right: a mistake there would turn the form
    into another one, of which nothing is known.
    """
    deciding = {leaf.field for each in fields.by_id.values() if each.field.when for leaf in leaves(each.field.when)}
    made = dict(values)
    for id, value in values.items():
        mistaken = rng.random() < wrong
        if mistaken and id in fields.by_id and id not in deciding:
            made[id] = _other_value(fields.by_id[id].field, value, rng)
    return filled(made, fields, rng)


def _other_value(field: Field, value: FieldValue, rng: Random) -> FieldValue:
    """A wrong answer of the right form; the same where a wrong one cannot be told from nonsense (texts, dates)."""
    options = [option.id for option in field.options]
    if field.kind is FieldKind.BOOLEAN:
        return not value
    if field.kind is FieldKind.SINGLE:
        return rng.choice([id for id in options if id != value] or [str(value)])
    if field.kind is FieldKind.MULTIPLE and isinstance(value, list) and len(value) > 1:
        return value[:-1]
    if field.kind in {FieldKind.SCALE, FieldKind.NUMBER} and isinstance(value, float | int):
        step = field.step or 1.0
        low = field.min if field.min is not None else float("-inf")
        high = field.max if field.max is not None else float("inf")
        near = [other for other in (value - step, value + step) if low <= other <= high]
        return rng.choice(near) if near else value
    return value


def _any_value(field: Field, rng: Random) -> FieldValue:
    """Some value of the right form."""
    options = [option.id for option in field.options]
    least = field.min if field.min is not None else 0.0
    match field.kind:
        case FieldKind.SINGLE:
            return rng.choice(options)
        case FieldKind.MULTIPLE:
            return options[: max(1, int(field.min or 1))]
        case FieldKind.BOOLEAN:
            return rng.random() < 0.5
        case FieldKind.NUMBER | FieldKind.SCALE:
            return least
        case FieldKind.DATE:
            return "2026-01-01"
        case FieldKind.TEXT:
            return "x" * max(1, int(least))
