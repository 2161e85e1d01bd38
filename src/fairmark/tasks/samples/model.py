"""A sample, what it is drawn from, and what can go wrong with it."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Conflict
from fairmark.kernel.ids import BatchId, ProjectId, ReviewSampleId, WorkerId

SIZE_MAX = 1000
"""Tasks of one sample: what a reviewer decides in an hour."""
SEED_MAX = 2**31

Share = Annotated[float, Meta(gt=0, le=1)]
Size = Annotated[int, Meta(ge=1, le=SIZE_MAX)]
Seed = Annotated[
    int, Meta(ge=0, lt=SEED_MAX, description="Decides the draw: the same from the same tasks is the same.")
]


class SampleOf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"class_": "class"}):
    """What a sample is drawn from: all that is done and that nobody has reviewed, as far as each of these says.

    worker_id: answered by them. class_: its result has a mark of it. below: its confidence is known, and lower.
    """

    batch_id: BatchId | None = None
    worker_id: WorkerId | None = None
    class_: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    below: Share | None = None


class ReviewSample(msgspec.Struct, frozen=True, kw_only=True):
    """A sample as it was drawn, and what has become of it.

    wanted: how many were asked for; eligible: how many it was drawn from; drawn: how many it has. drawn_by: who asked,
    as the log names them. accepted, fixed, rejected: what reviewers have decided on its tasks since.
    """

    id: ReviewSampleId
    project_id: ProjectId
    wanted: int
    seed: int
    of: SampleOf
    eligible: int
    drawn: int
    drawn_by: str
    created_at: datetime
    accepted: int = 0
    fixed: int = 0
    rejected: int = 0


class NoReviewStage(Conflict):
    """The project's pipeline has no review stage."""

    code = "no_review_stage"


class NothingToReview(Conflict):
    """No task fits that is done and not reviewed."""

    code = "nothing_to_review"
