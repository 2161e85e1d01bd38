"""Ontologies and guidelines as people hold them: a document, a file, or its text."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from fairmark.client.errors import BadSource
from fairmark.ontology.model import Ontology

TEXT_BYTES_MAX = 5_000_000


def ontology_fields(ontology: Ontology | Mapping[str, Any] | Path | str) -> dict[str, Any]:
    """The body's field for an ontology: `document`, or `text` where the server is to read it, for YAML needs more
    than the client has.

    A text without a line break that ends in .yaml, .yml or .json is a path. Raises BadSource.
    """
    if isinstance(ontology, Ontology | Mapping):
        return {"document": ontology}
    if isinstance(ontology, str) and "\n" not in ontology and ontology.lower().endswith((".yaml", ".yml", ".json")):
        ontology = Path(ontology)
    text = text_of(ontology)
    try:
        return {"document": msgspec.json.decode(text, type=dict[str, Any])}
    except msgspec.DecodeError:
        return {"text": text}


def text_of(source: Path | str) -> str:
    """The text itself, or that of the file. Raises BadSource."""
    if isinstance(source, str):
        return source
    try:
        if source.stat().st_size > TEXT_BYTES_MAX:
            raise BadSource(f"{source} has more than {TEXT_BYTES_MAX // 1_000_000} MB.", mend="Is it the right file?")
        return source.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadSource(f"{source} cannot be read: {error.strerror}.", mend="Check the path.") from error
    except UnicodeDecodeError as error:
        raise BadSource(f"{source} is not UTF-8 text (byte {error.start}).", mend="Save it as UTF-8.") from error
