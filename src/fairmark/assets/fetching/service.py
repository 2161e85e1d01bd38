"""Fetches what is pending: a bounded number at a time, settled in groups, so that a dead host delays nobody else."""

import asyncio
import contextlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import BinaryIO

import asyncpg

from fairmark.assets import contents, staging
from fairmark.assets import store as assets_store
from fairmark.assets.contents import Incoming
from fairmark.assets.events import IDS_MAX, AssetFailed, AssetReady
from fairmark.assets.fetching import rules, store
from fairmark.assets.fetching.buckets import Bucket, locate
from fairmark.assets.fetching.fetcher import Fetcher
from fairmark.assets.fetching.model import BucketDown, ConnectionFailed, FetchError, FetchTimeout, HostUnknown
from fairmark.assets.fetching.network import Resolver, resolve
from fairmark.assets.fetching.store import Claimed, Failed, Ready
from fairmark.assets.inspection.service import ANSWER_S
from fairmark.assets.model import FETCH_JOB, Asset, AssetState, Problem
from fairmark.assets.store import Content
from fairmark.assets.tiles import service as tiles
from fairmark.kernel import clock, jobs, json
from fairmark.kernel.db import Tx
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.events import SYSTEM, announce
from fairmark.kernel.http import Site
from fairmark.kernel.ids import AssetId, OrgId

AT_ONCE = 16
CLAIM = 32
SETTLE_S = 0.5
"""Results are written together this often."""
TURN_S = 30.0
"""After this time a run makes room for other organisations; the job that runs it asks for another."""
HOST_FAILURES_MAX = 5
"""A host that fails so often on end is not asked again in this run: its other files fail with it, to be tried later."""
SETTLE_TRIES = 3

Outcome = Ready | Failed
UNREACHABLE = (HostUnknown, ConnectionFailed, FetchTimeout, BucketDown)


async def fetch_pending(site: Site, org_id: OrgId, resolver: Resolver = resolve) -> datetime | None:
    """Fetches what is due, until nothing is or TURN_S is over; returns when more will be due, None: nothing waits.

    Raises Unavailable where a part of the installation is down; what was claimed is tried again when its lease is over.
    """
    async with Fetcher(
        allow=rules.parse_networks(site.settings.fetch_allow),
        bytes_max=site.settings.fetch_mb_max * 1_000_000,
        timeout_s=site.settings.fetch_timeout_s,
        connections_max=AT_ONCE,
        resolver=resolver,
    ) as fetcher:
        await _Turn(site, org_id, fetcher).run()
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        return await store.next_due(tx)


class _Turn:
    """One run over an organisation's pending assets."""

    def __init__(self, site: Site, org_id: OrgId, fetcher: Fetcher) -> None:
        self._site = site
        self._org_id = org_id
        self._fetcher = fetcher
        self._until_s = asyncio.get_running_loop().time() + TURN_S
        self._waiting: list[Claimed] = []
        self._claiming = asyncio.Lock()
        self._done: list[Outcome] = []
        self._prefixes = rules.open_prefixes(site.settings.bucket_allow, org_id)
        self._buckets: dict[str, Bucket] = {}
        self._failures: dict[str, tuple[int, FairmarkError | None]] = {}

    async def run(self) -> None:
        """Fetches and settles until nothing is due or the time is over."""
        over = asyncio.Event()
        settling = asyncio.create_task(self._keep_settling(over))
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(AT_ONCE):
                    group.create_task(self._work())
        except* Unavailable as errors:
            raise errors.exceptions[0] from errors
        finally:
            # Not cancelled: what it is about to write would be lost.
            over.set()
            await settling
            await self._settle()

    async def _work(self) -> None:
        while (claimed := await self._next()) is not None:
            outcome = await self._outcome(claimed)
            self._done.append(outcome)  # not in one line: the list is another one after the wait

    async def _next(self) -> Claimed | None:
        async with self._claiming:
            if not self._waiting and asyncio.get_running_loop().time() < self._until_s:
                # Each waits for at most CLAIM / AT_ONCE fetches before its own.
                longest_s = (CLAIM // AT_ONCE + 1) * (self._site.settings.fetch_timeout_s + ANSWER_S)
                async with self._site.db.begin(self._org_id, actor=SYSTEM, bulk=True) as tx:
                    self._waiting = await store.claim(tx, tx.now + timedelta(seconds=longest_s), CLAIM)
            return self._waiting.pop() if self._waiting else None

    async def _outcome(self, claimed: Claimed) -> Outcome:
        host = rules.host_of(claimed.source)
        try:
            failures, last = self._failures.get(host, (0, None))
            if last is not None and failures >= HOST_FAILURES_MAX:
                raise last
            ready = await self._fetch(claimed)
            self._failures.pop(host, None)
            return ready
        except Unavailable:
            raise
        except FairmarkError as error:
            if isinstance(error, UNREACHABLE):
                self._failures[host] = (self._failures.get(host, (0, None))[0] + 1, error)
            wait = rules.retry_after(claimed.tries) if isinstance(error, FetchError) and error.transient else None
            due = None if wait is None else clock.now() + wait
            return Failed(claimed.id, Problem(error.code, error.message, error.mend), due)

    async def _fetch(self, claimed: Claimed) -> Ready:
        with staging.staged(self._site.settings) as (file, path):
            size, digest = await self._get(claimed.source, file)
            async with self._site.db.begin(self._org_id, actor=SYSTEM, bulk=True) as tx:
                known = (await assets_store.contents(tx, [digest])).get(digest)
            if known is not None:
                return _as_known(claimed, known)
            incoming = Incoming(claimed.name, path, digest, size)
            return _as_new(claimed, await contents.settle(self._site, self._org_id, incoming))

    async def _get(self, source: str, file: BinaryIO) -> tuple[int, bytes]:
        if source.partition("://")[0] not in rules.BUCKET_SCHEMES:
            return await self._fetcher.fetch(source, file)
        prefix, path = locate(source, self._prefixes)
        bucket = self._buckets.get(prefix) or self._buckets.setdefault(prefix, Bucket(prefix))
        return await bucket.fetch(path, file, self._site.settings.fetch_mb_max * 1_000_000)

    async def _keep_settling(self, over: asyncio.Event) -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), SETTLE_S)
            await self._settle()

    async def _settle(self) -> None:
        """Writes what is done so far, and announces it."""
        outcomes, self._done = self._done, []
        for start in range(0, len(outcomes), IDS_MAX):
            await settle(self._site, self._org_id, outcomes[start : start + IDS_MAX])


