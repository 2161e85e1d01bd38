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
        ("name", "value"),
        [
            ("database_connections_max", "1"), ("port", "eighty"), ("port", "70000"), ("processes", "0"),
            ("body_mb_max", "0"), ("upload_mb_max", "-1"), ("image_megapixels_max", "1e3x"), ("media_url_s", "-1"),
            ("session_s", "0"), ("sign_in_tries_max", "0"), ("fetch_timeout_s", ""), ("fetch_mb_max", "many"),
            ("work_concurrency", "0"), ("work_metrics_port", "65536"), ("log_format", "xml"), ("log_level", "loud"),
            ("database_url", "localhost/fairmark"), ("database_url", "postgresql://x@y:port/z"),
            ("database_owner_url", "mysql://x/y"), ("blobs_url", "file://folder"), ("blobs_url", "/folder"),
            ("blobs_url", "s3://"), ("public_url", "labels.example.com"), ("public_url", "https://"),
            ("public_url", "https://example.com/labels"), ("public_url", "http://[::1"), ("host", "http://x"),
            ("secret", "short"), ("fetch_allow", "10.0.0.0/33"), ("fetch_allow", "10.0.0.1,,10.0.0.2"),
            ("bucket_allow", "bucket/folder"), ("bucket_allow", "acme=s3://bucket/"), ("bucket_allow", "file://x"),
            ("trusted_proxies", "proxy.example.com"), ("trusted_proxies", "10.0.0.1 10.0.0.2"),
        ],
    )  # fmt: skip
    def test_refuses_what_cannot_be_and_says_which(self, name: str, value: str) -> None:
        with pytest.raises(BadSettings, match=rf"\b{name} \(FAIRMARK_{name.upper()}\)") as refused:
            load({f"FAIRMARK_{name.upper()}": value})
        assert "docs/settings.md" in refused.value.mend

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("database_url", "postgresql://app:p%40ss@db:5432/fairmark?sslmode=require"),
            ("database_url", "postgresql://app@/fairmark?host=%2Frun%2Fpostgres"),
            ("blobs_url", "file:///srv/blobs"), ("blobs_url", "s3://bucket/prefix"), ("public_url", "http://[::1]:8080"),
            ("trusted_proxies", "10.0.0.1, 10.1.0.0/16, ::1"), ("fetch_allow", "127.0.0.0/8"), ("host", "::"),
            ("bucket_allow", "s3://a/day=1/, 01a20000-0000-7000-8000-000000000000=gs://c/, file:///srv/data/"),
        ],
    )  # fmt: skip
    def test_takes_what_can_be(self, name: str, value: str) -> None:
        assert getattr(load({f"FAIRMARK_{name.upper()}": value}), name) == value

    def test_a_public_address_may_end_with_a_slash(self) -> None:
        assert load({"FAIRMARK_PUBLIC_URL": "https://example.com/"}).public_url == "https://example.com"

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
            load({}, data_dir=str(tmp_path), secret="short")

    def test_leaves_nothing_else_behind(self, tmp_path: Path) -> None:
        ensure_secret(load({}, data_dir=str(tmp_path)))
        assert [path.name for path in tmp_path.iterdir()] == ["secret"]

    def test_says_when_it_cannot_be_kept(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        with pytest.raises(BadSettings, match="cannot be kept"):
            ensure_secret(load({}, data_dir=str(tmp_path / "file")))


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
