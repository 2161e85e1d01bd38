"""The class of a mark where classes form a tree: as specific as one can be sure of. Pure."""

from collections.abc import Mapping

from fairmark.ontology.compiled import CompiledOntology, lineage

ENOUGH = 0.5
"""A class no likelier than this gives way to one above it that is."""


def as_specific_as_sure(kind: str, chances: Mapping[str, float], compiled: CompiledOntology) -> dict[str, float]:
    """The probability of each class a mark of `kind` is given, the answer with the greatest one.

    chances: of each class by itself, at least one. Where none exceeds ENOUGH, the nearest class above the likeliest
    that does, with all below it, stands for them: of "car" 0.4 and "lorry" 0.4 one can be sure that it is a vehicle.
    Only classes that take the kind and have no attributes that must be filled in: nobody was asked for those.
    """
    best = max(chances, key=lambda name: chances[name])
    if chances[best] > ENOUGH + 1e-9 or best not in compiled.classes:
        return dict(chances)
    by_id = {id: each.item_class for id, each in compiled.classes.items()}
    for name in lineage(by_id[best], by_id)[1:]:
        above = compiled.classes[name]
        below = {id for id in chances if id in compiled.classes and name in compiled.classes[id].lineage}
        mass = sum(chances[id] for id in below)
        demands = any(field.required for field in above.item_class.attributes)
        if mass > ENOUGH + 1e-9 and kind in above.kinds and not demands:
            return {name: mass, **{id: chance for id, chance in chances.items() if id not in below}}
    return dict(chances)
