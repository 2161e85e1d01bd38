"""Use cases of uploads. Those that wait for bytes hold no transaction while they do."""

import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import BinaryIO

from fairmark.assets import contents, service, staging
from fairmark.assets import store as assets_store
from fairmark.assets.contents import Incoming
from fairmark.assets.model import Asset, Problem
from fairmark.assets.uploads import rules, store
from fairmark.assets.uploads.model import (
    BodyBroken,
    Data,
    Finished,
    NewUpload,
    NotData,
    Piece,
    Purpose,
    Upload,
    UploadExpired,
    UploadRow,
    UploadState,
    UploadUnknown,
)
from fairmark.kernel import events
from fairmark.kernel.actor import Actor
from fairmark.kernel.blobs import BlobMissing
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId, UploadId, new_id

STALE_ROWS = 500


async def create(tx: Tx, site: Site, new: NewUpload) -> Upload:
    """Announces a file. Media whose hash is known are done at once. Raises EmptyFile, UploadTooLarge, BadName."""
    new = rules.check_new(new, site.settings.upload_mb_max * 1_000_000)
    asset_id: AssetId | None = None
    if new.sha256 and new.purpose is Purpose.MEDIA:
        known = (await assets_store.contents(tx, [bytes.fromhex(new.sha256)])).values()
        asset_id = next((asset.id for asset in known if asset.bytes == new.bytes), None)
    upload_id = UploadId(new_id())
    await store.add(tx, upload_id, new, asset_id)
    return await get(tx, site, upload_id)


async def get(tx: Tx, site: Site, upload_id: UploadId) -> Upload:
    """How far an upload is. Raises UploadUnknown."""
    await get_row(tx, upload_id)
    return (await views(tx, site, [upload_id]))[0]


async def views(tx: Tx, site: Site, upload_ids: Sequence[UploadId]) -> list[Upload]:
    """How far uploads are, in the order asked for, in two statements."""
    rows = await store.get_many(tx, upload_ids)
    asset_ids = [row.asset_id for row in rows.values() if row.asset_id]
    assets = {view.id: view for view in await service.describe(tx, site, asset_ids)}
    return [
        Upload(
            id=row.id,
            name=row.name,
            bytes=row.size,
            received=row.received,
            purpose=row.purpose,
            state=row.state,
            asset=assets.get(row.asset_id) if row.asset_id else None,
            fault=row.fault,
            created_at=row.created_at,
        )
        for row in (rows[upload_id] for upload_id in upload_ids if upload_id in rows)
    ]


async def get_row(tx: Tx, upload_id: UploadId) -> UploadRow:
    """The upload itself. Raises UploadUnknown."""
    found = await store.get_many(tx, [upload_id])
    if upload_id not in found:
        raise UploadUnknown("There is no such upload.", mend="Begin a new one.")
    return found[upload_id]


async def data_of(tx: Tx, upload_id: UploadId) -> Data:
    """The finished data of an upload, kept for longer from now on. Raises UploadUnknown, NotData."""
    row = await get_row(tx, upload_id)
    if row.state is not UploadState.DONE or row.blob is None:
        raise NotData(
            f"The upload of {row.name!r} holds no data for an import.",
            mend='Send the manifest or archive with purpose "data", whole, and try again.',
        )
    await store.touch(tx, upload_id)
    return Data(row.name, row.size, row.blob)


async def known(tx: Tx, sha256s: Sequence[str]) -> dict[str, AssetId]:
    """Which of these hashes are assets already."""
    found = await assets_store.contents(tx, [bytes.fromhex(each) for each in sha256s])
    return {digest.hex(): asset.id for digest, asset in found.items()}


