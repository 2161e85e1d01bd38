"""Links between marks: Scale's rules as link types of an ontology."""

from collections.abc import Mapping
from typing import Any

import msgspec

from fairmark.ontology.model import LinkType
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.words import Names, title


class LinkRule(msgspec.Struct, frozen=True):
    """Which labels a link may join. Empty lists: any."""

    is_bidirectional: bool = False
    from_allowed_labels: list[str] = []
    to_allowed_labels: list[str] = []


Rules = dict[str, list[LinkRule]]


def link_rules(value: object, place: str) -> Rules:
    """The rules by the link's label. Raises BadRequest."""
    return {
        label: [
            read(rule, LinkRule, at(at(place, label), number))
            for number, rule in enumerate(read(rules, list[Any], at(place, label)))
        ]
        for label, rules in read(value, dict[str, Any], place).items()
    }


def link_types(rules: Rules, classes: Mapping[str, str], names: Names, place: str) -> list[LinkType]:
    """A link type for each rule; several rules of one label get a number. classes: label -> class id."""
    made: list[LinkType] = []
    for label, own in rules.items():
        for number, rule in enumerate(own):
            ends: list[tuple[str, ...]] = []
            listed = {"from_allowed_labels": rule.from_allowed_labels, "to_allowed_labels": rule.to_allowed_labels}
            for member, wanted in listed.items():
                for each in wanted:
                    if each not in classes:
                        raise wrong(at(at(at(place, label), number), member), f"there is no label '{each}'.")
                ends.append(tuple(dict.fromkeys(classes[each] for each in wanted)))
            # The blank keeps a second rule of one label apart from a label that ends in the same number.
            id = names.slug(label if number == 0 else f"{label}  {number + 1}")
            name = title(label if len(own) == 1 else f"{label} {number + 1}", "link")
            made.append(LinkType(id=id, name=name, from_=ends[0], to=ends[1], directed=not rule.is_bidirectional))
    return made


def label_of(word: str) -> str:
    """The link's label behind a name that `link_types` gave."""
    stem, blank, number = word.rpartition("  ")
    return stem if blank and number.isdigit() else word
