"""Agreement beyond chance: Krippendorff's alpha and Cohen's kappa."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fairmark.kernel.errors import Invalid

Floats = NDArray[np.float64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
Weighting = Literal["linear", "quadratic"]

VALUES_MAX = 2_000
"""Most different values: tables of value by value are held."""
_BLOCK = 4096


def krippendorff_alpha(ratings: NDArray[Any], level: Level = "nominal") -> float:
    """Krippendorff's alpha: agreement beyond chance. 1 is perfect, 0 chance, below 0 systematic dissent.

    ratings: [units, raters]; NaN (or None among objects) where a rater skipped a unit. Values need not be numbers at
    the nominal level. NaN if no unit has two ratings, 1.0 if all paired ratings are equal. Raises Invalid for ratings
    that are not a table, not numbers where the level asks for them, below 0 at the ratio level, infinite, or of more
    than VALUES_MAX different values.

    alpha = 1 - D_o / D_e. A unit with m >= 2 ratings adds each ordered pair of its ratings (c, k), with weight
    1 / (m - 1), to the coincidences o_ck; n_c is a row sum and n the total. D_o = sum o_ck d2(c, k) / n and
    D_e = sum n_c n_k d2(c, k) / (n (n - 1)), with d2(c, k):
    nominal 1 if c != k; interval (c - k)^2; ratio ((c - k) / (c + k))^2;
    ordinal (sum of n_g from c to k - (n_c + n_k) / 2)^2.
    Source: Krippendorff, Computing Krippendorff's Alpha-Reliability, 2011; Content Analysis, 2004, ch. 11.

    Two raters, units (a, a), (a, b), (b, b): o_aa = 2, o_ab = o_ba = 1, o_bb = 2; n_a = n_b = 3, n = 6.
    D_o = 2/6, D_e = 2 x 9/30 = 18/30, so alpha = 1 - (1/3) / (3/5) = 4/9.
    """
    codes, values = _coded(ratings, level)
    coincidences = np.zeros((len(values), len(values)))
    for start in range(0, len(codes), _BLOCK):
        coincidences += _coincidences(codes[start : start + _BLOCK], len(values))
    n = coincidences.sum(axis=1)
    total = float(n.sum())
    if total == 0:
        return float("nan")
    distance = _distance(values, n, level)
    expected = float(n @ distance @ n) / (total - 1)
    observed = float((coincidences * distance).sum())
    return 1.0 if expected == 0 else 1.0 - observed / expected


def alpha_of_counts(counts: Floats, distance: Floats | None = None) -> float:
    """Krippendorff's alpha from how often each value was given: fast, and for any distance.

    counts: [units, values], ratings of each value. distance: [values, values], squared distances, 0 on the diagonal;
    None: nominal. NaN if no unit has two ratings, 1.0 if all paired ratings are equal. Formula as above.
    """
    size = counts.sum(axis=1)
    counts, size = counts[size > 1], size[size > 1]
    if not len(counts):
        return float("nan")
    weighted = counts / (size - 1)[:, None]
    coincidences = weighted.T @ counts - np.diag(weighted.sum(axis=0))
    apart = 1.0 - np.eye(counts.shape[1]) if distance is None else distance
    n = coincidences.sum(axis=1)
    expected = float(n @ apart @ n) / (float(n.sum()) - 1)
    return 1.0 if expected == 0 else 1.0 - float((coincidences * apart).sum()) / expected


def interval_alphas(units: Sequence[Sequence[float]]) -> Callable[[NDArray[np.int64]], float]:
    """Krippendorff's alpha at the interval level of any units, by their numbers; as `krippendorff_alpha` has it.

    units: two finite ratings or more of each. From sums of each unit, so a figure costs O(units), however many
    different values there are: with m ratings x of a unit, and n of all, sum of (x - y)^2 over pairs = 2 (m sum x^2 -
    (sum x)^2), and likewise of all n; alpha = 1 - (n - 1) (sum of the units' / (m - 1)) / (that of all).

    Units (1, 1), (1, 3): of the units 0 + 2 x (2 x 10 - 16) / 1 = 8; of all 2 x (4 x 12 - 36) = 24;
    alpha = 1 - 3 x 8 / 24 = 0.
    """
    middle = float(np.median([value for unit in units for value in unit])) if units else 0.0
    ratings = [np.array(unit, dtype=np.float64) - middle for unit in units]
    size = np.array([len(unit) for unit in ratings], dtype=np.float64)
    total = np.array([unit.sum() for unit in ratings])
    squares = np.array([np.square(unit).sum() for unit in ratings])
    within = 2 * (size * squares - np.square(total)) / (size - 1)

    def alpha(chosen: NDArray[np.int64]) -> float:
        n, square = float(size[chosen].sum()), float(squares[chosen].sum())
        if n == 0:
            return float("nan")
        spread = n * square - float(total[chosen].sum()) ** 2
        # All equal, but for the last digits of the sums.
        return 1.0 if spread <= 1e-12 * n * square else 1.0 - (n - 1) * float(within[chosen].sum()) / (2 * spread)

    return alpha


def ordinal_distance(counts: Floats) -> Floats:
    """Squared distances of values in ascending order, by how many ratings lie between them: [values, values]."""
    size = counts.sum(axis=1)
    return _distance(np.arange(counts.shape[1]), counts[size > 1].sum(axis=0), "ordinal")


def _coincidences(codes: NDArray[np.int64], values: int) -> Floats:
    """o_ck of some units: [values, values]."""
    counts = np.zeros((len(codes), values))
    units, raters = np.nonzero(codes >= 0)
    np.add.at(counts, (units, codes[units, raters]), 1.0)
    size = counts.sum(axis=1)
    counts, size = counts[size > 1], size[size > 1]
    weighted = counts / (size - 1)[:, None]
    return weighted.T @ counts - np.diag(weighted.sum(axis=0))


def _coded(ratings: NDArray[Any], level: Level) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Each rating as the number of its value, -1 where there is none; and the values, ascending."""
    if ratings.ndim != 2:
        raise Invalid("Ratings are a table of units by raters.", mend="Give two dimensions.")
    numbers = ratings.dtype.kind in "fiub"
    if not numbers and level != "nominal":
        raise Invalid(f"Ratings at the {level} level are numbers.", mend="Use the nominal level for names.")
    given = ~np.isnan(ratings.astype(np.float64)) if numbers else _present(ratings)
    if numbers and not np.isfinite(ratings[given]).all():
        raise Invalid("A rating is infinite.", mend="Leave it out as NaN.")
    found, inverse = np.unique(ratings[given].astype(np.float64 if numbers else str), return_inverse=True)
    if len(found) > VALUES_MAX:
        raise Invalid(f"There are more than {VALUES_MAX} different ratings.", mend="Round them, or group them.")
    if level == "ratio" and len(found) and found[0] < 0:
        raise Invalid("A rating at the ratio level is below 0.", mend="Use the interval level.")
    codes = np.full(ratings.shape, -1, dtype=np.int64)
    codes[given] = inverse
    return codes, found


def _present(ratings: NDArray[Any]) -> NDArray[np.bool_]:
    # NaN is the one value that differs from itself.
    flat = [value is not None and value == value for value in ratings.ravel().tolist()]
    return np.array(flat, dtype=np.bool_).reshape(ratings.shape)


def _distance(values: NDArray[Any], n: Floats, level: Level) -> Floats:
    """d2 of every value to every other: [values, values]."""
    if level == "nominal":
        return 1.0 - np.eye(len(values))
    if level == "ordinal":
        # The middle of each value's block in the ranking: the sum from c to k without half of both ends.
        middle = np.cumsum(n) - n / 2
        return np.square(middle[:, None] - middle[None])
    difference = values[:, None] - values[None]
    if level == "interval":
        return np.square(difference)
    total = values[:, None] + values[None]
    return np.square(np.divide(difference, total, out=np.zeros_like(difference), where=total > 0))


def cohen_kappa(first: NDArray[Any], second: NDArray[Any], weighting: Weighting | None = None) -> float:
    """Cohen's kappa of two raters: 1 is perfect, 0 chance, below 0 systematic dissent.

    first, second: [units], NaN (or None among objects) where one skipped the unit. weighting: how much nearly equal
    ratings count; None: not at all. Weighted kappa wants numbers, whose ranks are compared. NaN if no unit has both
    ratings, 1.0 if both gave one and the same value throughout. Raises Invalid as `krippendorff_alpha` does.

    kappa = 1 - sum(w_ij o_ij) / sum(w_ij e_ij), o the shares of rating pairs, e the products of both raters' shares,
    w_ij 0 on the diagonal and else 1, |i - j| or (i - j)^2. Source: Cohen 1960; weighted, Cohen 1968.

    20 units: both yes, 5 only the first, 10 only the second, 15 both no: o = 35/50 agree; the first says yes 25/50, the
    second 30/50, so by chance 0.5 x 0.6 + 0.5 x 0.4 = 0.5 agree: kappa = 1 - 0.3 / 0.5 = 0.4.
    """
    if first.shape != second.shape or first.ndim != 1:
        raise Invalid("Two raters give one list of the same units each.", mend="Align the two lists.")
    codes, values = _coded(np.stack([first, second], axis=1), "interval" if weighting else "nominal")
    codes = codes[(codes >= 0).all(axis=1)]
    if not len(codes):
        return float("nan")
    observed = np.zeros((len(values), len(values)))
    np.add.at(observed, (codes[:, 0], codes[:, 1]), 1.0 / len(codes))
    chance = np.outer(observed.sum(axis=1), observed.sum(axis=0))
    apart = np.abs(np.subtract.outer(np.arange(len(values)), np.arange(len(values)))).astype(np.float64)
    weight = np.square(apart) if weighting == "quadratic" else apart if weighting == "linear" else np.sign(apart)
    expected = float((weight * chance).sum())
    return 1.0 if expected == 0 else 1.0 - float((weight * observed).sum()) / expected
