"""The command line against a running server, as a shell or a script uses it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from fairmark.client.simulate.ledger import read_ledger

from .conftest import ONTOLOGY, Customer, Shapes


class Shell:
    """Runs `fairmark ...` with the customer's key in the environment."""

    def __init__(self, customer: Customer, folder: Path) -> None:
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
        self.environ |= {"FAIRMARK_URL": customer.url, "FAIRMARK_KEY": customer.key}
        self.environ |= {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}

    def run(self, *args: str | Path, status: int = 0, **environ: str) -> subprocess.CompletedProcess[str]:
        """The finished process. Asserts its exit status."""
        command = [sys.executable, "-m", "fairmark", *map(str, args)]
        done = subprocess.run(command, env=self.environ | environ, capture_output=True, text=True, check=False)
        assert done.returncode == status, f"{args}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *args: str | Path) -> Any:
        return json.loads(self.run(*args, "--json").stdout)


@pytest.fixture
def shell(customer: Customer, tmp_path: Path) -> Shell:
    return Shell(customer, tmp_path)


class TestProjects:
    def test_a_job_from_a_shell(self, shell: Shell, shapes: Shapes, tmp_path: Path) -> None:
        (tmp_path / "o.json").write_text(json.dumps(ONTOLOGY))
        (tmp_path / "g.md").write_text("# Mark every shape")
        made = shell.run(
            "projects", "create", "shapes", "--ontology", tmp_path / "o.json", "--guideline", tmp_path / "g.md",
            "--overlap", "2",
        ).stdout.strip()  # fmt: skip
        assert [project["id"] for project in shell.json("projects", "list")] == [made]
        assert shell.run("import", shapes.folder, "-p", "shapes").stdout == "12 new items, 0 were there.\n"
        assert shell.run("import", shapes.folder, "-p", made).stdout == "0 new items, 12 were there.\n"
        shell.run("projects", "activate", "shapes")

        truth = shapes.jsonl(tmp_path / "truth.jsonl")
        summary = shell.json(
            "simulate", "-p", "shapes", "--truth", truth, "--workers", "3", "--reviewers", "0", "--mix", "expert",
            "--seed", "5", "--ledger", tmp_path / "ledger.jsonl", "--people", tmp_path / "people.json", "--idle", "15",
        )  # fmt: skip
        assert summary["submissions"] == 24
        receipts = read_ledger(tmp_path / "ledger.jsonl")
        assert len({entry.id for entry in receipts}) == len(receipts) == 24
        assert summary["merged"]["f1"] > 0.9

        shown = shell.json("projects", "show", "shapes")
        assert shown["progress"]["tasks"]["done"] == 12
        lines = shell.run("results", "-p", "shapes", "--jsonl").stdout.splitlines()
        assert {json.loads(line)["external_id"] for line in lines} == set(shapes.by_id)
        assert len(shell.run("results", "-p", "shapes").stdout.splitlines()) == 13

        exported = shell.json("export", "-p", "shapes", "--format", "coco", "--out", tmp_path / "coco.zip")
        assert exported["export"]["report"]["items"] == 12
        assert "annotations/instances_default.json" in zipfile.ZipFile(tmp_path / "coco.zip").namelist()
        shell.run(
            "export", "-p", "shapes", "--format", "yolo", "--images", "--split", "0.5,0.5", "--out", tmp_path / "y"
        )
        assert len(list((tmp_path / "y").rglob("*.png"))) == 12

        watched = shell.run("watch", "-p", "shapes", "--after", "0.0.0", "--until-done", "--json")
        assert watched.stdout == ""  # it is done already

    def test_rules_go_in_and_come_out_again(self, shell: Shell, tmp_path: Path) -> None:
        shell.run("projects", "create", "rules")
        (tmp_path / "o.yaml").write_text("classes:\n- {id: car, name: Car, color: '#1f77b4', marks: [box]}\n")
        shell.run("projects", "ontology", "put", "rules", tmp_path / "o.yaml", "--note", "cars")
        assert "id: car" in shell.run("projects", "ontology", "get", "rules").stdout
        assert shell.json("projects", "ontology", "get", "rules")["document"]["classes"][0]["id"] == "car"
        (tmp_path / "g.md").write_text("# Cars [all of them]")
        shell.run("projects", "guideline", "put", "rules", tmp_path / "g.md")
        shell.run("projects", "guideline", "get", "rules", "--out", tmp_path / "back.md")
        assert (tmp_path / "back.md").read_text() == "# Cars [all of them]"
        (tmp_path / "o.yaml").write_text("classes:\n- {id: car, name: Car, color: red, marks: [box]}\n")
        refused = shell.run("projects", "ontology", "put", "rules", tmp_path / "o.yaml", status=1)
        assert refused.stderr.startswith("error: ")


