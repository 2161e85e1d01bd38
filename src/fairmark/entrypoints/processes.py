"""Processes of one installation: the HTTP server, the worker, and the supervisor that keeps all of it going.

Each runs as `python -m fairmark.entrypoints.processes NAME`, with its settings in the environment. The command line
only becomes that process (`become`): a supervisor that waits all day need not hold what a migration or a table on the
terminal once needed. For the same reason the supervisor leaves all preparation to a child that ends.
"""

import gc
import logging
import os
import signal
import socket
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
from fairmark.kernel.errors import FairmarkError, Unavailable
from fairmark.kernel.settings import PREFIX, Settings

STOP_WITHIN_S = 15
RESPAWN_AFTER_S = 1.0
FIRST_STEP_S = 0.02
CHILDREN = ("listen", "work")
RELOAD = "_FAIRMARK_RELOAD"
"""Set for the developer's supervisor, which starts its children again when the code changes."""
CODE = Path(__file__).parents[1]
CODE_SUFFIXES = (".py", ".sql")


class PortTaken(Unavailable):
    """The address that the server would listen on is in use, or not this machine's."""

    code = "port_taken"


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
    """Looks whether a server could run here, then runs it until it is told to stop.

    It looks in a child: the process that only watches the server's need not hold what that takes.
    """
    ensure_database(config)
    before = signal.signal(signal.SIGTERM, _stop_now)
    child = subprocess.Popen(command("check"), env=environ(config))
    try:
        status = child.wait()
    finally:
        child.kill()
        signal.signal(signal.SIGTERM, before)
    _go_on_if(status)
    listen(config)


def listen(config: Settings) -> None:
    """Runs the HTTP server until it is told to stop; requests under way are answered first.

    It loads while somebody else prepares the database, and waits for that.
    """
    from fairmark.entrypoints import http_server  # only the process that serves pays for the server

    http_server.run("fairmark.entrypoints.app:create_asgi", config, STOP_WITHIN_S)


def prepare(config: Settings) -> None:
    """What comes first on one machine. Raises what `installation.prepare_and_tell` raises."""
    from fairmark.entrypoints import installation  # only the process that prepares pays for what that takes

    installation.prepare_and_tell(config)


def check(config: Settings) -> None:
    """What comes first where the database was prepared before. Raises what `preflight.look` raises."""
    from fairmark.entrypoints import preflight  # only the process that looks pays for what that takes

    preflight.check(config)


def refuse_taken_port(config: Settings) -> None:
    """Raises PortTaken if nobody could listen at the server's address."""
    with socket.socket(socket.AF_INET6 if ":" in config.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise PortTaken(
                f"{config.host}:{config.port} cannot be listened on: {error.strerror}.",
                mend="Choose another --port, or stop what runs there.",
            ) from error


def _go_on_if(status: int) -> None:
    """Ends this process unless the one that came first has ended well. What it could not say itself is said here."""
    if status < 0:
        sys.stderr.write(f"error: What comes before the start was ended by signal {-status}.\n→ Start again.\n")
    if status:
        sys.exit(1)


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

    def start(self, first: str = "check") -> None:
        """Starts everything; returns when the children run, before they are ready.

        first: the process that has to succeed before the worker starts. The server loads meanwhile: loading takes it
        longer than anything else here. Raises SystemExit, with everything stopped, if `first` fails.
        """
        try:
            self._spawn("listen")
            _go_on_if(self._status_of(first))
            if not self._stopping.is_set():
                self._spawn("work")
        except BaseException:
            self.stop()
            raise

    def heed_signals(self) -> None:
        """Lets SIGTERM and SIGINT stop everything."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)

    def run(self, beside: Callable[[], None] | None = None) -> None:
        """Keeps everything going until SIGTERM or SIGINT. beside: something to do meanwhile, once, in a thread."""
        self.heed_signals()
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

    def _status_of(self, name: str) -> int:
        """The exit status of a process that ends by itself; 0 if everything was told to stop before it did."""
        self._spawn(name)
        child = self._children[name]
        while child.poll() is None:
            if self._stopping.wait(FIRST_STEP_S):
                return 0
        del self._children[name]
        return child.returncode

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
    """Runs everything until it is told to stop. Raises PortTaken."""
    refuse_taken_port(config)
    supervisor = Supervisor(config, CODE if RELOAD in os.environ else None)
    supervisor.heed_signals()
    supervisor.start("prepare")
    gc.enable()
    supervisor.run()


def _newest(code: Path) -> float:
    """When a file of the source was changed last."""
    return max((path.stat().st_mtime for path in code.rglob("*") if path.suffix in CODE_SUFFIXES), default=0.0)


def work(config: Settings) -> None:
    """Runs the background worker until it is told to stop."""
    from fairmark.entrypoints import worker  # only the process that works pays for the worker

    ensure_database(config)
    worker.main(config)


PROCESSES: dict[str, Callable[[Settings], None]] = {
    each.__name__: each for each in (check, listen, prepare, serve, supervise, work)
}


def main() -> None:
    """Runs the process that the command line names."""
    # What is loaded makes hardly any cycles, and looking for them took a quarter of the time that loading takes. Each
    # process that goes on for longer turns the search on when it is loaded.
    gc.disable()
    status = 1
    try:
        PROCESSES[sys.argv[1]](settings.load())
        status = 0
    except FairmarkError as error:
        complain(error)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except KeyboardInterrupt:
        status = 128 + signal.SIGINT
    except Exception:
        traceback.print_exc()
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # The object store's threads abort one process in five that ends right after they were used, if it takes the
    # interpreter's way out: they do not know that it is ending.
    os._exit(status)


if __name__ == "__main__":
    main()