async def put(
    site: Site, actor: Actor, upload_id: UploadId, offset: int, length: int | None, body: AsyncIterator[bytes]
) -> Upload:
    """Takes the bytes of `body` as those from `offset` on; finishes the upload with the last one.

    length: of the body, if it was announced. Whatever arrived before a cut counts. Raises OffsetWrong, UploadClosed,
    UploadTooLarge, BodyBroken; ChecksumWrong, FileRefused and InspectionFailed, which stay with the upload.
    """
    org_id = _org(actor)
    async with site.db.begin(org_id, actor=actor) as tx:
        upload = await get_row(tx, upload_id)
        if not rules.check_offset(upload, offset, length):
            return await get(tx, site, upload_id)
    with staging.staged(site.settings) as (file, path):
        digest, arrived, whole = await _receive(upload, offset, body, file)
        if offset == 0 and arrived == upload.size:
            return await _finish(site, org_id, actor, upload, path, digest, expected=0)
        if arrived:
            await _keep_piece(site, org_id, actor, upload, offset, arrived, path)
    if not whole:
        raise BodyBroken(
            "The connection ended before the body did.",
            mend="Go on from `received`.",
            received=offset + arrived,
        )
    if offset + arrived < upload.size:
        async with site.db.begin(org_id, actor=actor) as tx:
            return await get(tx, site, upload_id)
    with staging.staged(site.settings) as (file, path):
        try:
            digest = await _assemble(site, org_id, actor, upload, file)
        except BlobMissing:
            # Another request finished the same upload and removed the parts while they were read here.
            async with site.db.begin(org_id, actor=actor) as tx:
                now = await get(tx, site, upload_id)
            if now.state is UploadState.OPEN:
                raise
            return now
        return await _finish(site, org_id, actor, upload, path, digest, expected=upload.size)


async def take_whole(
    site: Site, actor: Actor, files: Sequence[tuple[str, bytes, bytes | None]]
) -> list[tuple[UploadId, Finished, FairmarkError | None]]:
    """Files that came whole: (name, bytes, announced SHA-256) each. One that is refused does not stop the others.

    Names are checked already. Returns each file's upload and, if it was refused, why.
    """
    org_id = _org(actor)
    checked: list[Incoming | FairmarkError] = []
    for name, data, announced in files:
        digest = hashlib.sha256(data).digest()
        try:
            rules.check_sum(name, announced, digest)
            rules.check_size(name, len(data), site.settings.upload_mb_max * 1_000_000)
            checked.append(Incoming(name, data, digest, len(data)))
        except FairmarkError as error:
            checked.append(error)
    sound = [file for file in checked if isinstance(file, Incoming)]
    outcomes = iter(await contents.take(site, org_id, actor, sound)) if sound else iter(())
    results: list[tuple[UploadId, Finished, FairmarkError | None]] = []
    for (name, data, _), file in zip(files, checked, strict=True):
        outcome: Asset | FairmarkError = file if isinstance(file, FairmarkError) else next(outcomes)
        refused = outcome if isinstance(outcome, FairmarkError) else None
        finished = Finished(
            name,
            len(data),
            hashlib.sha256(data).digest() if isinstance(file, FairmarkError) else file.sha256,
            None if isinstance(outcome, FairmarkError) else outcome.id,
            None if refused is None else rules.problem_of(refused),
        )
        results.append((UploadId(new_id()), finished, refused))
    async with site.db.begin(org_id, actor=actor) as tx:
        await store.add_finished(tx, [(id, finished) for id, finished, _ in results])
    return results


async def drop_stale(site: Site, org_id: OrgId) -> int:
    """Ends uploads that nobody went on with, and data past their time; returns how many."""
    async with site.db.begin(org_id, actor=events.SYSTEM) as tx:
        due = await store.stale(tx, tx.now - rules.OPEN_FOR, tx.now - rules.DATA_FOR, STALE_ROWS)
        if not due:
            return 0
        pieces = await store.drop_pieces(tx, [upload_id for upload_id, _ in due])
        blobs = [blob for _, blob in due if blob] + [piece.blob for piece in pieces]
        gone = UploadExpired("The upload was left alone for too long and was removed.", mend="Send the file again.")
        await store.expire(tx, [upload_id for upload_id, _ in due], rules.problem_of(gone))
    await _delete(site, blobs)
    return len(due)


