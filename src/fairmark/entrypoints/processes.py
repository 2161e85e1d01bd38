"""Processes of one installation: the HTTP server, the worker, and `up`, which keeps both and the database going."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import msgspec

from fairmark.kernel.embedded import Embedded
from fairmark.kernel.settings import PREFIX, Settings

STOP_WITHIN_S = 15
RESPAWN_AFTER_S = 1.0


def environ(config: Settings) -> dict[str, str]:
    """The environment that gives a child process exactly these settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    settings = {
        PREFIX + name.upper(): str(value) for name, value in msgspec.structs.asdict(config).items() if value != ""
    }
    return kept | settings


def serve(config: Settings, reload: bool = False) -> None:
    """Runs the HTTP server until it is told to stop; requests under way are answered first."""
    from granian import Granian  # only the process that serves pays for the server
    from granian.constants import Interfaces, Loops
    from granian.log import LogLevels

    ensure_database(config)
    os.environ.update(environ(config))
    Granian(
        "fairmark.entrypoints.app:create_app",
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
        reload=reload,
        reload_paths=[Path(__file__).parents[1]] if reload else None,
    ).serve()


def ensure_database(config: Settings) -> None:
    """Starts the embedded database if this installation has one and it does not run."""
    if config.embedded:
        embedded = Embedded(config.data_path)
        if not embedded.running():
            embedded.start()


class Supervisor:
    """Keeps the database, the server and the worker of one machine going until `stop`."""

    def __init__(self, config: Settings, reload: bool = False) -> None:
        self._config = config
        self._embedded = Embedded(config.data_path) if config.embedded else None
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._arguments = {"serve": ["--reload"] if reload else [], "work": []}
        self._stopping = threading.Event()

    def start(self) -> None:
        """Starts everything; returns when the children run, before they are ready."""
        ensure_database(self._config)
        for name in self._arguments:
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
        for child in self._children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children.values():
            try:
                child.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.kill()
        self._children.clear()
        if self._embedded is not None:
            self._embedded.stop()

    def _stop_soon(self, number: int, frame: FrameType | None) -> None:
        self._stopping.set()

    def _mend(self) -> None:
        if self._embedded is not None and not self._embedded.running():
            self._embedded.start()
        for name, child in list(self._children.items()):
            if child.poll() is not None and not self._stopping.is_set():
                time.sleep(RESPAWN_AFTER_S)
                self._spawn(name)

    def _spawn(self, name: str) -> None:
        command = [sys.executable, "-m", "fairmark", name, *self._arguments[name]]
        self._children[name] = subprocess.Popen(command, env=environ(self._config), start_new_session=True)
