"""Who decides what several submissions say together: a simple vote, or whoever knows the people better.

A modality finds out which marks mean the same thing and merges their geometry; a jury says which of them are there, of
what class, and what the answers are. Without one the votes are counted (`consensus.weighed`, `answers.merge_values`).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from fairmark.ontology.model import Field, FieldValue, Mark


class Thing(NamedTuple):
    """The verdict on marks that mean one thing. confidence: that it is there and of class `class_`, 0 to 1. absent:
    that it is not there. kept: whether it is part of the answer. tied: another class is as likely.
    """

    class_: str
    confidence: float
    absent: float
    kept: bool
    tied: bool


class Opinion(NamedTuple):
    """The verdict on a question or attribute. value: None if it is left open. confidence: 0 to 1."""

    value: FieldValue | None
    confidence: float


class Jury(Protocol):
    """Knows who made which submission. One jury decides one task; it may remember what it was asked."""

    def thing(self, members: Sequence[tuple[int, Mark]]) -> Thing | None:
        """Whether the marks of some submissions (index, mark) are of a real thing. None: count the votes."""
        ...

    def answer(
        self, place: str, field: Field, said: Sequence[FieldValue | None], voters: Sequence[int], mark_id: str | None
    ) -> Opinion | None:
        """What was answered by those who were asked. None: count the votes.

        place: "question:ID" or "attribute:CLASS:ID". said: by each of the voters, whose submissions `voters` names; at
        least one answered. mark_id: of the merged mark that an attribute belongs to.
        """
        ...

    def care(self, kind: str, index: int) -> float:
        """How well the author of a submission places marks of a kind, relative to the others; 1.0 is usual."""
        ...
