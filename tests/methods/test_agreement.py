from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fairmark.kernel.errors import Invalid
from fairmark.methods.agreement import VALUES_MAX, Floats, Level, cohen_kappa, interval_alphas, krippendorff_alpha

NAN = float("nan")
LEVELS: list[Level] = ["nominal", "ordinal", "interval", "ratio"]
# The example of Krippendorff 2011, section C: four observers, twelve units, raters in rows.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, NAN, NAN, NAN],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, NAN, 3],
        [NAN, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, NAN],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, NAN],
    ]
).T


@st.composite
def ratings(draw: st.DrawFn) -> Floats:
    units, raters = draw(st.integers(1, 6)), draw(st.integers(2, 4))
    values = st.sampled_from([NAN, 1.0, 2.0, 3.0, 5.0])
    return np.array(draw(st.lists(values, min_size=units * raters, max_size=units * raters))).reshape(units, raters)


class TestKrippendorffAlpha:
    @pytest.mark.parametrize(
        ("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
    )
    def test_gives_the_published_values(self, level: Level, published: float) -> None:
        assert krippendorff_alpha(PUBLISHED, level) == pytest.approx(published, abs=5e-4)

    def test_worked_example(self) -> None:
        # The example of the docstring: 1 - (2/6) / (18/30) = 4/9.
        assert krippendorff_alpha(np.array([["a", "a"], ["a", "b"], ["b", "b"]])) == pytest.approx(4 / 9)

    def test_names_may_be_skipped(self) -> None:
        table = np.array([["a", "a", None], ["a", "b", None], ["b", "b", NAN], ["c", None, None]], dtype=object)
        assert krippendorff_alpha(table) == pytest.approx(4 / 9)

    @pytest.mark.parametrize("table", [np.empty((0, 2)), np.array([[1.0, NAN], [NAN, 2.0]]), np.array([[1.0], [2.0]])])
    def test_is_nan_where_no_unit_has_two_ratings(self, table: Floats) -> None:
        assert np.isnan(krippendorff_alpha(table))

    @pytest.mark.parametrize("level", LEVELS)
    def test_is_one_where_all_ratings_are_equal(self, level: Level) -> None:
        assert krippendorff_alpha(np.zeros((3, 2)), level) == 1.0

    def test_two_ratings_that_differ_are_systematic_dissent(self) -> None:
        # One unit (1, 2): o_12 = o_21 = 1, n = 2: D_o = 1, D_e = 2 / (2 x 1) = 1, alpha 0. Two such units crosswise:
        # D_o = 1, D_e = 2 x 2 x 2 / (4 x 3) = 2/3, alpha -1/2.
        assert krippendorff_alpha(np.array([[1.0, 2.0]])) == pytest.approx(0)
        assert krippendorff_alpha(np.array([[1.0, 2.0], [2.0, 1.0]])) == pytest.approx(-0.5)

    @given(ratings(), st.sampled_from(LEVELS), st.randoms())
    def test_the_order_of_units_and_raters_does_not_matter(self, table: Floats, level: Level, random: Any) -> None:
        rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
        random.shuffle(rows)
        random.shuffle(columns)
        alpha = krippendorff_alpha(table, level)
        assert krippendorff_alpha(table[rows][:, columns], level) == pytest.approx(alpha, nan_ok=True)
        assert np.isnan(alpha) or alpha <= 1

    @given(ratings(), st.floats(0.5, 50), st.integers(-9, 9))
    def test_each_level_ignores_what_it_should(self, table: Floats, scale: float, shift: int) -> None:
        cases: list[tuple[Level, Floats]] = [
            ("nominal", np.where(table == 1, 77.0, table)),  # other names
            ("ordinal", np.exp(table)),  # the same order
            ("interval", table * scale + shift),  # another unit and zero
            ("ratio", table * scale),  # another unit
        ]
        for level, changed in cases:
            expected = krippendorff_alpha(table, level)
            assert krippendorff_alpha(changed, level) == pytest.approx(expected, nan_ok=True, abs=1e-9)

    @pytest.mark.parametrize(
        ("table", "level"),
        [
            (np.array([1.0, 2.0]), "nominal"),
            (np.array([["a", "b"]]), "interval"),
            (np.array([[1.0, np.inf]]), "interval"),
            (np.array([[1.0, -1.0]]), "ratio"),
            (np.arange(2.0 * VALUES_MAX + 2).reshape(-1, 2), "interval"),
        ],
    )
    def test_refuses_what_it_cannot_compare(self, table: Any, level: Level) -> None:
        with pytest.raises(Invalid):
            krippendorff_alpha(table, level)

    def test_a_hundred_thousand_units_stay_in_memory(self) -> None:
        random = np.random.default_rng(1)
        truth = random.integers(0, 5, (100_000, 1))
        table = np.where(random.random((100_000, 3)) < 0.8, truth, random.integers(0, 5, (100_000, 3))).astype(float)
        # A rating is the truth with 0.8, else any of 5: two agree with 0.84^2 + 4 x 0.04^2 = 0.712, by chance with 0.2:
        # alpha = (0.712 - 0.2) / 0.8 = 0.64.
        assert krippendorff_alpha(table) == pytest.approx(0.64, abs=0.01)


class TestIntervalAlphas:
    def test_worked_out(self) -> None:
        # Units (1, 1), (1, 3): see the docstring; the first alone is all alike.
        alpha = interval_alphas([[1, 1], [1, 3]])
        assert alpha(np.array([0, 1])) == pytest.approx(0.0)
        assert alpha(np.array([0])) == 1.0
        assert np.isnan(alpha(np.array([], dtype=np.int64)))

    def test_equal_ratings_are_equal_far_from_the_middle(self) -> None:
        alpha = interval_alphas([[0.1, 0.1], [1e6 / 3, 1e6 / 3, 1e6 / 3], [0.1, 0.2]])
        assert alpha(np.array([1, 1, 1])) == 1.0

    @given(st.lists(st.lists(st.integers(0, 5), min_size=2, max_size=4), min_size=1, max_size=8), st.data())
    def test_is_krippendorffs_alpha_of_any_units(self, units: list[list[int]], data: st.DataObject) -> None:
        chosen = data.draw(st.lists(st.integers(0, len(units) - 1), min_size=1, max_size=8))
        ratings = np.full((len(chosen), 4), np.nan)
        for row, unit in enumerate(chosen):
            ratings[row, : len(units[unit])] = units[unit]
        expected = krippendorff_alpha(ratings, "interval")
        assert interval_alphas(units)(np.array(chosen)) == pytest.approx(expected, abs=1e-9)


class TestCohenKappa:
    def test_worked_example(self) -> None:
        # The example of the docstring: 0.7 agree, 0.5 by chance: 0.4.
        pairs = [("yes", "yes")] * 20 + [("yes", "no")] * 5 + [("no", "yes")] * 10 + [("no", "no")] * 15
        assert cohen_kappa(*np.array(pairs).T) == pytest.approx(0.4)

    def test_weighted_counts_near_misses_less(self) -> None:
        # Both raters: 1, 2, 3 once each, with the last two swapped. Off-diagonal: one unit (2, 3), one (3, 2).
        # Linear: observed 2/3 x 1; chance: |i - j| over a uniform 3 x 3 table = 8/9: 1 - (2/3) / (8/9) = 1/4.
        # Quadratic: observed 2/3; chance (4 x 1 + 2 x 4) / 9 = 12/9: 1 - (2/3) / (4/3) = 1/2.
        first, second = np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])
        assert cohen_kappa(first, second, "linear") == pytest.approx(1 / 4)
        assert cohen_kappa(first, second, "quadratic") == pytest.approx(1 / 2)
        # Unweighted: 1/3 agree, 1/3 by chance.
        assert cohen_kappa(first, second) == pytest.approx(0)

    def test_skipped_units_do_not_count(self) -> None:
        assert cohen_kappa(np.array([1.0, NAN, 2.0]), np.array([1.0, 2.0, NAN])) == 1.0
        assert np.isnan(cohen_kappa(np.array([NAN]), np.array([1.0])))

    def test_refuses_lists_of_unequal_length_and_weighted_names(self) -> None:
        with pytest.raises(Invalid):
            cohen_kappa(np.array([1.0]), np.array([1.0, 2.0]))
        with pytest.raises(Invalid):
            cohen_kappa(np.array(["a"]), np.array(["b"]), "linear")

    @given(ratings(), st.sampled_from([None, "linear", "quadratic"]))
    def test_is_symmetric_and_at_most_one(self, table: Floats, weighting: Any) -> None:
        first, second = table[:, 0], table[:, 1]
        kappa = cohen_kappa(first, second, weighting)
        assert cohen_kappa(second, first, weighting) == pytest.approx(kappa, nan_ok=True)
        assert np.isnan(kappa) or kappa <= 1

    @given(ratings())
    def test_comes_close_to_alpha_where_the_raters_use_values_alike(self, table: Floats) -> None:
        first, second = table[:, 0], table[:, 1]
        assume(not np.isnan(first).any() and not np.isnan(second).any())
        # Both raters give the same values overall once each unit is also rated the other way round.
        both = np.concatenate([np.stack([first, second], 1), np.stack([second, first], 1)])
        kappa, alpha, n = cohen_kappa(*both.T), krippendorff_alpha(both), 2 * len(both)
        # alpha differs by its correction for small samples: 1 - alpha = (1 - kappa) (n - 1) / n.
        assert 1 - alpha == pytest.approx((1 - kappa) * (n - 1) / n, abs=1e-9)
