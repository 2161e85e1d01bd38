"""JSON at the borders: fast, typed, and refusing what PostgreSQL's jsonb cannot hold."""

from typing import Any, TypeVar, overload

import msgspec

from fairmark.kernel.errors import Invalid

T = TypeVar("T")

DEPTH_MAX = 64

_encoder = msgspec.json.Encoder()


class BadJson(Invalid):
    """The text is not JSON, or not of the shape that is asked for."""

    code = "bad_json"


def encode(value: object) -> str:
    """`value` as compact JSON text, ready for a jsonb parameter."""
    return _encoder.encode(value).decode()


def encode_bytes(value: object) -> bytes:
    """`value` as compact JSON bytes."""
    return _encoder.encode(value)


@overload
def decode(data: bytes | str, type: type[T]) -> T: ...
@overload
def decode(data: bytes | str) -> Any: ...
def decode(data: bytes | str, type: Any = Any) -> Any:
    """Reads `data` as `type`. Raises BadJson, naming the place, on wrong syntax, shape, depth or a NUL."""
    try:
        refuse_nul(data)
        return msgspec.json.decode(data, type=type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadJson(f"The JSON cannot be read: {error or 'nested too deeply'}.") from error


def refuse_nul(data: bytes | str) -> None:
    """Raises BadJson if a string in `data` holds U+0000, which PostgreSQL cannot store."""
    found = b"\\u0000" in data if isinstance(data, bytes) else "\\u0000" in data
    if found:
        raise BadJson("A text holds the character U+0000.", mend="Remove the NUL character and send again.")
