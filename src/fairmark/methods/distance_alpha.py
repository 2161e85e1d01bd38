"""Agreement beyond chance of answers that have a distance, and no list of values: boxes, spans, whole drawings."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def distance_alpha(within: Floats, weights: Floats, between: Floats) -> float:
    """Krippendorff's alpha with any distance: 1 is perfect, 0 no more alike than answers to different units.

    within: [units], mean distance of the pairs of answers to each unit, 0 to 1. weights: [units], answers to the unit,
    above 0, for a unit counts by how many have answered. between: [pairs], distances of answers to different units, a
    random sample or all of them: what agreement by chance would look like. NaN without a unit, or without a pair;
    1.0 if nothing differs at all.

    alpha = 1 - D_o / D_e, D_o the weighted mean of `within`, D_e the mean of `between`. Sources: Krippendorff, Content
    Analysis, 2004, ch. 11; for complex answers, Braylan, Alonso and Lease, WWW 2022.

    Boxes of two people overlap with an F1 of 0.9 and 0.7 on two pictures; across pictures, with 0.1 on average:
    D_o = (0.1 + 0.3) / 2 = 0.2, D_e = 0.9, alpha = 1 - 0.2 / 0.9 = 0.78.
    """
    if not len(within) or not len(between):
        return float("nan")
    observed = float(np.average(within, weights=weights))
    expected = float(between.mean())
    if expected == 0:
        return 1.0 if observed == 0 else float("nan")
    return 1.0 - observed / expected
