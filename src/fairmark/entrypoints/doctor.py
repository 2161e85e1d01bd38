"""Checks of an installation: each says what it found and, if it is wrong, how to mend it."""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from rich.console import Console
from rich.table import Table

from fairmark.entrypoints.pages import BUNDLE
from fairmark.kernel import schema
from fairmark.kernel.blobs import Blobs, folder_of
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import FairmarkError
from fairmark.kernel.settings import Settings

CLOCK_SKEW_S = 5.0
FREE_BYTES = 2_000_000_000
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. needed: whether the product cannot run without it."""

    good: bool
    text: str
    mend: str = ""
    needed: bool = True


Check = Callable[[Settings], Awaitable[Finding]]


def report(config: Settings, console: Console) -> bool:
    """Prints every check; whether all that is needed is good."""
    findings = asyncio.run(_all(config))
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, finding in findings:
        mark = (
            "[green]good[/green]"
            if finding.good
            else "[red]BAD[/red]"
            if finding.needed
            else "[yellow]missing[/yellow]"
        )
        table.add_row(mark, name, finding.text + (f"\n→ {finding.mend}" if finding.mend and not finding.good else ""))
    console.print(table)
    return all(finding.good or not finding.needed for _, finding in findings)


async def _all(config: Settings) -> list[tuple[str, Finding]]:
    checks: list[tuple[str, Check]] = [
        ("data folder", _data_dir), ("disk space", _disk), ("database", _database), ("revision", _revision),
        ("fence between organisations", _role), ("clock", _clock), ("files", _blobs), ("web pages", _web),
        ("Chromium for tests", _chromium),
    ]  # fmt: skip
    found: dict[str, Finding] = {}
    for name, check in checks:
        if check in {_revision, _role, _clock} and found["database"].mend and not found["database"].good:
            found[name] = Finding(False, "not checked: the database does not answer")
        else:
            found[name] = await _finding(check, config)
    return list(found.items())


async def _finding(check: Check, config: Settings) -> Finding:
    try:
        return await check(config)
    except FairmarkError as error:
        return Finding(False, error.message, error.mend)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return Finding(False, str(error) or type(error).__name__, "Look at the database's log.")


async def _data_dir(config: Settings) -> Finding:
    path = config.data_path
    good = path.is_dir() and os.access(path, os.W_OK)
    return Finding(good, str(path), "Make it, or give this user the right to write there; fairmark up makes it.")


async def _disk(config: Settings) -> Finding:
    place = next(p for p in [config.data_path, *config.data_path.parents] if p.exists())
    free = shutil.disk_usage(place).free
    return Finding(free > FREE_BYTES, f"{free / 1e9:.1f} GB free", "Free some space, or move FAIRMARK_DATA_DIR.")


async def _connect(config: Settings) -> Any:
    url = config.database_url or Embedded(config.data_path).url(schema.APP_ROLE)
    return await schema.connect(url, 5)


async def _database(config: Settings) -> Finding:
    connection = await _connect(config)
    try:
        version = connection.get_server_version()
    finally:
        await connection.close()
    return Finding(version.major >= 15, f"PostgreSQL {version.major}.{version.minor}", "Use PostgreSQL 15 or newer.")


async def _revision(config: Settings) -> Finding:
    connection = await _connect(config)
    try:
        found = await schema.revision(connection)
    finally:
        await connection.close()
    return Finding(found == schema.newest(), f"{found}, this version needs {schema.newest()}", "Run: fairmark migrate")


async def _role(config: Settings) -> Finding:
    connection = await _connect(config)
    try:
        await schema.check_role(connection)
    finally:
        await connection.close()
    return Finding(True, "forced row-level security on every table; the application's role cannot pass it")


async def _clock(config: Settings) -> Finding:
    connection = await _connect(config)
    try:
        before = time.time()
        theirs = float(await connection.fetchval("SELECT extract(epoch FROM clock_timestamp())::float8") or 0)
        skew = theirs - (before + time.time()) / 2
    finally:
        await connection.close()
    return Finding(abs(skew) < CLOCK_SKEW_S, f"{skew:+.2f} s from the database's", "Set both machines' clocks (NTP).")


async def _blobs(config: Settings) -> Finding:
    folder = folder_of(config.blobs_url)
    if folder is not None and not folder.is_dir():
        mend = "Is a disk not mounted? The first start makes the folder. See FAIRMARK_BLOBS_URL."
        return Finding(False, f"{folder} is not there", mend)
    await Blobs(config.blobs_url).check()
    return Finding(True, config.blobs_url)


async def _web(config: Settings) -> Finding:
    index = BUNDLE / "index.html"
    return Finding(index.is_file(), "built" if index.is_file() else "not built", "Run: make setup")


async def _chromium(config: Settings) -> Finding:
    found = next((path for name in CHROMIUM if (path := shutil.which(name))), None)
    playwright = await asyncio.to_thread(lambda: Path("~/.cache/ms-playwright").expanduser())
    text = found or ("Playwright's own" if playwright.exists() else "none found")
    mend = "Only the tests need it: apt-get install chromium, or playwright install chromium."
    return Finding(found is not None or playwright.exists(), text, mend, needed=False)
