"""The image modality as the registry knows it.

Comparing needs NumPy and probing needs Pillow. They are imported where they are used, so that a server process that
only checks submissions stays small.
"""

from collections.abc import Collection, Sequence
from typing import Any

from fairmark.modalities.image.marks import KINDS
from fairmark.modalities.image.validate import faults
from fairmark.modalities.jury import Jury
from fairmark.modalities.model import Agreement, MediaSize, Merged, Probe, Source, Tallies
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Fault


class _Image:
    """See `fairmark.modalities.model.Modality` for what each method promises."""

    name = "image"
    kinds: Collection[str] = tuple(KINDS)

    def faults(
        self,
        annotation: Annotation,
        compiled: CompiledOntology,
        media: Sequence[MediaSize],
        *,
        complete: bool = True,
    ) -> list[Fault]:
        return faults(annotation, compiled, media, complete=complete)

    def agreement(self, ours: Annotation, theirs: Annotation, *, compiled: CompiledOntology | None = None) -> Agreement:
        from fairmark.modalities.image.compare import agreement

        return agreement(ours, theirs, compiled=compiled)

    def shapes(
        self, ours: Annotation, theirs: Annotation, media: Sequence[MediaSize], *, compiled: CompiledOntology
    ) -> Tallies:
        from fairmark.modalities.image.shapes import shapes

        return shapes(ours, theirs, media, compiled=compiled)

    def merge(
        self,
        submissions: Sequence[Annotation],
        weights: Sequence[float] | None = None,
        *,
        compiled: CompiledOntology | None = None,
        jury: Jury | None = None,
    ) -> Merged:
        from fairmark.modalities.image.merge import merge

        return merge(submissions, weights, compiled=compiled, jury=jury)

    def probe(self, source: Source, *, pixels_max: int | None = None) -> Probe:
        from fairmark.modalities.image.pixels.opening import probe
        from fairmark.modalities.image.probe import PIXELS_MAX

        return probe(source, pixels_max=PIXELS_MAX if pixels_max is None else pixels_max)

    def thumbnails(self, source: Source, sizes: Sequence[int], *, pixels_max: int | None = None) -> dict[int, bytes]:
        from fairmark.modalities.image.probe import PIXELS_MAX, thumbnails

        return thumbnails(source, sizes, pixels_max=PIXELS_MAX if pixels_max is None else pixels_max)

    def schemas(self) -> dict[str, dict[str, Any]]:
        return {name: kind.schema() for name, kind in KINDS.items()}


IMAGE = _Image()
