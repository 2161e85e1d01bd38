"""The decisions of this package, and its door: checking, pruning and filling annotations against an ontology.

Pure and quick: 10,000 marks with attributes take some tens of milliseconds. Geometry is the modality's part: services
call `fairmark.modalities`, which calls `check_annotation` first.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from fairmark.ontology.compiled import CompiledClass, CompiledLink, CompiledOntology, compile_ontology
from fairmark.ontology.definition import check_ontology
from fairmark.ontology.difference import compare
from fairmark.ontology.fields import CompiledFields, pointer, shown, text_problem
from fairmark.ontology.model import (
    FAULTS_MAX,
    Z_MAX,
    Annotation,
    Fault,
    Field,
    FieldValue,
    Link,
    Mark,
    Ontology,
    Severity,
    Strictness,
)

__all__ = [
    "CompiledOntology",
    "apply_defaults",
    "as_strict",
    "check_annotation",
    "check_ontology",
    "compare",
    "compile_ontology",
    "errors",
    "prune",
    "visible_fields",
]


def visible_fields(fields: Sequence[Field], values: Mapping[str, FieldValue]) -> list[str]:
    """The ids of the fields that are asked, given the values in the same place; in the order of `fields`.

    A field is asked if its `when` holds over the values of other asked fields. Raises InvalidOntology if conditions
    wait for one another.
    """
    compiled = CompiledFields(fields)
    asked = compiled.visible(values)
    return [key for key in compiled.by_id if key in asked]


def errors(faults: Iterable[Fault]) -> list[Fault]:
    """The faults that forbid to accept a document; warnings left out."""
    return [fault for fault in faults if fault.severity is Severity.ERROR]


def as_strict(faults: list[Fault], ontology: Ontology) -> list[Fault]:
    """`faults` as the ontology's `strictness` wants them: warnings and not errors, or the other way, or nothing."""
    if not ontology.strictness or not faults:
        return faults
    wanted = {str(rule): strictness for rule, strictness in ontology.strictness.items()}
    found: list[Fault] = []
    for fault in faults:
        strictness = wanted.get(fault.code)
        if strictness is None:
            found.append(fault)
        elif strictness is not Strictness.IGNORE:
            found.append(replace(fault, severity=Severity(strictness.value)))
    return found


def check_annotation(annotation: Annotation, compiled: CompiledOntology, *, complete: bool = True) -> list[Fault]:
    """Everything wrong with `annotation` except its geometry: ids, classes, kinds, attributes, answers, counts, links.

    complete: False for drafts and predictions, of which required answers and least counts are not yet asked.
    At most FAULTS_MAX faults, in the order of the document. Empty means good.
    """
    found: list[Fault] = []
    classes: dict[str, CompiledClass] = {}
    lookup = compiled.classes
    for index, mark in enumerate(annotation.marks):
        item_class = lookup.get(mark.class_)
        if (
            item_class is None
            or mark.kind not in item_class.kinds
            or mark.id in classes
            or not _plain(mark)
            or not (mark.id.isprintable() and mark.id.isascii())
        ):
            found.extend(_mark_faults(mark, pointer("marks", index), item_class, classes))
        if item_class is not None:
            attributes = item_class.attributes
            if mark.attributes or (complete and attributes.required):
                path = f"/marks/{index}/attributes"
                found.extend(
                    attributes.faults(mark.attributes, path, what="attribute", mark_id=mark.id, complete=complete)
                )
            classes.setdefault(mark.id, item_class)
        if len(found) >= FAULTS_MAX:
            return found[:FAULTS_MAX]
    found.extend(_count_faults(annotation.marks, compiled, complete=complete))
    found.extend(
        compiled.questions.faults(annotation.answers, "/answers", what="question", mark_id=None, complete=complete)
    )
    if annotation.links:
        found.extend(_link_faults(annotation, compiled, classes))
    return found[:FAULTS_MAX]


def _plain(mark: Mark) -> bool:
    """Whether the rarely used members of a mark hold their defaults, or at least nothing odd."""
    return (
        mark.group is None
        and -Z_MAX <= mark.z <= Z_MAX
        and mark.asset >= 0
        and (mark.score is None or 0 <= mark.score <= 1)
    )


def _mark_faults(mark: Mark, path: str, item_class: CompiledClass | None, seen: Mapping[str, object]) -> list[Fault]:
    found: list[Fault] = []

    def add(code: str, member: str, message: str, mend: str) -> None:
        found.append(Fault(code, path + member, message, mend, mark.id))

    if mark.id in seen:
        add("duplicate_id", "/id", f"Two marks have the id {shown(mark.id)}.", "Give each mark an id of its own.")
    for member, text in (("/id", mark.id), ("/group", mark.group or "")):
        if (problem := text_problem(text, 64)) is not None:
            add(problem.code, member, problem.message, problem.mend)
    if item_class is None:
        add("unknown_class", "/class", f"There is no class {shown(mark.class_)}.", "Use a class of the ontology.")
    elif mark.kind not in item_class.kinds:
        message = f"The class {item_class.item_class.name} takes no marks of kind {shown(mark.kind)}."
        add("kind_not_allowed", "/kind", message, f"It takes: {', '.join(item_class.item_class.marks)}.")
    if not -Z_MAX <= mark.z <= Z_MAX:
        add("out_of_range", "/z", "The drawing order is out of range.", f"Keep z within ±{Z_MAX}.")
    if mark.asset < 0:
        add("out_of_range", "/asset", "The asset index is below 0.", "Count the item's assets from 0.")
    if mark.score is not None and not 0 <= mark.score <= 1:
        add("out_of_range", "/score", "The score is not between 0 and 1.", "Give a share of 1, or leave it out.")
    return found


