"""Figures of a project's quality, as the pages show them. Shares, confidences and coefficients without a unit are 0 to
1 (coefficients of agreement can be below 0). Money is micro-units of a currency.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from fairmark.kernel.ids import ItemId, ProjectId, SubmissionId, TaskId
from fairmark.ontology.model import Annotation
from fairmark.quality.model import ItemImage


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A figure and the middle 95 % of where it could lie by the luck of the sample; None: too little to say."""

    value: float | None
    low: float | None
    high: float | None


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """The head of the quality page.

    made_at: when the figures were made; None: never yet. stale: new work has come since. known: 0 to 1, how far the
    judges of the project are known; at 0 answers are a simple vote, at 1 everything is weighed by who said it. answers,
    judged: results, and those of several people. confidence: mean over the latter. unsure: those of
    them below the target.
    labels_mean: labels a result. saved: share of the labels that asking as many people for every task would have cost
    on top. escalated: tasks that went to an expert. alpha, alpha_title: the agreement figure of the subject with
    the most units, the first row of AgreementReport, and what it is called.
    calibration_error: mean distance of confidence from share right, over checked results. accuracy: share of the
    checked results' parts that are right. gold, gold_suspended, open_cases: counts.
    """

    project_id: ProjectId
    made_at: datetime | None
    stale: bool
    known: float
    answers: int
    judged: int
    confidence: float | None
    target: float | None
    unsure: int
    labels_mean: float | None
    saved: float | None
    escalated: int
    alpha: Interval
    calibration_error: float | None
    accuracy: Interval
    gold: int
    gold_suspended: int
    open_cases: int
    alpha_title: str = ""


class SliceKind(StrEnum):
    """What an agreement figure is about: all of it, one class or option, one batch, one value of the items' metadata,
    one pair of workers, one week.
    """

    ALL = "all"
    CLASS = "class"
    BATCH = "batch"
    META = "meta"
    PAIR = "pair"
    WEEK = "week"


class AgreementFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Agreement on one subject in one slice: beyond chance, or of level "shape", which says how well outlines fit.

    subject: "question:ID", "attribute:CLASS:ID", "marks:KIND" (of which class things are, or nothing, where somebody
    marked something; not where there is one class alone), "places:KIND" (where they lie, of whole drawings) or
    "shapes:KIND" (how well they fit); title: its name. coefficient: "alpha" (Krippendorff), "kappa" (Cohen, of pairs);
    of shapes the measure: "f1" (were the same things marked?), of the pairs that were "iou", "boundary_f", "oks",
    "chamfer_px" (pixels, 0 is best), of layers "pq", "sq", "rq". level: nominal, ordinal, interval, ratio, set, place,
    shape. slice_key: the class, batch id, "key=value", "alias|alias" or week's monday.
    units: tasks or things that two people judged. observed: share of pairs of judgements that are the same; of places,
    how well they fit. ac1: Gwet's AC1, steady where one value is very common; None of sets, numbers, places and pairs.
    """

    subject: str
    title: str
    coefficient: str
    level: str
    slice: SliceKind
    slice_key: str
    slice_title: str
    units: int
    judgements: int
    observed: float | None
    figure: Interval
    ac1: Interval | None = None


class AgreementReport(msgspec.Struct, frozen=True, kw_only=True):
    """Figures, the subjects with the most units first, the whole before its slices. made_at: None before the first."""

    made_at: datetime | None
    figures: list[AgreementFigure]


class Confusion(msgspec.Struct, frozen=True, kw_only=True):
    """How what people say relates to what is right, for one subject.

    values, titles: classes or options in order; "" stands for none: nothing marked, or left open. counts:
    [truth][said], judgements, weighted by how sure the truth is. judges: how many people.
    """

    subject: str
    title: str
    values: list[str]
    titles: list[str]
    counts: list[list[float]]
    judges: int


class ConfusionReport(msgspec.Struct, frozen=True, kw_only=True):
    """One table per subject."""

    made_at: datetime | None
    tables: list[Confusion]


class ConfusionExample(msgspec.Struct, frozen=True, kw_only=True):
    """One judgement behind a cell. mark_id: in `annotation`, the submission; None: about the whole item, or not marked.
    right: what is right, as a whole.
    """

    task_id: TaskId
    item_id: ItemId
    name: str
    submission_id: SubmissionId
    worker: str
    mark_id: str | None
    annotation: Annotation
    right: Annotation
    confidence: float
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]


class Cell(msgspec.Struct, frozen=True, array_like=True):
    """A judgement behind a cell of a confusion table, as it is kept."""

    submission_id: SubmissionId
    mark_id: str | None
    confidence: float


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One submission in the gallery of disagreement."""

    submission_id: SubmissionId
    worker: str
    annotation: Annotation


class Disagreement(msgspec.Struct, frozen=True, kw_only=True):
    """A task on which people differ. why: the decisions they differ on, in words, the least sure first."""

    task_id: TaskId
    item_id: ItemId
    name: str
    state: str
    confidence: float
    agreement: float
    why: list[str]
    sides: list[Side]
    merged: Annotation
    width: int | None
    height: int | None
    thumbnail: str | None
    media: str | None
    images: list[ItemImage]
    updated_at: datetime


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """Results with a confidence from `low` to `high`. confidence, right: means; right_low, right_high: its middle 95
    %.
    """

    low: float
    high: float
    n: int
    confidence: float
    right: float
    right_low: float
    right_high: float


class ConfidenceReport(msgspec.Struct, frozen=True, kw_only=True):
    """histogram: results of several people by confidence, as far as the newest work goes, in 20 equal steps. bins: of
    results that were checked against gold or review, as they were before; empty without any. error: expected
    calibration error. gold, reviews: how many of each.
    """

    made_at: datetime | None
    histogram: list[int]
    bins: list[Bin]
    error: float | None
    gold: int
    reviews: int


class PlanPoint(msgspec.Struct, frozen=True, kw_only=True):
    """labels: mean per task. accuracy: expected share right. cost_micros: for all tasks of the plan; None without
    price.

    adaptive: asked one by one until `target`; else everybody is asked `labels` times. unsure: share of tasks that would
    not reach the target.
    """

    adaptive: bool
    target: float | None
    labels: float
    accuracy: Interval
    unsure: float | None
    cost_micros: int | None


class PlanBasis(StrEnum):
    """From the project's own labels, or from assumptions about people that are named."""

    PILOT = "pilot"
    ASSUMED = "assumed"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What accuracy costs. points: fixed numbers of labels first, then adaptive ones by target. tasks: planned for.

    pilot_tasks: tasks of several labels behind it. against: what the accuracy is measured with: "gold" (gold and
    reviews) or "consensus" (all labels of a task, so that it is too kind to many labels); "assumptions" otherwise.
    assumptions: in words. advice: in words.
    """

    basis: PlanBasis
    against: str
    pilot_tasks: int
    tasks: int
    currency: str
    price_micros: int | None
    points: list[PlanPoint]
    assumptions: list[str]
    advice: str
    made_at: datetime | None


class QualityDay(msgspec.Struct, frozen=True, kw_only=True):
    """One day of the quality over time. confidence, agreement: means of the results of that day."""

    day: date
    results: int
    confidence: float | None
    agreement: float | None
    labels: float | None


class QualityOverTime(msgspec.Struct, frozen=True, kw_only=True):
    """By day, oldest first, 90 at most; days without results are left out."""

    days: list[QualityDay]
