"""The command line where only the client's packages are installed: the server's commands say what is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from fairmark.client import Client
from fairmark.kernel.embedded import Embedded
from tests.conftest import Server, free_port

WITHOUT = """
import importlib.util, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *more: None if name in {'litestar', 'uvicorn'} else real(name, *more)
from fairmark.entrypoints import cli
sys.argv = ['fairmark', *sys.argv[1:]]
cli.main()
"""


def without_server(*args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT, *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"COLUMNS": "200", "PATH": ""})


class TestWithoutServer:
    @pytest.mark.parametrize(
        "args", ["up", "doctor --data-dir x", "backup f.tar", "demo --once", "keys create --org A"]
    )
    def test_says_what_to_install(self, args: str) -> None:
        done = without_server(*args.split())
        assert (done.returncode, done.stdout) == (2, "")
        said = args.split(" -")[0].split(" f")[0]
        assert done.stderr == f"'fairmark {said}' needs the server's packages. Run: pip install 'fairmark[server]'\n"

    def test_help_names_every_command_and_the_extra(self) -> None:
        done = without_server("--help")
        assert done.returncode == 0
        assert done.stdout.count("fairmark[server]") == 10
        for name in ("import", "export", "projects", "simulate", "up", "restore"):
            assert name in done.stdout


class TestFirstAdmin:
    def test_prints_a_link_as_long_as_there_is_no_administrator(self, tmp_path: Path) -> None:
        server = Server(tmp_path / "d", free_port())
        link = server.command("people", "first-admin")
        assert link.startswith(f"{server.url}/first-start#")
        assert link.count("\n") == 1
        server.start()
        try:
            client = Client(server.url)
            client.first_start(link.strip().partition("#")[2], "Ann", "ann@example.org", "a long enough one", "Acme")
            client.close()
            done = server.run("people", "first-admin")
        finally:
            server.stop()
            Embedded(tmp_path / "d").stop()
        assert done.returncode == 1
        assert done.stderr.startswith("error: This installation has an administrator already.")
