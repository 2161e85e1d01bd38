"""`fairmark demo --once`: the whole job in one command, and nothing left of it but the exports."""

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from fairmark.entrypoints.demo.scenes import ontology
from fairmark.formats.model import LabeledItem


class TestOnce:
    def test_labels_reviews_merges_and_exports(self, tmp_path: Path) -> None:
        temporary = tmp_path / "tmp"
        temporary.mkdir()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("FAIRMARK_")}
        environ |= {"TMPDIR": str(temporary), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
        command = [sys.executable, "-m", "fairmark", "demo", "--once", "--out", str(tmp_path / "out")]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=300)
        assert done.returncode == 0, done.stderr
        assert "all submissions" in done.stdout
        assert "Traceback" not in done.stderr

        coco = json.loads((tmp_path / "out/coco/annotations/instances_default.json").read_text())
        lines = (tmp_path / "out/fairmark_jsonl/labels.jsonl").read_bytes().splitlines()
        items = [msgspec.json.decode(line, type=LabeledItem) for line in lines]
        assert len(coco["images"]) == len(items) > 40
        classes = {each.id for each in ontology().classes}
        assert {mark.class_ for item in items for mark in item.annotation.marks} <= classes

        assert list(temporary.glob("fairmark-demo-*")) == []
        running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
        assert str(temporary) not in running
