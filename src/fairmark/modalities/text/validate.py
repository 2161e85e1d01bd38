"""Whether an annotation of a text is right: its ontology's rules, and its spans."""

from collections.abc import Sequence

import msgspec

from fairmark.modalities.duplicates import Placed, duplicate_faults
from fairmark.modalities.model import MediaSize
from fairmark.modalities.text.marks import KINDS
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.fields import Problem, pointer, shown
from fairmark.ontology.model import FAULTS_MAX, Annotation, Fault, Mark
from fairmark.ontology.rules import as_strict, check_annotation
from fairmark.ontology.upgrade import place_and_reason


def faults(
    annotation: Annotation, compiled: CompiledOntology, media: Sequence[MediaSize], *, complete: bool = True
) -> list[Fault]:
    """Everything wrong with `annotation`, at most FAULTS_MAX faults; empty means good.

    media: of each asset of the item, `width` being the code points of a text. complete: False for drafts and
    predictions. Two marks that say exactly the same are a warning: the second is no use, and no harm.
    """
    found = check_annotation(annotation, compiled, complete=complete)
    placed: list[Placed] = []
    for index, mark in enumerate(annotation.marks):
        if len(found) >= FAULTS_MAX:
            break
        if (fault := _fault_of(index, mark, media)) is not None:
            found.append(fault)
            continue
        placed.append(Placed(index, mark, tuple(sorted(mark.geometry.items())), None))
    found.extend(duplicate_faults(placed))
    return as_strict(found[:FAULTS_MAX], compiled.ontology)


def _fault_of(index: int, mark: Mark, media: Sequence[MediaSize]) -> Fault | None:
    kind = KINDS.get(mark.kind)
    if kind is None:
        message = f"Texts have no marks of kind {shown(mark.kind)}."
        return _fault(index, "/kind", mark, Problem("unknown_kind", message, f"Use: {', '.join(KINDS)}."))
    if mark.asset >= len(media):
        message = f"The mark is on asset {mark.asset}, and the item has {len(media)}."
        return _fault(index, "/asset", mark, Problem("unknown_asset", message, "Count the assets from 0."))
    try:
        shape = kind.read(mark.geometry)
    except msgspec.ValidationError as error:
        place, reason = place_and_reason(error)
        fields = ", ".join(kind.shape.__struct_encode_fields__)
        problem = Problem("bad_geometry", f"{reason}.", f"The geometry of a {kind.name} holds {fields}.")
        return _fault(index, "/geometry" + place, mark, problem)
    problem = kind.problem(shape, media[mark.asset])
    return None if problem is None else _fault(index, "/geometry", mark, problem)


def _fault(index: int, member: str, mark: Mark, problem: Problem) -> Fault:
    return Fault(problem.code, pointer("marks", index) + member, problem.message, problem.mend, mark.id)
