"""Import manifests: what to fetch and label, a row an item. JSONL, CSV, Parquet, or a plain list of URLs."""

import re
from collections.abc import Iterator, Mapping
from enum import StrEnum
from hashlib import sha256
from typing import Annotated, Any, BinaryIO
from urllib.parse import unquote

import msgspec
from msgspec import Meta, Raw

from fairmark.formats.contract import Limits
from fairmark.formats.json_rows import DOCUMENT_ERRORS, json_fault
from fairmark.formats.lines import lines_of
from fairmark.formats.model import NAME_CHARS_MAX, Cursor, FormatFault, Name, RowFault, Sha256, Split, WrongFormat
from fairmark.formats.names import relative_path
from fairmark.formats.source import text_of
from fairmark.formats.tables import csv_rows, parquet_rows
from fairmark.ontology.model import Annotation, InvalidDocument
from fairmark.ontology.upgrade import read_annotation

URL_CHARS_MAX = 8192
PRIORITY_MAX = 1_000_000
ASSETS_OF_ROW_MAX = 1000
"""As many as an item may have."""
URL_SCHEMES = ("https", "http", "s3", "gs", "az", "abfss")

Url = Annotated[str, Meta(max_length=URL_CHARS_MAX)]

_URL = re.compile(rf"({'|'.join(URL_SCHEMES)})://[^/\s?#]+[^\s\x00-\x1f\x7f]*", re.IGNORECASE)
_EXTENSIONS = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".txt": "urls",
}
_WHERE_MEND = "Give exactly one of url, path and sha256, or assets with one of them each."
_NUL = b"\\u0000"


