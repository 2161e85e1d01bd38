"""Whether an annotation of an image is right: its ontology's rules, and its geometry."""

from collections.abc import Sequence
from typing import Any

import msgspec

from fairmark.modalities.duplicates import Placed, duplicate_faults
from fairmark.modalities.image import limits
from fairmark.modalities.image.layers import LayerMask, layer_faults
from fairmark.modalities.image.marks import KINDS, MarkKind
from fairmark.modalities.image.marks.mask import Mask
from fairmark.modalities.image.marks.skeleton import SkeletonMark, class_problem
from fairmark.modalities.model import MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.fields import Problem, pointer, shown
from fairmark.ontology.model import FAULTS_MAX, Annotation, Fault, ItemClass, Mark
from fairmark.ontology.rules import as_strict, check_annotation
from fairmark.ontology.upgrade import place_and_reason

SIDE_MIN_PX = 1.0


def faults(
    annotation: Annotation,
    compiled: CompiledOntology,
    media: Sequence[MediaSize],
    *,
    complete: bool = True,
    side_min_px: float = SIDE_MIN_PX,
) -> list[Fault]:
    """Everything wrong with `annotation`, at most FAULTS_MAX faults; empty means good.

    media: the size of each asset of the item, in order. complete: False for drafts and predictions. side_min_px: least
    side of a mark that has sides. Two marks that say the same, or nearly, are a warning: the second is no use, and
    little harm. How strict some rules are is the ontology's to say (`Ontology.strictness`).
    """
    found = check_annotation(annotation, compiled, complete=complete)
    placed: list[Placed] = []
    masks: list[LayerMask] = []
    for index, mark in enumerate(annotation.marks):
        if len(found) >= FAULTS_MAX:
            break
        kind = KINDS.get(mark.kind)
        if kind is None:
            # A class of the ontology may allow a kind that this release does not know.
            message = f"Images have no marks of kind {shown(mark.kind)}."
            found.append(_fault(index, "/kind", mark, Problem("unknown_kind", message, f"Use: {', '.join(KINDS)}.")))
            continue
        if mark.asset >= len(media):
            message = f"The mark is on asset {mark.asset}, and the item has {len(media)}."
            found.append(_fault(index, "/asset", mark, Problem("unknown_asset", message, "Count the assets from 0.")))
            continue
        try:
            shape = kind.read(mark.geometry)
        except msgspec.ValidationError as error:
            place, reason = place_and_reason(error)
            fields = ", ".join(kind.shape.__struct_encode_fields__) or "nothing"
            problem = Problem("bad_geometry", f"{reason}.", f"The geometry of a {kind.name} holds {fields}.")
            found.append(_fault(index, "/geometry" + place, mark, problem))
            continue
        problem = kind.problem(shape, media[mark.asset], side_min_px)
        if problem is None and (known := compiled.classes.get(mark.class_)) is not None:
            problem = _class_problem(known.item_class, kind, shape, complete=complete)
        if problem is not None:
            found.append(_fault(index, "/geometry", mark, problem))
        else:
            placed.append(Placed(index, mark, shape, kind.bounds(shape) if kind.bounds is not None else None))
            if isinstance(shape, Mask):
                masks.append(LayerMask(index, mark, shape))
    found.extend(duplicate_faults(placed))
    if masks or compiled.ontology.layers.whole:
        found.extend(layer_faults(masks, compiled, media, complete=complete))
    return as_strict(found[:FAULTS_MAX], compiled.ontology)


def _class_problem(item_class: ItemClass, kind: MarkKind, shape: Any, *, complete: bool) -> Problem | None:
    """What is wrong with a shape by what its class says of this kind."""
    if isinstance(shape, SkeletonMark) and (wrong := class_problem(shape, item_class)) is not None:
        return wrong
    asked = item_class.limits.get(kind.name) if complete else None
    return None if asked is None else limits.problem(asked, kind, shape)


def _fault(index: int, member: str, mark: Mark, problem: Problem) -> Fault:
    return Fault(problem.code, pointer("marks", index) + member, problem.message, problem.mend, mark.id)
