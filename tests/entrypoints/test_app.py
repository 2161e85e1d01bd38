"""What the HTTP application does beside answering: it hears of callers that it must forget."""

import asyncio
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest

from fairmark.entrypoints.app import create_app
from fairmark.identity import accounts, actors, store
from fairmark.identity.administration import service as administration
from fairmark.identity.model import Visit
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import new_id
from fairmark.kernel.settings import Settings

DAY_S = 86_400.0


class TestForgetting:
    async def test_who_is_disabled_elsewhere_is_refused_here_at_once(
        self, db: Database, app_url: str, owner: asyncpg.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Callers are kept for a day here: only word from the other process can end it sooner.
        monkeypatch.setattr(actors, "CACHE", actors.ActorCache(keep_s=DAY_S))
        config = Settings(data_dir=str(tmp_path), database_url=app_url, blobs_url=(tmp_path / "blobs").as_uri())
        async with db.begin() as tx:
            person = await store.add_person(tx, f"{new_id().hex}@people.test", "Ada", "", is_admin=False)
            assert person is not None
            session = await accounts.begin_session(tx, config, person.id, Visit(address="", user_agent=""))
        app = create_app(config)
        async with app.lifespan(), httpx.AsyncClient(
            transport=httpx.ASGITransport(cast(Any, app)), base_url="http://fairmark.test",
            headers={"authorization": f"Bearer {session.token}"},
        ) as here:  # fmt: skip
            for _ in range(600):  # until this process listens: what is said before is not heard
                listening = "SELECT FROM pg_stat_activity WHERE query LIKE 'LISTEN%' || $1 || '%'"
                if await owner.fetch(listening, actors.CHANNEL):
                    break
                await asyncio.sleep(0.05)
            assert (await here.get("/api/v1/me")).status_code == 200
            await administration.disable(db, SYSTEM, person.id, "Left in May.")
            statuses: list[int] = []
            while len(statuses) < 600 and 401 not in statuses:
                statuses.append((await here.get("/api/v1/me")).status_code)
                await asyncio.sleep(0.05)
        assert statuses[-1] == 401
