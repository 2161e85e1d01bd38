"""Decisions about rows and labels from outside: facts in, checked facts or a named error out."""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from fairmark.assets.imports.model import Bad
from fairmark.assets.model import NAME_BYTES_MAX, NAME_CHARS_MAX
from fairmark.assets.rules import Labels, label_faults
from fairmark.formats.model import RowFault
from fairmark.modalities import MediaSize
from fairmark.ontology.model import Annotation, Fault

STALLED = timedelta(minutes=10)
"""An import that nobody moved for so long is given a new job."""
BROKEN = timedelta(hours=6)
"""One that nobody could move for so long has failed."""

EXAMPLES_MAX = 20


def short_id(place: str) -> str:
    """An external id for what lies at `place`: itself, or its hash where it is too long for one."""
    if len(place) <= NAME_CHARS_MAX and len(place.encode()) <= NAME_BYTES_MAX:
        return place
    return f"sha256:{hashlib.sha256(place.encode()).hexdigest()}"


def with_split(meta: dict[str, Any], split: str | None) -> dict[str, Any]:
    """An item's own data, with the part of the data set that it belongs to."""
    return meta if split is None or "split" in meta else {**meta, "split": split}


def bad_of(fault: RowFault) -> Bad:
    """A reader's fault as it is kept with the import."""
    place = "".join((fault.file, fault.path)) if fault.line is None else fault.path
    return Bad(fault.line, clean(place), fault.code, clean(fault.message), clean(fault.mend))


def clean(text: str) -> str:
    """`text` as the database takes it: faults quote what they found."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")[:2000]


class LeftOut:
    """What of foreign labels did not fit: how often, by code, with a few examples."""

    def __init__(self, counts: dict[str, int] | None = None, examples: list[str] | None = None) -> None:
        self.counts = dict(counts or {})
        self.examples = list(examples or [])

    def count(self, fault: Fault, item: str) -> None:
        self.counts[fault.code] = self.counts.get(fault.code, 0) + 1
        if len(self.examples) < EXAMPLES_MAX:
            self.examples.append(clean(f"{item}: {fault.message}"))


def fitting(
    annotation: Annotation,
    labels: Labels,
    sizes: Sequence[MediaSize | None],
    item: str,
    left_out: LeftOut,
) -> Annotation:
    """The annotation without what the project's ontology or the image has no place for, which `left_out` counts.

    Other tools put boxes over the border and know other classes: that is no reason to refuse the image.
    """
    while found := label_faults(annotation, labels, sizes):
        marks, answers, links = set[str](), set[str](), set[str]()
        for fault in found:
            left_out.count(fault, item)
            part, _, rest = fault.path.lstrip("/").partition("/")
            first = rest.partition("/")[0]
            if part == "marks" and first.isdigit():
                marks.add(annotation.marks[int(first)].id)
            elif part == "links" and first.isdigit():
                links.add(annotation.links[int(first)].id)
            else:
                answers.add(first)
        if answers and answers.isdisjoint(annotation.answers):
            answers = set(annotation.answers)  # a fault that names none of them: each round has to leave something out
        annotation = _without(annotation, marks, answers, links)
    return annotation


def _without(annotation: Annotation, marks: set[str], answers: set[str], links: set[str]) -> Annotation:
    kept = tuple(mark for mark in annotation.marks if mark.id not in marks)
    return Annotation(
        marks=kept,
        answers={key: value for key, value in annotation.answers.items() if key not in answers},
        links=tuple(
            link
            for link in annotation.links
            if link.id not in links and link.from_ not in marks and link.to not in marks
        ),
    )
