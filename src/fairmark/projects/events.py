"""What others may react to."""

from fairmark.kernel.events import Event


class ProjectCreated(Event, tag="project.created", frozen=True, kw_only=True):
    """A project was made."""

    name: str


class ProjectChanged(Event, tag="project.changed", frozen=True, kw_only=True):
    """Its name, state, priority, pipeline or workforces changed; `changed` names which."""

    changed: tuple[str, ...]
    state: str


class OntologySaved(Event, tag="ontology.saved", frozen=True, kw_only=True):
    """A new version of the ontology is in force."""

    version: int


class GuidelineSaved(Event, tag="guideline.saved", frozen=True, kw_only=True):
    """A new version of the guideline is in force."""

    version: int
