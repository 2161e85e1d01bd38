"""How alike two annotations are once it is known which of their marks mean the same: for every modality."""

from collections.abc import Sequence

import msgspec

from fairmark.kernel import json
from fairmark.modalities.answers import values_agreement
from fairmark.modalities.consensus import link_key
from fairmark.modalities.model import Agreement, Pair
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark


def pair_of(ours: Mark, theirs: Mark, similarity: float, compiled: CompiledOntology | None) -> Pair:
    """Two marks that mean the same thing, and how alike they are. similarity: of their geometry."""
    alike = attributes_agreement(ours, theirs, compiled)
    is_same = ours.class_ == theirs.class_
    return Pair(ours.id, theirs.id, similarity, is_same, alike, similarity * alike if is_same else 0.0)


def goes_first(ours: Sequence[Mark], theirs: Sequence[Mark]) -> bool:
    """Whether these marks come first when both are paired.

    Where several pairings are worth the same, which one is found depends on the side that comes first: so it is the
    same side whoever is compared with whom.
    """
    return json.encode(ours) < json.encode(theirs)


def turned(pair: Pair) -> Pair:
    """The pair as the other side sees it."""
    return msgspec.structs.replace(pair, ours=pair.theirs, theirs=pair.ours)


def agreement_of(
    ours: Annotation, theirs: Annotation, pairs: Sequence[Pair], compiled: CompiledOntology | None
) -> Agreement:
    """The figures of two annotations. pairs: each mark in one of them at most. See `Agreement`."""
    answers = values_agreement(ours.answers, theirs.answers, compiled.questions if compiled is not None else None)
    links = links_agreement(ours, theirs, pairs, compiled)
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


def attributes_agreement(ours: Mark, theirs: Mark, compiled: CompiledOntology | None) -> float:
    """Mean over the attributes that either mark has, 1.0 if there are none."""
    if not ours.attributes and not theirs.attributes:
        return 1.0
    item_class = compiled.classes.get(ours.class_) if compiled is not None else None
    alike = values_agreement(ours.attributes, theirs.attributes, item_class.attributes if item_class else None)
    return sum(alike.values()) / len(alike) if alike else 1.0


def links_agreement(
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
