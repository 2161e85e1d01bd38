"""Simulated crowds for the tests of truth inference, and strategies that draw small label sets."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from fairmark.methods.truth.labels import Labels, labels_of


def crowd(skills: list[float], tasks: int, values: int, each: int, seed: int = 1) -> tuple[Labels, NDArray[np.int64]]:
    """Labels of one-coin workers, `each` of them drawn per task, and the truth: [tasks]."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, tasks)
    rows: list[tuple[int, int, int]] = []
    for task in range(tasks):
        for worker in rng.choice(len(skills), each, replace=False).tolist():
            wrong = (int(truth[task]) + int(rng.integers(1, values))) % values
            rows.append((task, worker, int(truth[task]) if rng.random() < skills[worker] else wrong))
    t, w, v = zip(*rows, strict=True)
    return labels_of(t, w, v, shape=(tasks, len(skills), values)), truth


@st.composite
def label_sets(draw: st.DrawFn) -> Labels:
    """Any small set: up to 8 tasks, 6 workers, 4 values; tasks and workers without labels and values nobody named."""
    shape = (draw(st.integers(1, 8)), draw(st.integers(1, 6)), draw(st.integers(2, 4)))
    row = st.tuples(*(st.integers(0, size - 1) for size in shape))
    rows = draw(st.lists(row, max_size=40))
    return labels_of([r[0] for r in rows], [r[1] for r in rows], [r[2] for r in rows], shape=shape)
