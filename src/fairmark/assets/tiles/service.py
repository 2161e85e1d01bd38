"""Use cases of tiles: they are wanted, made by a job or at once, described, and read piece by piece."""

import asyncio
import contextlib
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fairmark.assets import store as assets_store
from fairmark.assets.inspection.model import FileRefused, InspectionFailed
from fairmark.assets.inspection.service import inspector
from fairmark.assets.model import THUMBNAIL_SIZES, Asset, AssetState, Problem
from fairmark.assets.staging import StagingFull, local_copy, staged
from fairmark.assets.tiles import rules, store
from fairmark.assets.tiles.model import JOB, TilesPending, TilesState, TilesUnknown, TilesView
from fairmark.kernel import jobs
from fairmark.kernel.blobs import BlobMissing, asset_key, thumbnail_key, tiles_key
from fairmark.kernel.db import Tx
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId
from fairmark.kernel.signing import check
from fairmark.modalities.image.pixels.pack import FOOT, Pack, PackDamaged, foot_sizes, read_tail

TELL_S = 2.0
"""How often a job says how far it is."""
PACKS_MAX = 32
"""Packs whose places this process remembers; one of a gigapixel takes 65 KB."""

_packs: OrderedDict[str, Pack] = OrderedDict()
_making: dict[str, asyncio.Task[None]] = {}
"""Packs that this process is making: who asks meanwhile waits for the same."""


class Subject(NamedTuple):
    """An asset whose tiles are asked for."""

    org_id: OrgId
    asset: Asset
    sha256: bytes

    @property
    def key(self) -> str:
        return tiles_key(self.org_id, self.sha256)


def check_address(site: Site, org_id: OrgId, asset_id: AssetId, expires: int, signature: str, now: datetime) -> int:
    """The seconds that the address still works. Raises BadSignature."""
    return check(site.secret, rules.tiles_path(org_id, asset_id), expires, signature, now)


async def want(tx: Tx, assets: Sequence[Asset]) -> None:
    """Has the tiles made of those assets that are shown in tiles, once for each content."""
    # Of a file of several pages it is the pages that are shown.
    shown = [asset for asset in assets if asset.sha256 and rules.is_tiled(asset) and asset.probe.get("frames", 1) == 1]
    digests = {bytes.fromhex(asset.sha256) for asset in shown if asset.sha256}
    for digest in await store.want(tx, sorted(digests)) if digests else []:
        await jobs.enqueue(tx, JOB, key=digest.hex(), sha256=digest.hex())


async def find(tx: Tx, asset_id: AssetId) -> Subject:
    """Raises TilesUnknown for an asset that is shown as it is."""
    asset = (await assets_store.assets(tx, [asset_id])).get(asset_id)
    if asset is None or asset.sha256 is None or not rules.is_tiled(asset):
        raise TilesUnknown("This file has no tiles.", mend="Show it as it is: use the address that its item names.")
    return Subject(tx.org_id, asset, bytes.fromhex(asset.sha256))


async def describe(site: Site, subject: Subject) -> TilesView:
    """How far the tiles are, and what they hold. Those of a small image are made now if they are not there."""
    try:
        pack = await _pack(site, subject.key)
        return TilesView(state=TilesState.DONE, progress=1.0, fault=None, head=pack.head)
    except (BlobMissing, PackDamaged):
        pass
    if rules.is_made_at_once(subject.asset):
        await ensure(site, subject)
    async with site.db.begin(subject.org_id, actor=SYSTEM) as tx:
        found = await store.get(tx, subject.sha256)
        if found is None:
            await want(tx, [subject.asset])
            found = await store.get(tx, subject.sha256)
        elif found.is_lost or found.state is TilesState.DONE:
            # The job was lost, or somebody removed the pack: it can be made again from the original.
            if not await _exists(site, subject.key):
                await store.renew(tx, subject.sha256)
                await jobs.enqueue(tx, JOB, key=subject.sha256.hex(), sha256=subject.sha256.hex())
            found = await store.get(tx, subject.sha256)
    assert found is not None
    head = (await _pack(site, subject.key)).head if await _exists(site, subject.key) else None
    state = TilesState.DONE if head else found.state if found.state is not TilesState.DONE else TilesState.WAITING
    return TilesView(state=state, progress=found.progress, fault=found.fault, head=head)


