"""Walks every route of the OpenAPI document as somebody who has no business there, and looks at what gave way.

Three attackers: the owner of another organisation (with a session and with an admin key), a worker of the attacked one
without an assignment, and nobody. For each route the path and the body carry the victim's ids. An answer must be an
error, the same as for an id that does not exist; nothing of the victim's may stand in it; and not a row may change.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from fairmark.entrypoints.wiring import READERS
from fairmark.kernel import json
from fairmark.kernel.actor import MemberRole, Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.ids import OrgId, PersonId, new_id
from fairmark.kernel.signing import token_hash
from tests.attack.examples import STAND_IN, TILE, body_of
from tests.conftest import Server
from tests.patience import PATIENCE_S
from tests.tasks.world import World, boxes, make_world

SECRET = "secret-of-the-victim"
OWN = {"/api/v1/me", "/api/v1/sign-out", "/api/v1/sign-in", "/api/v1/first-start", "/api/v1/permissions"}
"""Routes about the caller alone, or open to everybody: they may answer, but with nothing of the victim's."""
OPEN = {
    ("get", "/api/v1/first-start"), ("post", "/api/v1/first-start"), ("post", "/api/v1/sign-in"),
    ("post", "/api/v1/sign-out"), ("post", "/api/v1/invitations/peek"), ("post", "/api/v1/invitations/accept"),
}  # fmt: skip
"""What nobody may call without signing in."""
CHANGING = {"memberships", "sessions", "rate_limits", "event_cursors", "one_time_links"}
"""Tables that change by themselves."""


@dataclass
class Victim:
    """An organisation with something of everything."""

    world: World
    ids: dict[str, UUID]


