"""Before a server runs: whether it could."""

import asyncio
import sys
import time

from fairmark.kernel import schema, settings
from fairmark.kernel.blobs import Blobs
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import DatabaseDown
from fairmark.kernel.settings import Settings

DATABASE_WAIT_S = 30.0


def check(config: Settings) -> None:
    """`look`, for who has no loop. Raises the same."""
    asyncio.run(look(config))


async def look(config: Settings) -> None:
    """Whether a server could run: database, fence, files, key. Raises Unavailable, UnsafeRole, BadSettings."""
    url = config.database_url or Embedded(config.data_path).url(schema.APP_ROLE)
    deadline, told = time.monotonic() + DATABASE_WAIT_S, False
    while True:
        try:
            await schema.look(url)
            break
        except DatabaseDown as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                sys.stderr.write(f"{error.message} Waiting for it, up to {DATABASE_WAIT_S:.0f} s.\n")
                told = True
            await asyncio.sleep(0.3)
    await Blobs(config.blobs_url).check()
    settings.ensure_secret(config)
