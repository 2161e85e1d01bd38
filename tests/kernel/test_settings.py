"""Settings: three sources, refused names, and the paragraph of each in the documentation."""

import ast
import re
import stat
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from fairmark.kernel import settings
from fairmark.kernel.settings import BadSettings, Settings, ensure_secret, load

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


class TestLoad:
    def test_has_defaults_below_the_data_folder(self) -> None:
        found = load({"XDG_DATA_HOME": "/somewhere"})
        assert found.data_dir == "/somewhere/fairmark"
        assert found.blobs_url == "file:///somewhere/fairmark/blobs"
        assert found.embedded

    def test_the_command_line_beats_the_environment_beats_the_file(self, tmp_path: Path) -> None:
        file = tmp_path / "fairmark.toml"
        file.write_text("port = 1\nhost = 'file'\nprocesses = 2\n")
        found = load({"FAIRMARK_PORT": "2", "FAIRMARK_HOST": "environment"}, file, port=3, host=None)
        assert (found.port, found.host, found.processes) == (3, "environment", 2)

    def test_finds_the_file_by_the_environment(self, tmp_path: Path) -> None:
        file = tmp_path / "fairmark.toml"
        file.write_text("port = 7\n")
        assert load({"FAIRMARK_SETTINGS": str(file)}).port == 7

    def test_refuses_unknown_names(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match="FAIRMARK_PROT"):
            load({"FAIRMARK_PROT": "80"})
        file = tmp_path / "fairmark.toml"
        file.write_text("prot = 80\n")
        with pytest.raises(BadSettings, match="prot"):
            load({}, file)

    def test_leaves_the_clients_variables_alone(self) -> None:
        assert load({"FAIRMARK_KEY": "k", "FAIRMARK_URL": "u"}).port == Settings().port

    @pytest.mark.parametrize(
        ("variable", "value"),
        [
            ("PORT", "eighty"),
            ("PORT", "70000"),
            ("WORK_CONCURRENCY", "0"),
            ("LOG_LEVEL", "loud"),
            ("MEDIA_URL_S", "-1"),
        ],
    )
    def test_refuses_values_outside_of_their_range(self, variable: str, value: str) -> None:
        with pytest.raises(BadSettings):
            load({f"FAIRMARK_{variable}": value})

    def test_names_a_file_that_cannot_be_read(self, tmp_path: Path) -> None:
        with pytest.raises(BadSettings, match=r"gone\.toml"):
            load({}, tmp_path / "gone.toml")
        broken = tmp_path / "broken.toml"
        broken.write_text("port = = 1")
        with pytest.raises(BadSettings, match="not TOML"):
            load({}, broken)


class TestEnsureSecret:
    def test_makes_one_once_for_the_owner_alone(self, tmp_path: Path) -> None:
        found = load({}, data_dir=str(tmp_path / "data"))
        first = ensure_secret(found)
        assert len(first) >= 32
        assert ensure_secret(found) == first
        assert stat.S_IMODE((tmp_path / "data" / "secret").stat().st_mode) == 0o600

    def test_takes_the_setting_and_refuses_a_short_one(self, tmp_path: Path) -> None:
        assert ensure_secret(load({}, data_dir=str(tmp_path), secret="s" * 32)) == b"s" * 32
        with pytest.raises(BadSettings):
            ensure_secret(load({}, data_dir=str(tmp_path), secret="short"))


class TestDocumentation:
    """docs/settings.md has a paragraph for every setting, with its variable and its default, and for no other."""

    def described(self) -> dict[str, str]:
        parts = re.split(r"^### `(\w+)`\n", DOCS.read_text(encoding="utf-8"), flags=re.MULTILINE)
        return dict(zip(parts[1::2], parts[2::2], strict=True))

    def test_describes_each_setting_and_no_other(self) -> None:
        assert sorted(self.described()) == sorted(Settings.__struct_fields__)

    @pytest.mark.parametrize("name", Settings.__struct_fields__)
    def test_names_variable_and_default(self, name: str) -> None:
        paragraph = self.described()[name]
        assert f"`FAIRMARK_{name.upper()}`" in paragraph
        default = msgspec.structs.asdict(Settings())[name]
        assert f"Default: {f'`{default}`' if default != '' else 'empty'}." in paragraph

    def test_every_field_has_a_docstring(self) -> None:
        tree = ast.parse(Path(settings.__file__).read_text(encoding="utf-8"))
        body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
        fields = {
            node.target.id
            for node, after in pairwise(body)
            if isinstance(node, ast.AnnAssign)
            and isinstance(node.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        }
        assert fields == set(Settings.__struct_fields__)
