"""Reading what a request says into typed shapes. A value that does not fit is an error that names its place."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from fairmark.scale_api.model import BadRequest

T = TypeVar("T")

_PLACE = re.compile(r" - at `(?:key in )?\$(.*)`$", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(.+)`")
_ITEM = re.compile(r"\[(\d+)\]")


def read(value: object, kind: type[T], place: str = "") -> T:
    """`value` as `kind`. place: where it stands in the request: `geometries.box`. Raises BadRequest."""
    return read_any(value, kind, place)


def read_any(value: object, kind: Any, place: str = "") -> Any:
    """The same for a kind that is no class: a union, or a type with bounds."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise BadRequest(_said(str(error), place)) from None


def entries(value: object, kind: type[T], place: str) -> dict[str, T]:
    """An object whose values are all of `kind`, each named by its own key in an error."""
    return {key: read(each, kind, at(place, key)) for key, each in read(value, dict[str, Any], place).items()}


def at(place: str, member: str | int) -> str:
    """The place of a member: `geometries.box`, `fields[0]`."""
    if isinstance(member, int):
        return f"{place}[{member}]"
    return f"{place}.{member}" if place else member


def wrong(place: str, why: str) -> BadRequest:
    """The error for a value that is of the right shape and still no good."""
    return BadRequest(f"`{place}`: {why}")


def _said(message: str, place: str) -> str:
    found = _PLACE.search(message)
    inner = (found[1] if found else "").lstrip(".")
    reason = message[: found.start()] if found else message
    here = at(place, inner) if inner and not inner.startswith("[") else place + inner
    if missing := _MISSING.fullmatch(reason):
        return f"`{at(here, missing[1])}` is missing."
    return f"`{here}`: {reason}." if here else f"{reason}."


def without_nulls(body: Mapping[str, Any]) -> dict[str, Any]:
    """The members that say something: clients write null for what they leave out."""
    return {key: value for key, value in body.items() if value is not None}


def read_time(text: str, place: str) -> datetime:
    """A time as filters give it: a day, or day and time with a blank or T; UTC unless it names a zone."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise wrong(place, f"'{text[:60]}' is no time; write 2026-01-31 or 2026-01-31T12:00:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def read_flag(text: str, place: str) -> bool:
    """`True`, `false`, `1` ... as a truth value."""
    said = text.strip().lower()
    if said in ("true", "1"):
        return True
    if said in ("false", "0", ""):
        return False
    raise wrong(place, f"'{text[:60]}' is neither true nor false.")


def read_count(text: str, place: str, least: int, most: int) -> int:
    """A whole number in a range."""
    if re.fullmatch(r"-?[0-9]{1,12}", text.strip()) is None or not least <= int(text) <= most:
        raise wrong(place, f"'{text[:60]}' is no whole number from {least} to {most}.")
    return int(text)
