"""What the server answers with. Most types are the packages' own `model.py`; those that only routes put together, or
that lie beside code which needs the server's packages, are written here again, and a test holds the two together.
"""

from datetime import datetime
from typing import Any, Generic, TypeVar, cast

import msgspec

from fairmark.assets.imports.model import Import as Import
from fairmark.assets.imports.model import ImportFault as ImportFault
from fairmark.assets.imports.model import ImportState as ImportState
from fairmark.assets.imports.model import LabelFormat as LabelFormat
from fairmark.assets.imports.model import ManifestFormat as ManifestFormat
from fairmark.assets.model import Added as Added
from fairmark.assets.model import AddedItem as AddedItem
from fairmark.assets.model import AssetState as AssetState
from fairmark.assets.model import AssetView as AssetView
from fairmark.assets.model import Batch as Batch
from fairmark.assets.model import BatchState as BatchState
from fairmark.assets.model import ItemView as ItemView
from fairmark.assets.model import Problem as Problem
from fairmark.assets.model import RowProblem as RowProblem
from fairmark.assets.uploads.model import KnownAnswer as KnownAnswer
from fairmark.assets.uploads.model import Purpose as Purpose
from fairmark.assets.uploads.model import Upload as Upload
from fairmark.assets.uploads.model import Uploads as Uploads
from fairmark.assets.uploads.model import UploadState as UploadState
from fairmark.delivery.model import Delivery as Delivery
from fairmark.delivery.model import DeliveryState as DeliveryState
from fairmark.delivery.model import EventOut as EventOut
from fairmark.delivery.model import EventPage as EventPage
from fairmark.delivery.model import Export as Export
from fairmark.delivery.model import ExportOptions as ExportOptions
from fairmark.delivery.model import ExportReport as ExportReport
from fairmark.delivery.model import ExportState as ExportState
from fairmark.delivery.model import FormatOut as FormatOut
from fairmark.delivery.model import ResultOut as ResultOut
from fairmark.delivery.model import Split as Split
from fairmark.delivery.model import Webhook as Webhook
from fairmark.delivery.model import WebhookWithSecret as WebhookWithSecret
from fairmark.identity.administration.model import Access as Access
from fairmark.identity.administration.model import PersonDetail as PersonDetail
from fairmark.identity.administration.model import PersonLine as PersonLine
from fairmark.identity.model import Belonging as Belonging
from fairmark.identity.model import Invitation as Invitation
from fairmark.identity.model import Key as Key
from fairmark.identity.model import Member as Member
from fairmark.identity.model import Organisation as Organisation
from fairmark.identity.model import Peek as Peek
from fairmark.identity.model import Person as Person
from fairmark.identity.model import Session as Session
from fairmark.kernel.actor import MemberRole as MemberRole
from fairmark.kernel.actor import Mode as Mode
from fairmark.kernel.actor import Permission as Permission
from fairmark.kernel.actor import Scope as Scope
from fairmark.kernel.actor import WorkRole as WorkRole
from fairmark.kernel.ids import AssignmentId, BatchId, ItemId, OrgId, ProjectId, ResultId, ReviewId, TaskId
from fairmark.ontology.model import Annotation as Annotation
from fairmark.ontology.model import Field as Field
from fairmark.ontology.model import FieldValue as FieldValue
from fairmark.ontology.model import ItemClass as ItemClass
from fairmark.ontology.model import Link as Link
from fairmark.ontology.model import Mark as Mark
from fairmark.ontology.model import Ontology as Ontology
from fairmark.ontology.model import Option as Option
from fairmark.ontology.model import Source as Source
from fairmark.ontology.model import When as When
from fairmark.projects.model import GuidelineVersion as GuidelineVersion
from fairmark.projects.model import LabelStage as LabelStage
from fairmark.projects.model import OntologyVersion as OntologyVersion
from fairmark.projects.model import Overlap as Overlap
from fairmark.projects.model import Pipeline as Pipeline
from fairmark.projects.model import Project as Project
from fairmark.projects.model import ProjectState as ProjectState
from fairmark.projects.model import ReviewStage as ReviewStage
from fairmark.projects.model import Target as Target
from fairmark.projects.model import VersionInfo as VersionInfo
from fairmark.quality.cases.model import Case as Case
from fairmark.quality.cases.model import CaseDecision as CaseDecision
from fairmark.quality.cases.model import CaseDetail as CaseDetail
from fairmark.quality.cases.model import CaseState as CaseState
from fairmark.quality.gold.model import Gold as Gold
from fairmark.quality.gold.model import GoldDetail as GoldDetail
from fairmark.quality.gold.model import GoldMade as GoldMade
from fairmark.quality.gold.model import GoldOrigin as GoldOrigin
from fairmark.quality.gold.model import GoldState as GoldState
from fairmark.quality.judging.model import Inspection as Inspection
from fairmark.quality.model import Progress as Progress
from fairmark.quality.model import Tile as Tile
from fairmark.quality.people.model import Feedback as Feedback
from fairmark.quality.people.model import WorkerLine as WorkerLine
from fairmark.quality.people.model import WorkerQuality as WorkerQuality
from fairmark.quality.reports.model import AgreementReport as AgreementReport
from fairmark.quality.reports.model import ConfidenceReport as ConfidenceReport
from fairmark.quality.reports.model import ConfusionExample as ConfusionExample
from fairmark.quality.reports.model import ConfusionReport as ConfusionReport
from fairmark.quality.reports.model import Disagreement as Disagreement
from fairmark.quality.reports.model import Overview as Overview
from fairmark.quality.reports.model import Plan as Plan
from fairmark.quality.reports.model import QualityOverTime as QualityOverTime
from fairmark.quality.reports.model import SliceKind as SliceKind
from fairmark.scale_api.model import CallbackAccount as CallbackAccount
from fairmark.scale_api.model import CallbackAnswer as CallbackAnswer
from fairmark.tasks.model import Assignment as Assignment
from fairmark.tasks.model import BlindReview as BlindReview
from fairmark.tasks.model import BlindSubmission as BlindSubmission
from fairmark.tasks.model import Claim as Claim
from fairmark.tasks.model import ClaimWish as ClaimWish
from fairmark.tasks.model import Decision as Decision
from fairmark.tasks.model import DraftCopy as DraftCopy
from fairmark.tasks.model import Kind as Kind
from fairmark.tasks.model import Lease as Lease
from fairmark.tasks.model import Media as Media
from fairmark.tasks.model import NewerDraft as NewerDraft
from fairmark.tasks.model import Origin as Origin
from fairmark.tasks.model import Question as Question
from fairmark.tasks.model import Receipt as Receipt
from fairmark.tasks.model import Result as Result
from fairmark.tasks.model import Submission as Submission
from fairmark.tasks.model import TaskState as TaskState
from fairmark.tasks.model import TurnState as TurnState
from fairmark.tasks.samples.model import ReviewSample as ReviewSample
from fairmark.tasks.samples.model import SampleOf as SampleOf
from fairmark.tasks.threads.model import Comment as Comment
from fairmark.tasks.threads.model import Place as Place
from fairmark.tasks.threads.model import Speaker as Speaker
from fairmark.tasks.threads.model import Thread as Thread
from fairmark.workforce.model import Placed as Placed
from fairmark.workforce.model import Worker as Worker
from fairmark.workforce.model import Workforce as Workforce

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list; `next` says where the next part starts."""

    rows: list[T]
    next: str | None = None


def page_of(row: type[T]) -> type[Page[T]]:
    """The type of a page of `row`, which only a value can name here."""
    generic: Any = Page
    return cast("type[Page[T]]", generic[row])


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """A person and what they are to which organisations. closed: where all has ended for them; they can open none."""

    person: Person
    organisations: list[Belonging]
    closed: list[Belonging]


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """A session begun; the client that began it uses its token already."""

    token: str
    csrf: str
    me: Me


class FirstStartNeeded(msgspec.Struct, frozen=True):
    """Whether the installation still has no administrator."""

    needed: bool


class InvitationMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new invitation. Its token is shown this once; url: the page to give away."""

    invitation: Invitation
    token: str
    url: str


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """The organisation that one is part of now. signed_in: of somebody new."""

    organisation_id: OrgId
    me: Me
    signed_in: SignedIn | None = None


