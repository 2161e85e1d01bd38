"""One request of this API: parts of its path, values of its query, its body; and the transaction around its work."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from litestar import Request

from fairmark.kernel import json
from fairmark.kernel.actor import Actor, ActorKind, Permission, require
from fairmark.kernel.db import Tx
from fairmark.kernel.http import Req, Site, actor_of, site
from fairmark.scale_api.model import BadKey, BadRequest, Json, NoSuch
from fairmark.scale_api.shapes import read, read_count, read_flag, read_time, without_nulls, wrong

QUERY_VALUES_MAX = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """A request, read. named: the parts of the path that the route names, decoded one by one."""

    request: Req
    site: Site
    actor: Actor
    named: Mapping[str, str]
    query: Mapping[str, Sequence[str]]
    body: bytes

    def text(self, name: str) -> str | None:
        """A value of the query; None if it is not there or empty."""
        values = self.query.get(name)
        return values[-1] if values and values[-1] != "" else None

    def texts(self, name: str) -> tuple[str, ...] | None:
        """All values of a repeated name; None if there is none."""
        values = tuple(value for value in self.query.get(name, ()) if value != "")
        return values or None

    def listed(self, name: str) -> tuple[str, ...] | None:
        """Values that may be repeated, or joined by commas."""
        values = self.texts(name) or ()
        return tuple(part.strip() for value in values for part in value.split(",") if part.strip()) or None

    def flag(self, name: str) -> bool:
        """A truth value; False if it is not there."""
        value = self.text(name)
        return value is not None and read_flag(value, name)

    def count(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number in a range."""
        value = self.text(name)
        return default if value is None else read_count(value, name, least, most)

    def time(self, name: str) -> datetime | None:
        """A time."""
        value = self.text(name)
        return None if value is None else read_time(value, name)

    def json(self) -> Any:
        """The body; None if there is none. Raises BadJson."""
        return json.decode(self.body) if self.body.strip() else None

    def object(self) -> Json:
        """The body as an object, members that are null left out; no body is an empty one. Raises BadRequest."""
        found = self.json()
        if found is None:
            return {}
        if not isinstance(found, dict):
            raise BadRequest("The body is not a JSON object.")
        return without_nulls(found)

    def strings(self) -> list[str]:
        """The body as a list of texts; no body is an empty one. Raises BadRequest."""
        found = self.json()
        return [] if found is None else read(found, list[str], "body")

    @asynccontextmanager
    async def work(self, permission: Permission, *, bulk: bool = False) -> AsyncGenerator[Tx]:
        """One transaction for a caller who may do `permission`. bulk: its statements are planned anew."""
        require(self.actor, permission)
        async with self.site.db.begin(self.actor.org_id, actor=self.actor, bulk=bulk) as tx:
            yield tx


Handler = Callable[[Call], Awaitable[Any]]


class Route(NamedTuple):
    """A line of a table of routes. pattern: parts of the path; those in braces are named."""

    method: str
    pattern: str
    handler: Handler


class Routes:
    """A table of routes that is asked with the path as it came: names in it may hold slashes, written as %2F."""

    def __init__(self, routes: Sequence[Route]) -> None:
        self._all = [(route, route.pattern.split("/")) for route in routes]

    def find(self, method: str, raw: str) -> tuple[Route, dict[str, str]]:
        """The route of a raw path below the API's root, and its named parts. Raises NoSuch."""
        parts = [unquote(part) for part in raw.strip("/").split("/")]
        for route, pattern in self._all:
            if route.method == method and len(pattern) == len(parts):
                named = _named(pattern, parts)
                if named is not None:
                    return route, named
        raise NoSuch(f"There is nothing at {method} {raw[:200]}.")


def _named(pattern: Sequence[str], parts: Sequence[str]) -> dict[str, str] | None:
    named: dict[str, str] = {}
    for wanted, part in zip(pattern, parts, strict=True):
        if wanted.startswith("{"):
            named[wanted[1:-1]] = part
        elif wanted != part:
            return None
    return named


async def caller(request: Request[Any, Any, Any]) -> Actor:
    """Who asks: an API key, as Basic user or Bearer token. Raises BadKey, and NotSignedIn for one that is no good."""
    actor = await actor_of(request)
    if actor.kind is not ActorKind.KEY or actor.org_id is None:
        raise BadKey(
            "No API key came with the request.", mend="Send the key as user name of Basic, or as Bearer token."
        )
    return actor


def query_of(request: Request[Any, Any, Any]) -> dict[str, list[str]]:
    """The query's values by name, in their order. Raises BadRequest."""
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(
            request.scope["query_string"].decode("latin-1"), keep_blank_values=True, max_num_fields=QUERY_VALUES_MAX
        )
    except ValueError as error:
        raise wrong("query", f"it cannot be read: {error}.") from None
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def here(request: Request[Any, Any, Any]) -> Site:
    """What this process has open."""
    return site(request)
