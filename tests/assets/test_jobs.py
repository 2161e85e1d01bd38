"""The jobs, as the worker calls them."""

import asyncio
import os
import time
from pathlib import Path
from typing import Any

import pytest

from fairmark.assets import jobs, staging
from fairmark.assets.fetching import service as fetching
from fairmark.kernel import clock
from fairmark.kernel.http import Site
from fairmark.kernel.ids import OrgId
from tests.assets.place import Place


class TestRunImport:
    async def test_ends_an_import(self, place: Place) -> None:
        import_id = await place.start({"kind": "urls", "urls": ["https://example.com/a"]})
        await jobs.JOBS["assets.import"](place.site, place.org_id, {"import_id": import_id})
        assert (await place.look(import_id)).state == "done"


class TestFetch:
    async def test_runs_once_for_an_organisation_and_looks_again_for_who_comes_meanwhile(
        self, place: Place, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        runs = 0
        began, may_end = asyncio.Event(), asyncio.Event()

        async def slow(site: Site, org_id: OrgId) -> None:
            nonlocal runs
            runs += 1
            began.set()
            await may_end.wait()

        monkeypatch.setattr(fetching, "fetch_pending", slow)
        first = asyncio.create_task(jobs.fetch(place.site, place.org_id, {}))
        await began.wait()
        await asyncio.gather(*(jobs.fetch(place.site, place.org_id, {}) for _ in range(5)))
        may_end.set()
        await first
        assert runs == 2

    async def test_comes_back_when_something_is_due_later(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        async def waits(site: Site, org_id: OrgId) -> Any:
            return clock.now()

        monkeypatch.setattr(fetching, "fetch_pending", waits)
        await jobs.fetch(place.site, place.org_id, {})
        query = "SELECT entrypoint FROM pgqueuer.pgqueuer WHERE convert_from(payload, 'UTF8') LIKE $1"
        assert await place.value(query, f"%{place.org_id}%") == "assets.fetch"

    async def test_that_fails_does_not_block_the_next(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        async def broken(site: Site, org_id: OrgId) -> None:
            raise RuntimeError("broken")

        with monkeypatch.context() as patched:
            patched.setattr(fetching, "fetch_pending", broken)
            with pytest.raises(RuntimeError):
                await jobs.fetch(place.site, place.org_id, {})
        await jobs.fetch(place.site, place.org_id, {})


class TestSweep:
    async def test_tends_every_organisation(self, place: Place) -> None:
        import_id = await place.start({"kind": "urls", "urls": ["https://example.com/a"]})
        await place.owner.execute("UPDATE imports SET updated_at = now() - interval '7 hours' WHERE id = $1", import_id)
        [(_, every_s, sweep)] = jobs.PERIODIC
        assert every_s > 0
        await sweep(place.site)
        assert (await place.look(import_id)).state == "failed"


class TestStaging:
    def test_removes_what_killed_processes_left(self, place: Place) -> None:
        folder = Path(place.site.settings.data_dir) / "staging"
        with staging.staged(place.site.settings) as (file, path):
            file.write(b"x")
            assert path.parent == folder
        assert not path.exists()
        old, new = folder / "in-old", folder / "in-new"
        for left in (old, new):
            left.write_bytes(b"x")
        os.utime(old, (time.time() - 90_000, time.time() - 90_000))
        assert staging.sweep(place.site.settings) == 1
        assert (old.exists(), new.exists()) == (False, True)

    def test_names_a_full_disk(self, place: Place) -> None:
        with pytest.raises(staging.StagingFull), staging.staged(place.site.settings):
            raise OSError(28, "No space left on device")
        with pytest.raises(ConnectionResetError), staging.staged(place.site.settings):
            raise ConnectionResetError(104, "Connection reset by peer")
