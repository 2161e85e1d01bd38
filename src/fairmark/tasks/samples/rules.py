"""Which stage a sample goes to, and whether a repeated call is the same. No I/O."""

from fairmark.projects.model import Pipeline, ReviewStage
from fairmark.tasks.model import KeyReused
from fairmark.tasks.samples.model import NoReviewStage, ReviewSample, SampleOf


def review_stage(pipeline: Pipeline) -> int:
    """The first stage that reviews. Raises NoReviewStage."""
    for index, stage in enumerate(pipeline.stages):
        if isinstance(stage, ReviewStage):
            return index
    raise NoReviewStage(
        "This project's pipeline has no review stage: nobody would see the sample.",
        mend="Add a review stage in the project's setup; with a share of 0 it reviews samples alone.",
    )


def check_same(first: ReviewSample, wanted: int, seed: int | None, of: SampleOf) -> None:
    """A call whose key was seen before must ask for the same. Raises KeyReused."""
    if (first.wanted, first.of) != (wanted, of) or seed not in {None, first.seed}:
        raise KeyReused(
            "This key was used for another sample, which stands.",
            mend="Send the same again to get that sample, or use a key of its own for another one.",
        )
