"""Decisions about names, rows and batches: facts in, checked facts or a named error out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import unquote
from uuid import UUID

import msgspec

from fairmark.assets.fetching.rules import check_source
from fairmark.assets.model import (
    ASSETS_MAX,
    META_BYTES_MAX,
    NAME_BYTES_MAX,
    NAME_CHARS_MAX,
    PRELABEL_BYTES_MAX,
    AssetIn,
    BadName,
    BadRow,
    Batch,
    BatchCancelled,
    BatchState,
    ItemIn,
    LabelsUnfit,
    NewItem,
    Ref,
    RefKind,
    RowProblem,
)
from fairmark.kernel import json
from fairmark.kernel.errors import FairmarkError
from fairmark.modalities import MediaSize, Modality
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Fault
from fairmark.ontology.rules import errors

_ANY_SIZE = MediaSize(10**9, 10**9)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PATH = re.compile(r"^(?P<message>.*) - at `(?:key in )?\$(?P<path>.*)`$", re.DOTALL)


def clean_name(text: str, what: str = "name") -> str:
    """`text` in Unicode's composed form, as it is stored and compared: disks of different makes spell "é" differently.

    Raises BadName if it is empty, too long, or holds control characters.
    """
    if text.isascii() and text.isprintable() and 0 < len(text) <= NAME_CHARS_MAX:
        return text  # most names
    if found := _CONTROL.search(text):
        raise BadName(
            f"The {what} holds the character U+{ord(found[0]):04X}.", mend="Remove control characters from the name."
        )
    composed = unicodedata.normalize("NFC", text)
    if not 0 < len(composed) <= NAME_CHARS_MAX:
        raise BadName(f"The {what} has {len(composed)} characters.", mend=f"Use 1 to {NAME_CHARS_MAX} characters.")
    if (size := len(composed.encode())) > NAME_BYTES_MAX:
        raise BadName(f"The {what} has {size} bytes in UTF-8.", mend=f"Use at most {NAME_BYTES_MAX}.")
    return composed


def name_of_url(url: str) -> str:
    """What to call the file at `url`: the last part of its path, or its host."""
    path = url.partition("://")[2].partition("?")[0].partition("#")[0].rstrip("/")
    last = unquote(path.rpartition("/")[2]).replace("\\", "/").rstrip("/").rpartition("/")[2]
    name = unicodedata.normalize("NFC", _CONTROL.sub("_", last))[-NAME_CHARS_MAX:]
    return name or "file"


def page_name(file: str, word: str, number: int, suffix: str) -> str:
    """What to call a page of a file: "scan.tif, page 2.png". It ends as the page's file does: exports go by that."""
    ending = f", {word} {number}{suffix}"
    name = file[-(NAME_CHARS_MAX - len(ending)) :]
    while len(name.encode()) + len(ending) > NAME_BYTES_MAX:
        name = name[1:]
    return name + ending


def encode_meta(meta: dict[str, Any]) -> str:
    """An item's own data as JSON for the database. Raises BadRow if it is too large or holds what it cannot store."""
    if not meta:
        return "{}"
    try:
        text = json.encode(meta)
    except (UnicodeEncodeError, RecursionError, ValueError, TypeError) as error:
        raise BadRow(f"The metadata cannot be stored: {error}.", mend="Send plain JSON values.") from error
    if len(text) > META_BYTES_MAX:
        raise BadRow(
            f"The metadata has {len(text)} bytes; the limit is {META_BYTES_MAX}.", mend="Keep large data elsewhere."
        )
    _refuse_nul(text, "metadata")
    return text


class Labels(NamedTuple):
    """What labels from outside must fit: the project's kind of media, and its ontology in force."""

    modality: Modality
    ontology: CompiledOntology


def label_faults(annotation: Annotation, labels: Labels, sizes: Sequence[MediaSize | None]) -> list[Fault]:
    """What forbids to take the annotation as a prelabel.

    sizes: of the item's assets, as far as they are known; marks on the others cannot be out of bounds.
    """
    media = [size or _ANY_SIZE for size in sizes]
    return errors(labels.modality.faults(annotation, labels.ontology, media, complete=False))


def fit_labels(annotation: Annotation, labels: Labels | None, sizes: Sequence[MediaSize | None]) -> str | None:
    """The annotation as JSON for a prelabel, None if it says nothing. Raises LabelsUnfit with the first faults."""
    if not annotation.marks and not annotation.answers and not annotation.links:
        return None
    found = label_faults(annotation, labels, sizes) if labels else []
    if found:
        first = found[0]
        more = f" There are {len(found) - 1} more faults like it." if len(found) > 1 else ""
        raise LabelsUnfit(
            f"The labels do not fit the project's ontology: {first.message} ({first.path}).{more}",
            mend=first.mend or "Compare the labels with the ontology.",
        )
    text = json.encode(annotation)
    if len(text) > PRELABEL_BYTES_MAX:
        raise BadRow(f"The labels have {len(text)} bytes; the limit is {PRELABEL_BYTES_MAX}.")
    _refuse_nul(text, "prelabel")
    return text


