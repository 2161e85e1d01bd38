"""Gold as people see it, and what can go wrong with it."""

from datetime import datetime
from enum import StrEnum

import msgspec

from fairmark.kernel.errors import Conflict, Invalid, NotFound
from fairmark.kernel.ids import GoldId, ItemId, ProjectId, SubmissionId
from fairmark.ontology.model import Annotation
from fairmark.quality.model import ItemImage

ROWS_MAX = 1_000
"""Most rows of known answers in one request."""


class GoldState(StrEnum):
    """active: shown and counted. suspended: shown to nobody, its answers count for nobody, until a lead mends or frees
    it. retired: shown to nobody any more; what it told stays counted.
    """

    ACTIVE = "active"
    SUSPENDED = "suspended"
    RETIRED = "retired"


class GoldOrigin(StrEnum):
    """Where the known answer is from: answered by hand, imported, decided in review, agreed on by many."""

    HAND = "hand"
    IMPORT = "import"
    REVIEW = "review"
    CONSENSUS = "consensus"


class Suspicion(msgspec.Struct, frozen=True, kw_only=True):
    """Why a gold item should be looked at. kind: "ambiguous" (good people differ from it), "same_wrong_answer" (many
    give one and the same other answer), "too_fast" (people who were slow before are fast on it). strength: 0 to 1.
    text: in words, with the figures.
    """

    kind: str
    strength: float
    text: str


class Gold(msgspec.Struct, frozen=True, kw_only=True):
    """An item whose answer is known.

    shown: turns given out so far. answers: people who have answered, whether by such a turn or in ordinary work.
    score: mean of their scores, 0 to 1; None before the first. ambiguity: 0 to 1, chance that the known answer itself
    is doubtful. version: counts how often it was mended. thumbnail: signed address, good for minutes.
    """

    id: GoldId
    project_id: ProjectId
    item_id: ItemId
    external_id: str | None
    name: str
    state: GoldState
    origin: GoldOrigin
    annotation: Annotation
    explanation: str
    version: int
    note: str | None
    shown: int
    shown_at: datetime | None
    answers: int
    score: float | None
    ambiguity: float
    suspicions: list[Suspicion]
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]
    created_at: datetime
    updated_at: datetime


class GoldAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What one worker said about a gold item. score: 0 to 1. quality: 0 to 1, how good the worker is believed to be by
    everything else; None if little is known. same_as: how many others gave the same wrong answer.
    """

    submission_id: SubmissionId
    worker: str
    annotation: Annotation
    score: float
    faults: list[str]
    quality: float | None
    same_as: int
    active_ms: int
    at: datetime


class GoldDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A gold item with what people said, newest first, 200 at most."""

    gold: Gold
    answers: list[GoldAnswer]


class GoldMade(msgspec.Struct, frozen=True, kw_only=True):
    """What came of many rows. made: new gold. changed: gold that was there and has a new answer. same: had it."""

    made: int
    changed: int
    same: int
    faults: list["GoldFault"]


class GoldFault(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not taken. row: its number in the request, from 0."""

    row: int
    code: str
    message: str
    mend: str


class NoSuchGold(NotFound):
    """No gold with this id in this organisation and mode."""

    code = "no_such_gold"


class NoSuchItem(NotFound):
    """No item with this id or external id in the project."""

    code = "no_such_item"


class BadGold(Invalid):
    """The known answer does not fit the ontology or the media; `fields.faults` says where."""

    code = "bad_gold"


class GoldRetired(Conflict):
    """A retired gold item cannot be changed."""

    code = "gold_retired"
