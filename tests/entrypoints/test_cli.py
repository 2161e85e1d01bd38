"""The command line where only the client's packages are installed: the server's commands say what is missing."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fairmark.client import Client
from fairmark.client.errors import Forbidden, NotSignedIn
from fairmark.kernel.actor import MemberRole
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


class TestAdministration:
    """One installation, asked by its operator at the machine; no server runs."""

    @pytest.fixture(scope="class")
    def machine(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
        folder = tmp_path_factory.mktemp("machine")
        server = Server(folder / "d", free_port())
        link = server.command("people", "first-admin")
        server.start()
        try:
            with Client(server.url) as client:
                client.first_start(
                    link.strip().partition("#")[2], "Ann", "ann@example.org", "a long enough one", "Acme"
                )
                made = client.invite(member_role=MemberRole.MEMBER)
            with Client(server.url) as client:
                client.accept_invitation(made.token, name="Bob", email="bob@example.org", password="a long enough two")
            yield server
        finally:
            server.stop()
            Embedded(folder / "d").stop()

    def test_people_are_listed_disabled_and_enabled(self, machine: Server) -> None:
        assert machine.command("people", "list") == "ann@example.org\tAnn\tadministrator\nbob@example.org\tBob\n"
        machine.command("people", "disable", "Bob@example.org", "--reason", "Left in May.", "--yes")
        assert machine.command("people", "list", "BOB") == "bob@example.org\tBob\tdisabled\n"
        with Client(machine.url) as client, pytest.raises(NotSignedIn, match="Left in May"):
            client.sign_in("bob@example.org", "a long enough two")
        machine.command("people", "enable", "bob@example.org")
        with Client(machine.url) as client:
            assert client.sign_in("bob@example.org", "a long enough two").me.person.name == "Bob"

    def test_nobody_is_disabled_without_a_yes_nor_the_last_administrator(self, machine: Server) -> None:
        done = machine.run("people", "disable", "bob@example.org", "--reason", "x")  # no terminal: nobody agrees
        assert done.returncode == 1
        done = machine.run("people", "disable", "ann@example.org", "--reason", "x", "--yes")
        assert done.returncode == 1
        assert done.stderr.startswith("error: This is the last administrator")
        done = machine.run("people", "disable", "cyd@example.org", "--reason", "x", "--yes")
        assert done.stderr.startswith("error: Nobody signs in with 'cyd@example.org'.")
        assert "disabled" not in machine.command("people", "list")

    def test_organisations_are_closed_and_opened_again(self, machine: Server) -> None:
        key = machine.command("keys", "create", "--org", "Acme").strip()
        machine.command("orgs", "close", "Acme", "--reason", "The contract has ended.", "--yes")
        assert re.fullmatch(r"\S+\tAcme\tclosed \d{4}-\d\d-\d\d\n", machine.command("orgs", "list"))
        with Client(machine.url, key) as client, pytest.raises(Forbidden, match="closed"):
            client.get_organisation()
        machine.command("orgs", "reopen", "Acme")
        with Client(machine.url, key) as client:
            assert client.get_organisation().closed_at is None
        done = machine.run("orgs", "close", "Nobody", "--reason", "x", "--yes")
        assert done.stderr.startswith("error: There is no organisation 'Nobody'.")
