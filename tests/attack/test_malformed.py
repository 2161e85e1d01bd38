"""A thousand malformed requests and files: each gets a named 4xx without a word of our inside; no row is written."""

import io
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import pytest
from PIL import Image

from fairmark.identity import service as identity
from fairmark.kernel.actor import Mode, Scope
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId, new_id
from tests.attack.examples import body_of
from tests.conftest import Server

SEED = 20_260_131
REQUESTS = 700
FILES = 300
INSIDE = re.compile(r"Traceback|asyncpg|psycopg|/site-packages/|File \"|SELECT |INSERT |relation \"", re.IGNORECASE)
QUIET = {"events", "event_cursors", "uploads", "api_keys"}
"""Tables that may grow: the log, and the record of a refused upload with its fault."""

WRONG: list[Any] = [
    None, True, -1, 0, 2**63, 1e308, "", "\u0000", "\ud800", "x" * 100_000, [], {}, [[]], [None], {"a": 1}, "NaN",
    "../../etc/passwd", "'; DROP TABLE people; --", "<script>alert(1)</script>", "\u202e\u0301\ufffe", "0" * 400,
]  # fmt: skip
RAW: list[bytes] = [
    b"", b"{", b"[", b"\xff\xfe\x00", b'{"a":', b'{"a":1,}', b"nul", b'"' + b"\xc3\x28" + b'"',
    b'{"name":"\xed\xa0\x80"}',
    b"[" * 100_000, b'{"a":' * 50_000, b"\x00" * 1000, b"1e999999", b'{"name":"' + b"y" * 1_000_000 + b'"}',
]  # fmt: skip


@pytest.fixture(scope="module")
async def org_id(db: Database) -> OrgId:
    async with db.begin(actor=SYSTEM) as tx:
        return OrgId((await identity.create_organisation(tx, f"Fuzz {new_id()}")).id)


