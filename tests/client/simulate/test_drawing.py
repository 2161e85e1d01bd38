from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client.simulate.comparing import score
from fairmark.client.simulate.drawing import Size, draw
from fairmark.client.simulate.skill import LEVELS, Skill
from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.model import Annotation
from fairmark.ontology.rules import errors

from .scenes import COMPILED, SIZE, TRUTH, truths

SIZES = [Size(*SIZE)]
FLAWLESS = LEVELS["perfect"]


def drawn(skill: Skill, seed: int = 0, truth: Annotation = TRUTH) -> Annotation:
    return draw(truth, COMPILED, SIZES, skill, Random(seed))


class TestDraw:
    def test_without_mistakes_it_is_the_truth_under_ids_of_its_own(self) -> None:
        made = drawn(FLAWLESS)
        assert [mark.id for mark in made.marks] == ["m1", "m2", "m3"]
        assert [(link.from_, link.to) for link in made.links] == [("m1", "m2")]
        assert made.answers == TRUTH.answers
        found = score(made, TRUTH)
        assert (found.f1, found.named, found.answers) == (1, 1, 1)
        assert found.iou == pytest.approx(1, abs=0.01)

    def test_the_same_dice_make_the_same_mistakes(self) -> None:
        assert drawn(LEVELS["careless"], 3) == drawn(LEVELS["careless"], 3)
        assert drawn(LEVELS["careless"], 3) != drawn(LEVELS["careless"], 4)

    @given(truths(), st.sampled_from(sorted(LEVELS)), st.integers(0, 10_000))
    def test_it_can_always_be_handed_in(self, truth: Annotation, level: str, seed: int) -> None:
        made = drawn(LEVELS[level], seed, truth)
        media = [MediaSize(int(SIZE[0]), int(SIZE[1]))]
        assert errors(MODALITIES["image"].faults(made, COMPILED, media)) == []

    @pytest.mark.parametrize(
        ("skill", "figure"),
        [
            (Skill(miss=0.5, spurious=0, jitter=0, confuse=0, answer=0, lazy=0), "f1"),
            (Skill(miss=0, spurious=1, jitter=0, confuse=0, answer=0, lazy=0), "f1"),
            (Skill(miss=0, spurious=0, jitter=0.08, confuse=0, answer=0, lazy=0), "iou"),
            (Skill(miss=0, spurious=0, jitter=0, confuse=0.5, answer=0, lazy=0), "named"),
            (Skill(miss=0, spurious=0, jitter=0, confuse=0, answer=0.5, lazy=0), "answers"),
            (Skill(miss=0, spurious=0, jitter=0, confuse=0, answer=0, lazy=1), "f1"),
        ],
    )
    def test_each_weakness_shows_where_it_belongs(self, skill: Skill, figure: str) -> None:
        scores = [score(drawn(skill, seed), TRUTH) for seed in range(60)]
        values = [value for each in scores if (value := getattr(each, figure)) is not None]
        assert 0.2 < sum(values) / len(values) < 0.95

    def test_a_miss_rate_is_met_on_average(self) -> None:
        # 400 pictures of three things, a third of which goes unseen: 800 marks, give or take 3 standard deviations.
        skill = Skill(miss=1 / 3, spurious=0, jitter=0, confuse=0, answer=0, lazy=0)
        marks = sum(len(drawn(skill, seed).marks) for seed in range(400))
        assert 750 < marks < 850

    def test_fields_on_which_others_depend_stay_right(self) -> None:
        skill = Skill(miss=0, spurious=0, jitter=0, confuse=0, answer=1, lazy=0)
        for seed in range(20):
            attributes = drawn(skill, seed).marks[0].attributes
            assert attributes["side"] == "left"
            assert attributes["doors"] in {3.0, 5.0}
