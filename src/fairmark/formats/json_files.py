"""JSON files with long lists in them: which of a source they are, opened one by one, and the rows of their lists."""

from array import array
from collections.abc import Callable, Iterator
from re import Pattern
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Raw

from fairmark.formats.contract import Source
from fairmark.formats.images import NamesBefore
from fairmark.formats.json_rows import JSON_ERRORS, json_fault, refuse_file, rows_of
from fairmark.formats.mapped import mapped
from fairmark.formats.model import AssetRecord, FileDamaged, LabeledItem, RowFault, WrongFormat
from fairmark.formats.tally import Tally

OTHER_FILES = "other_files"
"""The loss of formats that pass over JSON files without their lists, as long as there are others."""

_FILES_MAX = 1000
_NUL = b"\\u0000"

File = TypeVar("File")


class JsonFile(Generic[File]):
    """An open file. content: what it holds, its lists as raw JSON, which are views on its bytes."""

    def __init__(self, source: Source, path: str, data: memoryview, shape: type[File], mend: str) -> None:
        """shape: a Struct whose Raw members are lists, or Raw for a file that is a list.

        Raises WrongFormat, with `mend`, for what is no such list, FileDamaged and TooDeep for what is no JSON.
        """
        self.path = path
        self._rows_max = source.limits.rows
        try:
            self.content = msgspec.json.decode(data, type=shape)
        except JSON_ERRORS as error:
            raise refuse_file(error, path) from error
        fields: tuple[str, ...] = getattr(shape, "__struct_fields__", ())
        members: dict[str, Any] = {name: getattr(self.content, name) for name in fields} or {"": self.content}
        self._lists = {name: memoryview(each) for name, each in members.items() if isinstance(each, Raw)}
        lacking = [name for name, section in self._lists.items() if bytes(section[:1]) != b"["]
        if lacking:
            message = f"{path} has no list of {' and '.join(lacking)}." if lacking != [""] else f"{path} is no list."
            raise WrongFormat(message, file=path, mend=mend)

    def list(self, name: str = "") -> memoryview:
        """The list of a member, or the file itself."""
        return self._lists[name]

    def spans(self, name: str = "") -> Iterator[tuple[int, tuple[int, int]]]:
        """(number from 0, (start, end)) of each row of a list. Raises OverLimit for too many."""
        return enumerate(rows_of(self._lists[name], self.path, self._rows_max, name or "rows"))

    def rows(self, name: str = "") -> Iterator[tuple[str, int, int]]:
        """The same as spans, with each row's JSON Pointer in place of its number: for lists of long rows."""
        for number, (start, end) in self.spans(name):
            yield f"/{name}/{number}" if name else f"/{number}", start, end

    def text(self, name: str, start: int, end: int, place: str) -> bytes:
        """A row's bytes. Raises FileDamaged for U+0000, which no text in the product can hold."""
        data = bytes(self._lists[name][start:end])
        if _NUL in data:
            raise FileDamaged("A text holds the character U+0000.", file=self.path, mend="Remove it.", path=place)
        return data


def json_files(
    source: Source,
    tally: Tally,
    shape: type[File],
    mend: str,
    *,
    named: Pattern[str] | None = None,
    skips: bool = False,
) -> Iterator[JsonFile[File]]:
    """Each JSON file of a source but fairmark's own; those with a name that is `named`, if any has one.

    skips: files of another shape are passed over, if there are several, and counted as OTHER_FILES. Raises WrongFormat
    if there are none, or too many.
    """
    paths = [path for path in source.paths() if path.lower().endswith(".json") and "fairmark/" not in path]
    paths = [path for path in paths if named is not None and named.search(path)] or paths
    if not 0 < len(paths) <= _FILES_MAX:
        message = f"{source.name} holds {len(paths)} JSON files; 1 to {_FILES_MAX} are read."
        raise WrongFormat(message, file=source.name, mend=mend)
    for path in paths:
        with mapped(source, path) as data:
            try:
                file = JsonFile(source, path, data, shape, mend)
            except WrongFormat:
                if not skips or len(paths) == 1:
                    raise
                tally.lose(OTHER_FILES, items=1)
                continue
            tally.files += 1
            yield file
            del file


class ImageIndex:
    """Where the images of a COCO file stand, numbered from 0: some 150 bytes an image."""

    def __init__(self, file: JsonFile[Any], id_of: Callable[[memoryview], int | str]) -> None:
        self._file = file
        self._id_of = id_of
        self._starts = array("q")
        self._ends = array("q")
        self.numbers: dict[int | str, int] = {}
        """Which image has an id."""

    def __len__(self) -> int:
        return len(self._starts)

    def read(self) -> Iterator[RowFault]:
        """Goes through the images, with a fault for each bad one, and for an id that is there twice."""
        path, images = self._file.path, self._file.list("images")
        for number, (start, end) in self._file.spans("images"):
            try:
                id = self._id_of(images[start:end])
            except JSON_ERRORS as error:
                yield json_fault(error, path, path=f"/images/{number}", what="image")
                continue
            if id in self.numbers:
                message = f"The image id {id} is there twice."
                yield RowFault("duplicate_id", message, "Number the images anew.", path, path=f"/images/{number}")
                continue
            self.numbers[id] = len(self._starts)
            self._starts.append(start)
            self._ends.append(end)

    def row(self, number: int) -> memoryview:
        return self._file.list("images")[self._starts[number] : self._ends[number]]

    def text(self, number: int) -> bytes:
        """The same as JsonFile.text gives it."""
        return self._file.text("images", self._starts[number], self._ends[number], "/images")


def item_before(before: NamesBefore, name: str) -> LabeledItem | None:
    """The item that an image of one of fairmark's exports was, without its labels; None for an image that was none."""
    entry = before.get(name)
    if entry is None:
        return None
    return LabeledItem(entry.external_id, entry.name, (AssetRecord(entry.asset, entry.width, entry.height),))
