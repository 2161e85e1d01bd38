import math

import numpy as np
import pytest

from fairmark.kernel.errors import Invalid
from fairmark.methods.bootstrap import bootstrap


class TestBootstrap:
    def test_covers_the_error_of_a_mean(self) -> None:
        values = np.random.default_rng(3).normal(0, 1, 400)
        low, high = bootstrap(lambda chosen: float(values[chosen].mean()), 400)
        # Two standard errors of 1 / sqrt(400) on either side.
        assert high - low == pytest.approx(4 / 20, abs=0.04)
        assert low < values.mean() < high

    def test_the_same_seed_gives_the_same(self) -> None:
        assert bootstrap(lambda chosen: float(chosen.sum()), 9) == bootstrap(lambda chosen: float(chosen.sum()), 9)

    def test_nothing_to_draw(self) -> None:
        assert math.isnan(bootstrap(lambda chosen: 0.0, 0).low)
        assert math.isnan(bootstrap(lambda chosen: math.nan, 3, rounds=5).high)

    def test_refuses_a_level_out_of_range(self) -> None:
        with pytest.raises(Invalid):
            bootstrap(lambda chosen: 0.0, 3, level=1.0)
