"""The synthetic set of the speed measurement. Imports NumPy alone: crowd-kit's environment runs it too."""

from typing import Any

import numpy as np


def synthetic(labels: int, workers: int, values: int, each: int = 5, seed: int = 7) -> tuple[Any, Any, Any, Any]:
    """tasks, workers, values of each judgement, and the truth of each task. Accuracies are uniform from 0.5 to 0.95."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, values, labels // each)
    tasks = np.repeat(np.arange(len(truth)), each)
    who = rng.integers(0, workers, len(tasks))
    right = rng.random(len(tasks)) < rng.uniform(0.5, 0.95, workers)[who]
    wrong = (truth[tasks] + rng.integers(1, values, len(tasks))) % values
    return tasks, who, np.where(right, truth[tasks], wrong), truth
