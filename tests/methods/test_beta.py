import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from fairmark.methods.beta import Belief

COUNTS = st.floats(0.05, 5_000)


class TestBelow:
    @given(COUNTS, COUNTS, st.floats(0, 1))
    def test_is_the_distribution_function_of_scipy(self, right: float, wrong: float, share: float) -> None:
        assert Belief(right, wrong).below(share) == pytest.approx(float(beta.cdf(share, right, wrong)), abs=1e-9)

    def test_of_an_even_distribution_is_the_share_itself(self) -> None:
        assert Belief(1, 1).below(0.3) == pytest.approx(0.3)


class TestQuantile:
    @given(st.floats(0.5, 2_000), st.floats(0.5, 2_000), st.floats(0.01, 0.99))
    def test_is_the_inverse(self, right: float, wrong: float, level: float) -> None:
        belief = Belief(right, wrong)
        assert belief.below(belief.quantile(level)) == pytest.approx(level, abs=1e-6)


class TestMoments:
    def test_are_those_of_the_beta_distribution(self) -> None:
        # Beta(8, 2): mean 8 / 10; variance 0.8 x 0.2 / 11.
        assert Belief(8, 2).mean == pytest.approx(0.8)
        assert Belief(8, 2).variance == pytest.approx(0.16 / 11)
