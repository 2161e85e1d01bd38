"""How well shapes fit in a file of labels: the figures of a project's agreement page. Needs NumPy and SciPy."""

import json
from pathlib import Path
from typing import Any

from fairmark.entrypoints.truth.agreeing import Figure
from fairmark.entrypoints.truth.files import SizedRow, sized_rows_of
from fairmark.kernel.errors import Invalid
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import CompiledOntology, compile_ontology
from fairmark.ontology.model import Annotation, InvalidDocument
from fairmark.ontology.rules import errors
from fairmark.ontology.upgrade import read_annotation, read_ontology
from fairmark.quality.judging.explaining import Names
from fairmark.quality.reports.model import SliceKind
from fairmark.quality.reports.shaping import Marked, figures_of

MODALITY = "image"
SHOWN = {
    "f1": "F1", "iou": "IoU", "boundary_f": "boundary F", "pq": "PQ", "sq": "SQ", "rq": "RQ", "oks": "OKS",
    "chamfer_px": "chamfer, px",
}  # fmt: skip
"""What measures are called beside their figures."""


def shapes(path: Path, ontology: Path | None) -> list[Figure]:
    """Every figure of a file of worker,task,label,width,height, by kind of mark and by class; of two labels of one
    worker for a task the last counts, and of more than 200 tasks the last 200. All are shares, but for the chamfer
    distance in pixels.

    ontology: a file of the classes: what skeletons are like, and whether masks may share a pixel. width, height: pixels
    of the task's upright image. Raises Invalid: no ontology, a missing column, a label that is no annotation or breaks
    the ontology, sizes that differ within a task.
    """
    if ontology is None:
        raise Invalid("Shapes are compared by their classes.", mend="Name their file: --ontology ontology.json.")
    compiled = compile_ontology(read_ontology(ontology.read_bytes()))
    tasks: dict[str, dict[str, Annotation]] = {}
    sizes: dict[str, MediaSize] = {}
    for row in sized_rows_of(path):
        place = f"{path}, line {row.line}"
        size = _size(row, place)
        if sizes.setdefault(row.task, size) != size:
            raise Invalid(f"{place}: task {row.task} has another size above.", mend="Give it one size.")
        tasks.setdefault(row.task, {})[row.worker] = _annotation(row.label, size, compiled, place)
    marked = [Marked(list(said.values()), (sizes[task],)) for task, said in tasks.items()]
    return [
        Figure(
            each.subject.rpartition(":")[2] + (f", {each.slice_title}" if each.slice is SliceKind.CLASS else ""),
            SHOWN[each.coefficient], each.units, each.figure.value, each.figure.low, each.figure.high,
        )
        for each in figures_of(MODALITY, compiled, marked, Names(compiled))
    ]  # fmt: skip


def _size(row: SizedRow, place: str) -> MediaSize:
    if not all(side.isdecimal() and int(side) > 0 for side in (row.width, row.height)):
        raise Invalid(f"{place}: {row.width!r} and {row.height!r} are no size.", mend="Give whole pixels, 1 or more.")
    return MediaSize(int(row.width), int(row.height))


def _annotation(label: str, size: MediaSize, compiled: CompiledOntology, place: str) -> Annotation:
    try:
        found: Any = json.loads(label)
    except ValueError:
        found = None
    document = {"marks": found} if isinstance(found, list) else found
    if not isinstance(document, dict):
        raise Invalid(f"{place}: the label is no annotation.", mend="Write the JSON of one, or a list of its marks.")
    try:
        annotation = read_annotation(document)
    except InvalidDocument as error:
        raise Invalid(f"{place}: {error}", mend=error.mend) from None
    # What is missing is nothing to how shapes fit.
    for fault in errors(MODALITIES[MODALITY].faults(annotation, compiled, (size,), complete=False)):
        raise Invalid(f"{place}: {fault.message}", mend=fault.mend)
    return annotation
