"""One route per use case: parse, call, render."""

from typing import Annotated

import msgspec
from litestar import Response, get, patch, post, put
from litestar.openapi import ResponseSpec
from litestar.params import Parameter
from msgspec import Meta

from fairmark.kernel.actor import Permission
from fairmark.kernel.http import After, Limit, Page, Req, page_of, work
from fairmark.kernel.ids import ProjectId, WorkforceId
from fairmark.kernel.pages import after_id
from fairmark.ontology import text
from fairmark.ontology.model import Ontology
from fairmark.projects import service
from fairmark.projects.model import (
    GuidelineVersion,
    OntologyVersion,
    Pipeline,
    Project,
    ProjectState,
    VersionInfo,
)

TAGS = ["projects"]
Name = Annotated[str, Meta(min_length=1, max_length=120)]
Note = Annotated[str, Meta(max_length=500)]


class NewProject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A project to make. What is left out gets a sensible start and can be changed later."""

    name: Name
    description: Annotated[str, Meta(max_length=5000)] = ""
    modality: Annotated[str, Meta(max_length=30)] = "image"
    ontology: Ontology | None = None
    guideline: Annotated[str, Meta(max_length=1_000_000)] = ""
    pipeline: Pipeline | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] = 0
    workforce_ids: Annotated[list[WorkforceId], Meta(max_length=100)] = []


class ProjectChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change; what is left out stays."""

    name: Name | None = None
    description: Annotated[str, Meta(max_length=5000)] | None = None
    state: ProjectState | None = None
    priority: Annotated[int, Meta(ge=-1000, le=1000)] | None = None
    pipeline: Pipeline | None = None


class NewOntology(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new version: the document, or the same as YAML or JSON text."""

    document: Ontology | None = None
    text: Annotated[str, Meta(max_length=5_000_000)] | None = None
    note: Note = ""


class NewGuideline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A new version of the written rules, in Markdown."""

    markdown: Annotated[str, Meta(max_length=1_000_000)]
    note: Note = ""


class Workforces(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The workforces that may work on a project."""

    workforce_ids: Annotated[list[WorkforceId], Meta(max_length=100)]


@post("/api/v1/projects", operation_id="create_project", tags=TAGS)
async def create_project(request: Req, data: NewProject) -> Project:
    """Makes a project, in state draft."""
    async with work(request, Permission.PROJECT_WRITE) as tx:
        return await service.create(
            tx, data.name, modality=data.modality, description=data.description, ontology=data.ontology,
            guideline=data.guideline, pipeline=data.pipeline, priority=data.priority, workforce_ids=data.workforce_ids,
        )  # fmt: skip


@get("/api/v1/projects", operation_id="list_projects", tags=TAGS)
async def list_projects(
    request: Req,
    limit: Limit = 50,
    after: After = None,
    in_state: Annotated[ProjectState | None, Parameter(query="state")] = None,
) -> Page[Project]:
    """The organisation's projects, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        rows = await service.page(tx, ProjectId(after_id(after)) if after else None, in_state, limit)
        return page_of(rows, limit, lambda project: str(project.id))


@get("/api/v1/projects/{project_id:uuid}", operation_id="get_project", tags=TAGS)
async def get_project(request: Req, project_id: ProjectId) -> Project:
    """One project."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.get(tx, project_id)


@patch("/api/v1/projects/{project_id:uuid}", operation_id="change_project", tags=TAGS)
async def change_project(request: Req, project_id: ProjectId, data: ProjectChange) -> Project:
    """Changes name, description, state, priority or pipeline."""
    async with work(request, Permission.PROJECT_WRITE) as tx:
        wanted = service.Change(**msgspec.structs.asdict(data))
        return await service.change(tx, project_id, wanted)


@put("/api/v1/projects/{project_id:uuid}/ontology", operation_id="save_ontology", tags=TAGS)
async def save_ontology(request: Req, project_id: ProjectId, data: NewOntology) -> OntologyVersion:
    """Saves a new version of the ontology and puts it in force. Send `document`, or `text` as YAML or JSON."""
    document = data.document if data.document is not None else text.read_text(data.text or "")
    async with work(request, Permission.PROJECT_WRITE) as tx:
        return await service.save_ontology(tx, project_id, document, data.note)


@get("/api/v1/projects/{project_id:uuid}/ontology", operation_id="get_ontology", tags=TAGS)
async def get_ontology(request: Req, project_id: ProjectId, version: int | None = None) -> OntologyVersion:
    """The ontology in force, or a named version."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.ontology(tx, project_id, version)


@get(
    "/api/v1/projects/{project_id:uuid}/ontology.yaml",
    operation_id="get_ontology_yaml", tags=TAGS, media_type="application/yaml",
    responses={200: ResponseSpec(Ontology, generate_examples=False, media_type="application/yaml")},
)  # fmt: skip
async def get_ontology_yaml(request: Req, project_id: ProjectId, version: int | None = None) -> Response[str]:
    """The ontology as YAML, to keep beside code."""
    async with work(request, Permission.PROJECT_READ) as tx:
        found = await service.ontology(tx, project_id, version)
    return Response(text.to_yaml(found.document), media_type="application/yaml; charset=utf-8")


@get("/api/v1/projects/{project_id:uuid}/ontologies", operation_id="list_ontologies", tags=TAGS)
async def list_ontologies(request: Req, project_id: ProjectId) -> list[VersionInfo]:
    """All versions of the ontology, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.ontology_versions(tx, project_id)


@put("/api/v1/projects/{project_id:uuid}/guideline", operation_id="save_guideline", tags=TAGS)
async def save_guideline(request: Req, project_id: ProjectId, data: NewGuideline) -> GuidelineVersion:
    """Saves a new version of the guideline and puts it in force."""
    async with work(request, Permission.PROJECT_WRITE) as tx:
        return await service.save_guideline(tx, project_id, data.markdown, data.note)


@get("/api/v1/projects/{project_id:uuid}/guideline", operation_id="get_guideline", tags=TAGS)
async def get_guideline(request: Req, project_id: ProjectId, version: int | None = None) -> GuidelineVersion:
    """The guideline in force, or a named version, as Markdown and as clean HTML."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.guideline(tx, project_id, version)


@get("/api/v1/projects/{project_id:uuid}/guidelines", operation_id="list_guidelines", tags=TAGS)
async def list_guidelines(request: Req, project_id: ProjectId) -> list[VersionInfo]:
    """All versions of the guideline, newest first."""
    async with work(request, Permission.PROJECT_READ) as tx:
        return await service.guideline_versions(tx, project_id)


@put("/api/v1/projects/{project_id:uuid}/workforces", operation_id="set_project_workforces", tags=TAGS)
async def set_project_workforces(request: Req, project_id: ProjectId, data: Workforces) -> Project:
    """Says which workforces may work on the project."""
    async with work(request, Permission.PROJECT_WRITE) as tx:
        return await service.set_workforces(tx, project_id, data.workforce_ids)


ROUTES = [
    create_project, list_projects, get_project, change_project, save_ontology, get_ontology, get_ontology_yaml,
    list_ontologies, save_guideline, get_guideline, list_guidelines, set_project_workforces,
]  # fmt: skip
