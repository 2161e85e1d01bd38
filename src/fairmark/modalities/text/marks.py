"""The mark kinds of a text. A new kind is a row of the table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem


class Span(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `start` up to `end`, which is the first code point behind it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextKind:
    """name: what `Mark.kind` says. shape: of its geometry. problem: what is wrong with one in a text of a length."""

    name: str
    shape: type[msgspec.Struct]
    problem: Callable[[Any, MediaSize], Problem | None]

    def read(self, geometry: dict[str, Any]) -> Any:
        """The shape in `geometry`. Raises msgspec.ValidationError."""
        return msgspec.convert(geometry, self.shape)

    def schema(self) -> dict[str, Any]:
        """The JSON Schema of the geometry."""
        _, parts = msgspec.json.schema_components((self.shape,))
        return parts[self.shape.__name__]


def _span_problem(span: Span, media: MediaSize) -> Problem | None:
    if 0 <= span.start < span.end <= media.width:
        return None
    if span.end <= span.start:
        message = f"The span ends at {span.end} and starts at {span.start}."
        return Problem("empty_span", message, "Mark at least one character, or delete it.")
    message = f"The span from {span.start} to {span.end} reaches out of the text of {media.width} characters."
    return Problem("outside", message, "Keep it within the text.")


SPAN = TextKind("span", Span, _span_problem)
KINDS: Mapping[str, TextKind] = {SPAN.name: SPAN}
