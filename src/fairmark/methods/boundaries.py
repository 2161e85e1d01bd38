"""How well the edges of two masks lie on each other, whatever the size of what they enclose."""

from typing import TYPE_CHECKING, Any

import numpy as np

from fairmark.methods.masks import Crop, Pixels, around, on_window

if TYPE_CHECKING:
    from fairmark.methods.matching import Floats

BAND_SHARE = 0.008
"""Width of the band, as a share of the image's diagonal, within which two edges are the same (Perazzi et al. 2016)."""


def band_px(width: int, height: int) -> float:
    """Width of the band on an image of `width` x `height`, 1 pixel at least. 300 x 400 has the diagonal 500: 4."""
    return max(1.0, BAND_SHARE * float(np.hypot(width, height)))


def edge(pixels: Pixels) -> Pixels:
    """The pixels that are on and have a side in common with one that is off; outside of `pixels`, [h, w], all are off.

    Of a square of 3 x 3 all but the middle one.
    """
    padded = np.pad(pixels, 1)
    inner = padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return pixels & ~inner


def boundary_f(ours: Crop, theirs: Crop, band: float) -> float:
    """F1 of edges, 0 to 1: the harmonic mean of the shares of each mask's edge within `band` pixels of the other's.

    Both have to have pixels. Distances are between centres of pixels. Symmetric. Source: Csurka et al. 2013, "What is a
    good evaluation measure for semantic segmentation?".

    Two pixels side by side against the left one alone, band 0: the edge of the first are both, of which one lies on the
    other's; the second's lies on it whole. Harmonic mean of 1/2 and 1: 2/3.
    """
    window = around([ours, theirs])
    edges = [edge(on_window(crop, *window)) for crop in (ours, theirs)]
    shares = [_near(one, other, band) for one, other in (edges, edges[::-1])]
    return 2 * shares[0] * shares[1] / sum(shares) if sum(shares) else 0.0


def _near(ours: Pixels, theirs: Pixels, band: float) -> float:
    """The share of the pixels of `ours` that lie within `band` of one of `theirs`."""
    from scipy.ndimage import distance_transform_edt

    found: Any = distance_transform_edt(~theirs)
    away: Floats = found
    return float(np.mean(away[ours] <= band + 1e-9))
