"""What a mark kind has to know about its geometry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from fairmark.modalities.model import MediaSize
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates

    CandidatesByClass = Callable[[Sequence[Mark], Sequence[Mark], float, CompiledOntology | None], Candidates]

Shape = msgspec.Struct
"""A geometry, read: a frozen struct whose fields are the members of the geometry's JSON object."""

Point = tuple[float, float]
"""x, y in continuous pixels of the upright image."""
Ring = Sequence[Point]
"""Corners in order; the last is joined to the first."""


class Bounds(NamedTuple):
    """The smallest box around a mark: left and upper edge, width and height, in pixels."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class MarkKind:
    """One kind of mark.

    name: what `Mark.kind` says. shape: the struct of its geometry. problem: what is wrong with a shape on an asset of a
    size, with sides of at least so many pixels; None: nothing. candidates: which of two lists of marks on one asset
    could be the same thing, given the least similarity. merged: one geometry from several of one thing, and their
    weights. These two may import NumPy when called; the others are on the way of every submission and may not.

    bounds: the box around a shape; None for kinds without a place. parts: what a shape covers, each part an outer ring
    and its holes, curves within a hundredth of their radius; None for kinds that cover nothing.
    candidates_by_class: as `candidates`, for kinds where the class of a mark says how near is near.
    """

    name: str
    shape: type[Shape]
    problem: Callable[[Any, MediaSize, float], Problem | None]
    candidates: "Callable[[Sequence[Mark], Sequence[Mark], float], Candidates]"
    merged: Callable[[Sequence[Mark], Sequence[float]], dict[str, Any]]
    bounds: Callable[[Any], Bounds] | None = None
    parts: Callable[[Any], Sequence[Sequence[Ring]]] | None = None
    candidates_by_class: "CandidatesByClass | None" = None

    def pairs(
        self, ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float, compiled: CompiledOntology | None
    ) -> "Candidates":
        """What could be the same thing, by what is known of the classes."""
        if self.candidates_by_class is not None:
            return self.candidates_by_class(ours, theirs, similarity_min, compiled)
        return self.candidates(ours, theirs, similarity_min)

    def read(self, geometry: dict[str, Any]) -> Any:
        """The shape in `geometry`. Raises msgspec.ValidationError."""
        return msgspec.convert(geometry, self.shape)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the geometry."""
        _, parts = msgspec.json.schema_components((self.shape,))
        return parts[self.shape.__name__]
