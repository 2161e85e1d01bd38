"""Makes `fairmark.client.sync` out of `fairmark.client.aio`: the same methods without await, for those who need none.

    python -m tests.client.mirror      writes what is out of date

Only words are exchanged, so that the two read alike, line by line. `test_mirror` fails while they differ.
"""

import re
import subprocess
import sys
from pathlib import Path

CLIENT = Path(__file__).parents[2] / "src/fairmark/client"
OWN = frozenset({"__init__.py", "running.py"})
"""Files of which each side has its own."""

_NOTE = "# Made from aio/{name} by `python -m tests.client.mirror`: change that file, not this one.\n"
_WORDS = {
    "async def": "def",
    "async with": "with",
    "async for": "for",
    "AsyncClient": "Client",
    "AsyncIterator": "Iterator",
    "AsyncGenerator": "Generator",
    "asynccontextmanager": "contextmanager",
    "__aenter__": "__enter__",
    "__aexit__": "__exit__",
    "aclose": "close",
    "aread": "read",
    "aiter_bytes": "iter_bytes",
    "fairmark.client.aio": "fairmark.client.sync",
}
_PATTERN = re.compile("|".join(sorted(map(re.escape, _WORDS), key=len, reverse=True)))


def mirrored(name: str, text: str) -> str:
    """The text of aio/`name` as that of sync/`name`."""
    plain = re.sub(r"\bawait ", "", text)
    plain = _PATTERN.sub(lambda found: _WORDS[found[0]], plain)
    # The words have other lengths and another order, so that imports and lines have to be set again.
    plain = _NOTE.format(name=name) + plain
    plain = _ruff("check", "--select", "I,UP028", "--fix-only", "--unsafe-fixes", "--quiet", text=plain)
    return _ruff("format", text=plain)


def _ruff(*args: str, text: str) -> str:
    command = [sys.executable, "-m", "ruff", *args, "--stdin-filename", str(CLIENT / "sync/made.py"), "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def files() -> list[str]:
    """The names of the files that are made."""
    return sorted(path.name for path in (CLIENT / "aio").glob("*.py") if path.name not in OWN)


def main() -> int:
    """Writes the files; returns how many had to be."""
    changed = 0
    for name in files():
        target, text = CLIENT / "sync" / name, mirrored(name, (CLIENT / "aio" / name).read_text())
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
            changed += 1
    return changed


if __name__ == "__main__":
    print(f"{main()} files written.")
    sys.exit(0)
