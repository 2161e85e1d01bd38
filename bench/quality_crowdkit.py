"""crowd-kit beside ours, in a virtual environment of its own: this file is run there, and imports nothing of ours."""

import json
import os
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import Any

REQUIREMENTS = ("crowd-kit==1.4.2", "pandas<3", "scikit-learn<1.6", "numpy<2.3")
SLOW_MAX = 2_500
"""MACE and GLAD of crowd-kit take 10 to 40 s per 1,000 labels: only sets up to so many are run."""


def environment() -> Path | None:
    """The Python that has crowd-kit, made at the first use; None, with the reason printed, if it cannot be."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "fairmark" / "crowd-kit"
    python = cache / "bin" / "python"
    if not (cache / "ready").exists():
        print(f"setting up crowd-kit in {cache} (once)", flush=True)
        venv.create(cache, with_pip=True, clear=True)
        done = subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            print(f"crowd-kit cannot be installed, so its rows are missing: {done.stderr.strip()[-300:]}")
            return None
        (cache / "ready").touch()
    return python


def beside(python: Path, folder: Path, limit_s: int = 120) -> dict[str, Any]:
    """crowd-kit's answers for one set: {method: {"seconds", "values", "posterior": {task: [..]}} or {"error"}}."""
    try:
        done = subprocess.run(
            [str(python), __file__, str(folder)], capture_output=True, text=True, check=False, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        return {"crowd-kit": {"error": f"over {limit_s} s"}}
    if done.returncode:
        return {"crowd-kit": {"error": done.stderr.strip()[-200:]}}
    return json.loads(done.stdout.splitlines()[-1])


def speed(python: Path, labels: int, workers: int, values: int) -> tuple[float, int, float] | str:
    """CPU seconds, iterations and accuracy of crowd-kit's Dawid-Skene on the set of `quality_speed.synthetic`."""
    done = subprocess.run(
        [str(python), __file__, "--speed", str(labels), str(workers), str(values)],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parent,
    )  # fmt: skip
    if done.returncode:
        return done.stderr.strip()[-300:]
    seconds, rounds, accuracy = json.loads(done.stdout.splitlines()[-1])
    return seconds, rounds, accuracy


def _answers(folder: Path) -> dict[str, Any]:
    import crowdkit.aggregation as kit  # type: ignore
    import pandas as pd  # type: ignore

    data: Any = pd.read_csv(folder / "labels.csv", dtype=str, keep_default_na=False)
    data = data[["worker", "task", "label"]]
    methods: dict[str, tuple[Any, dict[str, int]]] = {
        "MajorityVote": (kit.MajorityVote, {}),
        "Wawa": (kit.Wawa, {}),
        "OneCoinDawidSkene": (kit.OneCoinDawidSkene, {"n_iter": 100}),
        "DawidSkene": (kit.DawidSkene, {"n_iter": 100}),
    }
    if len(data) <= SLOW_MAX:
        methods |= {"MACE": (kit.MACE, {}), "GLAD": (kit.GLAD, {"n_iter": 100})}
    found: dict[str, Any] = {}
    for name, (method, options) in methods.items():
        if name == "OneCoinDawidSkene" and len(data) > 50_000:
            continue
        start = time.process_time()
        table: Any = method(**options).fit_predict_proba(data)
        found[name] = {
            "seconds": time.process_time() - start,
            "values": [str(value) for value in table.columns],
            "posterior": {str(task): [float(p) for p in row] for task, row in zip(table.index, table.to_numpy())},  # noqa: B905
        }
    return found


def _speed(labels: int, workers: int, values: int) -> list[float]:
    import crowdkit.aggregation as kit  # type: ignore
    import pandas as pd  # type: ignore

    sys.path.insert(0, str(Path(__file__).parent))
    from quality_speed import synthetic  # type: ignore

    tasks, who, said, truth = synthetic(labels, workers, values)
    data: Any = pd.DataFrame({"task": tasks, "worker": who, "label": said})
    start = time.process_time()
    model: Any = kit.DawidSkene(n_iter=100)
    answers: Any = model.fit_predict(data)
    seconds = time.process_time() - start
    return [seconds, len(model.loss_history_), float((answers.sort_index().to_numpy() == truth).mean())]


if __name__ == "__main__":
    if sys.argv[1] == "--speed":
        print(json.dumps(_speed(*(int(number) for number in sys.argv[2:5]))))
    else:
        print(json.dumps(_answers(Path(sys.argv[1]))))
