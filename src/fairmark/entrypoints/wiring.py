"""Who serves what and who reacts to what: plain tables. A package joins the product by a line here."""

from typing import Any

from fairmark.identity.http import authenticate as authenticate
from fairmark.kernel.events import Reader

ROUTES: list[Any] = []
"""Route handlers of every package's http.py."""

READERS: list[Reader] = []
"""Reactions to events: (name, event types, handler). Each reader keeps its own place in every organisation's log."""

JOBS: dict[str, Any] = {}
"""Background jobs by name: `async def job(site: Site, org_id: OrgId, args: dict) -> None`."""

PERIODIC: list[tuple[str, int, Any]] = []
"""(name, every n seconds, `async def run(site: Site) -> None`); one process of the installation runs each at a time."""
