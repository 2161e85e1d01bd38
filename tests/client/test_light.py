import subprocess
import sys

HEAVY = [
    "aiosql", "alembic", "asyncpg", "litestar", "markdown_it", "nh3", "numpy", "obstore", "opentelemetry",
    "PIL", "pgqueuer", "prometheus_client", "pyarrow", "pycocotools", "scipy", "shapely", "skimage", "structlog",
    "uvicorn", "uvloop", "yaml",
]  # fmt: skip


def loaded_after(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter has loaded after `statement`."""
    code = f"{statement}\nimport sys\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


class TestClient:
    def test_needs_no_package_of_the_server(self) -> None:
        loaded = loaded_after("import fairmark.client, fairmark.client.cli, fairmark.client.model")
        assert {"httpx", "msgspec", "typer"} <= loaded
        assert loaded.isdisjoint(HEAVY)

    def test_the_client_alone_needs_no_package_of_the_command_line_either(self) -> None:
        assert loaded_after("import fairmark.client").isdisjoint([*HEAVY, "typer"])
