"""Comparing kinds that cover an area. NumPy is imported when called."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from fairmark.modalities.image.marks.kind import Ring
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates
    from fairmark.methods.regions import Region

Parts = Sequence[Sequence[Ring]]


def candidates(
    read: Callable[[dict[str, Any]], Any], parts: Callable[[Any], Parts]
) -> "Callable[[Sequence[Mark], Sequence[Mark], float], Candidates]":
    """The pairs that overlap with an IoU of at least the similarity asked for."""

    def found(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
        from fairmark.methods.regions import overlapping

        left, right = ([region_of(parts(read(mark.geometry))) for mark in marks] for marks in (ours, theirs))
        return overlapping(left, right, similarity_min)

    return found


def region_of(parts: Parts) -> "Region":
    """All rings of all parts: holes count against the ring around them by themselves."""
    import numpy as np

    return [np.array(ring, dtype=np.float64) for part in parts for ring in part]


def likeness_of(regions: "Sequence[Region]") -> list[list[float]]:
    """IoU of each with each, [n, n]."""
    from fairmark.methods.regions import region_iou

    table = [[1.0] * len(regions) for _ in regions]
    for row, ours in enumerate(regions):
        for column in range(row):
            table[row][column] = table[column][row] = region_iou(ours, regions[column])
    return table