@pytest.fixture(scope="module")
async def client(db: Database, server: Server, org_id: OrgId) -> Any:
    async with db.begin(org_id, actor=SYSTEM) as tx:
        key = (await identity.create_key(tx, "fuzz", list(Scope), Mode.LIVE))[1]
    headers = {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as opened:
        yield opened


async def _counts(owner: asyncpg.Connection, org_id: OrgId) -> dict[str, int]:
    tables = await owner.fetch(
        "SELECT c.relname::text AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE a.attname = 'org_id' AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    names = [row["name"] for row in tables if row["name"] not in QUIET]
    return {n: await owner.fetchval(f"SELECT count(*) FROM {n} WHERE org_id = $1", org_id) or 0 for n in names}


def _wrong(value: Any, chance: random.Random) -> Any:
    """`value` with one thing in it made wrong."""
    if isinstance(value, dict) and value and chance.random() < 0.8:
        name = chance.choice(sorted(value))
        return {**value, name: _wrong(value[name], chance)}
    if isinstance(value, dict):
        return {**value, chance.choice(["zzz", "", "__proto__", "\u0000"]): chance.choice(WRONG)}
    return chance.choice([wrong for wrong in WRONG if wrong != value])


def _attacks(document: dict[str, Any], chance: random.Random) -> Iterator[tuple[str, str, bytes, dict[str, str]]]:
    """(method, path, body, headers) without end."""
    routes = [(m, t, o) for t, ops in document["paths"].items() for m, o in ops.items() if not t.endswith("/stream")]
    paths = [str(new_id()), "..%2f..%2fetc", "%00", "%ff", "null", "0", "x" * 3000, "%F0%9F%92%A9"]
    while True:
        method, template, operation = chance.choice(routes)
        path = re.sub(r"\{[^}]+\}", lambda _: chance.choice(paths), template)
        if chance.random() < 0.3:
            names = ["limit", "after", "state", "version", "agreement_min", "e", "offset", "words"]
            values = ["-1", "999999", "%00", "abc", "", "%ff", "1e400", "x" * 5000]
            path += f"?{chance.choice(names)}={chance.choice(values)}"
        body = body_of(operation, document)
        headers = {"content-type": "application/json"}
        if body is None or chance.random() < 0.3:
            yield method, path, chance.choice(RAW), headers
        else:
            text = json.dumps(_wrong(body, chance))
            if chance.random() < 0.05:
                headers = {"content-type": chance.choice(["text/plain", "application/xml", "multipart/form-data", ""])}
            yield method, path, text.encode("utf-8", "surrogatepass"), headers


def _complaint(answer: httpx.Response) -> str:
    """What is wrong with an answer to a malformed request; empty if nothing."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:300]}"
    if INSIDE.search(answer.text):
        return f"tells our inside: {answer.text[:300]}"
    if answer.is_error:
        error = answer.json().get("error", {})
        if not error.get("code") or not error.get("message"):
            return f"an error without a name: {answer.text[:300]}"
    return ""


class TestRequests:
    async def test_are_refused_by_name(
        self, server: Server, client: httpx.AsyncClient, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        document = (await client.get("/api/openapi.json")).json()
        before = await _counts(owner, org_id)
        chance = random.Random(SEED)
        attacks = _attacks(document, chance)
        complaints: list[str] = []
        refused = 0
        made: set[str] = set()
        for _ in range(REQUESTS):
            method, path, body, headers = next(attacks)
            try:
                answer = await client.request(method.upper(), path, content=body, headers=headers)
            except httpx.HTTPError as error:
                complaints.append(f"{method} {path[:120]} {body[:120]!r} ({len(body)}): {error!r}")
                continue
            if complaint := _complaint(answer):
                complaints.append(f"{method} {path[:120]} {body[:120]!r}: {complaint}")
            refused += answer.is_error
            if answer.is_success and method != "get":
                made.add(f"{method} {path.split('?')[0]}")
        assert complaints == [], "\n".join(complaints)
        # What passed was not malformed after all (an empty object can be a whole wish); it is not many.
        assert refused > 0.85 * REQUESTS, made
        grown = {name: n for name, n in (await _counts(owner, org_id)).items() if n > before[name]}
        assert sum(grown.values()) <= sum(before.values()) + len(made) * 3

    async def test_a_body_beyond_every_limit_is_too_large(self, client: httpx.AsyncClient) -> None:
        body = b'{"name":"' + b"z" * 100_000_000 + b'"}'
        answer = await client.post("/api/v1/projects", content=body, headers={"content-type": "application/json"})
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def _picture(form: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form)
    return out.getvalue()


def _files(chance: random.Random) -> Iterator[tuple[str, bytes]]:
    """(name, bytes) of files that are no good images, without end."""
    whole = {form: _picture(form) for form in ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP")}
    # A PNG that says it has 60,000 x 60,000 pixels: 3.6 gigapixels in 69 bytes.
    bomb = bytearray(whole["PNG"])
    bomb[16:24] = (60_000).to_bytes(4, "big") * 2
    names = [
        "a.jpg",
        "b.png",
        "../../c.jpg",
        "d\u202egpj.exe",
        "e" * 180,
        "con.jpg",
        "%2e%2e.png",
        "f;rm -rf.jpg",
        "ü.jpeg",
    ]
    while True:
        form = chance.choice(sorted(whole))
        data = whole[form]
        kind = chance.randrange(7)
        if kind == 0:
            data = data[: chance.randrange(1, max(2, len(data) * 2 // 3))]
        elif kind == 1:
            data = bytes(bomb)
        elif kind == 2:
            data = chance.choice([b"<html>", b"%PDF-1.7\n", b"PK\x03\x04", b"\x7fELF", b"GIF89a", b"#!/bin/sh\n"]) * 20
        elif kind == 3:
            data = chance.randbytes(chance.randrange(1, 5000))
        elif kind == 4:
            data = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        elif kind == 5:
            data = data[:8] + bytes(len(data) - 8)
        else:
            data = b""
        yield chance.choice(names), data


class TestFiles:
    async def test_are_refused_by_name_and_leave_no_asset(
        self, client: httpx.AsyncClient, org_id: OrgId, owner: asyncpg.Connection
    ) -> None:
        chance = random.Random(SEED)
        files = _files(chance)
        complaints: list[str] = []
        for _ in range(FILES):
            name, data = next(files)
            answer = await client.post("/api/v1/uploads/small", params={"name": name}, content=data)
            if answer.is_success or _complaint(answer):
                complaints.append(f"{name!r} {data[:40]!r} ({len(data)}): {answer.status_code} {answer.text[:200]}")
        assert complaints == []
        assert await owner.fetchval("SELECT count(*) FROM assets WHERE org_id = $1", org_id) == 0
