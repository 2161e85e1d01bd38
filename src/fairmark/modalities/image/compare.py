"""How alike two annotations of an image are."""

from collections.abc import Sequence

import numpy as np

from fairmark.methods.matching import Candidates, Floats, matched
from fairmark.modalities.answers import values_agreement
from fairmark.modalities.consensus import link_key
from fairmark.modalities.image.marks import KINDS
from fairmark.modalities.model import Agreement, Pair
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import prune

IOU_MIN = 0.5
SAME_CLASS_BONUS = 1e-3
"""Among boxes that lie as well, the one of the same class is meant: a rider sits where the bicycle is."""

Place = tuple[int, str]
"""An asset's index and a mark kind: only marks of one place are compared."""


def agreement(
    ours: Annotation, theirs: Annotation, *, compiled: CompiledOntology | None = None, iou_min: float = IOU_MIN
) -> Agreement:
    """How alike two annotations are; symmetric but for the sides of pairs. See `Agreement` for the figures.

    Marks of one asset and kind are paired so that the total of their similarity is greatest; pairs below `iou_min`
    (above 0, at most 1) do not count. Their class is compared afterwards. Geometry must be free of faults.
    """
    if compiled is not None:
        ours, theirs = prune(ours, compiled), prune(theirs, compiled)
    left, right = by_place(ours.marks), by_place(theirs.marks)
    pairs = [
        pair
        for place in left
        if place in right and place[1] in KINDS
        for pair in _pairs(place[1], left[place], right[place], iou_min, compiled)
    ]
    answers = values_agreement(ours.answers, theirs.answers, compiled.questions if compiled is not None else None)
    links = _links_agreement(ours, theirs, pairs, compiled)
    count = len(ours.marks) + len(theirs.marks)
    marks = 2 * sum(pair.agreement for pair in pairs) / count if count else None
    parts = [marks, sum(answers.values()) / len(answers) if answers else None, links]
    known = [part for part in parts if part is not None]
    return Agreement(
        score=sum(known) / len(known) if known else 1.0,
        marks=marks,
        f1=2 * len(pairs) / count if count else None,
        similarity=sum(pair.similarity for pair in pairs) / len(pairs) if pairs else None,
        class_agreement=sum(pair.same_class for pair in pairs) / len(pairs) if pairs else None,
        answers=answers,
        links=links,
        pairs=tuple(pairs),
        ours={**dict.fromkeys((mark.id for mark in ours.marks), 0.0), **{p.ours: p.agreement for p in pairs}},
        theirs={**dict.fromkeys((mark.id for mark in theirs.marks), 0.0), **{p.theirs: p.agreement for p in pairs}},
    )


def by_place(marks: Sequence[Mark]) -> dict[Place, list[Mark]]:
    """The marks of each place, in their order."""
    places: dict[Place, list[Mark]] = {}
    for mark in marks:
        places.setdefault((mark.asset, mark.kind), []).append(mark)
    return places


def weight_of(candidates: Candidates, ours: Sequence[Mark], theirs: Sequence[Mark]) -> Floats:
    """How much each candidate pair is worth: its similarity, and a little more if the class is the same."""
    pairs = zip(candidates.left.tolist(), candidates.right.tolist(), strict=True)
    same = [ours[left].class_ == theirs[right].class_ for left, right in pairs]
    return candidates.similarity + SAME_CLASS_BONUS * np.array(same, dtype=np.float64)


def _pairs(
    kind: str, ours: list[Mark], theirs: list[Mark], iou_min: float, compiled: CompiledOntology | None
) -> list[Pair]:
    found = KINDS[kind].candidates(ours, theirs, iou_min)
    pairs: list[Pair] = []
    for number in matched(found, weight_of(found, ours, theirs)):
        left, right = ours[int(found.left[number])], theirs[int(found.right[number])]
        similarity = float(found.similarity[number])
        attributes = _attributes_agreement(left, right, compiled)
        is_same = left.class_ == right.class_
        alike = similarity * attributes if is_same else 0.0
        pairs.append(Pair(left.id, right.id, similarity, is_same, attributes, alike))
    return pairs


def _attributes_agreement(ours: Mark, theirs: Mark, compiled: CompiledOntology | None) -> float:
    """Mean over the attributes that either mark has, 1.0 if there are none."""
    if not ours.attributes and not theirs.attributes:
        return 1.0
    item_class = compiled.classes.get(ours.class_) if compiled is not None else None
    alike = values_agreement(ours.attributes, theirs.attributes, item_class.attributes if item_class else None)
    return sum(alike.values()) / len(alike) if alike else 1.0


def _links_agreement(
    ours: Annotation, theirs: Annotation, pairs: Sequence[Pair], compiled: CompiledOntology | None
) -> float | None:
    """F1 of the links: two are the same if their type is, and their ends are paired. None if there are no links."""
    count = len(ours.links) + len(theirs.links)
    if not count:
        return None
    partner = {pair.ours: pair.theirs for pair in pairs}
    mapped = {link_key(link.type, partner.get(link.from_), partner.get(link.to), compiled) for link in ours.links}
    meant = {link_key(link.type, link.from_, link.to, compiled) for link in theirs.links}
    return 2 * len((mapped & meant) - {None}) / count
