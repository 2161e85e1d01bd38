"""What others may react to."""

from fairmark.kernel.events import Event
from fairmark.kernel.ids import ReviewSampleId


class ReviewSampled(Event, tag="review.sampled", frozen=True, kw_only=True):
    """A lead put `drawn` of `eligible` done tasks back before reviewers; `seed` decided which."""

    sample_id: ReviewSampleId
    seed: int
    eligible: int
    drawn: int
