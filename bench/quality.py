"""The quality engine on crowd sets with known truth, every method, crowd-kit beside it, and its speed.

`python -m bench.quality FOLDER [--sets NAME ...] [--no-crowdkit] [--no-replay]`; FOLDER holds a folder per set, each
with labels.csv (worker, task, label) and truth.csv (task, truth). Without FOLDER only the speed is measured.
"""

import argparse
import json
import os
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np

from bench import quality_crowdkit as crowdkit
from bench.quality_replay import EACH_MIN, replay
from bench.quality_sets import (
    CrowdSet,
    categorical,
    corners,
    load,
    ordered_right,
)
from bench.quality_speed import synthetic
from fairmark import __version__
from fairmark.methods.truth.boxes import KEEP_MIN, Submission, infer_boxes
from fairmark.methods.truth.dawid_skene import dawid_skene
from fairmark.methods.truth.labels import labels_of
from fairmark.methods.truth.numbers import Numbers, infer_numbers
from fairmark.methods.truth.online import Online
from fairmark.methods.truth.pairs import Comparisons, bradley_terry
from fairmark.methods.truth.scoring import box_f1, scores, set_f1, word_errors, words
from fairmark.methods.truth.spans import Marking, infer_spans
from fairmark.methods.truth.table import CATEGORICAL
from fairmark.methods.truth.text import Text, medoid, weave

GLAD_MAX = 50_000
"""Most labels GLAD is run on: it takes a minute beyond."""


