"""An organisation with a project, files to send, and a client of this package's routes, in the test's own process."""

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
from litestar import Litestar
from litestar.datastructures import State
from PIL import Image, ImageDraw

from fairmark.assets import http as items_http
from fairmark.assets.imports import http as imports_http
from fairmark.assets.imports import service as imports
from fairmark.assets.imports.model import Import
from fairmark.assets.media import http as media_http
from fairmark.assets.tiles import http as tiles_http
from fairmark.assets.uploads import http as uploads_http
from fairmark.entrypoints import errors
from fairmark.kernel import json, settings
from fairmark.kernel.actor import NOBODY, Actor, ActorKind, KeyId, Mode, Scope
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.db import Database
from fairmark.kernel.http import Req, Site
from fairmark.kernel.ids import ImportId, OrgId, ProjectId, new_id
from fairmark.ontology.model import ItemClass, Ontology

SECRET = b"a secret of the tests, thirty-two bytes"
ROUTES: list[Any] = [
    *items_http.ROUTES,
    *uploads_http.ROUTES,
    *imports_http.ROUTES,
    *media_http.ROUTES,
    *tiles_http.ROUTES,
]
ONTOLOGY = Ontology(
    classes=(
        ItemClass(id="car", name="Car", color="#1f77b4", marks=("box", "rotated_box")),
        ItemClass(id="person", name="Person", color="#ff7f0e", marks=("box", "tag")),
    )
)


def picture(width: int = 64, height: int = 48, seed: int = 0, form: str = "PNG", **options: Any) -> bytes:
    """An image file; another `seed` makes another file."""
    image = Image.new("RGB", (width, height), (seed * 37 % 256, seed * 91 % 256, seed * 13 % 256))
    draw = ImageDraw.Draw(image)
    draw.rectangle((2, 2, width // 2, height // 2), fill=(seed // 256 % 256, 200, seed % 256))
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@dataclass
class Place:
    """`actor` may do everything with data. `http` sends as whoever `acting` is."""

    site: Site
    owner: asyncpg.Connection
    org_id: OrgId
    project_id: ProjectId
    actor: Actor
    acting: list[Actor]
    http: httpx.AsyncClient

    async def rows(self, sql: str, *args: Any) -> list[asyncpg.Record]:
        return await self.owner.fetch(sql, *args)

    async def value(self, sql: str, *args: Any) -> Any:
        return await self.owner.fetchval(sql, *args)

    async def close(self) -> None:
        """Closes the organisation."""
        await self.owner.execute("UPDATE organisations SET closed_at = now() WHERE org_id = $1", self.org_id)

    async def open_again(self) -> None:
        await self.owner.execute("UPDATE organisations SET closed_at = NULL WHERE org_id = $1", self.org_id)

    async def count(self, table: str) -> int:
        return int(await self.value(f"SELECT count(*) FROM {table} WHERE org_id = $1", self.org_id))

    async def small(self, name: str, data: bytes) -> Any:
        """Sends a small file; returns its upload."""
        answer = await self.http.post("/api/v1/uploads/small", params={"name": name}, content=data)
        assert answer.status_code == 201, answer.text
        return answer.json()

    async def data(self, name: str, content: bytes) -> str:
        """Sends a file for an import; returns the upload's id."""
        body = {"name": name, "bytes": len(content), "purpose": "data"}
        made = (await self.http.post("/api/v1/uploads", json=body)).json()
        answer = await self.http.put(f"/api/v1/uploads/{made['id']}", params={"offset": 0}, content=content)
        assert answer.json()["state"] == "done", answer.text
        return made["id"]

    async def start(self, source: dict[str, Any], **more: Any) -> str:
        """Asks for an import; returns its id."""
        body = {"source": source, **more}
        answer = await self.http.post(f"/api/v1/projects/{self.project_id}/imports", json=body)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    async def run(self, import_id: str) -> Import:
        """What the worker does with an import."""
        await imports.run(self.site, self.org_id, ImportId(UUID(import_id)))
        return await self.look(import_id)

    async def look(self, import_id: str) -> Import:
        answer = await self.http.get(f"/api/v1/imports/{import_id}")
        return json.decode(answer.content, Import)

    async def bring(self, source: dict[str, Any], **more: Any) -> Import:
        """A whole import."""
        return await self.run(await self.start(source, **more))

    async def faults(self, import_id: Any) -> list[dict[str, Any]]:
        return (await self.http.get(f"/api/v1/imports/{import_id}/faults", params={"limit": 200})).json()["rows"]


async def make_place(
    owner: asyncpg.Connection, db: Database, folder: Path, *, mode: str = "live", **values: Any
) -> Place:
    """A fresh organisation. values: settings."""
    org_id, project_id = OrgId(new_id()), ProjectId(new_id())
    await owner.execute("INSERT INTO organisations VALUES ($1, 'Customer', 'Customer', now())", org_id)
    await add_project(owner, org_id, project_id, mode)
    actor = Actor(
        kind=ActorKind.KEY, org_id=org_id, key_id=KeyId(new_id()), mode=Mode(mode), scopes=frozenset({Scope.ADMIN})
    )
    acting = [actor]

    async def authenticate(request: Req) -> Actor:
        return acting[0] if acting else NOBODY

    config = settings.load({}, data_dir=str(folder), **values)
    site = Site(config, SECRET, db, Blobs(config.blobs_url), authenticate)
    app = Litestar(
        route_handlers=ROUTES,
        state=State({"site": site}),
        exception_handlers={**errors.HANDLERS},
        openapi_config=None,
    )
    client = httpx.AsyncClient(transport=httpx.ASGITransport(cast(Any, app)), base_url="http://fairmark.test")
    return Place(site, owner, org_id, project_id, actor, acting, client)


async def add_project(owner: asyncpg.Connection, org_id: OrgId, project_id: ProjectId, mode: str = "live") -> None:
    await owner.execute(
        "INSERT INTO projects (org_id, id, mode, name, modality, state, pipeline, ontology_version, guideline_version,"
        " created_at, updated_at) VALUES ($1, $2, $3, $4, 'image', 'active', '{}', 1, 1, now(), now())",
        org_id, project_id, mode, f"cars {project_id}",
    )  # fmt: skip
    await owner.execute(
        "INSERT INTO ontologies VALUES ($1, $2, 1, $3, '', NULL, now())", org_id, project_id, json.encode(ONTOLOGY)
    )
