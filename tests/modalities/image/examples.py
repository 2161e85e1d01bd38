"""The shared examples of src/fairmark/modalities/image/fixtures, read."""

import json
from pathlib import Path
from typing import Any

import fairmark.modalities.image
from fairmark.modalities import MediaSize
from fairmark.ontology.rules import compile_ontology
from fairmark.ontology.upgrade import read_ontology

FOLDER = Path(fairmark.modalities.image.__file__).parent / "fixtures"


def examples(name: str) -> list[Any]:
    return json.loads((FOLDER / f"{name}.json").read_text())


def media(example: Any) -> list[MediaSize]:
    return [MediaSize(size["width"], size["height"]) for size in example["media"]]


STREET = read_ontology((FOLDER / "ontology.json").read_bytes())
COMPILED = compile_ontology(STREET)
