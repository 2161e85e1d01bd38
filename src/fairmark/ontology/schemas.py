"""The published JSON Schemas of the two documents, made from the types."""

import re
from collections.abc import Mapping
from inspect import cleandoc
from typing import Any, cast

import msgspec

from fairmark.ontology.model import Annotation, Ontology

Schema = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"


def schemas(geometries: Mapping[str, Schema]) -> dict[str, Schema]:
    """The schemas by file name. `geometries`: the schema of a mark's geometry, by mark kind, from the modalities."""
    annotation = _schema(Annotation, "annotation.schema.json")
    ontology = _schema(Ontology, "ontology.schema.json")
    mark = annotation["$defs"]["Mark"]
    mark["oneOf"] = [_variant(kind, geometry) for kind, geometry in sorted(geometries.items())]
    annotation["$defs"].update({f"{kind.title()}Geometry": geometry for kind, geometry in sorted(geometries.items())})
    ontology["$defs"]["ItemClass"]["properties"]["marks"]["items"]["enum"] = sorted(geometries)
    return {schema["$id"]: schema for schema in (annotation, ontology)}


def _schema(document: type[msgspec.Struct], name: str) -> Schema:
    made = cast("Schema", _cleaned(msgspec.json.schema(document)))
    return {"$schema": _DRAFT, "$id": name, **made}


def _variant(kind: str, geometry: Schema) -> Schema:
    """What `kind` says about the other members of a mark."""
    required = ["kind", "geometry"] if geometry.get("required") else ["kind"]
    properties = {"kind": {"const": kind}, "geometry": {"$ref": f"#/$defs/{kind.title()}Geometry"}}
    return {"properties": properties, "required": required}


def _cleaned(part: Any) -> Any:
    """A copy whose descriptions, taken from docstrings, speak of members by their names in JSON."""
    if isinstance(part, dict):
        members = cast("Schema", part)
        return {
            # Python writes `is_` where JSON has `is`.
            name: re.sub(r"`(\w+)_`", r"`\1`", cleandoc(value))
            if name == "description" and isinstance(value, str)
            else _cleaned(value)
            for name, value in members.items()
        }
    return [_cleaned(inner) for inner in cast("list[Any]", part)] if isinstance(part, list) else part
