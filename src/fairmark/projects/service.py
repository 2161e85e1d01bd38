"""One function per use case: load, decide, save, announce."""

import msgspec

from fairmark.kernel import events as log
from fairmark.kernel.actor import Permission, allowed
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import Forbidden
from fairmark.kernel.ids import ProjectId, WorkforceId, new_id
from fairmark.modalities import MODALITIES
from fairmark.ontology.model import Ontology
from fairmark.projects import events, rules, store
from fairmark.projects.markdown import render
from fairmark.projects.model import (
    GuidelineVersion,
    NameTaken,
    NoSuchVersion,
    NoSuchWorkforce,
    OntologyVersion,
    Pipeline,
    Project,
    ProjectState,
    UnknownModality,
    VersionInfo,
    no_such_project,
)


async def create(
    tx: Tx,
    name: str,
    *,
    modality: str = "image",
    description: str = "",
    ontology: Ontology | None = None,
    guideline: str = "",
    pipeline: Pipeline | None = None,
    priority: int = 0,
    workforce_ids: list[WorkforceId] | None = None,
) -> Project:
    """A new project in state draft. Raises NameTaken, BadOntology, BadPipeline, UnknownModality, NoSuchWorkforce."""
    ontology, pipeline = ontology or Ontology(), pipeline or Pipeline()
    rules.check_pipeline(pipeline)
    rules.check_ontology_document(ontology, kinds_of(modality))
    project = Project(
        id=ProjectId(new_id()), mode=tx.actor.mode, name=name, description=description, modality=modality,
        state=ProjectState.DRAFT, priority=priority, pipeline=pipeline, ontology_version=1, guideline_version=1,
        workforce_ids=workforce_ids or [], created_at=tx.now, updated_at=tx.now,
    )  # fmt: skip
    if not await store.insert(tx, project):
        raise _name_taken(name)
    await store.insert_ontology(tx, project.id, 1, ontology, "")
    await store.insert_guideline(tx, project.id, 1, guideline, "")
    if workforce_ids:
        await _set_workforces(tx, project.id, workforce_ids)
    await log.announce(tx, events.ProjectCreated(project_id=project.id, name=name))
    return project


async def get(tx: Tx, project_id: ProjectId) -> Project:
    """Raises NoSuchProject."""
    project = await store.get(tx, project_id)
    if project is None:
        raise no_such_project(project_id)
    return project


async def page(tx: Tx, after: ProjectId | None, state: ProjectState | None, limit: int) -> list[Project]:
    """Newest first, at most `limit` + 1, to tell whether there are more."""
    return await store.page(tx, after, state, limit + 1)


