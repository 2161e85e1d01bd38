"""Reading and writing the two documents: every version ever written comes in, the newest goes out.

A document without a `version` is of version 1, for good: writers here always write it. To change a shape, raise its
version in `model`, and add the function that turns the old one into the next to the table below.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

from fairmark.ontology.model import (
    ANNOTATION_VERSION,
    ONTOLOGY_VERSION,
    Annotation,
    InvalidDocument,
    Ontology,
)

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes a plain document of one version and gives that of the next; `version` is set by the caller."""

ANNOTATION_UPGRADES: Mapping[int, Upgrade] = {}
ONTOLOGY_UPGRADES: Mapping[int, Upgrade] = {}

_Document = TypeVar("_Document", Annotation, Ontology)
_Source = bytes | str | Mapping[str, Any]

_ANNOTATION = msgspec.json.Decoder(Annotation)
_ONTOLOGY = msgspec.json.Decoder(Ontology)
_ENCODER = msgspec.json.Encoder()
_PLACE = re.compile(r" - at (`key` in )?`\$(.*)`$")


class _Stamp(msgspec.Struct):
    version: int = 1


_STAMP = msgspec.json.Decoder(_Stamp)


def read_annotation(source: _Source, upgrades: Mapping[int, Upgrade] = ANNOTATION_UPGRADES) -> Annotation:
    """The annotation in `source`: JSON as bytes or text, or a plain dict. Raises InvalidDocument.

    Only the shape is checked here; `rules.check_annotation` checks it against an ontology.
    """
    return _read(source, _ANNOTATION, ANNOTATION_VERSION, upgrades)


def read_ontology(source: _Source, upgrades: Mapping[int, Upgrade] = ONTOLOGY_UPGRADES) -> Ontology:
    """The ontology in `source`: JSON as bytes or text, or a plain dict. Raises InvalidDocument.

    Only the shape is checked here; `rules.check_ontology` checks the sense.
    """
    return _read(source, _ONTOLOGY, ONTOLOGY_VERSION, upgrades)


def write_annotation(annotation: Annotation) -> bytes:
    """Compact JSON with its version."""
    return _ENCODER.encode(annotation)


def write_ontology(ontology: Ontology) -> bytes:
    """Compact JSON with its version, members that hold their default left out."""
    return _ENCODER.encode(plain_ontology(ontology))


def plain_ontology(ontology: Ontology) -> dict[str, Any]:
    """The ontology as plain data, `version` first."""
    # The struct leaves out members that hold their default, and a version that is left out would read as 1.
    return {"version": ontology.version, **msgspec.to_builtins(ontology)}


def _read(
    source: _Source, decoder: "msgspec.json.Decoder[_Document]", newest: int, upgrades: Mapping[int, Upgrade]
) -> _Document:
    kind = decoder.type
    try:
        is_plain = isinstance(source, Mapping)
        version = (msgspec.convert(source, _Stamp) if is_plain else _STAMP.decode(source)).version
        if version == newest:
            return msgspec.convert(source, kind) if is_plain else decoder.decode(source)
        document: dict[str, Any] = dict(source) if is_plain else msgspec.json.decode(source)
        return msgspec.convert(_upgraded(document, version, newest, upgrades), kind)
    except msgspec.ValidationError as error:
        pointer, reason = place_and_reason(error)
        raise InvalidDocument(
            f"{pointer or 'The document'}: {reason}.", mend="Compare it with the published JSON Schema.", path=pointer
        ) from None
    except (msgspec.DecodeError, UnicodeError) as error:
        raise InvalidDocument(f"This is not JSON: {error}.", mend="Send one JSON object in UTF-8.", path="") from None
    except RecursionError:
        raise InvalidDocument("The JSON is nested too deep.", mend="Flatten it.", path="") from None


def _upgraded(document: dict[str, Any], version: int, newest: int, upgrades: Mapping[int, Upgrade]) -> dict[str, Any]:
    if version > newest:
        raise InvalidDocument(
            f"The document has version {version}, and this server reads up to {newest}.",
            mend="Upgrade the server, or export the document in an older version.",
            path="/version",
        )
    for step in range(version, newest):
        if step not in upgrades:
            raise InvalidDocument(
                f"There never was a version {step} of this document.", mend=f"Write version {newest}.", path="/version"
            )
        document = {**upgrades[step](document), "version": step + 1}
    return document


def place_and_reason(error: msgspec.ValidationError) -> tuple[str, str]:
    """The JSON Pointer and the reason in a msgspec error: "/marks/3/id", "Expected `str`, got `int`".

    The pointer ends at a member whose name msgspec does not tell (a key of a free object).
    """
    message = str(error)
    place = _PLACE.search(message)
    if place is None:
        return "", message
    known = place[2].partition("[...]")[0]
    parts = re.findall(r"\.(\w+)|\[(\d+)\]", known)
    return "".join(f"/{name or index}" for name, index in parts), message[: place.start()]