async def _receive(
    upload: UploadRow, offset: int, body: AsyncIterator[bytes], file: BinaryIO
) -> tuple[bytes, int, bool]:
    """Writes the body into `file`: its SHA-256, its bytes, and whether it came to its end. Raises UploadTooLarge."""
    digest, arrived = hashlib.sha256(), 0
    whole = True
    try:
        async for chunk in body:
            arrived += len(chunk)
            if offset + arrived > upload.size:
                raise rules.too_long(upload)
            digest.update(chunk)
            file.write(chunk)
    except BodyBroken:
        whole = False
    file.flush()
    return digest.digest(), arrived, whole


async def _keep_piece(
    site: Site, org_id: OrgId, actor: Actor, upload: UploadRow, offset: int, arrived: int, path: Path
) -> None:
    """Stores the part, then counts it if nobody else has counted these bytes meanwhile. Raises OffsetWrong."""
    piece = Piece(offset, arrived, f"{org_id}/uploads/{upload.id}/{offset:015d}-{new_id().hex}")
    await site.blobs.put(piece.blob, path)
    async with site.db.begin(org_id, actor=actor) as tx:
        taken = await store.advance(tx, upload.id, piece)
        now = upload if taken else await get_row(tx, upload.id)
    if not taken:
        await _delete(site, [piece.blob])
        raise rules.offset_wrong(now.received)


async def _assemble(site: Site, org_id: OrgId, actor: Actor, upload: UploadRow, file: BinaryIO) -> bytes:
    """Writes all parts into `file`, one behind the other; returns the SHA-256 of the whole."""
    async with site.db.begin(org_id, actor=actor) as tx:
        pieces = await store.pieces(tx, upload.id)
    digest, at = hashlib.sha256(), 0
    for piece in pieces:
        assert piece.starts_at == at, "the pieces of an upload follow one another"
        async for chunk in site.blobs.stream(piece.blob, 0, piece.size):
            digest.update(chunk)
            file.write(chunk)
        at += piece.size
    file.flush()
    return digest.digest()


async def _finish(
    site: Site, org_id: OrgId, actor: Actor, upload: UploadRow, path: Path, digest: bytes, *, expected: int
) -> Upload:
    """The file is whole: checks it, stores it and closes the upload. A refusal is kept with it, then raised."""
    asset_id: AssetId | None = None
    blob: str | None = None
    refused: FairmarkError | None = None
    try:
        rules.check_sum(upload.name, upload.sha256, digest)
        if upload.purpose is Purpose.DATA:
            # The hash is part of the name: two senders who finish with different bytes must not overwrite each other.
            blob = f"{org_id}/data/{upload.id}-{digest.hex()[:16]}"
            await site.blobs.put(blob, path)
        else:
            outcome = (await contents.take(site, org_id, actor, [Incoming(upload.name, path, digest, upload.size)]))[0]
            if isinstance(outcome, FairmarkError):
                raise outcome
            asset_id = outcome.id
    except Unavailable:
        raise
    except FairmarkError as error:
        error.fields["upload_id"] = str(upload.id)
        refused = error
    fault: Problem | None = None if refused is None else rules.problem_of(refused)
    async with site.db.begin(org_id, actor=actor) as tx:
        mine = await store.finish(
            tx, upload, expected=expected, sha256=digest, asset_id=asset_id, blob=blob, fault=fault
        )
        pieces = await store.drop_pieces(tx, [upload.id]) if mine else []
        row, now = await get_row(tx, upload.id), await get(tx, site, upload.id)
    await _delete(site, [piece.blob for piece in pieces])
    if blob is not None and blob != row.blob:
        await _delete(site, [blob])
    if not mine and now.state is UploadState.OPEN:
        raise rules.offset_wrong(now.received)
    if mine and refused is not None:
        raise refused
    return now


async def _delete(site: Site, blobs: Sequence[str]) -> None:
    """Removes bytes that nothing names any more. What cannot be removed now costs room, nothing else."""
    for blob in blobs:
        with contextlib.suppress(Unavailable):
            await site.blobs.delete(blob)


def _org(actor: Actor) -> OrgId:
    assert actor.org_id is not None, "permissions on data need an organisation"
    return actor.org_id
