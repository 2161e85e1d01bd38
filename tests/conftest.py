"""What every test can ask for: a real PostgreSQL, migrated; a fenced database; a real HTTP server on a free port."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import IO

import asyncpg
import httpx
import hypothesis
import pytest
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from fairmark.kernel import migrate
from fairmark.kernel.db import Database
from fairmark.kernel.embedded import OWNER, Embedded
from fairmark.kernel.schema import APP_ROLE
from tests.patience import PATIENCE_S

# Property tests look for wrong answers; how long one takes depends on what else the machine does. "steady" tries the
# same examples wherever it runs, so that what fails, fails for what was changed; "explore" tries others each time.
PATIENT = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.register_profile("steady", PATIENT, derandomize=True, database=None)
hypothesis.settings.register_profile("explore", PATIENT)
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "steady")
hypothesis.settings.load_profile(PROFILE)
if PROFILE == "steady":
    # Hypothesis also draws from the constants in the source of whichever of our modules are loaded, so that a whole run
    # would try other examples than a narrow one, and a new constant anywhere would change them all. No setting keeps it
    # from that. tests/test_conftest.py tells when a newer Hypothesis no longer asks here.
    providers._get_local_constants = Constants  # pyright: ignore[reportPrivateUsage]


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a running, migrated, embedded database of this test process alone."""
    folder = tmp_path_factory.mktemp("fairmark")
    embedded = Embedded(folder)
    embedded.start()
    asyncio.run(migrate.migrate(embedded.url(OWNER)))
    yield folder
    embedded.stop()


@pytest.fixture(scope="session")
def app_url(data_dir: Path) -> str:
    """The database as the application sees it: fenced."""
    return Embedded(data_dir).url(APP_ROLE)


@pytest.fixture(scope="session")
def owner_url(data_dir: Path) -> str:
    """The database as its owner."""
    return Embedded(data_dir).url(OWNER)


@pytest.fixture(scope="session")
async def db(app_url: str) -> AsyncIterator[Database]:
    """The application's pool."""
    database = await Database.open(app_url, 8, "tests")
    yield database
    await database.close()


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees past the fence, to check what the application must not see."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


class Server:
    """A `fairmark` server and worker as real processes, on a port of their own."""

    def __init__(self, data_dir: Path, port: int, **environ: str) -> None:
        self.data_dir = data_dir
        self.url = f"http://127.0.0.1:{port}"
        self._environ = environ | {
            **{k: v for k, v in os.environ.items() if not k.startswith("FAIRMARK_")},
            "FAIRMARK_DATA_DIR": str(data_dir),
            "FAIRMARK_PORT": str(port),
            "FAIRMARK_PUBLIC_URL": self.url,
            "FAIRMARK_FETCH_ALLOW": "127.0.0.0/8",
            "FAIRMARK_SIGN_IN_TRIES_MAX": "1000",
            "FAIRMARK_MODELS_DIR": str(data_dir / "models"),
            "PYTHONPATH": str(Path(__file__).parents[1] / "src"),
        }
        self._processes: list[subprocess.Popen[bytes]] = []

    def command(self, *args: str) -> str:
        """Runs `fairmark ARGS` to its end and returns its standard output."""
        done = self.run(*args)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def run(self, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
        """Runs `fairmark ARGS` to its end, however it ends, with more in its environment."""
        return subprocess.run(
            self._fairmark(*args), env=self._environ | environ, capture_output=True, text=True, check=False
        )

    def process(self, name: str) -> subprocess.CompletedProcess[str]:
        """Runs the process `name` of `fairmark.entrypoints.processes` to its end, however it ends."""
        command = [sys.executable, "-m", "fairmark.entrypoints.processes", name]
        return subprocess.run(command, env=self._environ, capture_output=True, text=True, check=False)

    def start(self, *names: str) -> None:
        """Starts server and worker, or those named, and waits until they are ready."""
        for name in names or ("serve", "work"):
            log = (self.data_dir / f"{name}.log").open("ab")
            self._processes.append(
                subprocess.Popen(
                    self._fairmark(name), env=self._environ, stdout=log, stderr=log, start_new_session=True
                )
            )
        if "serve" in (names or ("serve",)):
            try:
                self.wait_until_ready(self.data_dir / "serve.log")
            except AssertionError:
                self.stop()
                raise

    def up(self, log: IO[str]) -> subprocess.Popen[bytes]:
        """Starts `fairmark up`; what it says goes into `log`. Who starts it ends it."""
        return subprocess.Popen(self._fairmark("up"), env=self._environ, stdout=log, stderr=log, start_new_session=True)

    def wait_until_ready(self, log: Path) -> None:
        """Waits for the server; fails with what it answered last and the end of its log."""
        deadline, last = time.monotonic() + PATIENCE_S, ""
        while time.monotonic() < deadline:
            try:
                answer = httpx.get(self.url + "/readyz")
                if answer.status_code == 200:
                    return
                last = answer.text
            except httpx.TransportError as error:
                last = str(error)
            time.sleep(0.1)
        raise AssertionError(f"{last}\n{log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Ends both, gracefully."""
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.wait(PATIENCE_S)
        self._processes.clear()

    def _fairmark(self, *args: str) -> list[str]:
        return [sys.executable, "-m", "fairmark", *args]


@pytest.fixture(scope="module")
def server(data_dir: Path) -> Iterator[Server]:
    """A running installation over the session's database, for the modules that ask for one: others call the jobs
    themselves, and its worker would be there first."""
    running = Server(data_dir, free_port())
    running.start()
    yield running
    running.stop()
