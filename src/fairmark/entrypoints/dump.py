"""PostgreSQL's own programs: the database to a file, and a file to an empty database, in one transaction."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from fairmark.kernel import migrate, schema
from fairmark.kernel.embedded import bundled_program
from fairmark.kernel.errors import FairmarkError, Unavailable

_PREAMBLE_LINES = 60
_NOT_IN_15 = b"SET transaction_timeout"
"""What a newer pg_restore writes and PostgreSQL below 17 does not know."""
_OWNERS_POLICY = re.compile(r"^\d+; \d+ \d+ POLICY \S+ \S+ owner_all ")


class DumpFailed(FairmarkError):
    """pg_dump, pg_restore or psql failed; its own words are in the message."""

    code = "dump_failed"


class NoProgram(Unavailable):
    """There is no pg_dump that fits the server."""

    code = "no_program"


class Dumper:
    """The database at `owner_url`, as the owner of its tables."""

    def __init__(self, owner_url: str) -> None:
        """Raises DatabaseDown if it does not answer."""
        self._owner_url = owner_url
        self._major = int(asyncio.run(self._ask("SELECT current_setting('server_version_num')::int / 10000")))
        # The password goes by the environment: everybody on the machine may read a process' arguments.
        parts = urlsplit(owner_url)
        host = parts.netloc.rpartition("@")[2]
        user = parts.netloc.rpartition("@")[0].partition(":")[0]
        self._url = urlunsplit(parts._replace(netloc=f"{user}@{host}" if user else host))
        self._environ = {**os.environ, **({"PGPASSWORD": unquote(parts.password)} if parts.password else {})}

    def is_empty(self) -> bool:
        """Whether no fairmark lives in the database."""
        return not asyncio.run(self._ask("SELECT to_regclass('public.organisations') IS NOT NULL"))

    def revision(self) -> str:
        """The revision of the tables; empty if there are none."""
        if not asyncio.run(self._ask("SELECT to_regclass('public.alembic_version') IS NOT NULL")):
            return ""
        return str(asyncio.run(self._ask("SELECT version_num FROM alembic_version")))

    def write(self, file: Path) -> None:
        """Writes the database, as it is at this moment, while others go on working. Raises DumpFailed, NoProgram.

        Row-level security stays on: an owner that is no superuser reads by the policy that lets owners see everything,
        and could not turn it off.
        """
        options = ["--format=custom", "--no-owner", "--enable-row-security", f"--file={file}"]
        self._run(self._program("pg_dump"), [*options, self._url])

    def read(self, file: Path, before_commit: Callable[[], None]) -> None:
        """Brings the file into the empty database: wholly or, on any error, not at all. Raises DumpFailed, NoProgram.

        before_commit: what must have been done before the database counts as restored; if it raises, it does not.
        """
        listing = file.with_suffix(".list")
        # The owner's policies name the owner of the database that was dumped; here another may own it.
        entries = self._run(_newest("pg_restore"), ["--list", str(file)]).splitlines(keepends=True)
        listing.write_text("".join(entry for entry in entries if not _OWNERS_POLICY.match(entry)), encoding="utf-8")
        asyncio.run(self._ask(schema.ROLE))
        script = [_newest("pg_restore"), "--no-owner", f"--use-list={listing}", "--file=-", str(file)]
        target = [self._program("psql"), "-Xq", "-vON_ERROR_STOP=1", "-f", "-", self._url]
        with (
            file.with_suffix(".said").open("w+b") as said,
            subprocess.Popen(script, env=self._environ, stdout=subprocess.PIPE, stderr=said) as source,
            subprocess.Popen(
                target, env=self._environ, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said
            ) as sink,
        ):
            assert source.stdout is not None
            assert sink.stdin is not None
            try:
                # Without the COMMIT at its end, a script that breaks off changes nothing.
                sink.stdin.write(b"BEGIN;\n")
                _without_new_settings(source.stdout, sink.stdin)
                if source.wait() == 0:
                    sink.stdin.write(migrate.AFTER_RESTORE.encode())
                    sink.stdin.flush()
                    before_commit()
                    sink.stdin.write(b"COMMIT;\n")
                sink.stdin.close()
            except BrokenPipeError:
                source.kill()  # psql has ended and said why
            except BaseException:
                source.kill()
                sink.kill()
                raise
            failed = source.wait() != 0 or sink.wait() != 0
            said.seek(0)
            words = said.read().decode("utf-8", "replace").strip()
        if failed:
            raise DumpFailed(f"The database was not restored: {words[:2000]}", mend="Nothing was changed; see above.")

    def _run(self, program: str, arguments: list[str]) -> str:
        done = subprocess.run(
            [program, *arguments], env=self._environ, capture_output=True, encoding="utf-8", errors="replace",
            check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise DumpFailed(
                f"{Path(program).name} failed: {done.stderr.strip()[:2000]}",
                mend="Check the disk's space, and the database with fairmark doctor.",
            )
        return done.stdout

    def _program(self, name: str) -> str:
        """The machine's own program, which can encrypt connections, if it is not older than the server; else ours."""
        fitting = [program for program in _programs(name) if _major_of(program) >= self._major]
        if not fitting:
            raise NoProgram(
                f"There is no {name} of PostgreSQL {self._major} or newer on this machine.",
                mend=f"Install PostgreSQL's client programs of version {self._major} or newer.",
            )
        return fitting[0]

    async def _ask(self, sql: str) -> Any:
        connection = await schema.connect(self._owner_url)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()


def _programs(name: str) -> list[str]:
    """The machine's own program and ours, as far as they are there."""
    found, ours = shutil.which(name), bundled_program(name)
    return [str(program) for program in (found, ours) if program is not None]


def _newest(name: str) -> str:
    """The newest of the programs: it reads what each of them wrote. Raises NoProgram."""
    found = _programs(name)
    if not found:
        raise NoProgram(f"There is no {name} on this machine.", mend="Install PostgreSQL's client programs.")
    return max(found, key=_major_of)


def _major_of(program: str) -> int:
    """`psql (PostgreSQL) 18.1` -> 18; 0 if it does not say."""
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\) (\d+)", said)
    return int(found[1]) if found else 0


def _without_new_settings(source: IO[bytes], sink: IO[bytes]) -> None:
    for _ in range(_PREAMBLE_LINES):
        line = source.readline()
        if not line.startswith(_NOT_IN_15):
            sink.write(line)
    shutil.copyfileobj(source, sink, 1 << 20)
