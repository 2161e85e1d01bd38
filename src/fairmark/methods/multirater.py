"""Agreement beyond chance of any number of raters: Fleiss' kappa, Gwet's AC1, and alpha for sets."""

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from fairmark.kernel.errors import Invalid

Floats = NDArray[np.float64]
SETS_MAX = 2_000
"""Most different sets: a table of set by set is held."""


def fleiss_kappa(counts: Floats) -> float:
    """Fleiss' kappa: 1 is perfect, 0 chance, below 0 systematic dissent.

    counts: [units, values], how many raters gave each value; raters may differ per unit, units with fewer than two say
    nothing. NaN if none has two, 1.0 if all gave one and the same value. Raises Invalid for negative counts.

    kappa = (P - P_e) / (1 - P_e), P the mean share of agreeing pairs per unit, P_e the sum of the squared shares of the
    values. Source: Fleiss 1971. Units (2, 0), (1, 1): P = (1 + 0) / 2; shares 3/4, 1/4: P_e = 10/16;
    kappa = (1/2 - 5/8) / (3/8) = -1/3.
    """
    observed, share = _pairs(counts)
    return _beyond(observed, float(np.square(share).sum()))


def gwet_ac1(counts: Floats) -> float:
    """Gwet's AC1: as `fleiss_kappa`, but steady where one value is very common.

    P_e = sum of p (1 - p) over the K values, divided by K - 1. Source: Gwet, British Journal of Mathematical and
    Statistical Psychology 61, 2008. Units (2, 0), (1, 1): P = 1/2, P_e = 2 x 3/16 = 3/8, AC1 = (1/8) / (5/8) = 1/5.
    """
    observed, share = _pairs(counts)
    return _beyond(observed, float((share * (1 - share)).sum()) / max(len(share) - 1, 1))


def _pairs(counts: Floats) -> tuple[float, Floats]:
    """Mean share of agreeing pairs per unit, and the mean share of each value."""
    if counts.ndim != 2 or (counts < 0).any():
        raise Invalid("Counts are a table of units by values, none below 0.", mend="Count the raters per value.")
    raters = counts.sum(axis=1)
    counts, raters = counts[raters > 1], raters[raters > 1]
    if not len(counts):
        return float("nan"), np.full(counts.shape[1], np.nan)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (raters * (raters - 1))
    return float(agreeing.mean()), (counts / raters[:, None]).mean(axis=0)


def _beyond(observed: float, chance: float) -> float:
    # Sums of shares such as 1/3 + 2/3 can miss 1 in the last digit.
    return 1.0 if chance >= 1 - 1e-12 else (observed - chance) / (1 - chance)


def masi_distance(ours: frozenset[Hashable], theirs: frozenset[Hashable]) -> float:
    """Distance of two sets, 0 to 1: 1 - J M, J the share of common members, M 1 if equal, 2/3 if one holds the other,
    1/3 if they overlap, 0 if not. Two empty sets are equal. Source: Passonneau, LREC 2006.

    {a, b} and {a}: 1 - 1/2 x 2/3 = 2/3. {a, b} and {b, c}: 1 - 1/3 x 1/3 = 8/9.
    """
    if ours == theirs:
        return 0.0
    common = len(ours & theirs)
    monotone = 2 / 3 if ours <= theirs or theirs <= ours else 1 / 3 if common else 0.0
    return 1.0 - common / len(ours | theirs) * monotone


def set_alpha(units: Sequence[Sequence[frozenset[Hashable]]]) -> float:
    """Krippendorff's alpha of sets with MASI's distance: 1 is perfect, 0 chance.

    units: what the raters of each unit chose; units with fewer than two say nothing. NaN if none has two, 1.0 if all
    are equal. Raises Invalid for more than SETS_MAX different sets. Formula: see `agreement.krippendorff_alpha`.
    """
    useful = [unit for unit in units if len(unit) > 1]
    different = list(dict.fromkeys(each for unit in useful for each in unit))
    if len(different) > SETS_MAX:
        raise Invalid(f"There are more than {SETS_MAX} different sets.", mend="Judge the classes one by one.")
    if not useful:
        return float("nan")
    number_of = {each: number for number, each in enumerate(different)}
    distance = np.array([[masi_distance(a, b) for b in different] for a in different])
    count, observed = np.zeros(len(different)), 0.0
    for unit in useful:
        chosen = np.bincount([number_of[each] for each in unit], minlength=len(different)).astype(np.float64)
        count += chosen
        observed += float(chosen @ distance @ chosen) / (len(unit) - 1)
    total = float(count.sum())
    expected = float(count @ distance @ count) / (total - 1)
    return 1.0 if expected == 0 else 1.0 - observed / expected
