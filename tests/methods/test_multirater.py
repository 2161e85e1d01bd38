import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.agreement import krippendorff_alpha
from fairmark.methods.multirater import fleiss_kappa, gwet_ac1, masi_distance, set_alpha

SETS = st.frozensets(st.sampled_from("abc"))


class TestFleissKappa:
    def test_worked_out(self) -> None:
        assert fleiss_kappa(np.array([[2.0, 0.0], [1.0, 1.0]])) == pytest.approx(-1 / 3)

    def test_the_source_s_example(self) -> None:
        # Table 1 of Fleiss 1971 as often reprinted: ten subjects, fourteen raters, five categories; kappa 0.210.
        table = [[0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
                 [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7]]  # fmt: skip
        assert fleiss_kappa(np.array(table, dtype=np.float64)) == pytest.approx(0.210, abs=5e-4)

    def test_odd_tables(self) -> None:
        assert fleiss_kappa(np.array([[3.0, 0.0]])) == 1.0
        assert math.isnan(fleiss_kappa(np.array([[1.0, 0.0]])))
        with pytest.raises(Invalid):
            fleiss_kappa(np.array([[-1.0, 3.0]]))


class TestGwetAc1:
    def test_worked_out(self) -> None:
        assert gwet_ac1(np.array([[2.0, 0.0], [1.0, 1.0]])) == pytest.approx(1 / 5)

    def test_a_common_value_does_not_hide_agreement(self) -> None:
        table = np.array([[2.0, 0.0]] * 95 + [[1.0, 1.0]] * 5)
        assert fleiss_kappa(table) < 0 < 0.9 < gwet_ac1(table)


class TestMasiDistance:
    def test_worked_out(self) -> None:
        assert masi_distance(frozenset("ab"), frozenset("a")) == pytest.approx(2 / 3)
        assert masi_distance(frozenset("ab"), frozenset("bc")) == pytest.approx(8 / 9)
        assert masi_distance(frozenset("a"), frozenset("b")) == 1
        assert masi_distance(frozenset(), frozenset()) == 0

    @given(ours=SETS, theirs=SETS)
    def test_is_symmetric_and_within_bounds(self, ours: frozenset[str], theirs: frozenset[str]) -> None:
        assert 0 <= masi_distance(ours, theirs) == masi_distance(theirs, ours) <= 1


class TestSetAlpha:
    @given(ratings=st.lists(st.lists(st.sampled_from("abc"), min_size=3, max_size=3), min_size=2, max_size=8))
    def test_of_single_classes_it_is_nominal_alpha(self, ratings: list[list[str]]) -> None:
        found = set_alpha([[frozenset(each) for each in unit] for unit in ratings])
        assert found == pytest.approx(krippendorff_alpha(np.array(ratings)))

    def test_odd_units(self) -> None:
        assert math.isnan(set_alpha([[frozenset("a")], []]))
        assert set_alpha([[frozenset("a"), frozenset("a")]]) == 1.0
