"""A project's types: the pipeline as data, versions of ontology and guideline, and what can be wrong with them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fairmark.kernel.actor import Mode
from fairmark.kernel.errors import Conflict, Invalid, NotFound
from fairmark.kernel.ids import ProjectId, WorkforceId
from fairmark.ontology.model import Ontology, Slug

STAGES_MAX = 10
OVERLAP_MAX = 50

Share = Annotated[float, Meta(ge=0, le=1)]
LeaseSeconds = Annotated[int, Meta(ge=30, le=86_400)]
Skills = Annotated[tuple[Slug, ...], Meta(max_length=50)]


class ProjectState(StrEnum):
    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A confidence of its own for one class, question, or option of a question ("question=option")."""

    of: Annotated[str, Meta(min_length=1, max_length=130)]
    confidence: Share


class Overlap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many different workers label a task: at least `min`, one more at a time up to `max` until sure enough.

    target: the confidence that is sure enough; None: `min` submissions always do. targets: another confidence for
    some. price: gain in the chance to be right that one more submission has to bring; what a submission costs over
    what a right answer is worth. hopeless: a task that is not worth another submission and is no surer than this goes
    to an expert (a review stage that takes escalated tasks), if there is one. predictions: whether what an item came
    with counts as one more judge; leave it off where people start from it.
    """

    min: Annotated[int, Meta(ge=1, le=OVERLAP_MAX)] = 1
    max: Annotated[int, Meta(ge=1, le=OVERLAP_MAX)] = 1
    target: Share | None = None
    targets: Annotated[tuple[Target, ...], Meta(max_length=500)] = ()
    price: Share = 0.003
    hopeless: Share = 0.6
    predictions: bool = False


class Consensus(StrEnum):
    """How submissions become one answer: weighed by how good each person has proved to be, or by counting heads."""

    JUDGES = "judges"
    VOTES = "votes"


class Methods(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How each kind of answer is decided where judges are weighed; the names are those of `methods.truth.table`, which
    says what each learns of a judge. "majority" and "median" count heads, of that kind alone.

    categorical: one of several options, yes or no, a short scale. set: several options. number: amounts and long
    scales. text: what has no list of values. marks: which marks are there, and of what class.
    """

    categorical: Literal["hierarchical", "majority"] = "hierarchical"
    set: Literal["binary", "majority"] = "binary"
    number: Literal["bias-and-spread", "median"] = "bias-and-spread"
    text: Literal["one-coin", "medoid", "weave", "majority"] = "one-coin"
    marks: Literal["existence", "majority"] = "existence"


class LabelStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="label"):
    """People annotate the item, blind to each other.

    methods: of a stage whose consensus weighs judges; votes are counted alike for every kind of answer.
    skips_max: after so many people skipped a task it stands still and waits for the lead.
    """

    overlap: Overlap = Overlap()
    consensus: Consensus = Consensus.JUDGES
    methods: Methods = Methods()
    skills: Skills = ()
    lease_s: LeaseSeconds = 1800
    skips_max: Annotated[int, Meta(ge=1, le=100)] = 3


class OnReject(StrEnum):
    """What a rejection does: back to its author first, or to other people from scratch."""

    REWORK = "rework"
    RELABEL = "relabel"


class Sampling(StrEnum):
    """Which tasks a review stage draws: all alike, or more of those where a mistake is more likely."""

    EVEN = "even"
    RISK = "risk"


class ReviewStage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="kind", tag="review"):
    """Someone who did not label the task accepts, fixes or rejects what the stages before found.

    share: the part of tasks that is reviewed, drawn by the task's id. sampling: whether the draw goes where mistakes
    are expected; the share stays. below, agreement_below: tasks with less confidence, or whose submissions are less
    alike, are reviewed in any case. escalated: so are tasks about which more submissions would not help. rounds_max:
    after so many rejections the next one leaves the task to the lead.
    """

    share: Share = 1.0
    sampling: Sampling = Sampling.RISK
    escalated: bool = True
    below: Share | None = None
    agreement_below: Share | None = None
    on_reject: OnReject = OnReject.REWORK
    rounds_max: Annotated[int, Meta(ge=0, le=20)] = 3
    skills: Skills = ()
    lease_s: LeaseSeconds = 1800


Stage = LabelStage | ReviewStage


class GoldTurns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How often a worker's next task is one whose answer is known, as far as the project has such.

    rate_new: share of the turns of somebody of whom nothing is known. rate_known: of somebody well known. feedback:
    whether workers see afterwards what was right.
    """

    rate_new: Share = 0.2
    rate_known: Share = 0.02
    feedback: bool = True


class Pipeline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The way of a task: one label stage, then any number of reviews."""

    stages: Annotated[tuple[Stage, ...], Meta(min_length=1, max_length=STAGES_MAX)] = (LabelStage(),)
    gold: GoldTurns = GoldTurns()


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """One job: what to say about which items, and how."""

    id: ProjectId
    mode: Mode
    name: str
    description: str
    modality: str
    state: ProjectState
    priority: int
    pipeline: Pipeline
    ontology_version: int
    guideline_version: int
    workforce_ids: list[WorkforceId]
    created_at: datetime
    updated_at: datetime


class OntologyVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One saved state of a project's ontology."""

    version: int
    document: Ontology
    note: str
    created_at: datetime


class GuidelineVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One saved state of the written rules. html: the Markdown, rendered and cleaned of anything active."""

    version: int
    markdown: str
    html: str
    note: str
    created_at: datetime


class VersionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A version's line in the list of versions."""

    version: int
    note: str
    created_at: datetime


class NoSuchProject(NotFound):
    """No project with this id in this organisation and mode."""

    code = "no_such_project"


class NoSuchVersion(NotFound):
    """The project has no such version of its ontology or guideline."""

    code = "no_such_version"


class NoSuchWorkforce(NotFound):
    """A workforce that the organisation does not have."""

    code = "no_such_workforce"


class NameTaken(Conflict):
    """Another project of the organisation has this name."""

    code = "name_taken"


class BadOntology(Invalid):
    """The ontology contradicts itself; `fields.faults` says where."""

    code = "bad_ontology"


class BadPipeline(Invalid):
    """The pipeline's stages do not fit together."""

    code = "bad_pipeline"


class UnknownModality(Invalid):
    """A kind of media that this installation cannot label."""

    code = "unknown_modality"


class ProjectArchived(Conflict):
    """An archived project takes no more changes."""

    code = "project_archived"


def no_such_project(project_id: Any) -> NoSuchProject:
    return NoSuchProject(f"There is no project {project_id} here.", mend="Check the id, the organisation and the mode.")