def main() -> None:
    """Runs what the arguments ask for and prints tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--sets", nargs="*")
    parser.add_argument("--no-crowdkit", action="store_true")
    parser.add_argument("--no-replay", action="store_true")
    asked = parser.parse_args()
    print(f"fairmark {__version__}, NumPy {np.__version__}, {platform.machine()}, {os.cpu_count()} cores")
    python = None if asked.no_crowdkit else crowdkit.environment()
    if asked.folder is not None:
        folders = sorted(path.parent for path in asked.folder.glob("*/labels.csv"))
        sets = [load(path) for path in folders if not asked.sets or path.name in asked.sets]
        _categorical([data for data in sets if data.kind == "categorical"], asked.folder, python)
        _structured([data for data in sets if data.kind != "categorical"])
        if not asked.no_replay:
            _replay([data for data in sets if data.kind == "categorical"])
    _speed(python)


def _categorical(sets: list[CrowdSet], folder: Path, python: Path | None) -> None:
    table: dict[str, dict[str, dict[str, float]]] = {}
    for data in sets:
        labels, truth, tasks = categorical(data)
        for name, method in CATEGORICAL.items():
            if name != "glad" or len(labels) <= GLAD_MAX:
                start = time.process_time()
                found = scores(method(labels).posterior, truth)
                table.setdefault(name, {})[data.name] = found | {"seconds": time.process_time() - start}
        values = data.numbered("label")[0]
        for name, found in (crowdkit.beside(python, folder / data.name) if python else {}).items():
            if "error" in found:
                print(f"{data.name}: {name}: {found['error']}")
                continue
            columns = [found["values"].index(value) for value in values]
            posterior = np.array([found["posterior"][task] for task in tasks])[:, columns]
            row = scores(posterior, truth) | {"seconds": found["seconds"]}
            table.setdefault(f"crowd-kit {name}", {})[data.name] = row
    names = [data.name for data in sets]
    for measure, digits in (("accuracy", 1), ("f1", 1), ("ece", 3), ("nll", 2), ("seconds", 1)):
        _print(measure, table, names, digits)


def _print(measure: str, table: dict[str, dict[str, dict[str, float]]], names: list[str], digits: int) -> None:
    print(f"\n{measure:<28}" + "".join(f"{name[-9:]:>10}" for name in names) + f"{'mean':>10}")
    for method, row in table.items():
        cells = [row.get(name, {}).get(measure) for name in names]
        given = [cell for cell in cells if cell is not None]
        if given:
            # A mean over fewer sets is no mean to compare.
            mean = f"{np.mean(given):10.{digits}f}" if len(given) == len(names) else f"{'':>10}"
            print(f"{method:<28}" + "".join(f"{'':>10}" if c is None else f"{c:10.{digits}f}" for c in cells) + mean)


def _structured(sets: list[CrowdSet]) -> None:
    print()
    for data in sets:
        start = time.process_time()
        found = {"number": _number, "pairs": _pairs, "text": _text, "spans": _spans, "boxes": _boxes}[data.kind](data)
        print(f"{data.name:<24} {data.kind:<7} {found}  ({time.process_time() - start:.1f} s)", flush=True)


def _number(data: CrowdSet) -> str:
    tasks, task_of = data.numbered("task")
    workers, worker_of = data.numbered("worker")
    who = np.array([worker_of[row["worker"]] for row in data.rows])
    what = np.array([task_of[row["task"]] for row in data.rows])
    values = np.array([float(row["label"]) for row in data.rows])
    truth = np.array([float(data.truth.get(task, "nan")) for task in tasks])
    known = ~np.isnan(truth)
    ours = infer_numbers(Numbers(what, who, values, len(tasks), len(workers))).values
    mean = np.bincount(what, values) / np.bincount(what)
    ours_off, mean_off = np.abs(ours - truth)[known].mean(), np.abs(mean - truth)[known].mean()
    return f"MAE {ours_off:.3f} (mean {mean_off:.3f})"


def _pairs(data: CrowdSet) -> str:
    items = sorted({(row["query"], row[side]) for row in data.rows for side in ("left", "right")})
    item_of = {item: number for number, item in enumerate(items)}
    workers, worker_of = data.numbered("worker")
    found = bradley_terry(
        Comparisons(
            np.array([worker_of[row["worker"]] for row in data.rows]),
            np.array([item_of[row["query"], row["left"]] for row in data.rows]),
            np.array([item_of[row["query"], row["right"]] for row in data.rows]),
            np.array([{"left": 0, "tie": 1, "right": 2}[row["label"]] for row in data.rows]),
            len(workers), len(items),
        )
    )  # fmt: skip
    right, tau = ordered_right(dict(zip(items, found.scores.tolist(), strict=True)), data.truth_rows)
    return f"pairs right {right:.3f}, Kendall {tau:.3f}"


def _text(data: CrowdSet) -> str:
    tasks = sorted(data.truth)
    task_of = {task: number for number, task in enumerate(tasks)}
    workers, worker_of = data.numbered("worker")
    texts: list[list[Text]] = [[] for _ in tasks]
    for row in data.rows:
        if row["task"] in task_of:
            texts[task_of[row["task"]]].append(Text(worker_of[row["worker"]], words(row["label"])))
    truths = [words(data.truth[task]) for task in tasks]
    parts: list[str] = []
    for name, method in (("weave", weave), ("medoid", medoid)):
        answers = [answer.words for answer in method(texts, len(workers)).answers]
        overall, mean = word_errors(answers, truths)
        parts.append(f"{name} WER {overall:.4f}, mean {mean:.4f}")
    return "; ".join(parts)


def _by_task(data: CrowdSet) -> tuple[list[str], dict[str, list[tuple[int, Any]]], int]:
    """Tasks with labels and truth, what each worker said of each, and how many workers there are."""
    workers, worker_of = data.numbered("worker")
    said: dict[str, list[tuple[int, Any]]] = {}
    for row in data.rows:
        said.setdefault(row["task"], []).append((worker_of[row["worker"]], row["label"]))
    return sorted(said.keys() & data.truth.keys()), said, len(workers)


def _spans(data: CrowdSet) -> str:
    tasks, said, workers = _by_task(data)
    items = [[Marking(w, [(s, e, c) for s, e, c in json.loads(label)]) for w, label in said[task]] for task in tasks]
    found = infer_spans(items, workers)
    ours = [{(span.start, span.end, span.class_) for span in spans} for spans in found.spans]
    truth = [{(s, e, c) for s, e, c in json.loads(data.truth[task])} for task in tasks]
    return f"F1 {set_f1(ours, truth):.3f}"


def _boxes(data: CrowdSet) -> str:
    tasks, said, workers = _by_task(data)
    items = [[Submission(worker, corners(label)) for worker, label in said[task]] for task in tasks]
    found = infer_boxes(items, workers)
    kept = [[thing.box for thing in things if thing.confidence >= KEEP_MIN] for things in found.things]
    ours = [np.array(boxes).reshape(-1, 4) for boxes in kept]
    f1, iou = box_f1(ours, [corners(data.truth[task]) for task in tasks])
    return f"F1@0.5 {f1:.3f}, mean IoU {iou:.3f}"


def _replay(sets: list[CrowdSet]) -> None:
    print(f"\n{'adaptive redundancy':<24}{'labels':>8}{'accuracy':>10}{'majority of all':>17}{'of as many':>12}")
    shares: list[float] = []
    for data in sets:
        labels, truth, _ = categorical(data)
        if len(labels) / labels.tasks_n >= EACH_MIN and labels.tasks_n > 100:
            used, reached, full, fixed = replay(labels, truth)
            shares.append(used)
            held = "" if reached >= full - 0.2 else "  below"
            print(f"{data.name:<24}{used:8.0%}{reached:10.1f}{full:17.1f}{fixed:12.1f}{held}", flush=True)
    if shares:
        print(f"{'mean':<24}{np.mean(shares):8.0%}")


def _speed(python: Path | None) -> None:
    n, workers, values = 1_000_000, 1_000, 5
    tasks, who, said, truth = synthetic(n, workers, values)
    beside = crowdkit.speed(python, n, workers, values) if python else "not run"
    rounds = beside[1] if not isinstance(beside, str) else 6
    start = time.process_time()
    labels = labels_of(tasks, who, said)
    found = dawid_skene(labels, rounds=rounds, tolerance=0.0)
    ours = time.process_time() - start
    right = (found.best() == truth).mean()
    print(f"\nDawid-Skene, {n:,} labels, {rounds} rounds: {ours:.2f} s of CPU, accuracy {right:.3f}")
    if isinstance(beside, str):
        print(f"crowd-kit: {beside}")
    else:
        print(f"crowd-kit: {beside[0]:.2f} s of CPU, accuracy {beside[2]:.3f}: {beside[0] / ours:.1f} times as long")
    start = time.process_time()
    online = Online(values, labels=labels)
    print(f"hierarchical, all {n:,} at once: {time.process_time() - start:.1f} s of CPU")
    rng = np.random.default_rng(1)
    start = time.process_time()
    for _ in range(2_000):
        online.observe(int(rng.integers(len(truth))), int(rng.integers(workers)), int(rng.integers(values)))
    print(f"online, one judgement with {n:,} behind it: {(time.process_time() - start) / 2_000 * 1e3:.2f} ms of CPU")


if __name__ == "__main__":
    main()
