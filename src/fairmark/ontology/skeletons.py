"""Whether the skeleton of a class makes sense."""

from collections.abc import Iterator, Sequence

from fairmark.ontology.fields import pointer, shown
from fairmark.ontology.model import Fault, ItemClass, Severity

SKELETON = "skeleton"
"""The mark kind that a class's skeleton is for."""


def skeleton_faults(item_class: ItemClass, path: str) -> Iterator[Fault]:
    """What is wrong with the skeleton of a class, apart from the ids and names of its points. path: pointer to it."""
    skeleton = item_class.skeleton
    if skeleton is None:
        if SKELETON in item_class.marks:
            message = f"{item_class.name} takes skeletons, and nothing says which points they have."
            yield Fault("no_skeleton", path, message, "Give the class a skeleton, or let it take none.")
        return
    if SKELETON not in item_class.marks:
        message = f"{item_class.name} has a skeleton, and takes no such marks."
        mend = "Let it take skeletons, or remove it."
        yield Fault("no_use", path, message, mend, severity=Severity.WARNING)
    ids = {point.id for point in skeleton.points}
    yield from _pair_faults(skeleton.edges, ids, path + "/edges", "edge")
    yield from _pair_faults(skeleton.mirrored, ids, path + "/mirrored", "pair")
    paired: set[str] = set()
    for index, pair in enumerate(skeleton.mirrored):
        if not paired.isdisjoint(pair):
            message = f"A point of {item_class.name} is in two pairs."
            yield Fault("repeated", path + pointer("mirrored", index), message, "Pair each point with one other.")
        paired.update(pair)


def _pair_faults(pairs: Sequence[tuple[str, str]], ids: set[str], path: str, what: str) -> Iterator[Fault]:
    seen: set[frozenset[str]] = set()
    for index, (first, second) in enumerate(pairs):
        here = path + pointer(index)
        for unknown in sorted({first, second} - ids):
            message = f"There is no point {shown(unknown)}."
            yield Fault("unknown_point", here, message, f"Remove the {what}, or name a point of the skeleton.")
        if first == second:
            yield Fault("self_link", here, f"The {what} joins {shown(first)} with itself.", "Name two points.")
        if frozenset((first, second)) in seen:
            yield Fault("repeated", here, f"The {what} is there twice.", "Name each once.")
        seen.add(frozenset((first, second)))
