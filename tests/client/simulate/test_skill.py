from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.client.simulate.skill import LEVELS, VARIES, crowd_levels, of_person


class TestCrowdLevels:
    def test_deals_the_weights_out_as_closely_as_it_can(self) -> None:
        # 1 : 3 of 8 people is 2 and 6; no prefix is off by a whole person.
        levels = crowd_levels("expert:1,good:3", 8)
        assert Counter(levels) == {"good": 6, "expert": 2}
        assert Counter(levels[:4]) == {"good": 3, "expert": 1}

    def test_one_level_needs_no_weight(self) -> None:
        assert crowd_levels("novice", 3) == ["novice"] * 3
        assert crowd_levels("novice", 0) == []

    @pytest.mark.parametrize("mix", ["", "genius", "good:x", "good:-1", "good:0", "good:1,expert:nan", "good:inf"])
    def test_refuses_what_is_no_mix(self, mix: str) -> None:
        with pytest.raises(ValueError, match=r"level|weight"):
            crowd_levels(mix, 3)

    @given(st.dictionaries(st.sampled_from(sorted(LEVELS)), st.integers(0, 9), min_size=1), st.integers(0, 50))
    def test_is_never_off_by_more_than_the_number_of_levels(self, weights: dict[str, int], count: int) -> None:
        if not sum(weights.values()):
            return
        found = Counter(crowd_levels(",".join(f"{level}:{weight}" for level, weight in weights.items()), count))
        assert found.total() == count
        for level, weight in weights.items():
            assert abs(found[level] - count * weight / sum(weights.values())) < len(weights) + 1


class TestOfPerson:
    def test_people_of_a_level_differ_within_bounds(self) -> None:
        people = [of_person("fair", Random(n)) for n in range(30)]
        assert len({person.miss for person in people}) == 30
        fair = LEVELS["fair"]
        assert all((1 - VARIES) * fair.miss <= person.miss <= (1 + VARIES) * fair.miss for person in people)

    def test_the_same_dice_make_the_same_person(self) -> None:
        assert of_person("good", Random(1)) == of_person("good", Random(1))

    def test_a_perfect_person_makes_no_mistake(self) -> None:
        person = of_person("perfect", Random(1))
        assert (person.miss, person.spurious, person.jitter, person.confuse, person.answer, person.lazy) == (0,) * 6
