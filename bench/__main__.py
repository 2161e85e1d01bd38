"""`make bench`: every benchmark, one after the other. Each can be run alone: `python -m bench.pairs --help`."""

import subprocess
import sys
from pathlib import Path

LIBRARY = {
    "__init__", "__main__", "crowd_project", "installation", "quality_crowdkit", "quality_replay", "quality_sets",
    "quality_speed",
}  # fmt: skip
"""What the benchmarks share."""


def main() -> None:
    """Runs all; exits 1 if one failed."""
    names = sorted(path.stem for path in Path(__file__).parent.glob("*.py") if path.stem not in LIBRARY)
    failed = [name for name in names if _run(name) != 0]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def _run(name: str) -> int:
    print(f"\n== {name}", flush=True)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], check=False).returncode


if __name__ == "__main__":
    main()
