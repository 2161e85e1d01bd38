"""The table of modalities, and what they publish together."""

import json
from collections.abc import Mapping

from fairmark.modalities.image import IMAGE
from fairmark.modalities.model import Modality
from fairmark.modalities.text import TEXT
from fairmark.ontology import schemas as documents

MODALITIES: Mapping[str, Modality] = {"image": IMAGE, "text": TEXT}


def mark_kinds() -> frozenset[str]:
    """Every mark kind of every modality."""
    return frozenset(kind for modality in MODALITIES.values() for kind in modality.kinds)


def schemas() -> dict[str, str]:
    """The published JSON Schemas: file name in docs/schemas -> JSON text."""
    geometries = {kind: schema for modality in MODALITIES.values() for kind, schema in modality.schemas().items()}
    made = documents.schemas(geometries)
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in made.items()}