async def settle(site: Site, org_id: OrgId, outcomes: Sequence[Outcome]) -> None:
    """Records at most IDS_MAX outcomes and announces them, in one transaction."""
    for attempt in range(1, SETTLE_TRIES + 1):
        try:
            async with site.db.begin(org_id, actor=SYSTEM, bulk=True) as tx:
                await _record(tx, outcomes)
            return
        except asyncpg.UniqueViolationError:
            # Somebody else stored the same bytes in this moment; now that asset can be seen.
            if attempt == SETTLE_TRIES:
                raise


async def _record(tx: Tx, outcomes: Sequence[Outcome]) -> None:
    ready = [each for each in outcomes if isinstance(each, Ready)]
    failed = [each for each in outcomes if isinstance(each, Failed)]
    if ready:
        known = await assets_store.contents(tx, [each.sha256 for each in ready])
        first = {digest: asset.id for digest, asset in known.items()}
        ready = [_placed(each, first.setdefault(each.sha256, each.id)) for each in ready]
        if ids := await store.settle_ready(tx, ready):
            fetched = await assets_store.assets(tx, ids)
            pages = await _lay_pages(tx, [each for each in ready if each.id in fetched])
            for start in range(0, len(pages) + len(ids), IDS_MAX):
                await announce(tx, AssetReady(asset_ids=[*ids, *pages][start : start + IDS_MAX]))
            await tiles.want(tx, list(fetched.values()))
    if failed and (ids := await store.settle_failed(tx, failed)):
        await announce(tx, AssetFailed(asset_ids=ids))


async def _lay_pages(tx: Tx, ready: Sequence[Ready]) -> list[AssetId]:
    """Puts the pages of fetched files into the items that wait for them; returns the first page of each file."""
    for each in ready:
        if each.content is not None:
            await contents.keep_pages(tx, each.same_as or each.id, each.content)
    pages = await assets_store.pages(tx, [each.id for each in ready])
    if pages:
        await assets_store.lay_pages(tx, [AssetId(id) for id in pages])
    return [found[0] for found in pages.values()]


def _placed(ready: Ready, holder: AssetId) -> Ready:
    """The outcome with who holds its bytes: itself, or the asset that had them first."""
    return ready._replace(same_as=None if holder == ready.id else holder)


def _as_known(claimed: Claimed, known: Asset) -> Ready:
    """The address turned out to hold bytes that are here: what is known of them holds for it too."""
    assert known.state is AssetState.READY
    assert known.sha256 is not None
    probe = json.encode(known.probe)
    digest = bytes.fromhex(known.sha256)
    return Ready(claimed.id, digest, known.id, known.media_type, known.bytes, known.width, known.height, probe)


def _as_new(claimed: Claimed, content: Content) -> Ready:
    found = content.inspected
    return Ready(
        claimed.id,
        content.sha256,
        None,
        found.media_type,
        content.size,
        found.width,
        found.height,
        json.encode(found.probe),
        content,
    )


async def revive(site: Site, org_id: OrgId) -> bool:
    """Asks for a run if something is due that nobody fetches: its job was lost. Returns whether it did."""
    async with site.db.begin(org_id, actor=SYSTEM) as tx:
        due = await store.next_due(tx)
        if due is None or due > tx.now:
            return False
        await jobs.enqueue(tx, FETCH_JOB, key="fetch")
        return True
