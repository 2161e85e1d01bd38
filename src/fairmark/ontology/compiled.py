"""An ontology made ready for checking many annotations: every question about it is one look-up."""

from collections.abc import Mapping
from dataclasses import dataclass

from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import ItemClass, LinkType, Ontology

LINEAGE_MAX = 20
"""Most levels of the class tree."""


@dataclass(frozen=True, slots=True)
class CompiledClass:
    """`kinds`: the mark kinds it may take. `lineage`: its own id and those of the classes above it."""

    item_class: ItemClass
    kinds: frozenset[str]
    attributes: CompiledFields
    lineage: frozenset[str]


@dataclass(frozen=True, slots=True)
class CompiledLink:
    """`from_` and `to`: class ids, of which one has to be in the lineage of the end. Empty: any class."""

    link_type: LinkType
    from_: frozenset[str]
    to: frozenset[str]

    def allows(self, from_: CompiledClass, to: CompiledClass) -> bool:
        """Whether a mark of class `from_` may be linked to one of class `to`; either way round if undirected."""
        if self._fits(from_, to):
            return True
        return not self.link_type.directed and self._fits(to, from_)

    def _fits(self, from_: CompiledClass, to: CompiledClass) -> bool:
        return not (self.from_ and self.from_.isdisjoint(from_.lineage)) and not (
            self.to and self.to.isdisjoint(to.lineage)
        )


@dataclass(frozen=True, slots=True)
class CompiledOntology:
    """Look-ups over one ontology. `counted`: the classes with a least or greatest number of marks."""

    ontology: Ontology
    classes: Mapping[str, CompiledClass]
    questions: CompiledFields
    links: Mapping[str, CompiledLink]
    counted: tuple[ItemClass, ...]


def lineage(item_class: ItemClass, classes: Mapping[str, ItemClass]) -> list[str]:
    """The class and those above it, nearest first, LINEAGE_MAX at most. Circles are cut where they close."""
    line = [item_class.id]
    parent = item_class.parent
    while parent is not None and parent in classes and parent not in line and len(line) < LINEAGE_MAX:
        line.append(parent)
        parent = classes[parent].parent
    return line


def compile_ontology(ontology: Ontology) -> CompiledOntology:
    """The look-ups of `ontology`: build them once per version and keep them.

    An ontology that was saved passed `check_ontology`, maybe that of an older release, so only what makes checking
    impossible is an error here: InvalidOntology for conditions in a circle, InvalidPattern. Of two things with the same
    id the first counts. A class does not inherit the attributes of its parent.
    """
    by_id = {item_class.id: item_class for item_class in reversed(ontology.classes)}
    return CompiledOntology(
        ontology=ontology,
        classes={
            item_class.id: CompiledClass(
                by_id[item_class.id],
                frozenset(by_id[item_class.id].marks),
                CompiledFields(by_id[item_class.id].attributes),
                frozenset(lineage(by_id[item_class.id], by_id)),
            )
            for item_class in ontology.classes
        },
        questions=CompiledFields(ontology.questions),
        links={
            link.id: CompiledLink(link, frozenset(link.from_), frozenset(link.to)) for link in reversed(ontology.links)
        },
        counted=tuple(
            item_class
            for item_class in ontology.classes
            if by_id[item_class.id] is item_class and (item_class.min_count or item_class.max_count is not None)
        ),
    )
