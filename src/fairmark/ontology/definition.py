"""Whether an ontology makes sense: the check that runs when one is saved."""

import math
import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from fairmark.ontology.compiled import LINEAGE_MAX, lineage
from fairmark.ontology.conditions import in_order
from fairmark.ontology.fields import Check, Problem, pointer, shown, text_problem, value_check
from fairmark.ontology.model import (
    FAULTS_MAX,
    OPTIONS_MAX,
    TEXT_MAX,
    Fault,
    Field,
    FieldKind,
    FieldValue,
    InvalidPattern,
    ItemClass,
    Layers,
    LinkType,
    Ontology,
    Option,
    Severity,
    SkeletonPoint,
    When,
)
from fairmark.ontology.skeletons import skeleton_faults

TESTS_MAX = 100
"""Most groups and tests of one condition."""
CONDITION_DEPTH_MAX = 10
STEPS_MAX = 1_000
"""Most steps of a scale: it is drawn as a row of points."""
PATTERNS_MAX = 50
"""Most different patterns of one ontology: each costs some milliseconds when it is read."""

# The type of these members says the same; `$` there also accepts a line break at the end, and this does not.
_SLUG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_CHOICES = (FieldKind.SINGLE, FieldKind.MULTIPLE)
_BOUNDED = (FieldKind.NUMBER, FieldKind.SCALE, FieldKind.TEXT, FieldKind.MULTIPLE)
_STEPPED = (FieldKind.NUMBER, FieldKind.SCALE)


