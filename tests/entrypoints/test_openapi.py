"""The web pages' types of the API are those of the server."""

import os
import subprocess
import sys
from pathlib import Path

from fairmark.entrypoints import app
from fairmark.kernel import json

WEB = Path(__file__).parents[2] / "web"
GENERATOR = WEB / "node_modules" / "openapi-typescript" / "bin" / "cli.js"
KEPT = WEB / "src" / "api" / "schema.d.ts"


class TestTypes:
    def test_are_generated_from_this_document(self, tmp_path: Path) -> None:
        assert GENERATOR.is_file(), f"{GENERATOR} is missing. Run: make setup"
        (tmp_path / "openapi.json").write_bytes(app.document())
        environ = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run(
            ["node", str(GENERATOR), "openapi.json", "--output", "schema.d.ts"],
            cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "schema.d.ts").read_text() == KEPT.read_text(), "The API has changed. Run: make api"


class TestDocument:
    def test_points_at_nothing_that_is_not_there(self) -> None:
        text = app.document().decode()
        document = json.decode(text.encode(), type=dict)
        kinds = {kind: set(found) for kind, found in document["components"].items()}
        references = {part.split('"', 1)[0] for part in text.split('"$ref":"#/components/')[1:]}
        assert len(references) > 50
        assert {ref for ref in references if ref.split("/")[1] not in kinds[ref.split("/")[0]]} == set()
