"""The OpenAPI document as it is served: what the framework writes, and our errors and sign-ins, unknown to it."""

import re
from typing import Any

from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin

_GENERIC = re.compile(r"Page_(?:\w+\.)*(\w+?)_+$")
_REFUSALS = {
    "4XX": "Refused: 401 not signed in, 403 not allowed, 404 no such thing or not for you, 409 the state says no,"
    " 413 too large, 422 the request is wrong, 429 too often.",
    "5XX": "Not now: 503 a part that is needed does not answer or has no room. Nothing was changed.",
}
_ERROR: dict[str, Any] = {
    "type": "object",
    "description": "What every refusal says. `code` is stable; `message` says what and where, `mend` what to do.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "mend", "request_id", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "mend": {"type": "string"},
                "request_id": {"type": "string", "description": "What to give the operator; `X-Request-Id` if sent."},
                "fields": {"type": "object", "additionalProperties": {}, "description": "What belongs to this code."},
            },
        }
    },
}
_SIGN_INS = {
    "key": {"type": "http", "scheme": "bearer", "description": "An API key, or the token of a sign-in."},
    "session": {"type": "apiKey", "in": "cookie", "name": "fairmark_session", "description": "A browser's sign-in."},
}
_OPEN = frozenset({
    "sign_in", "sign_out", "first_start_needed", "first_start", "peek_invitation", "accept_invitation", "get_media",
    "get_tiles", "get_tile",
    "download_export",
})  # fmt: skip
"""Operations without a sign-in: those that lead to one, and signed addresses."""


class Document(JsonRenderPlugin):
    """Serves the document at `/api/openapi.json`."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return self.render_json(request, completed(openapi_schema))


def completed(document: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the answers that our error handlers give, the sign-ins, and plain names."""
    components = document["components"]
    names = _plain_names(components["schemas"])
    schemas = {names[name]: _renamed(schema, names) for name, schema in components["schemas"].items()}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return document | {
        "paths": {
            path: {method: _operation(found, names) for method, found in operations.items()}
            for path, operations in document["paths"].items()
        },
        "components": components
        | {
            "schemas": dict(sorted((schemas | {"Error": _ERROR}).items())),
            "responses": {f"Error{k}": {"description": text, "content": content} for k, text in _REFUSALS.items()},
            "securitySchemes": _SIGN_INS,
        },
        "security": [{name: []} for name in _SIGN_INS],
    }


def _operation(found: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    answers = {status: answer for status, answer in found["responses"].items() if status != "400"}
    if "204" in answers:
        answers["204"] = {"description": answers["204"]["description"]}
    refusals = {status: {"$ref": f"#/components/responses/Error{status}"} for status in _REFUSALS}
    open_to_all = {"security": []} if found["operationId"] in _OPEN else {}
    return _renamed(found | {"responses": answers | refusals} | open_to_all, names)


def _plain_names(schemas: dict[str, Any]) -> dict[str, str]:
    """`Page_fairmark.tasks.model.Result_` -> `ResultPage`: module paths are no part of the API."""
    return {name: f"{found[1]}Page" if (found := _GENERIC.match(name)) else name for name in schemas}


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """The same with every reference to a schema under its plain name, and with lists that hold what they say."""
    if isinstance(value, dict):
        found = {key: _renamed(inner, names) for key, inner in value.items()}
        reference, choices = found.get("$ref"), found.get("oneOf")
        if isinstance(reference, str) and reference.startswith("#/components/schemas/"):
            name = reference.rsplit("/", 1)[-1]
            found["$ref"] = f"#/components/schemas/{names.get(name, name)}"
        if isinstance(choices, list) and len(choices) == 2 and choices[1] == {}:
            return choices[0]  # `tuple[X, ...]`: the framework takes the dots for a type of their own
        return found
    if isinstance(value, list):
        return [_renamed(inner, names) for inner in value]
    return value
