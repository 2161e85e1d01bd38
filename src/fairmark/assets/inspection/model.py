"""What is asked of the inspecting process and what it says, and how that is carried between the two."""

from typing import Any

import msgspec

from fairmark.kernel.errors import Invalid


class Inspect(msgspec.Struct, frozen=True, tag="inspect"):
    """What is the file at `path`, or in the `bytes` bytes that follow on the pipe?"""

    name: str
    path: str = ""
    bytes: int = 0


class Shrink(msgspec.Struct, frozen=True, tag="shrink"):
    """Small pictures of the same, please: one for each of `sizes`, the pixels of its longer side."""

    name: str
    sizes: tuple[int, ...]
    path: str = ""
    bytes: int = 0


class Cut(msgspec.Struct, frozen=True, tag="cut"):
    """Tiles of the image at `path`, please, as a pack in the empty file at `into`; and small pictures too."""

    name: str
    path: str
    into: str
    sizes: tuple[int, ...]
    bytes: int = 0


class Part(msgspec.Struct, frozen=True, tag="part"):
    """The pages of the file at `path`, or in the bytes that follow, please: a file of each in the folder `into`."""

    name: str
    into: str
    path: str = ""
    bytes: int = 0


Question = Inspect | Shrink | Cut | Part


class Inspected(msgspec.Struct, frozen=True, tag="inspected"):
    """A sound file. width, height: pixels of the upright image. probe: what else is known, as JSON values."""

    media_type: str
    width: int | None
    height: int | None
    probe: dict[str, Any]


class Shrunk(msgspec.Struct, frozen=True, tag="shrunk"):
    """Pictures in WebP by the size that was asked for. An image smaller than that is not enlarged."""

    pictures: dict[int, bytes]


class PagePart(msgspec.Struct, frozen=True):
    """A page or frame, a file of its own at `path`. number: from 1. word: "page" or "frame". times: see `Page`."""

    number: int
    word: str
    path: str
    sha256: str
    bytes: int
    time_ms: float | None
    duration_ms: float | None
    inspected: Inspected


class Parted(msgspec.Struct, frozen=True, tag="parted"):
    """All pages of a file, in their order."""

    pages: list[PagePart]


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    """More is to come. share: what is done, 0 to 1."""

    share: float


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A file that is not taken: a named error, as text."""

    code: str
    message: str
    mend: str = ""


Answer = Inspected | Shrunk | Parted | Progress | Refused


class FileRefused(Invalid):
    """The file is damaged, too large, disguised, or of a kind that is not taken. Its `code` is the inspection's."""

    code = "file_refused"

    @classmethod
    def of(cls, refused: Refused, **fields: Any) -> "FileRefused":
        """The refusal as an error with the code that the inspecting process named."""
        kind = type(cls.__name__, (cls,), {"code": refused.code})
        return kind(refused.message, mend=refused.mend, **fields)


class InspectionFailed(Invalid):
    """The file brought its decoder down, or kept it busy for too long."""

    code = "file_unreadable"
