# Made from aio/projects.py by `python -m tests.client.mirror`: change that file, not this one.
"""Projects: what to say about which items, and how; and how it is going."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from fairmark.client.documents import ontology_fields, text_of
from fairmark.client.errors import NotFound
from fairmark.client.model import (
    GuidelineVersion,
    Ontology,
    OntologyVersion,
    Pipeline,
    Progress,
    Project,
    ProjectState,
    TaskState,
    Tile,
    VersionInfo,
)
from fairmark.client.requests import Id
from fairmark.client.sync.transport import Transport


class Projects(Transport):
    """Jobs and the versions of their rules."""

    def create_project(
        self,
        name: str,
        *,
        description: str | None = None,
        modality: str = "image",
        ontology: Ontology | Mapping[str, Any] | Path | str | None = None,
        guideline: Path | str | None = None,
        pipeline: Pipeline | Mapping[str, Any] | None = None,
        priority: int | None = None,
        workforce_ids: Sequence[Id] | None = None,
    ) -> Project:
        """Makes a project, in state draft. ontology: the document, or a YAML or JSON file's path, or such text.

        guideline: Markdown, or the path of a file with it.
        """
        fields = {} if ontology is None else ontology_fields(ontology)
        body = {
            "name": name,
            "description": description,
            "modality": modality,
            "ontology": fields.get("document"),
            "guideline": None if guideline is None else text_of(guideline),
            "pipeline": pipeline,
            "priority": priority,
            "workforce_ids": None if workforce_ids is None else list(workforce_ids),
        }
        project = self.request("POST", "/projects", Project, body=body)
        if "text" not in fields:
            return project
        # The server reads YAML; a new project takes only the document.
        self.request("PUT", f"/projects/{project.id}/ontology", OntologyVersion, body=fields)
        return self.get_project(project.id)

    def list_projects(self, *, state: ProjectState | None = None, limit: int | None = None) -> Iterator[Project]:
        """The organisation's projects, newest first."""
        return self._pages("/projects", Project, limit, {"state": state})

    def get_project(self, project_id: Id) -> Project:
        """One project."""
        return self.request("GET", f"/projects/{project_id}", Project)

    def find_project(self, name_or_id: Id) -> Project:
        """The project of this id or of exactly this name. Raises NotFound."""
        try:
            return self.get_project(UUID(str(name_or_id)))
        except ValueError:
            for project in self.list_projects():
                if project.name == name_or_id:
                    return project
        raise NotFound(
            f"There is no project named '{name_or_id}'.",
            code="no_such_project",
            status=404,
            mend="List the projects; a test key sees only projects that a test key made.",
        )

    def change_project(
        self,
        project_id: Id,
        *,
        name: str | None = None,
        description: str | None = None,
        state: ProjectState | None = None,
        priority: int | None = None,
        pipeline: Pipeline | Mapping[str, Any] | None = None,
    ) -> Project:
        """Changes what is given."""
        body = {
            "name": name,
            "description": description,
            "state": state,
            "priority": priority,
            "pipeline": pipeline,
        }
        return self.request("PATCH", f"/projects/{project_id}", Project, body=body)

    def activate_project(self, project_id: Id) -> Project:
        """Gives the project's work to its workforces from now on."""
        return self.change_project(project_id, state=ProjectState.ACTIVE)

    def set_project_workforces(self, project_id: Id, workforce_ids: Sequence[Id]) -> Project:
        """Says which workforces may work on the project."""
        body = {"workforce_ids": list(workforce_ids)}
        return self.request("PUT", f"/projects/{project_id}/workforces", Project, body=body)

    def save_ontology(
        self, project_id: Id, ontology: Ontology | Mapping[str, Any] | Path | str, *, note: str = ""
    ) -> OntologyVersion:
        """Saves a new version of the ontology and puts it in force. It may be the document, a YAML or JSON file's path,
        or such text.
        """
        body = {**ontology_fields(ontology), "note": note}
        return self.request("PUT", f"/projects/{project_id}/ontology", OntologyVersion, body=body)

    def get_ontology(self, project_id: Id, *, version: int | None = None) -> OntologyVersion:
        """The ontology in force, or a named version."""
        params = {"version": version}
        return self.request("GET", f"/projects/{project_id}/ontology", OntologyVersion, params=params)

    def get_ontology_yaml(self, project_id: Id, *, version: int | None = None) -> str:
        """The ontology as YAML, to keep beside code."""
        path = f"/api/v1/projects/{project_id}/ontology.yaml"
        return (self._send("GET", path, params={"version": version})).text

    def list_ontologies(self, project_id: Id) -> list[VersionInfo]:
        """All versions of the ontology, newest first."""
        return self.request("GET", f"/projects/{project_id}/ontologies", list[VersionInfo])

    def save_guideline(self, project_id: Id, guideline: Path | str, *, note: str = "") -> GuidelineVersion:
        """Saves a new version of the guideline and puts it in force: Markdown, or the path of a file with it."""
        body = {"markdown": text_of(guideline), "note": note}
        return self.request("PUT", f"/projects/{project_id}/guideline", GuidelineVersion, body=body)

    def get_guideline(self, project_id: Id, *, version: int | None = None) -> GuidelineVersion:
        """The guideline in force, or a named version, as Markdown and as clean HTML."""
        params = {"version": version}
        return self.request("GET", f"/projects/{project_id}/guideline", GuidelineVersion, params=params)

    def list_guidelines(self, project_id: Id) -> list[VersionInfo]:
        """All versions of the guideline, newest first."""
        return self.request("GET", f"/projects/{project_id}/guidelines", list[VersionInfo])

    def get_progress(self, project_id: Id) -> Progress:
        """How the project is doing: states, agreement, throughput, time, people."""
        return self.request("GET", f"/projects/{project_id}/progress", Progress)

    def explore(
        self,
        project_id: Id,
        *,
        states: Sequence[TaskState] | None = None,
        in_review: bool | None = None,
        batch_id: Id | None = None,
        class_id: str | None = None,
        agreement_min: float | None = None,
        agreement_max: float | None = None,
        worker: str | None = None,
        words: str | None = None,
        limit: int | None = None,
    ) -> Iterator[Tile]:
        """The project's items with their annotations, filtered, oldest first. worker: an alias. words: in the name."""
        params = {
            "states": states,
            "in_review": in_review,
            "batch_id": batch_id,
            "class_id": class_id,
            "agreement_min": agreement_min,
            "agreement_max": agreement_max,
            "worker": worker,
            "words": words,
        }
        return self._pages(f"/projects/{project_id}/explore", Tile, limit, params)
