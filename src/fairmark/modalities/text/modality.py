"""The text modality as the registry knows it.

Comparing needs NumPy, which is imported where it is used: a server process that only checks submissions stays small.
"""

from collections.abc import Collection, Sequence
from typing import Any

from fairmark.modalities.jury import Jury
from fairmark.modalities.model import Agreement, MediaSize, Merged, Probe, Source, Tallies
from fairmark.modalities.text.marks import KINDS
from fairmark.modalities.text.validate import faults
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Fault


class _Text:
    """See `fairmark.modalities.model.Modality` for what each method promises."""

    name = "text"
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
        from fairmark.modalities.text.compare import agreement

        return agreement(ours, theirs, compiled=compiled)

    def shapes(
        self, ours: Annotation, theirs: Annotation, media: Sequence[MediaSize], *, compiled: CompiledOntology
    ) -> Tallies:
        """None: stretches of a text have no outline."""
        return {}

    def merge(
        self,
        submissions: Sequence[Annotation],
        weights: Sequence[float] | None = None,
        *,
        compiled: CompiledOntology | None = None,
        jury: Jury | None = None,
    ) -> Merged:
        from fairmark.modalities.text.merge import merge

        return merge(submissions, weights, compiled=compiled, jury=jury)

    def probe(self, source: Source, *, pixels_max: int | None = None) -> Probe:
        from fairmark.modalities.text.probe import probe

        return probe(source)

    def thumbnails(self, source: Source, sizes: Sequence[int], *, pixels_max: int | None = None) -> dict[int, bytes]:
        """None: a text small enough for a list is no use."""
        return {}

    def schemas(self) -> dict[str, dict[str, Any]]:
        return {name: kind.schema() for name, kind in KINDS.items()}


TEXT = _Text()
