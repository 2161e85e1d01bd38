"""Processes of one installation: the HTTP server, the worker, and the supervisor that keeps all of it going.

Each runs as `python -m fairmark.entrypoints.processes NAME`, with its settings in the environment. The command line
only prepares and then becomes that process (`become`): a supervisor that waits all day need not hold what a migration
or a table on the terminal once needed.
"""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import msgspec

from fairmark.kernel import settings
from fairmark.kernel.embedded import Embedded
from fairmark.kernel.errors import DatabaseDown, FairmarkError
from fairmark.kernel.settings import PREFIX, Settings

STOP_WITHIN_S = 15
RESPAWN_AFTER_S = 1.0
DATABASE_WAIT_S = 30.0
CHILDREN = ("serve", "work")
RELOAD = "_FAIRMARK_RELOAD"
"""Set for the developer's supervisor, which starts its children again when the code changes."""
CODE = Path(__file__).parents[1]
CODE_SUFFIXES = (".py", ".sql")


def environ(config: Settings) -> dict[str, str]:
    """The environment that gives a child process exactly these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings = {
        PREFIX + name.upper(): str(value) for name, value in msgspec.structs.asdict(config).items() if value != ""
    }
    return kept | settings


def command(name: str) -> list[str]:
    """The command that runs the process `name`."""
    return [sys.executable, "-m", "fairmark.entrypoints.processes", name]


def become(name: str, config: Settings, reload: bool = False) -> NoReturn:
    """Turns this process into the process `name`, with `config` and nothing of what was loaded so far."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, command(name), environ(config) | ({RELOAD: "1"} if reload else {}))


def serve(config: Settings) -> None:
    """Runs the HTTP server until it is told to stop; requests under way are answered first."""
    from granian import Granian  # only the process that serves pays for the server
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels

    ensure_database(config)
    _preflight(config)
    Granian(
        "fairmark.entrypoints.app:create_asgi",
        factory=True,
        address=config.host,
        port=config.port,
        interface=Interfaces.ASGI,
        workers=config.processes,
        loop=Loops.uvloop,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=RESPAWN_AFTER_S,
        workers_kill_timeout=STOP_WITHIN_S,
        log_level=LogLevels.warning,
    ).serve()


def _preflight(config: Settings) -> None:
    """Ends the process with a message if it could not serve; waits a while for a database that is just starting.

    It looks in a child: the process that only watches the server's need not hold what that takes.
    """
    child = os.fork()
    if child == 0:
        status = 1
        try:
            asyncio.run(look(config))
            status = 0
        except FairmarkError as error:
            complain(error)
        except Exception:
            traceback.print_exc()  # nobody above sees it: this process ends here
        finally:
            os._exit(status)
    before = signal.signal(signal.SIGTERM, _stop_now)
    try:
        _, status = os.waitpid(child, 0)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
    if status:
        sys.exit(1)


async def look(config: Settings) -> None:
    """Whether a server could run: database, fence, files, key. Raises Unavailable, UnsafeRole, BadSettings."""
    from fairmark.kernel import schema
    from fairmark.kernel.blobs import Blobs

    url = config.database_url or Embedded(config.data_path).url(schema.APP_ROLE)
    deadline, told = time.monotonic() + DATABASE_WAIT_S, False
    while True:
        try:
            connection = await schema.connect(url)
            break
        except DatabaseDown as error:
            if time.monotonic() > deadline:
                raise
            if not told:
                sys.stderr.write(f"{error.message} Waiting for it, up to {DATABASE_WAIT_S:.0f} s.\n")
                told = True
            await asyncio.sleep(0.3)
    await schema.check(connection)
    await connection.close()
    await Blobs(config.blobs_url).check()
    settings.ensure_secret(config)


def _stop_now(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def complain(error: FairmarkError) -> None:
    """What is wrong and what to do, on standard error."""
    sys.stderr.write(f"error: {error.message}\n" + (f"→ {error.mend}\n" if error.mend else ""))


def ensure_database(config: Settings) -> None:
    """Starts the embedded database if this installation has one and it does not run."""
    if config.embedded:
        embedded = Embedded(config.data_path)
        if not embedded.running():
            embedded.start()


@contextmanager
def database(config: Settings) -> Generator[None]:
    """The database for the length of a command: ended again if the command started it and nobody else has come."""
    embedded = Embedded(config.data_path) if config.embedded else None
    started = embedded is not None and not embedded.running()
    ensure_database(config)
    try:
        yield
    finally:
        if started and embedded is not None and not embedded.in_use():
            embedded.stop()


class Supervisor:
    """Keeps the database, the server and the worker of one machine going until `stop`."""

    def __init__(self, config: Settings, code: Path | None = None) -> None:
        """code: a folder of source; when a file in it changes, the children start again."""
        self._config = config
        self._code = code
        self._changed_at = _newest(code) if code else 0.0
        self._embedded = Embedded(config.data_path) if config.embedded else None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Starts everything; returns when the children run, before they are ready."""
        ensure_database(self._config)
        for name in CHILDREN:
            self._spawn(name)

    def run(self, beside: Callable[[], None] | None = None) -> None:
        """Keeps everything going until SIGTERM or SIGINT. beside: something to do meanwhile, once, in a thread."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        if beside is not None:
            threading.Thread(target=beside, daemon=True).start()
        while not self._stopping.wait(0.5):
            self._mend()
        self.stop()

    def stop(self) -> None:
        """Ends the children, then the database."""
        self._stopping.set()
        self._end_children()
        if self._embedded is not None:
            self._embedded.stop()

    def _end_children(self) -> None:
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        self._children.clear()

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _mend(self) -> None:
        if self._embedded is not None and not self._embedded.running():
            self._embedded.start()
        if self._code is not None and (newest := _newest(self._code)) > self._changed_at:
            self._changed_at = newest
            sys.stderr.write("The code has changed: starting again.\n")
            self._end_children()
            for name in CHILDREN:
                self._spawn(name)
        for name, child in list(self._children.items()):
            if child.poll() is not None and not self._stopping.is_set():
                time.sleep(RESPAWN_AFTER_S)
                self._spawn(name)

    def _spawn(self, name: str) -> None:
        self._children[name] = subprocess.Popen(command(name), env=environ(self._config), start_new_session=True)


def supervise(config: Settings) -> None:
    """Runs everything until it is told to stop."""
    supervisor = Supervisor(config, CODE if RELOAD in os.environ else None)
    supervisor.start()
    supervisor.run()


def _newest(code: Path) -> float:
    """When a file of the source was changed last."""
    return max((path.stat().st_mtime for path in code.rglob("*") if path.suffix in CODE_SUFFIXES), default=0.0)


def work(config: Settings) -> None:
    """Runs the background worker until it is told to stop."""
    from fairmark.entrypoints import worker  # only the process that works pays for the worker

    ensure_database(config)
    asyncio.run(worker.run(config))


def main() -> None:
    """Runs the process that the command line names."""
    try:
        config = settings.load()
        {"supervise": supervise, "serve": serve, "work": work}[sys.argv[1]](config)
    except FairmarkError as error:
        complain(error)
        sys.exit(1)


if __name__ == "__main__":
    main()
