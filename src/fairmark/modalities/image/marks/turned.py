"""What kinds with an angle share: rotated boxes and ellipses."""

from collections.abc import Sequence
from math import cos, isfinite, radians, sin

from fairmark.methods.median import weighted_median
from fairmark.modalities.image.marks.kind import Point
from fairmark.modalities.model import MediaSize
from fairmark.ontology.fields import Problem

Frame = tuple[float, float, float, float, float]
"""cx, cy, w, h in pixels, and the angle in degrees: clockwise on a screen, above -180 and at most 180."""
_SIDE_SLACK_PX = 1e-6
_FAR = 1e12


def frame_problem(frame: Frame, media: MediaSize, side_min_px: float, what: str) -> Problem | None:
    """What is wrong with a frame. Its corners may reach out of the image, its centre may not. what: for the message."""
    cx, cy, w, h, angle = frame
    if not all(isfinite(number) and abs(number) < _FAR for number in frame):
        return Problem("not_finite", f"The {what} has a number that is none.", "Give five ordinary numbers.")
    if min(w, h) < side_min_px - _SIDE_SLACK_PX:
        message = f"The {what} is {w:g} x {h:g} pixels, {side_min_px:g} at least on each side."
        return Problem("too_small", message, "Draw it larger, or delete it.")
    if not (0 <= cx <= media.width and 0 <= cy <= media.height):
        message = f"The middle of the {what} is outside of the image of {media.width} x {media.height}."
        return Problem("outside", message, "Move it inside.")
    if not -180 < angle <= 180:
        message = f"The angle {angle:g} is not above -180 and at most 180 degrees."
        return Problem("out_of_range", message, "Turn it by whole circles.")
    return None


def placed(frame: Frame, across: float, down: float) -> Point:
    """The point that is so many half sides from the centre: (-1, -1) is the corner that is upper left at angle 0."""
    cx, cy, w, h, angle = frame
    turn = radians(angle)
    x, y = across * w / 2, down * h / 2
    return cx + x * cos(turn) - y * sin(turn), cy + x * sin(turn) + y * cos(turn)


def wrapped(angle: float) -> float:
    """The same direction, above -180 and at most 180 degrees."""
    turn = angle % 360
    return turn - 360 if turn > 180 else turn


def merged_frame(frames: Sequence[Frame], weights: Sequence[float]) -> Frame:
    """The median of each number, once all frames are described the way of the heaviest one: a frame of w x h at some
    angle is one of h x w a quarter turn further, and angles go round.

    10 x 20 at 1 degree and 20 x 10 at -89 degrees are the same frame.
    """
    lead = frames[max(range(len(frames)), key=lambda number: (weights[number], -number))]
    alike = [_described_like(frame, lead[4]) for frame in frames]
    cx, cy, w, h, off = (weighted_median([frame[n] for frame in alike], weights) for n in range(5))
    return cx, cy, w, h, wrapped(lead[4] + off)


def _described_like(frame: Frame, angle: float) -> Frame:
    """The frame with its angle as a difference to `angle` of at most 45 degrees, sides swapped where that needs it."""
    cx, cy, w, h, own = frame
    quarters = round((angle - own) / 90)
    off = wrapped(own + 90 * quarters - angle)
    return (cx, cy, h, w, off) if quarters % 2 else (cx, cy, w, h, off)
