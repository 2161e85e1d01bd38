"""The beta distribution in plain Python: what is believed of a share after some successes and failures.

Apart from SciPy's because servers that only show such figures should not load it.
"""

import math
from typing import NamedTuple

_STEPS = 60
"""Halvings of an interval of length 1: below the last digit of a float."""


class Belief(NamedTuple):
    """Beta(right, wrong): pseudo-counts of both, above 0."""

    right: float
    wrong: float

    @property
    def mean(self) -> float:
        """0 to 1."""
        return self.right / (self.right + self.wrong)

    @property
    def variance(self) -> float:
        """mean (1 - mean) / (n + 1)."""
        return self.mean * (1 - self.mean) / (self.right + self.wrong + 1)

    def below(self, share: float) -> float:
        """The probability that the share lies below `share`, 0 to 1: the regularised incomplete beta function.

        By its continued fraction (Abramowitz and Stegun 26.5.8) in Lentz's form, on the side where it converges fast.
        """
        if share <= 0 or share >= 1:
            return float(share >= 1)
        a, b = self.right, self.wrong
        if share > (a + 1) / (a + b + 2):
            return 1.0 - Belief(b, a).below(1 - share)
        front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(share) + b * math.log1p(-share)
        return min(math.exp(front) * _fraction(a, b, share) / a, 1.0)

    def quantile(self, level: float) -> float:
        """The share that lies above the true one with probability `level`, 0 to 1; by bisection."""
        low, high = 0.0, 1.0
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if self.below(middle) < level else (low, middle)
        return (low + high) / 2


def _fraction(a: float, b: float, x: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1), tiny)
    value = d
    for m in range(1, 300):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            d = 1.0 + term * d
            c = 1.0 + term / c
            d = 1.0 / (d if abs(d) > tiny else tiny)
            c = c if abs(c) > tiny else tiny
            change = c * d
            value *= change
        if abs(change - 1.0) < 1e-14:
            break
    return value
