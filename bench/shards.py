"""Dawid-Skene on one machine and in shards on a local Ray cluster: `python -m bench.shards [--labels 10000000]`.

Five classes, 1,000 workers, five labels a task, ROUNDS rounds of EM, cut into as many shards as there are processes, or
in one piece. Results are compared to the last bit. A cluster on one machine gains nothing that its cores do not give.
"""

import argparse
import os
import resource
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import ray
from rich.console import Console
from rich.table import Table

from bench.installation import machine
from bench.quality_speed import synthetic
from fairmark.methods.truth.dawid_skene import dawid_skene
from fairmark.methods.truth.labels import Inference, labels_of
from fairmark.methods.truth.on_ray import OnRay

ROUNDS, VALUES, WORKERS = 5, 5, 1000


def timed(run: Callable[[], Inference]) -> tuple[Inference, float]:
    """What it gives, and the seconds on the clock."""
    started = time.perf_counter()
    return run(), time.perf_counter() - started


def main() -> None:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--labels", type=int, default=10_000_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 2)
    given = parser.parse_args()
    console = Console(width=120)
    console.print(machine(), f"Ray {ray.__version__}")
    tasks, who, said, truth = synthetic(given.labels, WORKERS, VALUES)
    labels = labels_of(tasks, who, said, shape=(len(truth), WORKERS, VALUES), weights=np.ones(len(tasks)))
    table = Table("how", "shards", "seconds", "right", "memory of this process, MB")

    def row(how: str, shards: int, found: Inference, took: float) -> None:
        right = float((found.posterior.argmax(axis=1) == truth).mean())
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        table.add_row(how, str(shards), f"{took:.1f}", f"{right:.4f}", f"{most:.0f}")

    def run(shards: int, **how: Any) -> tuple[Inference, float]:
        return timed(lambda: dawid_skene(labels, rounds=ROUNDS, tolerance=-1, shards=shards, **how))

    row("one machine, in one piece", 1, *run(1))
    here, took = run(given.processes)
    row("one machine, in shards", given.processes, here, took)
    cluster: Any = ray
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cluster.init(num_cpus=given.processes, include_dashboard=False, log_to_driver=False, _node_ip_address="127.0.0.1")
    there, took = run(given.processes, each=OnRay())
    row(f"Ray, {given.processes} processes", given.processes, there, took)
    cluster.shutdown()
    console.print(table)
    same = np.array_equal(here.posterior, there.posterior) and np.array_equal(here.skill, there.skill)
    console.print("The same to the last bit." if same else "NOT the same.")


if __name__ == "__main__":
    main()
