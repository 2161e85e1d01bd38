from typing import Any

import jsonschema

from fairmark.ontology.schemas import schemas

POINT: dict[str, Any] = {"type": "object", "properties": {"x": {"type": "number"}}, "required": ["x"]}
MADE = schemas({"point": POINT, "tag": {"type": "object", "properties": {}, "additionalProperties": False}})


def fits(mark: dict[str, Any]) -> bool:
    document = {"version": 1, "marks": [{"id": "m1", "class": "car", **mark}]}
    return jsonschema.Draft202012Validator(MADE["annotation.schema.json"]).is_valid(document)


class TestSchemas:
    def test_each_kind_has_its_geometry(self) -> None:
        assert fits({"kind": "point", "geometry": {"x": 1}})
        assert not fits({"kind": "point", "geometry": {"y": 1}})
        assert not fits({"kind": "tag", "geometry": {"x": 1}})

    def test_geometry_may_be_left_out_where_it_has_nothing(self) -> None:
        assert fits({"kind": "tag"})
        assert not fits({"kind": "point"})

    def test_descriptions_use_the_names_of_the_document(self) -> None:
        text = str(MADE["ontology.schema.json"])
        assert "equals `is`" in text
        assert "`is_`" not in text
        assert "\n    " not in text
