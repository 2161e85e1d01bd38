"""Crowd sets from folders of labels.csv and truth.csv, whatever their kind."""

import csv
import json
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fairmark.methods.truth.labels import Floats, Indices, Labels, labels_of

NUMBERS_MIN = 12
"""From so many different numbers on, labels are taken for numbers and not for classes."""


@dataclass(frozen=True)
class CrowdSet:
    """rows: of labels.csv. truth: of truth.csv, by task; for pairs its rows as they are."""

    name: str
    kind: str
    rows: list[dict[str, str]]
    truth: dict[str, str]
    truth_rows: list[dict[str, str]]

    def numbered(self, column: str) -> tuple[list[str], dict[str, int]]:
        """The values of a column, ascending, and the number of each."""
        names = sorted({row[column] for row in self.rows})
        return names, {name: number for number, name in enumerate(names)}


def load(folder: Path) -> CrowdSet:
    """One set. Its kind is guessed from what the labels look like."""
    rows = _rows(folder / "labels.csv")
    truth = _rows(folder / "truth.csv")
    by_task = {row["task"]: row["truth"] for row in truth if "task" in row}
    return CrowdSet(folder.name, _kind(rows), rows, by_task, truth)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _kind(rows: list[dict[str, str]]) -> str:
    if {"left", "right"} <= rows[0].keys():
        return "pairs"
    labels = [row["label"] for row in rows]
    if all(label.startswith("[") for label in labels):
        marks = next(mark for label in labels for mark in json.loads(label))
        return "spans" if len(marks) == 3 else "boxes"
    different = set(labels)
    if len(different) >= NUMBERS_MIN and all(re.fullmatch(r"-?\d+(\.\d+)?", label) for label in different):
        return "number"
    return "text" if np.mean([len(label.split()) for label in labels]) > 2 else "categorical"


def categorical(data: CrowdSet) -> tuple[Labels, Indices, list[str]]:
    """Labels, the truth of each task (-1 unknown, -2 a class nobody named), and the names of the tasks."""
    tasks, task_of = data.numbered("task")
    workers, worker_of = data.numbered("worker")
    values, value_of = data.numbered("label")
    labels = labels_of(
        [task_of[row["task"]] for row in data.rows], [worker_of[row["worker"]] for row in data.rows],
        [value_of[row["label"]] for row in data.rows], shape=(len(tasks), len(workers), len(values)),
    )  # fmt: skip
    known = [value_of.get(data.truth[task], -2) if task in data.truth else -1 for task in tasks]
    return labels, np.array(known, dtype=np.int64), tasks


def corners(text: str) -> Floats:
    """x, y, w, h of each box of a JSON list of corners: [n, 4]."""
    return np.array([[a, b, c - a, d - b] for a, b, c, d in json.loads(text)], dtype=np.float64).reshape(-1, 4)


def ordered_right(scores: dict[tuple[str, str], float], truth: list[dict[str, str]]) -> tuple[float, float]:
    """Share of a query's item pairs, in different groups, that are ordered right (ties half), and Kendall's tau."""
    right = pairs = 0.0
    for one in truth:
        for other in truth:
            if one["query"] == other["query"] and int(one["group"]) < int(other["group"]):
                ours, theirs = (scores.get((row["query"], row["item"]), 0.0) for row in (one, other))
                pairs += 1
                right += 1.0 if ours > theirs + 1e-9 else 0.5 if abs(ours - theirs) <= 1e-9 else 0.0
    return right / max(pairs, 1), 2 * right / max(pairs, 1) - 1
