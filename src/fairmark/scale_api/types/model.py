"""What a task type can do, and the words in which it answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import msgspec

from fairmark.ontology.model import Annotation, Ontology

Json = dict[str, Any]


class Show(StrEnum):
    """How an attachment is shown: as the thing itself, or as a link that opens it elsewhere."""

    IMAGE = "image"
    TEXT = "text"
    LINK = "link"


class Attachment(msgspec.Struct, frozen=True):
    """Something to look at. content: an address; of a text, the text itself or its address. place: in the request."""

    show: Show
    content: str
    place: str = "attachment"


@dataclass(frozen=True, slots=True)
class Answer:
    """What people said. submissions: each one's own, oldest first, where the response tells them apart.

    seconds: time worked on it.
    """

    annotation: Annotation
    submissions: Sequence[Annotation] = ()
    seconds: float = 0.0


class Translation(Protocol):
    """One task's parameters, understood."""

    @property
    def modality(self) -> str:
        """The kind of media of the fairmark project."""
        ...

    @property
    def ontology(self) -> Ontology:
        """The classes and questions that the parameters ask for."""
        ...

    @property
    def overlap(self) -> int:
        """How many people answer."""
        ...

    @property
    def attachments(self) -> Sequence[Attachment]:
        """What is looked at, in order; at least one."""
        ...

    @property
    def lacking(self) -> str | None:
        """What these parameters ask for that nobody here can label yet, in words; None: nothing."""
        ...

    def response(self, answer: Answer, seed: str) -> Json:
        """What people said, in the schema of the type. seed: makes ids for what has none; the task's id."""
        ...

    def annotation(self, response: Json, place: str) -> Annotation:
        """A response, a hypothesis or an expected one, as an annotation. Raises BadRequest, naming the place."""
        ...


class Named(NamedTuple):
    """A picture that a request names: where, and its address."""

    place: str
    address: str


@dataclass(frozen=True, slots=True)
class TaskType:
    """A row of the table of types.

    shape: the documented parameters, with their defaults. form: those of them that make classes and questions: tasks
    that agree in them share a fairmark project. translate: None for a type that nothing here can label yet; `lacking`
    then says what is missing. needs_instruction: neither task nor project may leave it out. pictures: which pictures a
    hypothesis names, for types whose hypotheses are pictures; raises BadRequest, naming the place.
    """

    name: str
    shape: type[msgspec.Struct]
    form: frozenset[str]
    translate: Callable[[Json], Translation] | None = None
    lacking: str = ""
    needs_instruction: bool = False
    pictures: "Callable[[Json, str], Sequence[Named]] | None" = None