class Change(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a project; what is left out stays."""

    name: str | None = None
    description: str | None = None
    state: ProjectState | None = None
    priority: int | None = None
    pipeline: Pipeline | None = None


async def change(tx: Tx, project_id: ProjectId, wanted: Change) -> Project:
    """Raises NoSuchProject, NameTaken, BadPipeline, ProjectArchived, Invalid."""
    if await store.lock(tx, project_id) is None:
        raise no_such_project(project_id)
    old = await get(tx, project_id)
    rules.check_open(old.state)
    changes = {name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not None}
    new = msgspec.structs.replace(old, **changes, updated_at=tx.now)
    rules.check_state(old.state, new.state)
    rules.check_pipeline(new.pipeline)
    if new.name != old.name and await store.name_taken(tx, project_id, new.name):
        raise _name_taken(new.name)
    await store.update(tx, new)
    changed = tuple(name for name in changes if getattr(old, name) != getattr(new, name))
    if changed:
        event = events.ProjectChanged(project_id=project_id, changed=changed, state=new.state)
        await log.announce(tx, event)
    return new


async def save_ontology(tx: Tx, project_id: ProjectId, document: Ontology, note: str = "") -> OntologyVersion:
    """A new version, in force at once for work that starts from now on. Raises NoSuchProject, BadOntology."""
    row = await store.lock(tx, project_id)
    if row is None:
        raise no_such_project(project_id)
    rules.check_open(ProjectState(row["state"]))
    rules.check_ontology_document(document, kinds_of(row["modality"]))
    newest = await store.ontology_versions(tx, project_id)
    version = newest[0].version + 1
    await store.insert_ontology(tx, project_id, version, document, note)
    await store.use_versions(tx, project_id, version, row["guideline_version"])
    await log.announce(tx, events.OntologySaved(project_id=project_id, version=version))
    return OntologyVersion(version=version, document=document, note=note, created_at=tx.now)


async def save_guideline(tx: Tx, project_id: ProjectId, markdown: str, note: str = "") -> GuidelineVersion:
    """A new version of the written rules, in force at once. Raises NoSuchProject."""
    row = await store.lock(tx, project_id)
    if row is None:
        raise no_such_project(project_id)
    rules.check_open(ProjectState(row["state"]))
    newest = await store.guideline_versions(tx, project_id)
    version = newest[0].version + 1
    await store.insert_guideline(tx, project_id, version, markdown, note)
    await store.use_versions(tx, project_id, row["ontology_version"], version)
    await log.announce(tx, events.GuidelineSaved(project_id=project_id, version=version))
    return GuidelineVersion(version=version, markdown=markdown, html=render(markdown), note=note, created_at=tx.now)


async def ontology(tx: Tx, project_id: ProjectId, version: int | None = None) -> OntologyVersion:
    """The version in force, or the one named. Raises NoSuchProject, NoSuchVersion."""
    if version is None:
        version = (await get(tx, project_id)).ontology_version
    found = await store.get_ontology(tx, project_id, version)
    if found is None:
        raise _no_such_version(version)
    return found


async def guideline(tx: Tx, project_id: ProjectId, version: int | None = None) -> GuidelineVersion:
    """The version in force, or the one named. Raises NoSuchProject, NoSuchVersion."""
    if version is None:
        version = (await get(tx, project_id)).guideline_version
    found = await store.get_guideline(tx, project_id, version, render)
    if found is None:
        raise _no_such_version(version)
    return found


async def ontology_versions(tx: Tx, project_id: ProjectId) -> list[VersionInfo]:
    """Newest first. Raises NoSuchProject."""
    await get(tx, project_id)
    return await store.ontology_versions(tx, project_id)


async def guideline_versions(tx: Tx, project_id: ProjectId) -> list[VersionInfo]:
    """Newest first. Raises NoSuchProject."""
    await get(tx, project_id)
    return await store.guideline_versions(tx, project_id)


async def get_to_look(tx: Tx, project_id: ProjectId) -> Project:
    """A project whose items and answers the actor may look through: whoever may read the organisation's data, and who
    leads a workforce that is assigned to it.

    A lead already sees each task of the queue they look after; to find what goes wrong they must see many at once. What
    carries data away (results, exports, events) stays with the customer's side: that is `data.read`, which no lead has.
    Raises NoSuchProject, Forbidden.
    """
    project = await get(tx, project_id)
    worker_id = tx.actor.worker_id
    if allowed(tx.actor, Permission.DATA_READ):
        return project
    if worker_id is None or not await store.leads_project(tx, project_id, worker_id):
        raise Forbidden(
            "You may not look through the items of this project: no workforce that you lead is assigned to it.",
            mend="Ask a manager of the organisation to assign your workforce in the project's setup.",
            permission=Permission.DATA_READ.value,
        )
    return project


async def set_workforces(tx: Tx, project_id: ProjectId, workforce_ids: list[WorkforceId]) -> Project:
    """Who may work on the project from now on. Raises NoSuchProject, NoSuchWorkforce."""
    project = await get(tx, project_id)
    rules.check_open(project.state)
    await _set_workforces(tx, project_id, workforce_ids)
    changed = events.ProjectChanged(project_id=project_id, changed=("workforces",), state=project.state)
    await log.announce(tx, changed)
    return msgspec.structs.replace(project, workforce_ids=sorted(set(workforce_ids)))


def kinds_of(modality: str) -> frozenset[str]:
    """The mark kinds of a modality. Raises UnknownModality."""
    if modality not in MODALITIES:
        raise UnknownModality(
            f"'{modality}' is no modality here.", mend=f"Use one of: {', '.join(sorted(MODALITIES))}."
        )
    return frozenset(MODALITIES[modality].kinds)


async def _set_workforces(tx: Tx, project_id: ProjectId, workforce_ids: list[WorkforceId]) -> None:
    wanted = list(dict.fromkeys(workforce_ids))
    if await store.set_workforces(tx, project_id, wanted) != len(wanted):
        raise NoSuchWorkforce("A workforce in the list is not in this organisation.", mend="Check the ids.")


def _name_taken(name: str) -> NameTaken:
    return NameTaken(f"There is a project named '{name}' already.", mend="Choose another name.")


def _no_such_version(version: int) -> NoSuchVersion:
    return NoSuchVersion(f"There is no version {version}.", mend="List the versions to see which there are.")
