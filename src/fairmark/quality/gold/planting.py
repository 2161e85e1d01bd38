"""Puts gold in workers' way: ordinary turns a little ahead of where they stand, at a rate that falls with what is
known.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from fairmark.kernel.db import Tx
from fairmark.kernel.ids import GoldId, TaskId, WorkerId
from fairmark.quality.gold import store
from fairmark.quality.people import rules as people_rules
from fairmark.quality.people import store as people
from fairmark.tasks import flow
from fairmark.tasks.flow import Standing

AHEAD_MIN, AHEAD_SPREAD = 3, 6
"""How many open turns lie before a planted one: at least so many (those a worker has fetched ahead), and up to so many
more, so that no count gives it away."""


class Handed(NamedTuple):
    """A worker handed something in at a task."""

    worker_id: WorkerId
    near: Standing


async def plant(tx: Tx, handed: Sequence[Handed]) -> int:
    """Draws for each hand-in whether the worker should meet gold soon, and puts it there. Returns how many were."""
    known = await store.has_gold(tx, list(dict.fromkeys(each.near.project_id for each in handed)))
    planted = 0
    for each in handed:
        pipeline = known.get(each.near.project_id)
        if pipeline is None:
            continue
        draw = secrets.randbelow(10**6) / 10**6
        if draw >= max(pipeline.gold.rate_new, pipeline.gold.rate_known):
            continue
        counts = await people.known_of(tx, each.near.project_id, [each.worker_id], sources=people_rules.CHECKED)
        if draw < people_rules.gold_rate(counts[each.worker_id], people_rules.USUAL, pipeline.gold):
            planted += await _plant_one(tx, each)
    return planted


async def _plant_one(tx: Tx, each: Handed) -> bool:
    near = each.near
    chosen = await store.next_gold(tx, near.project_id, each.worker_id, near.batch_id)
    if chosen is None:
        return False
    ahead = AHEAD_MIN + secrets.randbelow(AHEAD_SPREAD)
    if not await flow.plant(tx, near, TaskId(chosen["task_id"]), each.worker_id, ahead):
        return False
    await store.planted(tx, near.project_id, each.worker_id, GoldId(chosen["id"]))
    return True


def newest(handed: Sequence[tuple[WorkerId, TaskId]], standing: Mapping[TaskId, Standing]) -> list[Handed]:
    """The last hand-in of each worker in each project, with where it lay; turns at gold lie where they were put."""
    last: dict[tuple[WorkerId, object], Handed] = {}
    for worker_id, task_id in handed:
        if task_id in standing:
            last[worker_id, standing[task_id].project_id] = Handed(worker_id, standing[task_id])
    return list(last.values())
