"""Housekeeping."""

from pathlib import Path

import asyncpg

from fairmark.identity import jobs
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.http import Site
from fairmark.kernel.ids import new_id

from .people import SECRET, World


async def authenticate(_: object) -> None:
    raise AssertionError("housekeeping asks for nobody")


class TestSweep:
    async def test_takes_what_is_over_and_leaves_the_rest(
        self, world: World, owner: asyncpg.Connection, tmp_path: Path
    ) -> None:
        ada = await world.person()
        over, runs = new_id().hex, new_id().hex
        await owner.execute(
            """INSERT INTO sessions SELECT sha256(gen_random_uuid()::text::bytea), gen_random_uuid(), $1, now(), now(),
                      now() - interval '1 s', '', ''""",
            ada.id,
        )
        await owner.execute(
            """INSERT INTO rate_limits VALUES ($1, now() - interval '8 days', 3), ($2, now() - interval '6 days', 3)""",
            over,
            runs,
        )
        await owner.execute(
            """INSERT INTO one_time_links (token_hash, purpose, created_at, expires_at, used_at)
               VALUES ($1, 'first_admin', now() - interval '9 days', now() - interval '8 days', NULL),
                      ($2, 'first_admin', now() - interval '9 days', now() - interval '8 days', now()),
                      ($3, 'first_admin', now(), now() + interval '1 day', NULL)""",
            *(token.encode() for token in (over, runs, runs + "x")),
        )
        await jobs.sweep(Site(world.settings, SECRET, world.db, Blobs(tmp_path.as_uri()), authenticate))  # type: ignore[arg-type]
        sessions = await owner.fetch("SELECT id FROM sessions WHERE person_id = $1", ada.id)
        assert [row["id"] for row in sessions] == [ada.session_id]
        buckets = await owner.fetch("SELECT bucket FROM rate_limits WHERE bucket = ANY ($1)", [over, runs])
        assert [row["bucket"] for row in buckets] == [runs]
        links = await owner.fetchval(
            "SELECT count(*) FROM one_time_links WHERE token_hash = ANY ($1)",
            [token.encode() for token in (over, runs, runs + "x")],
        )
        assert links == 2  # the one used just now is kept a week
