"""Adaptive redundancy replayed: judgements are opened one by one until the stopping rule says enough."""

import numpy as np

from fairmark.methods.truth.hierarchical import cut, learn
from fairmark.methods.truth.labels import Indices, Labels, labels_of
from fairmark.methods.truth.scoring import scores
from fairmark.methods.truth.stopping import Next, Rule, decide, outlook
from fairmark.methods.truth.votes import majority

EACH_MIN = 4.9
"""Sets with about five judgements a task or more."""
RULE = Rule()
"""The product's own, the same for every set."""


SEEDS = 3
"""Orders of the judgements that are tried: one alone is off by half a point."""


def replay(labels: Labels, truth: Indices, rule: Rule = RULE) -> tuple[float, float, float, float]:
    """Share of the judgements used, accuracy reached, that of a majority of all, and of a majority of as many: the
    means over SEEDS random orders.
    """
    used, reached, full, fixed = np.mean([_replay(labels, truth, seed, rule) for seed in range(SEEDS)], axis=0).tolist()
    return used, reached, full, fixed


def _replay(labels: Labels, truth: Indices, seed: int, rule: Rule) -> tuple[float, float, float, float]:
    """After each round the model is fitted anew to what was opened."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(labels)), labels.tasks))
    tasks, workers, values = labels.tasks[order], labels.workers[order], labels.values[order]
    starts = np.searchsorted(tasks, np.arange(labels.tasks_n + 1))
    there, rank = np.diff(starts), np.arange(len(tasks)) - starts[tasks]
    shape, known = (labels.tasks_n, labels.workers_n, labels.values_n), truth != -1
    have = np.minimum(there, rule.least)
    while True:
        opened = rank < have[tasks]
        seen = labels_of(tasks[opened], workers[opened], values[opened], shape=shape)
        part = cut(seen, np.full(labels.tasks_n, -1))[0]
        found = outlook(part, learn([part], labels.workers_n, labels.values_n, rounds=15))
        ask = np.array([action is Next.ASK for action in decide(found, have, rule)]) & (have < there)
        if not ask.any():
            break
        have = have + ask
    used = float(have[known].sum() / there[known].sum())
    # As many judgements as were used, spread evenly.
    even = rank < np.maximum(np.round(used * there[tasks] + rng.random(labels.tasks_n)[tasks] - 0.5), 1)
    fixed = majority(labels_of(tasks[even], workers[even], values[even], shape=shape))
    return (
        used, scores(found.posterior, truth)["accuracy"], scores(majority(labels).posterior, truth)["accuracy"],
        scores(fixed.posterior, truth)["accuracy"],
    )  # fmt: skip