def check_item(
    index: int, row: Any, prefixes: Sequence[str] = (), labels: Labels | None = None
) -> NewItem | RowProblem:
    """A row of a request as an item to add, or what is wrong with it.

    prefixes: of the buckets it may name. labels: what its prelabel must fit.
    """
    try:
        return _item_of(index, msgspec.convert(row, ItemIn), prefixes, labels)
    except msgspec.ValidationError as error:
        return bad_shape(index, str(error))
    except FairmarkError as error:
        return row_problem(index, error)


def _item_of(index: int, row: ItemIn, prefixes: Sequence[str], labels: Labels | None) -> NewItem:
    prelabel = None if row.prelabel is None else fit_labels(row.prelabel, labels, [None] * len(row.assets))
    return NewItem(
        index,
        None if row.external_id is None else clean_name(row.external_id, "external id"),
        None if row.name is None else clean_name(row.name),
        tuple(_ref_of(asset, prefixes) for asset in row.assets),
        encode_meta(row.meta),
        row.priority,
        prelabel,
    )


def _ref_of(asset: AssetIn, prefixes: Sequence[str]) -> Ref:
    ways = sum(way is not None for way in (asset.asset_id, asset.upload_id, asset.url, asset.sha256))
    if ways > 1 or (ways == 0 and asset.name is None):
        raise BadRow(
            "An asset is to be named in exactly one way.",
            mend="Give one of asset_id, upload_id, url, sha256, or the name alone.",
        )
    name = None if asset.name is None else clean_name(asset.name, "asset's name")
    if asset.url is not None:
        return Ref(RefKind.URL, check_source(asset.url, prefixes), name)
    if asset.asset_id is not None:
        return Ref(RefKind.ASSET, asset.asset_id, name)
    if asset.upload_id is not None:
        return Ref(RefKind.UPLOAD, asset.upload_id, name)
    if asset.sha256 is not None:
        return Ref(RefKind.SHA256, bytes.fromhex(asset.sha256), name)
    return Ref(RefKind.NAME, name, name)


def lay_pages(
    row: NewItem, asset_ids: Sequence[UUID], pages: Mapping[UUID, Sequence[UUID]]
) -> tuple[UUID, ...] | RowProblem:
    """The assets of a row with those that hold several pages replaced by these, or why that cannot be."""
    laid = [page for id in asset_ids for page in pages.get(id, (id,))]
    if len(laid) > ASSETS_MAX:
        return RowProblem(
            row.number,
            BadRow.code,
            f"The item's files hold {len(laid)} images, {ASSETS_MAX} at most.",
            "Divide them over several items.",
            "/assets",
        )
    if row.prelabel is not None and any(id in pages for id in asset_ids[:-1]):
        return RowProblem(
            row.number,
            LabelsUnfit.code,
            "The labels name the item's images by number, and a file before the last holds several pages.",
            "Put files of several pages last, or name the pages by their own ids.",
            "/prelabel",
        )
    return tuple(laid)


def _refuse_nul(text: str, what: str) -> None:
    try:
        json.refuse_nul(text)
    except json.BadJson as error:
        raise BadRow(f"The {what} holds the character U+0000.", mend="Remove the NUL character.") from error


def bad_shape(index: int, message: str) -> RowProblem:
    """A row that msgspec refused, its path as a JSON Pointer: `$.assets[0].url` is /assets/0/url."""
    found = _PATH.match(message)
    if not found:
        return RowProblem(index, BadRow.code, f"{message}.", "Compare the row with the documentation.")
    place = "".join(f"/{part}" for part in re.split(r"[.\[\]]+", found["path"]) if part)
    return RowProblem(index, BadRow.code, f"{found['message']}.", "Compare the row with the documentation.", place)


def row_problem(index: int, error: FairmarkError, place: str = "") -> RowProblem:
    """A named error as one bad row."""
    return RowProblem(index, error.code, error.message, error.mend, place)


def change_batch(
    batch: Batch,
    state: BatchState | None,
    priority: int | None,
    due_at: datetime | None,
    *,
    clear_due: bool = False,
) -> Batch:
    """`batch` with what is given changed; clear_due: no due date any more.

    Raises BatchCancelled: what was cancelled stays so.
    """
    if batch.state is BatchState.CANCELLED and state not in (None, BatchState.CANCELLED):
        raise BatchCancelled(f"The batch '{batch.name}' was cancelled.", mend="Add the items to another batch.")
    return msgspec.structs.replace(
        batch,
        state=batch.state if state is None else state,
        priority=batch.priority if priority is None else priority,
        due_at=None if clear_due else (batch.due_at if due_at is None else due_at),
    )
