"""Turns checked rows into items: thousands at a time, in a number of statements that does not grow with them.

A row names an item that is there already if its external id is taken, or, without one, if its assets make up an item
without external id. That makes every way in idempotent: what is sent twice is there once.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from fairmark.assets import rules, store
from fairmark.assets.events import ItemsAdded
from fairmark.assets.model import AssetUnknown, NewItem, Ref, RefKind, RowProblem
from fairmark.assets.store import ItemRow
from fairmark.kernel.db import Tx
from fairmark.kernel.events import announce
from fairmark.kernel.ids import BatchId, ImportId, ItemId, ProjectId


class Placed(NamedTuple):
    """What became of rows. items: index -> item and whether it is new. waiting: assets that are now to be fetched.

    new: how many items are to be counted into each batch, when everything else is done.
    """

    items: dict[int, tuple[ItemId, bool]]
    faults: list[RowProblem]
    waiting: int
    new: dict[BatchId, int]


class Found(NamedTuple):
    """The assets that a row names, and what to call an item of them."""

    asset_ids: tuple[UUID, ...]
    name: str


Known = dict[RefKind, dict[Any, tuple[UUID, str]]]
"""By the kind of reference: its value -> the asset and its name."""

_MENDS = {
    RefKind.ASSET: "Use the id of an asset of this organisation.",
    RefKind.UPLOAD: "Use the id of an upload that is done.",
    RefKind.NAME: "Upload a file of this name first, or check its spelling, also upper and lower case.",
    RefKind.URL: "Check the address.",
    RefKind.SHA256: "Upload the file first.",
}


async def place_items(
    tx: Tx,
    project_id: ProjectId,
    batch: BatchId | Mapping[int, BatchId],
    rows: Sequence[NewItem],
    *,
    import_id: ImportId | None = None,
    repeats: bool = False,
) -> Placed:
    """Adds `rows` as items and announces the new ones; the caller counts them into their batches.

    batch: of all of them, or of each by its number; then rows of one batch come one after another, so that what is
    announced of it is a range of its own. repeats: rows without external id are new items, even where an item of the
    same assets is there.
    """
    batch_of = batch if isinstance(batch, Mapping) else dict.fromkeys((row.number for row in rows), batch)
    items: dict[int, tuple[ItemId, bool]] = {}
    left, echoes, waiting = await _without_known(tx, project_id, rows, items)
    found, faults, fetches = await _resolve(tx, left)
    ids = dict(zip((row.number for row in left), store.ids_in_order(len(left)), strict=True))
    if not repeats:
        await _find_unnamed(tx, project_id, left, found, ids, items)
    fresh = {
        row.number: ItemRow(
            ids[row.number],
            row.external_id,
            row.name or found[row.number].name,
            found[row.number].asset_ids,
            row.meta,
            row.priority,
            row.prelabel,
            batch_of[row.number],
        )
        for row in left
        if row.number in found and row.number not in items
    }
    added = await _insert(tx, project_id, fresh, items)
    for index, first in echoes:
        if first in items:
            items[index] = (items[first][0], False)
        else:
            faults.append(
                RowProblem(index, "repeats_bad_row", "An earlier row of this external id was not taken.", "Mend that.")
            )
    new: dict[BatchId, list[UUID]] = {}
    for row in fresh.values():
        if row.id in added:
            new.setdefault(row.batch_id, []).append(row.id)
    await announce(
        tx,
        *(
            ItemsAdded(
                project_id=project_id,
                batch_id=batch_id,
                first_id=ItemId(min(ids)),
                last_id=ItemId(max(ids)),
                count=len(ids),
                import_id=import_id,
            )
            for batch_id, ids in new.items()
        ),
    )
    return Placed(items, faults, waiting + fetches, {batch_id: len(ids) for batch_id, ids in new.items()})


async def _without_known(
    tx: Tx, project_id: ProjectId, rows: Sequence[NewItem], items: dict[int, tuple[ItemId, bool]]
) -> tuple[list[NewItem], list[tuple[int, int]], int]:
    """The rows that are not items yet; (index, first index) of rows that repeat another; assets that get another try.

    Rows whose external id is taken go into `items`.
    """
    firsts: dict[str, int] = {}
    echoes: list[tuple[int, int]] = []
    left: list[NewItem] = []
    for row in rows:
        if row.external_id is not None:
            first = firsts.setdefault(row.external_id, row.number)
            if first != row.number:
                echoes.append((row.number, first))
                continue
        left.append(row)
    there = await store.items_by_external(tx, project_id, list(firsts)) if firsts else {}
    if not there:
        return left, echoes, 0
    known = [row for row in left if row.external_id in there]
    for row in known:
        assert row.external_id is not None
        items[row.number] = (there[row.external_id], False)
    sources = {ref.value for row in known for ref in row.refs if ref.kind is RefKind.URL}
    waiting = await store.retry_sources(tx, sources) if sources else 0
    return [row for row in left if row.number not in items], echoes, waiting


async def _resolve(tx: Tx, rows: Sequence[NewItem]) -> tuple[dict[int, Found], list[RowProblem], int]:
    """The assets of each row, the rows that name one which is not there, and how many assets are to be fetched."""
    wanted: dict[RefKind, dict[Any, str | None]] = {kind: {} for kind in RefKind}
    for row in rows:
        for ref in row.refs:
            wanted[ref.kind].setdefault(ref.value, ref.name)
    known: Known = {}
    waiting = 0
    if urls := wanted[RefKind.URL]:
        await store.hold_pages(tx)
        names = {url: name or rules.name_of_url(url) for url, name in urls.items()}
        sources, waiting = await store.ensure_sources(tx, names)
        known[RefKind.URL] = {url: (id, names[url]) for url, id in sources.items()}
    if asset_ids := list(wanted[RefKind.ASSET]):
        known[RefKind.ASSET] = {id: (id, name) for id, name in (await store.asset_names(tx, asset_ids)).items()}
    if upload_ids := list(wanted[RefKind.UPLOAD]):
        known[RefKind.UPLOAD] = await store.assets_of_uploads(tx, upload_ids)
    if digests := list(wanted[RefKind.SHA256]):
        contents = await store.contents(tx, digests)
        known[RefKind.SHA256] = {digest: (asset.id, asset.name) for digest, asset in contents.items()}
    if asset_names := list(wanted[RefKind.NAME]):
        by_name = await store.assets_of_names(tx, asset_names)
        known[RefKind.NAME] = {name: (id, name) for name, id in by_name.items()}
    named = {found[0] for values in known.values() for found in values.values()}
    pages = await store.pages(tx, list(named)) if named else {}
    found: dict[int, Found] = {}
    faults: list[RowProblem] = []
    for row in rows:
        assets = [known[ref.kind].get(ref.value) for ref in row.refs]
        if None in assets:
            faults.append(_missing(row, assets.index(None)))
        else:
            there = [asset for asset in assets if asset is not None]
            laid = rules.lay_pages(row, [id for id, _ in there], pages)
            if isinstance(laid, RowProblem):
                faults.append(laid)
            else:
                found[row.number] = Found(laid, row.refs[0].name or there[0][1])
    return found, faults, waiting


def _missing(row: NewItem, place: int) -> RowProblem:
    ref: Ref = row.refs[place]
    value = ref.value.hex() if isinstance(ref.value, bytes) else str(ref.value)[:200]
    message = f"There is no asset with the {ref.kind.value.replace('_', ' ')} {value!r}."
    return RowProblem(row.number, AssetUnknown.code, message, _MENDS[ref.kind], f"/assets/{place}")


async def _find_unnamed(
    tx: Tx,
    project_id: ProjectId,
    rows: Sequence[NewItem],
    found: dict[int, Found],
    ids: dict[int, UUID],
    items: dict[int, tuple[ItemId, bool]],
) -> None:
    """Rows without external id whose assets make up an item already, or one of an earlier row, go into `items`."""
    unnamed = {
        row.number: found[row.number].asset_ids for row in rows if row.external_id is None and row.number in found
    }
    if not unnamed:
        return
    there = await store.items_unnamed(tx, project_id, list({assets[0] for assets in unnamed.values()}))
    firsts: dict[tuple[UUID, ...], int] = {}
    for index, assets in unnamed.items():
        first = firsts.setdefault(assets, index)
        if assets in there:
            items[index] = (there[assets], False)
        elif first != index:
            items[index] = (ItemId(ids[first]), False)


async def _insert(
    tx: Tx,
    project_id: ProjectId,
    fresh: dict[int, ItemRow],
    items: dict[int, tuple[ItemId, bool]],
) -> set[UUID]:
    """Adds the rows; returns the ids of those that were new. The others were added by somebody else just now."""
    if not fresh:
        return set()
    added = await store.add_items(tx, project_id, list(fresh.values()))
    raced = [row.external_id for row in fresh.values() if row.id not in added and row.external_id is not None]
    there = await store.items_by_external(tx, project_id, raced) if raced else {}
    for index, row in fresh.items():
        if row.id in added:
            items[index] = (ItemId(row.id), True)
        elif row.external_id is not None:
            items[index] = (there[row.external_id], False)
    return added
