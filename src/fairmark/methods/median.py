"""Weighted medians: the middle value, robust against a careless minority."""

from collections.abc import Sequence

from fairmark.methods.majority import relative


def weighted_median(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """A value with at most half of the weight on either side; the mean of the two middle values if two qualify.

    values: finite, at least one. weights: as in `majority.relative`, which raises Invalid for bad ones.
    Source: Edgeworth 1888; minimises the weighted sum of absolute deviations.

    1, 2, 9 give 2. 1, 2, 3, 9 give 2.5. 1, 2, 9 with weights 1, 1, 3 give 9.
    """
    low, high = _middle(values, weights)
    return low if low == high else (low + high) / 2


def weighted_low_median(values: Sequence[float], weights: Sequence[float] | None = None) -> float:
    """The lower of the two middle values where `weighted_median` takes their mean: always one that was given."""
    return _middle(values, weights)[0]


def _middle(values: Sequence[float], weights: Sequence[float] | None) -> tuple[float, float]:
    pairs = sorted(zip(values, relative(weights, len(values)), strict=True))
    # Relative weights sum up to the count; the slack is for sums that differ in the last digits.
    half, slack = len(pairs) / 2, 1e-9 * len(pairs)
    below = 0.0
    for index, (value, weight) in enumerate(pairs):
        below += weight
        if below > half + slack:
            return value, value
        if below >= half - slack:
            above = next((other for other, rest in pairs[index + 1 :] if rest > 0), value)
            return value, above
    raise AssertionError("the weights sum up to the count")
