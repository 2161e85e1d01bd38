"""The smallest body that fits a route's schema, so that an attack gets past parsing and reaches the use case."""

from typing import Any

TILE = {"level": "0", "column": "0", "row": "0", "band": "0"}
"""The numbers of a tile in an address."""
STAND_IN = "00000000-0000-7000-8000-000000000000"


def body_of(operation: dict[str, Any], document: dict[str, Any]) -> Any:
    """A body for `operation`, or None if it takes none in JSON."""
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else example(schema, document)


def example(schema: dict[str, Any], document: dict[str, Any]) -> Any:
    """A value that fits `schema`: required members only, first alternatives, shortest texts."""
    if "$ref" in schema:
        return example(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]], document)
    for choice in ("oneOf", "anyOf", "allOf"):
        if choice in schema:
            options = [option for option in schema[choice] if option.get("type") != "null"]
            return example(options[0], document)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = next(name for name in kind if name != "null")
    return _PLAIN[kind](schema, document)


def _object(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    members = schema.get("properties", {})
    return {name: example(members[name], document) for name in schema.get("required", []) if name in members}


def _array(schema: dict[str, Any], document: dict[str, Any]) -> list[Any]:
    return [example(schema["items"], document)] * schema.get("minItems", 0)


def _string(schema: dict[str, Any], document: dict[str, Any]) -> str:
    form = schema.get("format")
    if form == "uuid":
        return STAND_IN
    if form == "date-time":
        return "2026-01-31T12:00:00Z"
    if "email" in schema.get("description", "").lower() or form == "email":
        return "someone@example.org"
    return "x" * max(1, schema.get("minLength", 1))


def _number(schema: dict[str, Any], document: dict[str, Any]) -> int:
    return int(schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1))


def _boolean(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    return False


_PLAIN = {"object": _object, "array": _array, "string": _string, "integer": _number, "number": _number,
          "boolean": _boolean}  # fmt: skip
