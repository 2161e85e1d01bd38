import math
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.majority import confidence, majority, relative

VOTES = st.lists(st.sampled_from("abc"), min_size=1, max_size=8)


class TestRelative:
    def test_scales_to_mean_1(self) -> None:
        assert relative([1, 1, 2], 3) == [0.75, 0.75, 1.5]
        assert relative(None, 2) == [1, 1]

    @pytest.mark.parametrize("weights", [[1.0], [0.0, 0.0], [1.0, -1.0], [3.0, -1.0], [math.nan, 1.0], [math.inf, 1.0]])
    def test_refuses_weights_that_mean_nothing(self, weights: list[float]) -> None:
        with pytest.raises(Invalid):
            relative(weights, 2)


class TestMajority:
    @pytest.mark.parametrize(
        ("votes", "value", "share", "confidence", "tied"),
        [
            ("a", "a", 1, 4 / 5, False),
            ("aa", "a", 1, 16 / 17, False),
            ("aba", "a", 2 / 3, 4 / 5, False),  # 4^2 against 4^1: 16 / 20
            ("ba", "b", 1 / 2, 1 / 2, True),
            ("abc", "a", 1 / 3, 1 / 3, True),
        ],
    )
    def test_worked_examples(self, votes: str, value: str, share: float, confidence: float, tied: bool) -> None:
        assert majority(votes) == (value, pytest.approx(share), pytest.approx(confidence), tied)

    def test_weights_can_turn_the_vote(self) -> None:
        # Mean weight 1: 0.6, 0.6, 1.8. b leads by 0.6, and 4^0.6 = 2.2974: 2.2974 / 3.2974.
        assert majority("aab", [1, 1, 3]) == ("b", pytest.approx(0.6), pytest.approx(2.2974 / 3.2974, abs=1e-4), False)

    def test_more_choices_make_a_chance_agreement_less_likely(self) -> None:
        # K = 10: l = log(0.8 * 9 / 0.2) = log 36; two votes: 36^2 / (36^2 + 9).
        assert majority("aa", choices=10).confidence == pytest.approx(1296 / 1305)

    def test_nothing_cannot_be_counted(self) -> None:
        with pytest.raises(Invalid):
            majority([])

    def test_many_votes_do_not_overflow(self) -> None:
        assert majority(["a"] * 5000 + ["b"]).confidence == pytest.approx(1)

    @given(VOTES, st.randoms())
    def test_the_order_of_votes_decides_ties_only(self, votes: list[str], random: Random) -> None:
        mixed = list(votes)
        random.shuffle(mixed)
        first, second = majority(votes), majority(mixed)
        assert first.tied == second.tied
        assert first.share == pytest.approx(second.share)
        assert first.confidence == pytest.approx(second.confidence)
        assert first.tied or first.value == second.value

    @given(VOTES, st.floats(0.01, 100))
    def test_the_unit_of_weights_does_not_matter(self, votes: list[str], unit: float) -> None:
        weights = [float(1 + index % 3) for index in range(len(votes))]
        scaled = majority(votes, [weight * unit for weight in weights])
        assert scaled.confidence == pytest.approx(majority(votes, weights).confidence)

    @given(VOTES)
    def test_one_more_vote_for_the_winner_never_lowers_the_confidence(self, votes: list[str]) -> None:
        before = majority(votes)
        after = majority([*votes, before.value])
        assert 0 < before.share <= 1
        assert before.confidence <= after.confidence + 1e-12
        assert after.confidence <= 1


class TestConfidence:
    def test_is_known_for_losers_and_for_what_nobody_said(self) -> None:
        # 4^2, 4^1 and 4^0 of l = log 4 with K = 2 would be for two values; with a third, K = 3: l = log 8.
        assert confidence("b", "aab") == pytest.approx(4 / 20)
        assert confidence("c", "aab") == pytest.approx(1 / (64 + 8 + 1))

    @given(VOTES)
    def test_of_all_values_add_up_to_one(self, votes: list[str]) -> None:
        assert sum(confidence(value, votes, choices=3) for value in "abc") == pytest.approx(1)
        assert confidence(majority(votes).value, votes) == majority(votes).confidence
