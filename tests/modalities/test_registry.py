import json
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest

from fairmark.modalities import MODALITIES, mark_kinds, schemas

from .image.examples import FOLDER, examples

PUBLISHED = Path(__file__).parents[2] / "docs" / "schemas"


def fits(document: Any, name: str) -> bool:
    schema = cast("dict[str, Any]", json.loads(schemas()[name]))
    return not list(jsonschema.Draft202012Validator(schema).iter_errors(document))


class TestModalities:
    @pytest.mark.parametrize("name", MODALITIES)
    def test_each_is_known_by_its_name_and_describes_its_kinds(self, name: str) -> None:
        assert MODALITIES[name].name == name
        assert set(MODALITIES[name].schemas()) == set(MODALITIES[name].kinds)

    def test_checking_needs_no_heavy_library(self) -> None:
        # The HTTP server checks every submission and has 100 MB: NumPy, SciPy, shapely and Pillow are not for it.
        code = (
            "import sys; from fairmark.modalities import MODALITIES, MediaSize\n"
            "from fairmark.ontology.model import Annotation, Mark\n"
            "from fairmark.ontology.upgrade import read_ontology\n"
            "from fairmark.ontology.rules import compile_ontology\n"
            f"compiled = compile_ontology(read_ontology(open({str(FOLDER / 'ontology.json')!r}).read()))\n"
            "mark = Mark('m1', 'box', 'person', {'x': 1, 'y': 1, 'w': 9, 'h': 9})\n"
            "faults = MODALITIES['image'].faults(Annotation(marks=(mark,)), compiled, [MediaSize(10, 10)])\n"
            "print([fault.code for fault in faults], {'numpy', 'scipy', 'shapely', 'PIL'} & set(sys.modules))"
        )
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert told.stdout.strip() == "['required'] set()"


class TestMarkKinds:
    def test_names_all(self) -> None:
        assert mark_kinds() >= {"box", "tag"}


class TestSchemas:
    def test_the_published_files_are_current(self) -> None:
        published = {path.name: path.read_text() for path in PUBLISHED.glob("*.json")}
        assert published == schemas(), "docs/schemas/README.md says how to write them again"

    @pytest.mark.parametrize("name", ["annotation.schema.json", "ontology.schema.json"])
    def test_they_are_schemas(self, name: str) -> None:
        jsonschema.Draft202012Validator.check_schema(json.loads(schemas()[name]))

    def test_they_take_the_good_examples(self) -> None:
        assert [e["name"] for e in examples("good") if not fits(e["annotation"], "annotation.schema.json")] == []
        assert fits(json.loads((FOLDER / "ontology.json").read_text()), "ontology.schema.json")

    @pytest.mark.parametrize(
        "mark",
        [
            {"id": "m1", "kind": "box", "class": "car"},
            {"id": "m1", "kind": "box", "class": "car", "geometry": {"x": 1, "y": 1, "w": 1}},
            {"id": "m1", "kind": "box", "class": "car", "geometry": {"x": 1, "y": 1, "w": 1, "h": "1"}},
            {"id": "m1", "kind": "tag", "class": "car", "geometry": {"x": 1}},
            {"id": "m1", "kind": "blob", "class": "car", "geometry": {}},
            {"id": "m1", "kind": "tag", "class": "A b"},
            {"id": "m1", "kind": "tag", "class": "car", "colour": "red"},
        ],
    )
    def test_they_know_the_geometry_of_each_kind(self, mark: Any) -> None:
        assert not fits({"version": 1, "marks": [mark]}, "annotation.schema.json")
        assert fits({"version": 1, "marks": [{"id": "m1", "kind": "tag", "class": "car"}]}, "annotation.schema.json")

    def test_they_know_the_mark_kinds_of_a_class(self) -> None:
        item_class = {"id": "car", "name": "Car", "color": "#1f77b4", "marks": ["box"]}
        assert fits({"classes": [item_class]}, "ontology.schema.json")
        assert not fits({"classes": [{**item_class, "marks": ["blob"]}]}, "ontology.schema.json")
