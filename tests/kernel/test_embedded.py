"""The embedded database in folders of any name, after a crash, and where it cannot start."""

import asyncio
import os
import signal
import time
from pathlib import Path
from urllib.parse import unquote

import asyncpg
import pytest

from fairmark.kernel.embedded import DATABASE, OWNER, DatabaseWillNotStart, Embedded
from tests.patience import PATIENCE_S

NAMES = ["a folder", 'it\'s "quoted", $(touch x) `id`; & \\ %41 é', "long/" + "/".join(["x" * 60] * 3)]
SOCKET_PATH_MAX = 103
"""Bytes of a Unix socket's path on macOS; Linux takes four more."""


def answer(embedded: Embedded) -> object:
    async def ask() -> object:
        connection = await asyncpg.connect(embedded.url(OWNER))
        try:
            return await connection.fetchval("SELECT current_database()")
        finally:
            await connection.close()

    return asyncio.run(ask())


class TestStart:
    @pytest.mark.parametrize("name", NAMES, ids=["space", "odd", "long"])
    def test_takes_a_folder_of_any_name(self, tmp_path: Path, name: str) -> None:
        embedded = Embedded(tmp_path / name)
        embedded.start()
        try:
            assert answer(embedded) == DATABASE
            socket = unquote(embedded.url(OWNER).partition("host=")[2]) + "/.s.PGSQL.5432"
            assert Path(socket).is_socket()
            assert len(socket.encode()) <= SOCKET_PATH_MAX + 4
            assert not embedded.in_use()
        finally:
            embedded.stop()
        assert not embedded.running()
        assert not (Path.cwd() / "x").exists()

    def test_starts_again_after_its_process_was_killed(self, tmp_path: Path) -> None:
        embedded = Embedded(tmp_path / "my data")
        embedded.start()
        try:
            pid = int((embedded.folder / "postmaster.pid").read_text().split("\n")[0])
            os.kill(pid, signal.SIGKILL)
            deadline = time.monotonic() + PATIENCE_S
            while embedded.running():
                assert time.monotonic() < deadline
                time.sleep(0.01)
            embedded.start()
            assert answer(embedded) == DATABASE
        finally:
            embedded.stop()

    def test_says_where_to_read_why_it_ends_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("fairmark.kernel.embedded.START_TRIES", 2)
        embedded = Embedded(tmp_path)
        embedded.start()
        embedded.stop()
        with (embedded.folder / "postgresql.conf").open("a") as file:
            file.write("no_such_setting = 1\n")
        with pytest.raises(DatabaseWillNotStart, match="ends again") as refused:
            embedded.start()
        assert str(embedded.folder / "log") in refused.value.mend
        assert "no_such_setting" in (embedded.folder / "log").read_text()