def _count_faults(marks: Sequence[Mark], compiled: CompiledOntology, *, complete: bool) -> list[Fault]:
    if not compiled.counted:
        return []
    found: list[Fault] = []
    counts = Counter(mark.class_ for mark in marks)
    for item_class in compiled.counted:
        count, low, high = counts[item_class.id], item_class.min_count, item_class.max_count
        if complete and count < low:
            message = f"{item_class.name}: {count} marked, at least {low} wanted."
            found.append(Fault("too_few", "/marks", message, f"Mark {low - count} more."))
        if high is not None and count > high:
            message = f"{item_class.name}: {count} marked, at most {high} allowed."
            found.append(Fault("too_many", "/marks", message, f"Delete {count - high}."))
    return found


def _link_faults(
    annotation: Annotation, compiled: CompiledOntology, classes: Mapping[str, CompiledClass]
) -> list[Fault]:
    """`classes`: the class of each mark that has a known one, by mark id."""
    found: list[Fault] = []
    marks = {mark.id for mark in annotation.marks}
    ids: set[str] = set()
    pairs: set[tuple[str, str, str]] = set()
    for index, link in enumerate(annotation.links):
        if len(found) >= FAULTS_MAX:
            break
        path = pointer("links", index)
        if link.id in ids:
            message = f"Two links have the id {shown(link.id)}."
            found.append(Fault("duplicate_id", path + "/id", message, "Give each link an id of its own."))
        ids.add(link.id)
        if (problem := text_problem(link.id, 64)) is not None:
            found.append(Fault(problem.code, path + "/id", problem.message, problem.mend))
        for key in list(link.attributes)[:1]:
            message = f"A link has no attributes, and this one has {shown(key)}."
            found.append(Fault("unknown_attribute", path + pointer("attributes", key), message, "Remove it."))
        missing = [(end, id) for end, id in (("from", link.from_), ("to", link.to)) if id not in marks]
        for end, id in missing:
            message = f"The link's {end} end {shown(id)} is not a mark of this document."
            found.append(Fault("missing_end", path + pointer(end), message, "Link existing marks, or delete the link."))
        kind = compiled.links.get(link.type)
        if kind is None:
            message = f"There is no link type {shown(link.type)}."
            found.append(Fault("unknown_link_type", path + "/type", message, "Use a link type of the ontology."))
        elif not missing:
            found.extend(_pair_faults(link, path, kind, classes, pairs))
    return found


def _pair_faults(
    link: Link,
    path: str,
    kind: CompiledLink,
    classes: Mapping[str, CompiledClass],
    pairs: set[tuple[str, str, str]],
) -> list[Fault]:
    """Faults of a link whose type and ends exist. `pairs`: what earlier links join; this one is added."""
    if link.from_ == link.to:
        message = f"The link {kind.link_type.name} joins the mark with itself."
        return [Fault("self_link", path, message, "Link two different marks.", link.from_)]
    found: list[Fault] = []
    from_, to = classes.get(link.from_), classes.get(link.to)
    if from_ is not None and to is not None and not kind.allows(from_, to):
        message = f"{kind.link_type.name} cannot lead from {from_.item_class.name} to {to.item_class.name}."
        found.append(Fault("forbidden_pair", path, message, "Use another link type, or other marks.", link.from_))
    ends = (link.from_, link.to) if kind.link_type.directed or link.from_ <= link.to else (link.to, link.from_)
    pair = (link.type, *ends)
    if pair in pairs:
        message = f"These two marks are joined by {kind.link_type.name} twice."
        found.append(Fault("duplicate_link", path, message, "Delete one of the links.", link.from_))
    pairs.add(pair)
    return found


def prune(annotation: Annotation, compiled: CompiledOntology) -> Annotation:
    """`annotation` without hidden, unknown and empty values: what results and exports hold.

    Marks, links and the values of marks of unknown classes stay as they are.
    """
    return _with_values(annotation, compiled, CompiledFields.pruned)


def apply_defaults(annotation: Annotation, compiled: CompiledOntology) -> Annotation:
    """`annotation` with the default of each asked field that has no value. A default may bring up further fields."""
    return _with_values(annotation, compiled, CompiledFields.with_defaults)


def _with_values(
    annotation: Annotation,
    compiled: CompiledOntology,
    change: Callable[[CompiledFields, dict[str, FieldValue]], dict[str, FieldValue]],
) -> Annotation:
    """`annotation` with `change` applied to every set of values; the same object if nothing changes."""
    marks: list[Mark] = []
    for mark in annotation.marks:
        item_class = compiled.classes.get(mark.class_)
        values = mark.attributes if item_class is None else change(item_class.attributes, mark.attributes)
        marks.append(mark if values is mark.attributes else replace(mark, attributes=values))
    answers = change(compiled.questions, annotation.answers)
    if answers is annotation.answers and all(new is old for new, old in zip(marks, annotation.marks, strict=True)):
        return annotation
    return replace(annotation, marks=tuple(marks), answers=answers)