async def read(site: Site, subject: Subject, level: int, column: int, row: int, band: int) -> tuple[Pack, bytes]:
    """One tile. Raises TilesUnknown, TilesPending."""
    try:
        pack = await _pack(site, subject.key)
    except (BlobMissing, PackDamaged) as error:
        raise TilesPending("The tiles of this image are not there yet.", mend="Try again in a few seconds.") from error
    span = pack.place(level, column, row, band)
    if span is None:
        raise TilesUnknown("There is no such tile.", mend="Use the numbers that the tiles' head allows.")
    try:
        return pack, await site.blobs.read(subject.key, *span)
    except BlobMissing as error:
        _packs.pop(subject.key, None)
        raise TilesPending("The tiles of this image were removed.", mend="Open the image again.") from error


async def ensure(site: Site, subject: Subject) -> None:
    """Makes the pack and the small pictures if they are not there, in this process; once for all who ask meanwhile.

    Raises FileRefused, InspectionFailed, StagingFull, BlobsDown.
    """
    task = _making.get(subject.key)
    if task is None:
        task = _making[subject.key] = asyncio.create_task(make(site, subject))
        task.add_done_callback(lambda done: _made(subject.key, done))
    await asyncio.shield(task)


def _made(key: str, task: asyncio.Task[None]) -> None:
    _making.pop(key, None)
    if not task.cancelled():
        task.exception()  # looked at here too, for everybody who waited may have left


async def run(site: Site, org_id: OrgId, sha256: bytes) -> None:
    """What the job does. Killed in the middle it begins anew: the pack appears whole or not at all."""
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        asset = (await assets_store.contents(tx, [sha256])).get(sha256)
        found = await store.get(tx, sha256)
    if asset is None or asset.state is not AssetState.READY or found is None or found.state is TilesState.FAILED:
        return
    subject = Subject(org_id, asset, sha256)
    if found.state is TilesState.DONE and await _exists(site, subject.key):
        return
    with contextlib.suppress(FileRefused, InspectionFailed):  # said in the row
        await ensure(site, subject)


async def make(site: Site, subject: Subject) -> None:
    """Cuts the image and stores pack and small pictures. Raises what `ensure` raises, and says so in the row."""
    org_id, asset, sha256 = subject
    share = [0.0]

    def tell(done: float) -> None:
        share[0] = done

    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        await store.want(tx, [sha256])
    telling = asyncio.create_task(_keep_telling(site, subject, share))
    try:
        with staged(site.settings) as (_, into):
            async with local_copy(site, asset_key(org_id, sha256)) as path:
                pictures = await inspector(site.settings).cut(asset.name, path, into, THUMBNAIL_SIZES, tell)
            size = (await asyncio.to_thread(into.stat)).st_size
            for side, picture in pictures.items():
                await site.blobs.put(thumbnail_key(org_id, sha256, side), picture)
            # Last: whoever finds the pack finds the pictures too.
            await site.blobs.put(subject.key, into)
        await _settle(site, subject, TilesState.DONE, None, size)
    except (FileRefused, InspectionFailed) as error:
        if error.code == StagingFull.code:
            raise StagingFull(error.message, mend=error.mend) from error
        await _settle(site, subject, TilesState.FAILED, Problem(error.code, error.message, error.mend), 0)
        raise
    finally:
        telling.cancel()


async def _settle(site: Site, subject: Subject, state: TilesState, fault: Problem | None, size: int) -> None:
    async with site.db.begin(subject.org_id, actor=SYSTEM) as tx:
        await store.settle(tx, subject.sha256, state, fault, size)


async def _keep_telling(site: Site, subject: Subject, share: list[float]) -> None:
    while True:
        await asyncio.sleep(TELL_S)
        async with site.db.begin(subject.org_id, actor=SYSTEM) as tx:
            await store.progress(tx, subject.sha256, share[0])


async def _exists(site: Site, key: str) -> bool:
    try:
        await site.blobs.size(key)
    except BlobMissing:
        return False
    return True


async def _pack(site: Site, key: str) -> Pack:
    """The pack's header and places. Raises BlobMissing, PackDamaged."""
    known = _packs.get(key)
    if known is not None:
        _packs.move_to_end(key)
        return known
    size = await site.blobs.size(key)
    places, head = foot_sizes(await site.blobs.read(key, max(0, size - FOOT.size), size), size)
    end = size - FOOT.size
    pack = read_tail(await site.blobs.read(key, end - head - places, end), places)
    _packs[key] = pack
    if len(_packs) > PACKS_MAX:
        _packs.popitem(last=False)
    return pack