class ManifestKind(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    URLS = "urls"


class Place(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Where one of several files of an item is: exactly one of `url`, `path`, `sha256`. name: what to call it."""

    url: Url | None = None
    path: Name | None = None
    sha256: Sha256 | None = None
    name: Name | None = None


class ManifestRow(msgspec.Struct, frozen=True, omit_defaults=True):
    """One item to import. Exactly one of `url`, `path`, `sha256` says where its file is, or `assets` for several.

    line: from 1; in Parquet the row. after: the place behind this row, to resume from. external_id: the customer's
    name for the item, else its path, URL or hash. path: relative, of a file sent along. sha256: of a file that is there
    already. priority: higher goes first. annotation: marks and answers that the item comes with.
    """

    line: int
    after: Cursor
    external_id: str
    name: str
    url: str | None = None
    path: str | None = None
    sha256: str | None = None
    meta: dict[str, Any] = {}
    batch: str | None = None
    priority: int = 0
    split: str | None = None
    annotation: Annotation | None = None
    assets: tuple[Place, ...] = ()


class _Fields(msgspec.Struct, forbid_unknown_fields=True):
    """A row as the customer writes it."""

    external_id: Name | None = None
    url: Url | None = None
    path: Name | None = None
    sha256: Sha256 | None = None
    name: Name | None = None
    meta: dict[str, Any] | None = None
    batch: Name | None = None
    priority: Annotated[int, Meta(ge=-PRIORITY_MAX, le=PRIORITY_MAX)] | None = None
    split: Split | None = None
    assets: Annotated[tuple[Place, ...], Meta(min_length=1, max_length=ASSETS_OF_ROW_MAX)] | None = None


class _Line(_Fields, forbid_unknown_fields=True):
    """The same with an annotation of any version, unread."""

    annotation: Raw = Raw(b"null")


_COLUMNS = frozenset(_Line.__struct_fields__)
_decode = msgspec.json.Decoder(_Line).decode


def kind_of(name: str, head: bytes) -> ManifestKind:
    """The kind of a manifest by its name, else by its first bytes. Raises WrongFormat if neither tells."""
    if head.startswith(b"PAR1"):
        return ManifestKind.PARQUET
    extension = name[name.rfind(".") :].lower() if "." in name else ""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if extension in _EXTENSIONS and extension != ".parquet":
        return ManifestKind(_EXTENSIONS[extension])
    if start.startswith(b"{"):
        return ManifestKind.JSONL
    first = start.split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    if _URL.fullmatch(first):
        return ManifestKind.URLS
    if _COLUMNS & {cell.strip(' "').lower() for cell in re.split("[,;\t]", first)}:
        return ManifestKind.CSV
    raise WrongFormat(
        f"{name} is no manifest that is known.",
        file=name,
        mend="Send .jsonl (an object a line), .csv, .parquet or .txt (a URL a line).",
    )


def read_manifest(
    file: BinaryIO,
    kind: ManifestKind,
    *,
    name: str = "manifest",
    start_at: Cursor | None = None,
    limits: Limits | None = None,
) -> Iterator[ManifestRow | RowFault]:
    """Each row, good or bad, in the file's order and in constant memory.

    file: at its start; seekable for Parquet, and to resume. start_at: `after` of the last row that was dealt with.
    Raises FormatFault where no further row can be read: a broken Parquet, a CSV without a header, UTF-16.
    """
    limits = limits or Limits()
    if kind is ManifestKind.JSONL:
        return _jsonl(file, name, limits, start_at)
    if kind is ManifestKind.URLS:
        return _urls(file, name, limits, start_at)
    rows = csv_rows if kind is ManifestKind.CSV else parquet_rows
    return _tabular(rows(file, name, _COLUMNS, limits, start_at), name)


def _jsonl(file: BinaryIO, name: str, limits: Limits, start: Cursor | None) -> Iterator[ManifestRow | RowFault]:
    for number, offset, line in lines_of(file, name, limits.line_bytes, start):
        after = Cursor(number, offset)
        if line is None:
            yield _too_long(name, number, after)
        elif _NUL in line:
            yield RowFault(
                "nul_character", "A text holds the character U+0000.", "Remove it.", name, number, after=after
            )
        elif line and not line.isspace():
            try:
                fields = _decode(line)
                raw = bytes(fields.annotation)
                yield _row(fields, name, number, after, None if raw == b"null" else read_annotation(raw))
            except DOCUMENT_ERRORS as error:
                yield _fault(error, name, number, after)


def _urls(file: BinaryIO, name: str, limits: Limits, start: Cursor | None) -> Iterator[ManifestRow | RowFault]:
    for number, offset, line in lines_of(file, name, limits.line_bytes, start):
        after = Cursor(number, offset)
        if line is None or len(line) > URL_CHARS_MAX * 4:
            yield _too_long(name, number, after)
            continue
        try:
            url = text_of(line, name, number).strip()
        except FormatFault as fault:
            yield fault.as_row(after)
            continue
        if url and not url.startswith("#"):
            yield _row(_Fields(url=url), name, number, after)


def _tabular(
    rows: Iterator[tuple[int, Cursor, dict[str, Any] | RowFault]], name: str
) -> Iterator[ManifestRow | RowFault]:
    for number, after, cells in rows:
        if isinstance(cells, RowFault):
            yield cells
            continue
        try:
            document = cells.pop("annotation", None)
            if document is not None and not isinstance(document, dict):
                raise InvalidDocument("An annotation is a JSON object.", path="")
            annotation = None if document is None else read_annotation(document)
            yield _row(msgspec.convert(cells, _Fields), name, number, after, annotation)
        except DOCUMENT_ERRORS as error:
            yield _fault(error, name, number, after)


def _fault(error: Exception, name: str, line: int, after: Cursor) -> RowFault:
    path = "/annotation" if isinstance(error, InvalidDocument) else ""
    return msgspec.structs.replace(json_fault(error, name, line=line, path=path), after=after)


def _row(
    fields: _Fields, name: str, line: int, after: Cursor, annotation: Annotation | None = None
) -> ManifestRow | RowFault:
    own = Place(fields.url, fields.path, fields.sha256)
    if fields.assets is None:
        places: list[Place | RowFault] = [_sound(own, name, line, after)]
    elif own != Place():
        places = [_not_one(_given(own) | {"assets": fields.assets}, name, line, after)]
    else:
        places = [_sound(each, name, line, after, f"/assets/{at}") for at, each in enumerate(fields.assets)]
    for place in places:
        if isinstance(place, RowFault):
            return place
    found = [place for place in places if isinstance(place, Place)]
    first = found[0]
    where = " ".join(str(value) for place in found for value in _given(place).values())
    return ManifestRow(
        line,
        after,
        fields.external_id or _short(where),
        fields.name or first.name or _last_part(next(iter(_given(first).values()))),
        *((first.url, first.path, first.sha256) if fields.assets is None else (None, None, None)),
        fields.meta or {},
        fields.batch,
        fields.priority or 0,
        fields.split,
        annotation,
        () if fields.assets is None else tuple(found),
    )


def _given(place: Place) -> dict[str, Any]:
    """What says where the file is, by its field."""
    ways = (("url", place.url), ("path", place.path), ("sha256", place.sha256))
    return {key: value for key, value in ways if value is not None}


def _not_one(given: Mapping[str, Any], name: str, line: int, after: Cursor, at: str = "") -> RowFault:
    what = "An asset of the row" if at else "The row"
    words = f"has {' and '.join(given)}." if given else "has neither url nor path nor sha256."
    return RowFault("wrong_place", f"{what} {words}", _WHERE_MEND, name, line, at, after)


def _sound(place: Place, name: str, line: int, after: Cursor, at: str = "") -> Place | RowFault:
    """The place with its path made plain, or what is wrong with it. at: where it stands in the row, a JSON Pointer."""
    given = _given(place)
    if len(given) != 1:
        return _not_one(given, name, line, after, at)
    if place.path is not None:
        try:
            return msgspec.structs.replace(place, path=relative_path(place.path, file=name))
        except FormatFault as fault:
            return msgspec.structs.replace(fault.as_row(after), line=line, path=f"{at}/path")
    if place.url is not None and (len(place.url) > URL_CHARS_MAX or not _URL.fullmatch(place.url)):
        mend = f"It starts with {', '.join(URL_SCHEMES)} and ://, has a host, and no spaces: write them as %20."
        return RowFault("bad_url", "The URL cannot be used.", mend, name, line, f"{at}/url", after)
    return place


def _last_part(place: str) -> str:
    """The file name at the end of a path or a URL, without what follows ? or #."""
    if "://" in place:
        place = place.partition("?")[0].partition("#")[0]
    last = place.rstrip("/").rpartition("/")[2]
    if "%" in last:
        last = unquote(last, errors="replace").replace("/", "_").replace("\x00", "_")
    return last[-NAME_CHARS_MAX:]


def _short(place: str) -> str:
    return place if len(place) <= NAME_CHARS_MAX else f"sha256:{sha256(place.encode()).hexdigest()}"


def _too_long(name: str, line: int, after: Cursor) -> RowFault:
    return RowFault("over_limit", "The line is too long.", "Check for a missing line break.", name, line, after=after)
