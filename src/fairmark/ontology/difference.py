"""What changed between two versions of an ontology, in words, and whether earlier answers still fit."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from fairmark.ontology.fields import pointer
from fairmark.ontology.model import (
    Change,
    Field,
    FieldKind,
    ItemClass,
    LinkType,
    MarkLimits,
    Ontology,
    Option,
    Overlap,
    Rule,
    Strictness,
)

_Thing = TypeVar("_Thing", ItemClass, Field, LinkType, Option)


def compare(old: Ontology, new: Ontology) -> list[Change]:
    """The changes from `old` to `new`, in the order of `new`, removals last in each list. Things are known by their id.

    A change that loosens a rule leaves answers valid; one that tightens it, removes something or asks for more can
    invalidate them. Both ontologies have to be free of faults.
    """
    changes: list[Change] = []
    tree_matters = any(link.from_ or link.to for link in new.links)
    for was, now, path in _paired(changes, old.classes, new.classes, "/classes", "class"):
        _compare_class(changes, was, now, path)
        # A link type that names a class also takes the classes below it.
        _note(changes, path, "parent", now.name, was.parent, now.parent, invalidates=tree_matters)
    for was, now, path in _paired(changes, old.questions, new.questions, "/questions", "question"):
        _compare_field(changes, was, now, path)
    for was, now, path in _paired(changes, old.links, new.links, "/links", "link type"):
        _compare_link(changes, was, now, path)
    before, after = old.layers, new.layers
    narrower = after.overlap is Overlap.FORBIDDEN
    _note(changes, "/layers", "overlap", "Masks", before.overlap.value, after.overlap.value, invalidates=narrower)
    _note(changes, "/layers", "whole", "Masks", before.whole, after.whole, invalidates=after.whole)
    for rule in Rule:
        was, now = (_strictness(each, rule) for each in (old, new))
        stricter = now is Strictness.ERROR
        _note(changes, "/strictness", rule.value, "Rule", was.value, now.value, invalidates=stricter)
    return changes


def _strictness(ontology: Ontology, rule: Rule) -> Strictness:
    usual = Strictness.WARNING if rule is Rule.DUPLICATE_MARK else Strictness.ERROR
    return ontology.strictness.get(rule, usual)


def _paired(
    changes: list[Change], old: Sequence[_Thing], new: Sequence[_Thing], path: str, what: str
) -> list[tuple[_Thing, _Thing, str]]:
    """The things in both lists, with their path; additions, removals, renames and a new order are noted."""
    before = {thing.id: thing for thing in old}
    after = {thing.id: thing for thing in new}
    for thing in new:
        if thing.id not in before:
            # A new question that must be answered leaves earlier answers incomplete.
            asks = (isinstance(thing, Field) and thing.required) or (
                isinstance(thing, ItemClass) and thing.min_count > 0
            )
            message = f"The {what} {thing.name} is new."
            changes.append(Change("added", path + pointer(thing.id), message, asks))
        elif before[thing.id].name != thing.name:
            message = f"The {what} {before[thing.id].name} is now called {thing.name}."
            changes.append(Change("renamed", path + pointer(thing.id), message))
    for thing in old:
        if thing.id not in after:
            message = f"The {what} {thing.name} is gone."
            changes.append(Change("removed", path + pointer(thing.id), message, invalidates=True))
    if [thing.id for thing in old if thing.id in after] != [thing.id for thing in new if thing.id in before]:
        changes.append(Change("reordered", path, f"The order of the {what} list has changed."))
    return [(before[thing.id], thing, path + pointer(thing.id)) for thing in new if thing.id in before]


def _note(changes: list[Change], path: str, member: str, name: str, was: Any, now: Any, *, invalidates: bool) -> None:
    """One changed member, if it has changed."""
    if was != now:
        message = f"{name}: {member} was {_said(was)}, is {_said(now)}."
        changes.append(Change("changed", path + pointer(member), message, invalidates))


def _said(value: Any) -> str:
    if value is None or value == ():
        return "not set"
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _lower(was: float | None, now: float | None) -> bool:
    """Whether an upper bound has come down."""
    return now is not None and (was is None or now < was)


def _higher(was: float | None, now: float | None) -> bool:
    return now is not None and (was is None or now > was)


def _compare_class(changes: list[Change], was: ItemClass, now: ItemClass, path: str) -> None:
    lost = not set(was.marks) <= set(now.marks)
    _note(changes, path, "marks", now.name, was.marks, now.marks, invalidates=lost)
    _note(changes, path, "color", now.name, was.color, now.color, invalidates=False)
    _note(changes, path, "key", now.name, was.key, now.key, invalidates=False)
    _note(changes, path, "help", now.name, was.help, now.help, invalidates=False)
    more = now.min_count > was.min_count
    _note(changes, path, "min_count", now.name, was.min_count, now.min_count, invalidates=more)
    fewer = _lower(was.max_count, now.max_count)
    _note(changes, path, "max_count", now.name, was.max_count, now.max_count, invalidates=fewer)
    if was.limits != now.limits:
        message = f"{now.name}: marks of it may have other sizes or numbers of points."
        changes.append(Change("changed", path + "/limits", message, _is_tighter(was.limits, now.limits)))
    _compare_skeleton(changes, was, now, path)
    _note(changes, path, "instances", now.name, was.instances, now.instances, invalidates=not now.instances)
    for before, after, here in _paired(changes, was.attributes, now.attributes, path + "/attributes", "attribute"):
        _compare_field(changes, before, after, here)


def _compare_skeleton(changes: list[Change], was: ItemClass, now: ItemClass, path: str) -> None:
    if was.skeleton == now.skeleton:
        return
    before, after = ([] if one is None else [point.id for point in one.points] for one in (was.skeleton, now.skeleton))
    what = "its looks, its pairs or its sigmas" if before == after else "its points or their order"
    # Marks hold their points by number: another order gives each another meaning.
    invalidates = bool(before) and before != after
    changes.append(Change("changed", path + "/skeleton", f"{now.name}: the skeleton has changed, {what}.", invalidates))


def _is_tighter(was: Mapping[str, MarkLimits], now: Mapping[str, MarkLimits]) -> bool:
    """Whether marks that were right may be wrong now."""
    for kind, limits in now.items():
        before = was.get(kind, MarkLimits())
        least = (limits.min_width, limits.min_height, limits.min_points)
        if any(
            new > old for new, old in zip(least, (before.min_width, before.min_height, before.min_points), strict=True)
        ):
            return True
        if _lower(before.max_points, limits.max_points):
            return True
    return False


def _compare_field(changes: list[Change], was: Field, now: Field, path: str) -> None:
    _note(changes, path, "kind", now.name, was.kind.value, now.kind.value, invalidates=True)
    for before, after, here in _paired(changes, was.options, now.options, path + "/options", "option"):
        _note(changes, here, "key", after.name, before.key, after.key, invalidates=False)
    asks = now.required and not was.required
    _note(changes, path, "required", now.name, was.required, now.required, invalidates=asks)
    _note(changes, path, "default", now.name, was.default, now.default, invalidates=False)
    _note(changes, path, "help", now.name, was.help, now.help, invalidates=False)
    if was.when != now.when:
        message = f"{now.name} is asked under another condition."
        changes.append(Change("changed", path + "/when", message, invalidates=True))
    # Steps are counted from min, so a new min is a new grid.
    stepped = now.step is not None or now.kind is FieldKind.SCALE
    _note(changes, path, "min", now.name, was.min, now.min, invalidates=stepped or _higher(was.min, now.min))
    _note(changes, path, "max", now.name, was.max, now.max, invalidates=_lower(was.max, now.max))
    _note(changes, path, "step", now.name, was.step, now.step, invalidates=stepped)
    _note(changes, path, "pattern", now.name, was.pattern, now.pattern, invalidates=now.pattern is not None)


def _compare_link(changes: list[Change], was: LinkType, now: LinkType, path: str) -> None:
    for end, before, after in (("from", was.from_, now.from_), ("to", was.to, now.to)):
        narrower = bool(after) and not (before and set(before) <= set(after))
        _note(changes, path, end, now.name, before, after, invalidates=narrower)
    _note(changes, path, "directed", now.name, was.directed, now.directed, invalidates=True)
