"""What tiles of an asset are, and what can be wrong with them."""

from enum import StrEnum
from typing import NamedTuple

import msgspec

from fairmark.assets.model import Problem
from fairmark.kernel.errors import NotFound, Unavailable
from fairmark.modalities.image.pixels.pack import Head

JOB = "assets.tiles"
"""The job that cuts one image into tiles."""
TILES_URL_S = 6 * 3600
"""Addresses of tiles work for one to two of these: an annotator pans into new ones for as long as the work lasts."""
WAIT_MAX_S = 600
"""A job that has said nothing for so long is lost: whoever asks for the tiles next asks for another."""


class TilesState(StrEnum):
    """Waiting: a job makes them, or will. Done: they are there. Failed: they cannot be made; `fault` says why."""

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


class Making(NamedTuple):
    """How far the tiles of some bytes are. progress: 0 to 1. bytes: of the pack."""

    state: TilesState
    progress: float
    fault: Problem | None
    bytes: int
    is_lost: bool


class TilesView(msgspec.Struct, frozen=True, kw_only=True):
    """The tiles of an asset. progress: 0 to 1. head: what they hold, once they are done; null before.

    The address of a tile is that of this with `head` replaced by `{level}/{column}/{row}/{band}`: level 0 is the full
    size, each further one half of it; band is 0 for pictures.
    """

    state: TilesState
    progress: float
    fault: Problem | None
    head: Head | None


class TilesUnknown(NotFound):
    """The asset has no tiles: it is shown as it is. Or there is no such tile."""

    code = "tiles_not_found"


class TilesPending(Unavailable):
    """The tiles are being made."""

    code = "tiles_pending"