class TestImport:
    def test_lists_and_labels_are_told_apart_and_bad_rows_named(
        self, shell: Shell, shapes: Shapes, tmp_path: Path
    ) -> None:
        shell.run("projects", "create", "lists")
        (tmp_path / "m.csv").write_text("path,external_id\nshape-000.png,a\nnowhere.png,b\n")
        done = shell.run(
            "import", tmp_path / "m.csv", "-p", "lists", "--files", shapes.folder, "--batch", "one", status=1
        )
        assert done.stdout == "1 new items, 0 were there, 1 refused.\n"
        assert "line 3" in done.stderr
        shell.run("projects", "create", "labels")
        (tmp_path / "o.json").write_text(json.dumps(ONTOLOGY))
        shell.run("projects", "ontology", "put", "labels", tmp_path / "o.json")
        done = shell.run("import", shapes.jsonl(tmp_path / "l.jsonl"), "-p", "labels", "--files", shapes.folder)
        assert done.stdout == "12 new items, 0 were there, 0 refused.\n"
        assert list((tmp_path / "cache").rglob("*.json")) == []  # nothing is left unfinished


class TestQuality:
    def test_gold_goes_in_and_out_and_the_figures_are_told(self, shell: Shell, shapes: Shapes, tmp_path: Path) -> None:
        (tmp_path / "o.json").write_text(json.dumps(ONTOLOGY))
        shell.run("projects", "create", "known", "--ontology", tmp_path / "o.json", "--overlap", "2")
        shell.run("import", shapes.folder, "-p", "known")
        truth = shapes.jsonl(tmp_path / "truth.jsonl")
        # A labeled item's line does as it is; one that names nothing here is told of by its line.
        lines = truth.read_text().splitlines()[:4]
        (tmp_path / "some.jsonl").write_text("\n".join([*lines[:3], "", lines[3].replace("shape-003", "shape-999")]))
        made = shell.run("gold", "import", "known", tmp_path / "some.jsonl", "--keep-task", status=1)
        assert made.stdout == "3 made gold, 0 changed, 0 as they were, 1 refused.\n"
        assert made.stderr.startswith("line 5: ")
        out = tmp_path / "gold.jsonl"
        shell.run("gold", "export", "known", "--out", out)
        known = [json.loads(line) for line in out.read_text().splitlines()]
        assert {each["external_id"] for each in known} == set(list(shapes.by_id)[:3])
        assert shell.run("gold", "export", "known").stdout == out.read_text()
        # What went out goes in again, with a reason now, and changes nothing else.
        known[0]["explanation"] = "It is dark."
        out.write_text("".join(json.dumps(each) + "\n" for each in known))
        again = shell.run("gold", "import", "known", out, "--keep-task")
        assert again.stdout == "0 made gold, 1 changed, 2 as they were.\n"
        (tmp_path / "bad.jsonl").write_text('{"annotation": {"marks": []}}\n')
        refused = shell.run("gold", "import", "known", tmp_path / "bad.jsonl", status=1)
        assert "line 1 names no item" in refused.stderr

        assert shell.json("quality", "known")["gold"] == 3
        told = shell.run("quality", "known")
        assert "0, 0 of them by several people" in told.stdout
        assert "No figures have been made yet" in told.stderr


class TestKeys:
    def test_are_listed_and_revoked_from_afar(self, shell: Shell, customer: Customer) -> None:
        listed = shell.json("keys", "list")
        assert [key["name"] for key in listed] == ["stories"]
        assert customer.key not in shell.run("keys", "list").stdout
        shell.run("keys", "revoke", listed[0]["id"])
        gone = shell.run("keys", "list", status=1)
        assert gone.stderr.startswith("error: The key or session is not, or no longer, good.\n→ ")


class TestErrors:
    def test_are_a_message_a_way_out_and_status_1(self, shell: Shell, tmp_path: Path) -> None:
        missing = shell.run("projects", "show", "nothing", status=1)
        assert missing.stderr == (
            "error: There is no project named 'nothing'.\n"
            "→ List the projects; a test key sees only projects that a test key made.\n"
        )
        assert missing.stdout == ""
        shell.run("import", tmp_path / "nowhere", "-p", "nothing", status=1)
        shell.run("projects", "create", status=2)  # an argument is missing: usage

    def test_no_server_is_an_error_like_any_other(self, shell: Shell) -> None:
        away = shell.run("projects", "list", status=1, FAIRMARK_URL="http://127.0.0.1:9")
        assert away.stderr.startswith("error: http://127.0.0.1:9 does not answer")

    def test_no_key_says_what_to_do(self, shell: Shell) -> None:
        nobody = shell.run("projects", "list", status=1, FAIRMARK_KEY="")
        assert "Sign in, or send" in nobody.stderr

    def test_a_reader_that_left_is_no_error(self, shell: Shell) -> None:
        reads, writes = os.pipe()
        os.close(reads)
        command = [sys.executable, "-m", "fairmark", "projects", "list", "--json"]
        done = subprocess.run(command, env=shell.environ, stdout=writes, stderr=subprocess.PIPE, text=True, check=False)
        os.close(writes)
        assert done.stderr == ""