class _Findings:
    """Collects faults, and knows where it is."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.patterns: set[str] = set()

    def add(self, code: str, path: str, message: str, mend: str, *, severity: Severity = Severity.ERROR) -> None:
        if len(self.faults) < FAULTS_MAX:
            self.faults.append(Fault(code, path, message, mend, severity=severity))

    def warn(self, code: str, path: str, message: str, mend: str) -> None:
        self.add(code, path, message, mend, severity=Severity.WARNING)

    def problem(self, path: str, problem: Problem) -> None:
        self.add(problem.code, path, problem.message, problem.mend)


def check_ontology(ontology: Ontology, kinds: Collection[str] | None = None) -> list[Fault]:
    """Everything wrong with `ontology`, at most FAULTS_MAX faults. Only those of severity error forbid to save it.

    kinds: the mark kinds that the item's modality has; None leaves them unchecked.
    """
    found = _Findings()
    if not ontology.classes and not ontology.questions:
        found.warn("empty", "", "There is nothing to label: no class and no question.", "Add a class or a question.")
    _check_ids(found, ontology.classes, "/classes", "class")
    _check_ids(found, ontology.links, "/links", "link type")
    _check_keys(found, [(pointer("classes", i, "key"), c.key) for i, c in enumerate(ontology.classes)], "class")
    by_id = {item_class.id: item_class for item_class in reversed(ontology.classes)}
    for index, item_class in enumerate(ontology.classes):
        _check_class(found, item_class, pointer("classes", index), by_id, kinds)
    _check_fields(found, ontology.questions, "/questions", "question")
    _check_shared_keys(found, ontology)
    for index, link in enumerate(ontology.links):
        _check_link(found, link, pointer("links", index), by_id)
    _check_layers(found, ontology)
    return found.faults


def _check_layers(found: _Findings, ontology: Ontology) -> None:
    if ontology.layers != Layers() and not any("mask" in item_class.marks for item_class in ontology.classes):
        message = "There are rules for masks, and no class takes any."
        found.warn("no_use", "/layers", message, "Let a class take masks, or remove the rules.")
    for index, item_class in enumerate(ontology.classes):
        if not item_class.instances and "mask" not in item_class.marks:
            message = f"{item_class.name} has one mask at most, and takes none."
            mend = "Let it take masks, or leave instances out."
            found.warn("no_use", pointer("classes", index, "instances"), message, mend)


def _check_ids(
    found: _Findings, things: Sequence[ItemClass | Field | Option | LinkType | SkeletonPoint], path: str, what: str
) -> None:
    """Ids and names of one list."""
    ids: set[str] = set()
    names: set[str] = set()
    for index, thing in enumerate(things):
        here = path + pointer(index)
        if not _SLUG.fullmatch(thing.id):
            mend = "Use a to z, 0 to 9, _ . and -, 64 characters at most, a letter or digit first."
            found.add("bad_id", here + "/id", f"{shown(thing.id)} is not an id.", mend)
        if thing.id in ids:
            message = f"Two of these have the id {shown(thing.id)}."
            found.add("duplicate_id", here + "/id", message, f"Give each {what} an id of its own.")
        ids.add(thing.id)
        _check_text(found, thing.name, here + "/name")
        if not thing.name.strip():
            found.add("no_name", here + "/name", f"The {what} {thing.id} has no name.", "Write one.")
        elif thing.name in names:
            message = f"Two of these have the name {shown(thing.name)}."
            found.warn("duplicate_name", here + "/name", message, "Name them so that people can tell them apart.")
        names.add(thing.name)


def _check_text(found: _Findings, text: str, path: str) -> None:
    if (problem := text_problem(text)) is not None:
        found.problem(path, problem)


def _check_keys(found: _Findings, keys: Iterable[tuple[str, str | None]], what: str) -> None:
    """Keys of things that are chosen between at the same moment."""
    taken: set[str] = set()
    for path, key in keys:
        if key is None:
            continue
        if len(key) != 1:
            found.add("bad_key", path, f"{shown(key)} is not one key.", "Use one of a to z or 0 to 9.")
        elif key in taken:
            found.add("duplicate_key", path, f"The key {key} is used twice.", f"Give each {what} a key of its own.")
        taken.add(key)


def _check_shared_keys(found: _Findings, ontology: Ontology) -> None:
    """Keys that mean two things depending on what is selected: they work, and people mix them up."""
    classes = {item_class.key for item_class in ontology.classes if item_class.key}
    places = [(pointer("questions"), ontology.questions)]
    places += [(pointer("classes", i, "attributes"), c.attributes) for i, c in enumerate(ontology.classes)]
    for path, fields in places:
        taken: set[str] = set()
        for index, field in enumerate(fields):
            own = {option.key for option in field.options if option.key}
            for key in sorted(own & (taken | classes)):
                other = "a class" if key in classes else "another field"
                message = f"The key {key} of {field.name} also belongs to {other}."
                found.warn("shared_key", path + pointer(index), message, "Choose another key for one of them.")
            taken |= own


def _check_class(
    found: _Findings, item_class: ItemClass, path: str, by_id: dict[str, ItemClass], kinds: Collection[str] | None
) -> None:
    _check_text(found, item_class.help, path + "/help")
    for index, kind in enumerate(item_class.marks):
        if kinds is not None and kind not in kinds:
            mend = f"Use one of: {', '.join(sorted(kinds))}."
            found.add("unknown_kind", path + pointer("marks", index), f"There is no mark kind {shown(kind)}.", mend)
    if len(set(item_class.marks)) < len(item_class.marks):
        found.add("repeated", path + "/marks", "A mark kind is named twice.", "Name each once.")
    if item_class.max_count is not None and item_class.min_count > item_class.max_count:
        message = f"{item_class.name}: at least {item_class.min_count} and at most {item_class.max_count} marks."
        found.add("empty_range", path + "/min_count", message, "Lower min_count or raise max_count.")
    for kind, limits in item_class.limits.items():
        if kind not in item_class.marks:
            message = f"{item_class.name} has limits for {shown(kind)}, and takes no such marks."
            found.add("unknown_kind", path + pointer("limits", kind), message, "Take the limits away.")
        if limits.max_points is not None and limits.min_points > limits.max_points:
            message = f"{item_class.name}: at least {limits.min_points} and at most {limits.max_points} points."
            mend = "Lower min_points or raise max_points."
            found.add("empty_range", path + pointer("limits", kind, "min_points"), message, mend)
    _check_skeleton(found, item_class, path + "/skeleton")
    _check_parent(found, item_class, path, by_id)
    _check_fields(found, item_class.attributes, path + "/attributes", "attribute")


def _check_skeleton(found: _Findings, item_class: ItemClass, path: str) -> None:
    if item_class.skeleton is not None:
        _check_ids(found, item_class.skeleton.points, path + "/points", "point")
    for fault in skeleton_faults(item_class, path):
        found.add(fault.code, fault.path, fault.message, fault.mend, severity=fault.severity)


def _check_parent(found: _Findings, item_class: ItemClass, path: str, by_id: dict[str, ItemClass]) -> None:
    parent = item_class.parent
    if parent is not None and parent not in by_id:
        found.add("unknown_class", path + "/parent", f"There is no class {shown(parent)}.", "Name an existing class.")
    elif parent is not None:
        line = lineage(item_class, by_id)
        if by_id[line[-1]].parent == item_class.id:
            message = f"{item_class.name} is above itself, by way of its parents."
            found.add("parent_cycle", path + "/parent", message, "Break the circle of parents.")
        elif len(line) == LINEAGE_MAX:
            message = f"{item_class.name} has too many classes above it."
            found.add("too_deep", path + "/parent", message, f"Keep the tree below {LINEAGE_MAX} levels.")


def _check_link(found: _Findings, link: LinkType, path: str, by_id: dict[str, ItemClass]) -> None:
    for end, ids in (("from", link.from_), ("to", link.to)):
        for index, id in enumerate(ids):
            if id not in by_id:
                message = f"{link.name}: there is no class {shown(id)}."
                found.add("unknown_class", path + pointer(end, index), message, "Name an existing class.")
        if len(set(ids)) < len(ids):
            found.add("repeated", path + pointer(end), f"{link.name} names a class twice.", "Name each once.")


def _check_fields(found: _Findings, fields: Sequence[Field], path: str, what: str) -> None:
    _check_ids(found, fields, path, what)
    checks = {
        field.id: _field_check(found, field, path + pointer(index))
        for index, field in reversed(list(enumerate(fields)))
    }
    for index, field in enumerate(fields):
        here = path + pointer(index)
        _check_text(found, field.help, here + "/help")
        _check_options(found, field, here)
        _check_range(found, field, here)
        if field.when is not None:
            _check_when(found, field, field.when, here + "/when", checks)
    _, circle = in_order(fields)
    waiting = {field.id for field in circle}
    for index, field in enumerate(fields):
        if field.id in waiting:
            message = f"{field.name} waits for itself, by way of: {', '.join(sorted(waiting))[:200]}."
            found.add("condition_cycle", path + pointer(index, "when"), message, "Break the circle of conditions.")


def _check_options(found: _Findings, field: Field, path: str) -> None:
    if field.kind in _CHOICES:
        if not field.options:
            found.add("no_options", path + "/options", f"{field.name} has nothing to choose from.", "Add options.")
        if len(field.options) > OPTIONS_MAX:
            message = f"{field.name} has {len(field.options)} options, {OPTIONS_MAX} at most."
            found.add("too_many", path + "/options", message, "Split it into several fields.")
        _check_ids(found, field.options, path + "/options", "option")
        keys = [(path + pointer("options", i, "key"), option.key) for i, option in enumerate(field.options)]
        _check_keys(found, keys, "option")
    elif field.options:
        message = f"{field.name} is a {field.kind} and has no use for options."
        found.add("no_use", path + "/options", message, "Remove them, or make it single or multiple.")


def _check_range(found: _Findings, field: Field, path: str) -> None:
    for member, value in (("min", field.min), ("max", field.max), ("step", field.step)):
        if value is None:
            continue
        if field.kind not in (_STEPPED if member == "step" else _BOUNDED):
            message = f"{field.name} is a {field.kind} and has no use for {member}."
            found.add("no_use", path + pointer(member), message, "Remove it.")
        elif not math.isfinite(value):
            found.add("not_finite", path + pointer(member), f"{member} is not a finite number.", "Give a number.")
        elif field.kind not in _STEPPED and not (value >= 0 and value == int(value)):
            message = f"{field.name}: {member} counts, and {value:g} is not a whole number from 0."
            found.add("bad_count", path + pointer(member), message, "Give a whole number.")
    low, high, step = field.min, field.max, field.step
    if low is not None and high is not None and not low <= high:
        message = f"{field.name}: min {low:g} is above max {high:g}."
        found.add("empty_range", path + "/min", message, "Lower min or raise max.")
        return
    if step is not None and not step > 0:
        found.add("bad_step", path + "/step", f"{field.name}: a step has to be above 0.", "Give a positive step.")
        return
    if field.kind is FieldKind.MULTIPLE and low is not None and low > len(field.options):
        message = f"{field.name} wants {low:g} choices of {len(field.options)} options."
        found.add("empty_range", path + "/min", message, "Lower min or add options.")
    if field.kind is FieldKind.TEXT and low is not None and low > TEXT_MAX:
        found.add("empty_range", path + "/min", f"A text has {TEXT_MAX} characters at most.", "Lower min.")
    if field.kind is FieldKind.SCALE:
        _check_scale(found, field, path)


def _check_scale(found: _Findings, field: Field, path: str) -> None:
    if field.min is None or field.max is None:
        found.add("no_range", path, f"The scale {field.name} has no ends.", "Give min and max.")
        return
    steps = (field.max - field.min) / (field.step or 1)
    if not 1 <= steps <= STEPS_MAX:
        message = f"The scale {field.name} has {steps:g} steps, 1 to {STEPS_MAX} wanted."
        found.add("bad_step", path + "/step", message, "Change the ends or the step, or make it a number.")
    elif abs(steps - round(steps)) > 1e-6:
        message = f"{field.name}: the steps from min do not meet max."
        found.add("bad_step", path + "/step", message, "Make max - min a multiple of step.")


def _field_check(found: _Findings, field: Field, path: str) -> Check | None:
    """What a value of `field` may be; None if the field is too faulty to say. Its pattern and default are checked."""
    if field.pattern is not None:
        if field.kind is not FieldKind.TEXT:
            message = f"{field.name} is a {field.kind} and has no use for a pattern."
            found.add("no_use", path + "/pattern", message, "Remove it.")
        found.patterns.add(field.pattern)
        if len(found.patterns) > PATTERNS_MAX:
            message = f"This ontology has more than {PATTERNS_MAX} different patterns."
            found.add("too_many", path + "/pattern", message, "Use the same pattern in several fields.")
            return None
    try:
        check = value_check(field)
    except InvalidPattern as error:
        found.add("bad_pattern", path + "/pattern", error.message, error.mend)
        return None
    except (OverflowError, ValueError):
        return None  # A bound that is not finite: reported by its own check, and nothing compares with it.
    if field.default is not None and (problem := check(field.default)) is not None:
        found.add("bad_default", path + "/default", f"The default does not fit: {problem.message}", problem.mend)
    if field.kind is FieldKind.MULTIPLE:
        # In a condition, a single id asks whether the list contains it.
        return lambda value: check(value if isinstance(value, list) else [value])
    return check


def _check_when(found: _Findings, field: Field, when: When, path: str, checks: Mapping[str, Check | None]) -> None:
    """The shape of a condition, and its tests against the fields that they name."""
    parts = 0
    todo: list[tuple[When, str, int]] = [(when, path, 1)]
    while todo:
        part, here, depth = todo.pop()
        parts += 1
        if parts > TESTS_MAX or depth > CONDITION_DEPTH_MAX:
            message = f"The condition of {field.name} is too big."
            mend = f"Use {TESTS_MAX} parts and {CONDITION_DEPTH_MAX} levels at most."
            found.add("condition_too_big", path, message, mend)
            return
        groups = [group for group in (part.all, part.any) if group is not None]
        if len(groups) + (part.not_ is not None) + (part.field is not None) != 1:
            mend = "Set exactly one of all, any, not and field."
            found.add("bad_condition", here, f"A part of the condition of {field.name} is unclear.", mend)
        if part.field is None and (part.is_ is not None or part.in_ is not None):
            found.add("bad_condition", here, "A value is tested, but of no field.", "Name the field.")
        if any(not group for group in groups):
            found.add("bad_condition", here, "A group of conditions is empty.", "Add a test, or remove the group.")
        if part.field is not None:
            _check_test(found, field, part, here, checks)
        for name, group in (("all", part.all), ("any", part.any)):
            todo.extend((inner, here + pointer(name, i), depth + 1) for i, inner in enumerate(group or ()))
        if part.not_ is not None:
            todo.append((part.not_, here + "/not", depth + 1))


def _check_test(found: _Findings, field: Field, test: When, path: str, checks: Mapping[str, Check | None]) -> None:
    if test.field is None or test.field not in checks:
        message = f"{field.name} depends on {shown(test.field)}, which is not a field in the same place."
        found.add("unknown_field", path + "/field", message, "Name a field of the same class, or a question.")
        return
    if (test.is_ is None) == (test.in_ is None):
        found.add("bad_condition", path, "A test says neither or both of is and in.", "Set exactly one of the two.")
        return
    if test.in_ is not None and not test.in_:
        found.add("bad_condition", path + "/in", "A test names no value.", "Name the values to look for.")
    values: list[tuple[str, FieldValue]] = [("/is", test.is_)] if test.is_ is not None else []
    values += [(pointer("in", i), value) for i, value in enumerate(test.in_ or ())]
    check = checks[test.field]
    for member, value in values:
        if check is not None and (problem := check(value)) is not None:
            found.add("impossible_test", path + member, f"It can never hold: {problem.message}", problem.mend)
