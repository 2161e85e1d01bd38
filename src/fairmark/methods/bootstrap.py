"""How far a figure could be off by the luck of the sample: the bootstrap."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from fairmark.kernel.errors import Invalid


class Interval(NamedTuple):
    """low, high: the middle `level` of the resampled figures; NaN if there were none."""

    low: float
    high: float


def bootstrap(
    figure: Callable[[NDArray[np.int64]], float], units: int, *, level: float = 0.95, rounds: int = 1_000, seed: int = 0
) -> Interval:
    """The percentile interval of a figure of `units` units, which are drawn with replacement `rounds` times.

    figure: takes numbers of units, [units], and returns the figure of just these, such as
    `lambda chosen: krippendorff_alpha(ratings[chosen])`; NaN is left out. Units are what varies by chance: tasks, not
    single ratings, for ratings of one task hang together. The same seed gives the same interval. Fewer than about 20
    units give one that is too narrow. Raises Invalid for a level outside 0 to 1. Source: Efron 1979.
    """
    if not 0 < level < 1:
        raise Invalid("The level of an interval lies between 0 and 1.", mend="Give 0.95, say.")
    rng = np.random.default_rng(seed)
    drawn = [figure(rng.integers(0, units, units)) for _ in range(rounds if units else 0)]
    found = np.array([each for each in drawn if not np.isnan(each)])
    if not len(found):
        return Interval(float("nan"), float("nan"))
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high))
