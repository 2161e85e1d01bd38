"""Tags: a class that holds for the whole image."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from fairmark.modalities.image.marks.kind import MarkKind
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem
from fairmark.ontology.model import Mark

if TYPE_CHECKING:
    from fairmark.methods.matching import Candidates


class Tag(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Nothing: a tag has no place."""


def problem(tag: Tag, media: MediaSize, side_min_px: float) -> Problem | None:
    """Nothing can be wrong."""
    return None


def candidates(ours: Sequence[Mark], theirs: Sequence[Mark], similarity_min: float) -> "Candidates":
    """The pairs with the same class: it is all that a tag says."""
    import numpy as np

    from fairmark.methods.matching import Candidates

    named: dict[str, list[int]] = {}
    for number, mark in enumerate(theirs):
        named.setdefault(mark.class_, []).append(number)
    pairs = [(number, other) for number, mark in enumerate(ours) for other in named.get(mark.class_, [])]
    rows = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Candidates(rows[:, 0], rows[:, 1], np.ones(len(pairs)))


def merged(marks: Sequence[Mark], weights: Sequence[float]) -> dict[str, Any]:
    """Nothing, again."""
    return {}


TAG = MarkKind("tag", Tag, problem, candidates, merged)
