"""What a source is that somebody wants to import: told by its name, else by its first bytes."""

import zipfile
from enum import StrEnum
from pathlib import Path

import msgspec

from fairmark.client.errors import BadSource
from fairmark.client.model import LabelFormat, ManifestFormat

HEAD_BYTES = 1 << 16
BUCKETS = ("s3://", "gs://", "az://", "abfss://")
MEND = f"Name it: --format {', '.join(LabelFormat)} (labels), or {', '.join(ManifestFormat)} (lists)."


class Way(StrEnum):
    """How it comes in."""

    FOLDER = "folder"
    BUCKET = "bucket"
    URL = "url"
    MANIFEST = "manifest"
    LABELS = "labels"


class SourceKind(msgspec.Struct, frozen=True):
    """What a source is. Of `manifest` and `format` the one that `way` asks for is set."""

    way: Way
    manifest: ManifestFormat | None = None
    format: LabelFormat | None = None


_ENDINGS = {
    ".csv": ManifestFormat.CSV,
    ".tsv": ManifestFormat.CSV,
    ".parquet": ManifestFormat.PARQUET,
    ".txt": ManifestFormat.URLS,
}


def kind_of(source: str, format: str | None) -> SourceKind:
    """What `source` is: an address, a bucket's prefix, or a path. format: what its owner says. Raises BadSource."""
    if source.startswith(BUCKETS):
        return SourceKind(Way.BUCKET)
    if source.startswith(("http://", "https://")):
        return SourceKind(Way.URL)
    path = Path(source)
    if not path.exists():
        raise BadSource(f"There is no {source}.", mend="Name a folder, a file, an address or a bucket's prefix.")
    if path.is_dir():
        return SourceKind(Way.FOLDER)
    if format in set(LabelFormat):
        return SourceKind(Way.LABELS, format=LabelFormat(format))
    if format in set(ManifestFormat):
        return SourceKind(Way.MANIFEST, ManifestFormat(format))
    if format is not None:
        raise BadSource(f"'{format}' is no format.", mend=MEND)
    return _told_by(path)


def _told_by(path: Path) -> SourceKind:
    ending = path.suffix.lower()
    if ending in _ENDINGS:
        return SourceKind(Way.MANIFEST, _ENDINGS[ending])
    if zipfile.is_zipfile(path) and ending != ".parquet":
        return SourceKind(Way.LABELS, format=_of_archive(path))
    if ending == ".json":
        return SourceKind(Way.LABELS, format=LabelFormat.COCO)
    if ending in {".jsonl", ".ndjson"}:
        return _of_lines(path)
    raise BadSource(f"It cannot be told what {path} is.", mend=MEND)


def _of_archive(path: Path) -> LabelFormat:
    with zipfile.ZipFile(path) as archive:
        names = [name.lower() for name in archive.namelist()]
    endings = {Path(name).suffix for name in names}
    if any(name.endswith("labels.jsonl") for name in names):
        return LabelFormat.FAIRMARK
    if ".xml" in endings:
        return LabelFormat.VOC
    if any(name.endswith(("data.yaml", "data.yml", "obj.names")) or "labels/" in name for name in names):
        return LabelFormat.YOLO
    if ".json" in endings:
        return LabelFormat.COCO
    raise BadSource(f"It cannot be told what labels {path} holds.", mend=MEND)


def _of_lines(path: Path) -> SourceKind:
    """Labels that fairmark wrote list an item's assets; a manifest's row says where one file is."""
    with path.open("rb") as file:
        first = next((line for line in file.read(HEAD_BYTES).splitlines() if line.strip()), b"{}")
    try:
        row = msgspec.json.decode(first, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        row = {}  # a very long line, or a bad one: the server says which
    if "assets" in row or ("annotation" in row and not row.keys() & {"url", "path", "sha256"}):
        return SourceKind(Way.LABELS, format=LabelFormat.FAIRMARK)
    return SourceKind(Way.MANIFEST, ManifestFormat.JSONL)
