"""The only file that runs this package's statements: rows in, model out."""

from typing import Any

from fairmark.kernel import json, sql
from fairmark.kernel.actor import Mode
from fairmark.kernel.db import Tx
from fairmark.kernel.ids import ProjectId, WorkerId, WorkforceId
from fairmark.ontology.model import Ontology
from fairmark.projects.model import GuidelineVersion, OntologyVersion, Pipeline, Project, ProjectState, VersionInfo

q = sql.load(__file__)


async def insert(tx: Tx, project: Project) -> bool:
    """False if the name is taken."""
    touched = await tx.run(
        q.insert_project, org_id=tx.org_id, id=project.id, mode=project.mode, name=project.name,
        description=project.description, modality=project.modality, state=project.state, priority=project.priority,
        pipeline=json.encode(project.pipeline), created_by=tx.actor.person_id, now=tx.now,
    )  # fmt: skip
    return touched == 1


async def get(tx: Tx, project_id: ProjectId) -> Project | None:
    row = await tx.maybe(q.get_project, org_id=tx.org_id, id=project_id, mode=tx.actor.mode)
    return _project(row) if row else None


async def page(tx: Tx, after: ProjectId | None, state: ProjectState | None, limit: int) -> list[Project]:
    rows = await tx.all(q.list_projects, org_id=tx.org_id, mode=tx.actor.mode, after=after, state=state, limit=limit)
    return [_project(row) for row in rows]


async def lock(tx: Tx, project_id: ProjectId) -> Any | None:
    """state, name and versions in force, locked until the transaction ends."""
    return await tx.maybe(q.lock_project, org_id=tx.org_id, id=project_id, mode=tx.actor.mode)


async def update(tx: Tx, project: Project) -> None:
    await tx.run(
        q.update_project, org_id=tx.org_id, id=project.id, name=project.name, description=project.description,
        state=project.state, priority=project.priority, pipeline=json.encode(project.pipeline), now=tx.now,
    )  # fmt: skip


async def name_taken(tx: Tx, project_id: ProjectId, name: str) -> bool:
    return bool(await tx.value(q.name_taken, org_id=tx.org_id, mode=tx.actor.mode, name=name, id=project_id))


async def insert_ontology(tx: Tx, project_id: ProjectId, version: int, document: Ontology, note: str) -> None:
    await tx.run(q.insert_ontology, org_id=tx.org_id, project_id=project_id, version=version,
                 document=json.encode(document), note=note, created_by=tx.actor.person_id, now=tx.now)  # fmt: skip


async def insert_guideline(tx: Tx, project_id: ProjectId, version: int, markdown: str, note: str) -> None:
    await tx.run(q.insert_guideline, org_id=tx.org_id, project_id=project_id, version=version, markdown=markdown,
                 note=note, created_by=tx.actor.person_id, now=tx.now)  # fmt: skip


async def use_versions(tx: Tx, project_id: ProjectId, ontology_version: int, guideline_version: int) -> None:
    await tx.run(q.use_versions, org_id=tx.org_id, id=project_id, ontology_version=ontology_version,
                 guideline_version=guideline_version, now=tx.now)  # fmt: skip


async def get_ontology(tx: Tx, project_id: ProjectId, version: int) -> OntologyVersion | None:
    row = await tx.maybe(q.get_ontology, org_id=tx.org_id, project_id=project_id, version=version)
    if row is None:
        return None
    document = json.decode(row["document"], type=Ontology)
    return OntologyVersion(version=version, document=document, note=row["note"], created_at=row["created_at"])


async def get_guideline(tx: Tx, project_id: ProjectId, version: int, html: Any) -> GuidelineVersion | None:
    """html: the function that renders Markdown."""
    row = await tx.maybe(q.get_guideline, org_id=tx.org_id, project_id=project_id, version=version)
    if row is None:
        return None
    return GuidelineVersion(version=version, markdown=row["markdown"], html=html(row["markdown"]), note=row["note"],
                            created_at=row["created_at"])  # fmt: skip


async def ontology_versions(tx: Tx, project_id: ProjectId) -> list[VersionInfo]:
    return [VersionInfo(**row) for row in await tx.all(q.list_ontologies, org_id=tx.org_id, project_id=project_id)]


async def guideline_versions(tx: Tx, project_id: ProjectId) -> list[VersionInfo]:
    return [VersionInfo(**row) for row in await tx.all(q.list_guidelines, org_id=tx.org_id, project_id=project_id)]


async def leads_project(tx: Tx, project_id: ProjectId, worker_id: WorkerId) -> bool:
    """Whether the worker leads a workforce that is assigned to the project."""
    return await tx.value(q.leads_project, org_id=tx.org_id, project_id=project_id, worker_id=worker_id)


async def set_workforces(tx: Tx, project_id: ProjectId, workforce_ids: list[WorkforceId]) -> int:
    """Replaces the workforces; returns how many of the ids the organisation has."""
    await tx.run(q.clear_workforces, org_id=tx.org_id, project_id=project_id)
    return await tx.run(q.insert_workforces, org_id=tx.org_id, project_id=project_id, workforce_ids=workforce_ids)


def _project(row: Any) -> Project:
    return Project(
        id=row["id"], mode=Mode(row["mode"]), name=row["name"], description=row["description"],
        modality=row["modality"], state=ProjectState(row["state"]), priority=row["priority"],
        pipeline=json.decode(row["pipeline"], type=Pipeline), ontology_version=row["ontology_version"],
        guideline_version=row["guideline_version"], workforce_ids=list(row["workforce_ids"]),
        created_at=row["created_at"], updated_at=row["updated_at"],
    )  # fmt: skip
