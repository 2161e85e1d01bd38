import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.rankings import Ranking, plackett_luce


class TestPlackettLuce:
    def test_agrees_with_most(self) -> None:
        found = plackett_luce([Ranking(0, [2, 0, 1]), Ranking(1, [2, 0, 1]), Ranking(2, [0, 1, 2])], 3, 3)
        assert found.order() == [2, 0, 1]

    def test_partial_orders_are_joined(self) -> None:
        found = plackett_luce([Ranking(0, [0, 1])] * 3 + [Ranking(1, [1, 2])] * 3, 3, 2)
        assert found.order() == [0, 1, 2]

    def test_who_orders_at_random_counts_less(self) -> None:
        rng = np.random.default_rng(1)
        rankings = [
            Ranking(w, [0, 1, 2, 3] if w < 2 else rng.permutation(4).tolist()) for w in (0, 1, 2) for _ in range(15)
        ]
        found = plackett_luce(rankings, 4, 3)
        assert found.care[2] < 0.5 * found.care[0]

    def test_single_items_and_nothing(self) -> None:
        assert plackett_luce([Ranking(0, [1])], 2, 1).order() == [0, 1]
        assert plackett_luce([], 0, 0).order() == []

    def test_is_surer_of_what_more_people_put_in_this_order(self) -> None:
        few, many = (plackett_luce([Ranking(w, [0, 1]) for w in range(n)], 2, n) for n in (2, 20))
        one, other = np.array([0]), np.array([1])
        assert 0.5 < few.better(one, other)[0] < many.better(one, other)[0] < 1
        assert few.better(other, one)[0] == pytest.approx(1 - few.better(one, other)[0])
        # Nobody named it: the error of the prior.
        assert plackett_luce([], 1, 0).errors.tolist() == [2.0]

    @pytest.mark.parametrize("items", [[0, 0], [0, 7]])
    def test_refuses_what_is_no_order(self, items: list[int]) -> None:
        with pytest.raises(Invalid):
            plackett_luce([Ranking(0, items)], 2, 1)
