"""The record that every format reads and writes, what a run reports, and what can be wrong with a file."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Invalid
from fairmark.ontology.model import Annotation

NAME_CHARS_MAX = 1024
ASSETS_MAX = 10_000

Name = Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)]
Pixels = Annotated[int, Meta(ge=1, le=1_000_000_000)]
Split = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$", description="train, val, test or your own.")]
Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]


class AssetRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One media file of an item, without its bytes.

    name: file name, folders divided by "/". width, height: pixels of the upright image, None if unknown or no image.
    orientation: the EXIF tag that the stored file still carries, 1 to 8; marks always refer to the upright image.
    """

    name: Name
    width: Pixels | None = None
    height: Pixels | None = None
    sha256: Sha256 | None = None
    media_type: Annotated[str, Meta(max_length=200)] | None = None
    url: Annotated[str, Meta(max_length=8192)] | None = None
    orientation: Annotated[int, Meta(ge=1, le=8)] = 1


class LabeledItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An item with its labels: one line of fairmark JSONL, one or more images elsewhere. confidence: 0 to 1."""

    external_id: Name
    name: Name
    assets: Annotated[tuple[AssetRecord, ...], Meta(max_length=ASSETS_MAX)] = ()
    annotation: Annotation = Annotation()
    confidence: Annotated[float, Meta(ge=0, le=1)] | None = None
    meta: dict[str, Any] = {}
    batch: Name | None = None
    split: Split | None = None


class Cursor(msgspec.Struct, frozen=True):
    """A place between two rows of a file, from which reading can go on.

    line: lines (rows, in Parquet) before the place. offset: bytes before it; 0 where the file has no byte places.
    """

    line: Annotated[int, Meta(ge=0)] = 0
    offset: Annotated[int, Meta(ge=0)] = 0


class RowFault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One bad row, left out while the good ones go on: what (`code`, `message`), where, and how to mend it.

    line: from 1, None where lines mean nothing. path: JSON Pointer inside the file or the line. after: where the row
    ends, if reading can resume there.
    """

    code: str
    message: str
    mend: str = ""
    file: str = ""
    line: int | None = None
    path: str = ""
    after: Cursor | None = None


class Loss(msgspec.Struct, frozen=True):
    """What a format could not carry: a code of its loss table, and how many marks and items it touched."""

    code: str
    message: str
    marks_touched: int = 0
    items_touched: int = 0


class Report(msgspec.Struct, frozen=True):
    """What an export or an import did. marks, items: written or read. faults: bad rows (imports only)."""

    format: str
    items: int = 0
    marks: int = 0
    files: int = 0
    faults: int = 0
    losses: tuple[Loss, ...] = ()


class FormatFault(Invalid):
    """A file cannot be read as what it is said to be. The answer names `file`, and `line` or `path` if known."""

    code = "format_fault"

    def __init__(self, message: str, *, file: str, mend: str = "", line: int | None = None, path: str = "") -> None:
        places: dict[str, Any] = {"file": file}
        if line is not None:
            places["line"] = line
        if path:
            places["path"] = path
        super().__init__(message, mend=mend, **places)

    def as_row(self, after: Cursor | None = None) -> RowFault:
        """The same fault as one bad row, where one bad file of many must not stop the rest."""
        where = self.fields
        return RowFault(
            code=self.code,
            message=self.message,
            mend=self.mend,
            file=where["file"],
            line=where.get("line"),
            path=where.get("path", ""),
            after=after,
        )


class WrongFormat(FormatFault):
    """The file is sound, and not of this format."""

    code = "wrong_format"


class FileDamaged(FormatFault):
    """The file is cut short, or its bytes do not add up."""

    code = "file_damaged"


class PathOutside(FormatFault):
    """A name that leads out of its folder: "../x", "/etc/x", "C:\\x"."""

    code = "path_outside"


class LinkRefused(FormatFault):
    """A symbolic link or a device where a plain file belongs."""

    code = "link_refused"


class ArchiveBomb(FormatFault):
    """An archive that unpacks to far more than it is."""

    code = "archive_bomb"


class OverLimit(FormatFault):
    """A file, line, text or list above its limit."""

    code = "over_limit"


class TooDeep(FormatFault):
    """A document nested deeper than any real one."""

    code = "too_deep"


class BadEncoding(FormatFault):
    """Text that is not UTF-8."""

    code = "bad_encoding"


class UnsafeXml(FormatFault):
    """XML with a document type or entities, which can be made to read files or to fill the memory."""

    code = "unsafe_xml"
