"""What an inspection says, and how it is carried between the two processes."""

from typing import Any

import msgspec

from fairmark.kernel.errors import Invalid


class Inspect(msgspec.Struct, frozen=True):
    """The question: the file at `path`, or the `bytes` bytes that follow on the pipe."""

    name: str
    path: str = ""
    bytes: int = 0


class Inspected(msgspec.Struct, frozen=True, tag="inspected"):
    """A sound file. width, height: pixels of the upright image. probe: what else is known, as JSON values.

    pictures: longer side -> WebP. thumbnails: which of them are thumbnails. view: which of them to show in place of the
    original, where browsers cannot show that.
    """

    media_type: str
    width: int | None
    height: int | None
    probe: dict[str, Any]
    thumbnails: tuple[int, ...]
    view: int | None
    pictures: dict[int, bytes]


class Refused(msgspec.Struct, frozen=True, tag="refused"):
    """A file that is not taken: a named error, as text."""

    code: str
    message: str
    mend: str = ""


Answer = Inspected | Refused


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
