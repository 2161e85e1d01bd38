"""What every modality can do, and the words in which it answers."""

from collections.abc import Collection, Sequence
from os import PathLike
from typing import Any, BinaryIO, Protocol

import msgspec

from fairmark.modalities.jury import Jury
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Fault

Source = str | PathLike[str] | BinaryIO
"""A file: its path, or an open file that can seek, read from its beginning and left open."""


class MediaSize(msgspec.Struct, frozen=True):
    """Size of one asset of an item: pixels of the upright image, both at least 1; of a text its code points, and 1."""

    width: int
    height: int


class Probe(msgspec.Struct, frozen=True):
    """What a file is, by its content. width, height: pixels of the upright media.

    frames: 1 for a still image. orientation: how its pixels are turned to be upright, as EXIF says it, 1 (not at all)
    to 8. mode: how pixels are stored, in Pillow's words ("RGB", "CMYK", "I;16"). alpha: some pixels may be transparent.
    viewable: browsers show the original as it is. tiles: what its tiles hold where it is shown in tiles, "picture" (too
    large to be shown whole) or "values" (16 bits, many bands, DICOM); empty: it needs none.
    """

    media_type: str
    width: int
    height: int
    frames: int
    orientation: int
    mode: str
    alpha: bool
    viewable: bool
    tiles: str = ""


class Pair(msgspec.Struct, frozen=True):
    """Two marks that mean the same thing. All figures 0 to 1.

    similarity: of the geometry (for boxes: intersection over union). attributes: 1.0 if neither mark has any.
    agreement: similarity x attributes if the class is the same, else 0.
    """

    ours: str
    theirs: str
    similarity: float
    same_class: bool
    attributes: float
    agreement: float


class Agreement(msgspec.Struct, frozen=True):
    """How alike two annotations are. All figures 0 to 1, None where there is nothing to compare.

    score: the mean of those of marks, answers and links that there are; 1.0 if both annotations are empty.
    marks: twice the agreement of all pairs over the number of all marks: F1 with each pair counted by its agreement.
    f1: the same with each pair counted as 1: was the same thing seen? similarity: mean over the pairs: was it outlined
    alike? class_agreement: share of the pairs with one class: was it named alike?
    answers: by question id. links: F1. ours, theirs: the agreement of each mark by its id, 0.0 if unpaired.
    """

    score: float
    marks: float | None
    f1: float | None
    similarity: float | None
    class_agreement: float | None
    answers: dict[str, float]
    links: float | None
    pairs: tuple[Pair, ...]
    ours: dict[str, float]
    theirs: dict[str, float]


class MergedMark(msgspec.Struct, frozen=True):
    """How one merged mark came about.

    members: the marks behind it, (index of the submission, mark id). share: of the weight of all submissions, that of
    those that marked it. confidence: probability that it is there and of its class. agreement: mean over all pairs of
    submissions, 0 where one of the two lacks it, 1.0 for a single submission. tied: another class had as many votes.
    """

    members: tuple[tuple[int, str], ...]
    share: float
    confidence: float
    agreement: float
    tied: bool = False


class MergedAnswer(msgspec.Struct, frozen=True):
    """How one merged answer, or the decision to leave the question open, came about. Figures 0 to 1.

    agreement: mean over all pairs of submissions that were asked.
    """

    confidence: float
    agreement: float


class Merged(msgspec.Struct, frozen=True):
    """What several submissions say together.

    annotation: marks with source "consensus" and their confidence as score. confidence: mean over all decisions taken:
    each mark kept, each left out, each answer. agreement: mean score over all pairs of submissions, 1.0 for a single
    submission. marks: by merged mark id. dropped: what too few marked; its confidence is that of leaving it out.
    answers: by question id. submission_marks: for each submission, how well each of its marks is backed by the others,
    by mark id: mean agreement with each of the other submissions, 1.0 if there is none.
    """

    annotation: Annotation
    confidence: float
    agreement: float
    marks: dict[str, MergedMark]
    dropped: tuple[MergedMark, ...]
    answers: dict[str, MergedAnswer]
    submission_marks: tuple[dict[str, float], ...]

    @property
    def mark_confidence(self) -> dict[str, float]:
        """The confidence of each merged mark by its id."""
        return {id: mark.confidence for id, mark in self.marks.items()}


Tallies = dict[tuple[str, str, str], tuple[float, float]]
"""By measure, mark kind and class: a sum, and what it is divided by; those of several pairs of annotations add up."""


class Modality(Protocol):
    """One kind of media. Everything but `probe` and `thumbnails` is pure."""

    @property
    def name(self) -> str:
        """The word in URLs and documents: "image"."""
        ...

    @property
    def kinds(self) -> Collection[str]:
        """The mark kinds it has."""
        ...

    def faults(
        self,
        annotation: Annotation,
        compiled: CompiledOntology,
        media: Sequence[MediaSize],
        *,
        complete: bool = True,
    ) -> list[Fault]:
        """Everything wrong with `annotation`: ontology and geometry. `media`: the item's assets in their order.

        complete: False for drafts and predictions, which may still lack answers. Warnings do not forbid to accept it.
        """
        ...

    def agreement(self, ours: Annotation, theirs: Annotation, *, compiled: CompiledOntology | None = None) -> Agreement:
        """How alike two annotations are. With `compiled`, hidden values are left out and numbers know their range."""
        ...

    def shapes(
        self, ours: Annotation, theirs: Annotation, media: Sequence[MediaSize], *, compiled: CompiledOntology
    ) -> Tallies:
        """How well the marks of two annotations fit, by the measures that their kinds have; symmetric. `media`: the
        item's assets in their order; empty: not known, and measures that need it are left out.
        """
        ...

    def merge(
        self,
        submissions: Sequence[Annotation],
        weights: Sequence[float] | None = None,
        *,
        compiled: CompiledOntology | None = None,
        jury: Jury | None = None,
    ) -> Merged:
        """What `submissions`, at least one, say together. weights: one per submission, relative; default all alike.

        jury: decides instead of a vote what is there and what is answered.

        With `compiled`, the result obeys conditions, required fields and greatest counts. Raises Invalid for no
        submission or bad weights.
        """
        ...

    def probe(self, source: Source, *, pixels_max: int | None = None) -> Probe:
        """What the file is. Raises a named error, derived from Invalid, for one that is not taken.

        pixels_max: most pixels, before anything is decoded; None: the modality's own limit.
        """
        ...

    def thumbnails(self, source: Source, sizes: Sequence[int], *, pixels_max: int | None = None) -> dict[int, bytes]:
        """Small upright pictures of the file, WebP in sRGB, by their longer side in pixels. Raises as `probe` does."""
        ...

    def schemas(self) -> dict[str, dict[str, Any]]:
        """The JSON Schema of the geometry, by mark kind."""
        ...