@pytest.fixture(scope="module")
async def owner_connection(owner_url: str) -> Any:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture(scope="module")
async def victim(db: Database, owner_connection: asyncpg.Connection) -> Victim:
    """One row in every table that a route can name, each with SECRET in it where there is text."""
    owner = owner_connection
    world = await make_world(db, owner, items=2)
    worker = world.workers[0]
    assignment = await world.must_claim(worker)
    await world.submit(worker, assignment, boxes((1, 1)))
    await world.judge(assignment.task_id)
    second = await world.must_claim(worker)
    org, project, batch = world.org_id, world.project_id, world.batch_id
    await owner.execute("UPDATE organisations SET name = $2, display_name = $2 WHERE org_id = $1", org, SECRET)
    await owner.execute("UPDATE projects SET name = $2 WHERE org_id = $1", org, SECRET)
    await owner.execute(
        "UPDATE items SET name = $2, meta = $3 WHERE org_id = $1", org, SECRET, json.encode({"k": SECRET})
    )
    await owner.execute("UPDATE assets SET name = $2 WHERE org_id = $1", org, SECRET)
    ids: dict[str, UUID] = {
        "project_id": project, "batch_id": batch, "org_id": org, "organisation_id": org, "task_id": assignment.task_id,
        "item_id": assignment.item_id, "assignment_id": second.id, "workforce_id": world.workforce_id,
        "person_id": worker.person_id or org, "worker_id": worker.worker_id or org,
    }  # fmt: skip
    for name in ("import_id", "export_id", "webhook_id", "delivery_id", "key_id", "invitation_id", "upload_id",
                 "question_id", "session_id", "asset_id"):  # fmt: skip
        ids[name] = new_id()
    ids["asset_id"] = await owner.fetchval("SELECT id FROM assets WHERE org_id = $1 LIMIT 1", org) or org
    await owner.execute(
        "INSERT INTO imports (org_id, id, project_id, batch_id, source, state, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, 'waiting', now(), now())",
        org, ids["import_id"], project, batch, json.encode({"kind": "urls", "urls": [SECRET]}),
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO exports (org_id, id, project_id, format, state, created_at, updated_at)"
        " VALUES ($1, $2, $3, 'coco', 'waiting', now(), now())",
        org, ids["export_id"], project,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO questions (org_id, id, project_id, task_id, assignment_id, worker_id, text, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, now())",
        org, ids["question_id"], project, assignment.task_id, second.id, worker.worker_id, SECRET,
    )  # fmt: skip
    ids["thread_id"] = new_id()
    await owner.execute(
        "INSERT INTO threads (org_id, id, project_id, task_id, round, asset, opened_as, created_at)"
        " VALUES ($1, $2, $3, $4, 0, 0, 'reviewer', now())",
        org, ids["thread_id"], project, assignment.task_id,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO comments (org_id, id, thread_id, task_id, said_by, role, key, text, created_at)"
        " VALUES ($1, $2, $3, $4, $5, 'reviewer', 'k', $6, now())",
        org, new_id(), ids["thread_id"], assignment.task_id, worker.worker_id, SECRET,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO webhooks (org_id, id, mode, url, secret, types, created_at, updated_at)"
        " VALUES ($1, $2, 'live', $3, $3, '{}', now(), now())",
        org, ids["webhook_id"], SECRET,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO api_keys (org_id, id, name, hint, secret_hash, scopes, mode, created_at)"
        " VALUES ($1, $2, $3, 'abcd', $4, '{read}', 'live', now())",
        org, ids["key_id"], SECRET, b"k",
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO invitations (org_id, id, token_hash, email, member_role, created_at, expires_at)"
        " VALUES ($1, $2, $3, $4, 'owner', now(), now() + interval '1 day')",
        org, ids["invitation_id"], b"i", f"{SECRET}@example.org",
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO uploads (org_id, id, name, bytes, state, created_at, updated_at)"
        " VALUES ($1, $2, $3, 5, 'open', now(), now())",
        org, ids["upload_id"], SECRET,
    )  # fmt: skip
    ids["gold_id"], ids["case_id"] = new_id(), new_id()
    await owner.execute(
        "INSERT INTO gold (org_id, id, project_id, item_id, task_id, state, origin, annotation, explanation,"
        " ontology_version, created_at, updated_at)"
        " VALUES ($1, $2, $3, $4, $5, 'active', 'hand', $6, $7, 1, now(), now())",
        org, ids["gold_id"], project, assignment.item_id, assignment.task_id, json.encode(boxes((1, 1))), SECRET,
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO cases (org_id, id, project_id, worker_id, signal, subject, state, strength, summary, evidence,"
        " raised_at, seen_at) VALUES ($1, $2, $3, $4, 'speed', 'x', 'open', 0.5, $5, '[]', now(), now())",
        org, ids["case_id"], project, worker.worker_id, SECRET,
    )  # fmt: skip
    return Victim(world, ids)


async def _session(owner: asyncpg.Connection, person_id: PersonId) -> str:
    token = "ses_" + f"{person_id.hex}"[:32].ljust(43, "a")
    await owner.execute(
        "INSERT INTO sessions VALUES ($1, $2, $3, now(), now(), now() + interval '1 day', '', '')"
        " ON CONFLICT DO NOTHING",
        token_hash(token), new_id(), person_id,
    )  # fmt: skip
    return token


@pytest.fixture(scope="module")
async def attackers(db: Database, owner_connection: asyncpg.Connection, victim: Victim) -> dict[str, dict[str, str]]:
    """Headers by attacker."""
    from fairmark.identity import service as identity
    from fairmark.kernel.events import SYSTEM

    owner = owner_connection
    stranger = PersonId(new_id())
    async with db.begin(actor=SYSTEM) as tx:
        other = OrgId((await identity.create_organisation(tx, f"Other {stranger}")).id)
    async with db.begin(other, actor=SYSTEM) as tx:
        key = (await identity.create_key(tx, "k", list(Scope), Mode.LIVE))[1]
    await owner.execute(
        "INSERT INTO people (id, email, name, password_hash, created_at) VALUES ($1, $2, 'S', '', now())",
        stranger, f"{stranger}@example.org",
    )  # fmt: skip
    await owner.execute("INSERT INTO memberships VALUES ($1, $2, $3, now())", other, stranger, MemberRole.OWNER)
    session = await _session(owner, stranger)
    idle = victim.world.workers[2]
    assert idle.person_id is not None
    worker = await _session(owner, idle.person_id)
    org = str(victim.world.org_id)
    return {
        "another owner": {"authorization": f"Bearer {session}"},
        "another owner who names the victim": {"authorization": f"Bearer {session}", "x-fairmark-org": org},
        "another organisation's admin key": {"authorization": f"Bearer {key}"},
        "that key with the victim's header": {"authorization": f"Bearer {key}", "x-fairmark-org": org},
        "a worker without an assignment": {"authorization": f"Bearer {worker}"},
        "nobody": {},
        "nobody with a header": {"x-fairmark-org": org},
    }


def _requests(document: dict[str, Any], ids: dict[str, UUID]) -> Iterator[tuple[str, str, str, Any]]:
    """(method, template, path with the victim's ids, body with the victim's ids) of every operation."""
    for template, operations in document["paths"].items():
        for method, operation in operations.items():
            path = re.sub(r"\{(\w+?)(:\w+)?\}", lambda m, t=template: _fill(m[1], t, ids), template)
            yield method, template, path, _with_ids(body_of(operation, document), ids)


def _fill(name: str, template: str, ids: dict[str, UUID]) -> str:
    if name == "variant":
        return "original"
    if name in TILE:
        return TILE[name]
    if name == "id":
        noun = template.split("/")[3].rstrip("s")
        name = f"{noun}_id"
    return str(ids[name])


def _with_ids(body: Any, ids: dict[str, UUID]) -> Any:
    if isinstance(body, dict):
        return {k: str(ids[k]) if v == STAND_IN and k in ids else _with_ids(v, ids) for k, v in body.items()}
    return body


async def _rows(owner: asyncpg.Connection, org_id: OrgId) -> dict[str, str]:
    """A fingerprint of the victim's rows, table by table."""
    tables = await owner.fetch(
        "SELECT c.relname::text AS name FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id'"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    found: dict[str, str] = {}
    for name in (row["name"] for row in tables):
        if name not in CHANGING:
            query = (
                f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {name} t WHERE org_id = $1"
            )
            found[name] = str(await owner.fetchval(query, org_id))
    return found


async def _settled(owner: asyncpg.Connection, org_id: OrgId) -> dict[str, str]:
    """The fingerprint once the worker process has done all that was still to do for the victim."""
    while True:
        before = await _rows(owner, org_id)
        await asyncio.sleep(1.5)
        if await _unread(owner, org_id) == 0 and (after := await _rows(owner, org_id)) == before:
            return after


async def _unread(owner: asyncpg.Connection, org_id: OrgId) -> int:
    """How many of the victim's events some reader has still to handle."""
    query = (
        "SELECT count(*) FROM events e LEFT JOIN event_cursors c ON c.org_id = e.org_id AND c.reader = $2"
        " WHERE e.org_id = $1 AND ($3::text[] IS NULL OR e.type = ANY ($3))"
        " AND (c.reader IS NULL OR (e.epoch, e.xid, e.id) > (c.epoch, c.xid, c.id))"
    )
    counts = [int(await owner.fetchval(query, org_id, each.name, each.types) or 0) for each in READERS]
    return sum(counts)


@pytest.fixture(scope="module")
def document(server: Server) -> dict[str, Any]:
    return httpx.get(server.url + "/api/openapi.json").json()


class TestEveryRoute:
    async def test_there_are_many(self, document: dict[str, Any]) -> None:
        assert sum(len(operations) for operations in document["paths"].values()) > 80

    @pytest.mark.parametrize(
        "who",
        [
            "another owner", "another owner who names the victim", "another organisation's admin key",
            "that key with the victim's header", "nobody", "nobody with a header",
        ],
    )  # fmt: skip
    async def test_a_stranger_gets_nothing_and_changes_nothing(
        self, who: str, document: dict[str, Any], server: Server, victim: Victim, attackers: dict[str, dict[str, str]],
        owner_connection: asyncpg.Connection,
    ) -> None:  # fmt: skip
        before = await _settled(owner_connection, victim.world.org_id)
        gave_way: list[str] = []
        async with httpx.AsyncClient(base_url=server.url, headers=attackers[who], timeout=20) as client:
            for method, template, path, body in _requests(document, victim.ids):
                if template.endswith("/stream"):
                    continue  # attacked below: a stream that is refused answers at once, one that is not never ends
                answer = await client.request(method, path, json=body)
                where = f"{method} {template}: {answer.status_code} {answer.text[:200]}"
                open_to_all = (method, template) in OPEN or not who.startswith("nobody")
                let_in = answer.is_success and ("{" in template or not open_to_all)
                if answer.status_code >= 500 or SECRET in answer.text or let_in:
                    gave_way.append(where)
        assert gave_way == []
        assert await _rows(owner_connection, victim.world.org_id) == before

    async def test_a_worker_reaches_nothing_but_their_own(
        self, document: dict[str, Any], server: Server, victim: Victim, attackers: dict[str, dict[str, str]],
        owner_connection: asyncpg.Connection,
    ) -> None:  # fmt: skip
        """A worker of the victim's own workforce: they may look at their offers and take work, and that is all."""
        may = {
            "/api/v1/assignments/claim", "/api/v1/work", "/api/v1/work/mine", "/api/v1/work/quality",
            "/api/v1/work/feedback", "/api/v1/worker", "/api/v1/models",
        } | OWN  # fmt: skip
        before = await _settled(owner_connection, victim.world.org_id)
        gave_way: list[str] = []
        async with httpx.AsyncClient(
            base_url=server.url, headers=attackers["a worker without an assignment"], timeout=PATIENCE_S
        ) as client:
            for method, template, path, body in _requests(document, victim.ids):
                if template in may or template.startswith("/api/v1/me") or template.endswith("/stream"):
                    continue
                if (method, template) in OPEN:
                    continue
                answer = await client.request(method, path, json=body)
                if answer.status_code >= 500 or answer.is_success or SECRET in answer.text:
                    gave_way.append(f"{method} {template}: {answer.status_code} {answer.text[:200]}")
        assert gave_way == []
        assert await _rows(owner_connection, victim.world.org_id) == before

    async def test_streams_are_refused_too(
        self, document: dict[str, Any], server: Server, victim: Victim, attackers: dict[str, dict[str, str]]
    ) -> None:
        project = victim.ids["project_id"]
        for who in ("another owner", "another organisation's admin key", "a worker without an assignment", "nobody"):
            async with httpx.AsyncClient(base_url=server.url, headers=attackers[who], timeout=20) as client:
                for path in (
                    f"/api/v1/projects/{project}/results/stream",
                    f"/api/v1/events/stream?project_id={project}",
                ):
                    async with client.stream("GET", path) as answer:
                        if answer.status_code == 200:  # one's own, empty stream: nothing of the victim's comes
                            assert who.startswith("another")
                            async for line in answer.aiter_lines():
                                assert SECRET not in line
                                break

    async def test_a_foreign_id_and_a_random_id_answer_alike(
        self, document: dict[str, Any], server: Server, victim: Victim, attackers: dict[str, dict[str, str]]
    ) -> None:
        random_ids = {name: new_id() for name in victim.ids}
        unlike: list[str] = []
        who = attackers["another organisation's admin key"]
        async with httpx.AsyncClient(base_url=server.url, headers=who, timeout=20) as client:
            foreign = list(_requests(document, victim.ids))
            nowhere = list(_requests(document, random_ids))
            for (method, template, path, body), (_, _, path2, body2) in zip(foreign, nowhere, strict=True):
                if "{" not in template or template.endswith("/stream"):
                    continue
                one = await client.request(method, path, json=body)
                two = await client.request(method, path2, json=body2)
                if (one.status_code, _code(one)) != (two.status_code, _code(two)):
                    unlike.append(
                        f"{method} {template}: {one.status_code} {_code(one)}, {two.status_code} {_code(two)}"
                    )
        assert unlike == []


def _code(answer: httpx.Response) -> str:
    return answer.json().get("error", {}).get("code", "") if "json" in answer.headers.get("content-type", "") else ""
