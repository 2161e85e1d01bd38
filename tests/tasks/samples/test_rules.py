"""Which stage a sample goes to, and repeated calls."""

from datetime import UTC, datetime

import pytest

from fairmark.kernel.ids import ProjectId, ReviewSampleId, new_id
from fairmark.projects.model import LabelStage, Pipeline, ReviewStage
from fairmark.tasks.model import KeyReused
from fairmark.tasks.samples import rules
from fairmark.tasks.samples.model import NoReviewStage, ReviewSample, SampleOf

FIRST = ReviewSample(
    id=ReviewSampleId(new_id()), project_id=ProjectId(new_id()), wanted=5, seed=7, of=SampleOf(class_="car"),
    eligible=20, drawn=5, drawn_by="system", created_at=datetime(2026, 1, 1, tzinfo=UTC),
)  # fmt: skip


class TestReviewStage:
    def test_is_the_first_one(self) -> None:
        assert rules.review_stage(Pipeline((LabelStage(), ReviewStage(), ReviewStage()))) == 1

    def test_there_may_be_none(self) -> None:
        with pytest.raises(NoReviewStage, match="no review stage") as caught:
            rules.review_stage(Pipeline((LabelStage(),)))
        assert "setup" in caught.value.mend


class TestCheckSame:
    @pytest.mark.parametrize("seed", [None, 7])
    def test_the_same_passes(self, seed: int | None) -> None:
        rules.check_same(FIRST, 5, seed, SampleOf(class_="car"))

    @pytest.mark.parametrize(
        ("wanted", "seed", "of"),
        [(6, None, SampleOf(class_="car")), (5, 8, SampleOf(class_="car")), (5, None, SampleOf())],
        ids=["size", "seed", "part"],
    )
    def test_anything_else_does_not(self, wanted: int, seed: int | None, of: SampleOf) -> None:
        with pytest.raises(KeyReused):
            rules.check_same(FIRST, wanted, seed, of)