class KeyMade(msgspec.Struct, frozen=True, kw_only=True):
    """A new key. Its secret is shown this once."""

    key: Key
    secret: str


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller may do in the organisation that they asked for, or in none."""

    organisation_id: OrgId | None
    mode: Mode
    permissions: list[Permission]


class DraftKept(msgspec.Struct, frozen=True):
    """The newest sequence number of a draft that the server has."""

    seq: int


class WorkOffer(msgspec.Struct, frozen=True, kw_only=True):
    """A project as a worker sees it before starting. median_ms: active time of a task. why_not: what keeps you away."""

    project_id: ProjectId
    name: str
    description: str
    customer: str
    modality: str
    to_label: int
    to_review: int
    can_review: bool
    median_ms: int | None
    done_by_me: int
    missing_skills: list[str]
    why_not: str | None


class Rules(msgspec.Struct, frozen=True):
    """What an assignment is done by. modality: which editor it is done in."""

    modality: str
    ontology: Ontology
    ontology_version: int
    guideline_html: str
    guideline_version: int
    project_name: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A task's line."""

    id: TaskId
    item_id: ItemId
    batch_id: BatchId
    state: TaskState
    stage: int
    round: int
    priority: int
    due_at: datetime | None
    note: str | None
    agreement: float | None
    confidence: float | None
    result_id: ResultId | None
    external_id: str | None
    name: str
    created_at: datetime
    updated_at: datetime


class TurnLine(msgspec.Struct, frozen=True, kw_only=True):
    """One turn in a task's history. worker: their pseudonym."""

    id: AssignmentId
    kind: Kind
    stage: int
    round: int
    state: TurnState
    worker: str
    leased_at: datetime
    closed_at: datetime | None
    active_ms: int
    reason: str | None


class ReviewLine(msgspec.Struct, frozen=True, kw_only=True):
    """One review in a task's history. reviewer: their pseudonym; None for a member of the organisation."""

    id: ReviewId
    reviewer: str | None
    round: int
    decision: Decision
    reasons: list[str]
    comment: str
    annotation: Annotation | None
    created_at: datetime


class EventLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event in a task's history."""

    at: datetime
    type: str
    actor: str
    data: dict[str, Any]


class History(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one task."""

    task: Task
    project_id: ProjectId
    meta: dict[str, Any]
    media: list[Media]
    turns: list[TurnLine]
    submissions: list[Submission]
    reviews: list[ReviewLine]
    results: list[Result]
    agreement_detail: dict[str, Any]
    merged: Annotation | None
    events: list[EventLine]
