"""Every package that the source imports is declared where it is installed from."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "fairmark"


def declared() -> dict[str, set[str]]:
    """Distributions by extra; "" for those that are always installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {extra: {re.split(r"[\[<>=;]", each)[0].lower() for each in found} for extra, found in lists.items()}


def imported(folder: Path) -> dict[str, str]:
    """Distribution -> a file that imports it."""
    known = packages_distributions()
    found: dict[str, str] = {}
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
            for top in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"fairmark"}:
                for distribution in known.get(top, [top]):
                    found[distribution.lower().replace("_", "-")] = str(path.relative_to(ROOT))
    return found


class TestDeclared:
    def test_is_all_that_the_source_imports(self) -> None:
        lists = declared()
        everything = set[str]().union(*lists.values())
        assert {name: file for name, file in imported(SOURCE).items() if name not in everything} == {}

    def test_the_client_needs_what_is_always_installed(self) -> None:
        assert set(imported(SOURCE / "client")) <= declared()[""]
