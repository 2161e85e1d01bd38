from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from fairmark.identity import service as identity
from fairmark.kernel import json
from fairmark.kernel.actor import Actor, ActorKind, Mode
from fairmark.kernel.clock import now
from fairmark.kernel.db import Database, Tx
from fairmark.kernel.events import SYSTEM
from fairmark.kernel.ids import OrgId
from fairmark.kernel.sql import Statement
from fairmark.scale_api import store, tasks_store
from fairmark.scale_api.model import Project, Role, ScaleId, Status, new_scale_id
from fairmark.scale_api.tasks_store import ABOVE_ALL, NewTask, TaskFilter

TASKS, RARE, CHANGED, PAGE = 6000, 1000, 5, 20
"""Every 1,000th task has the rare tag (6 of them), the last 5 were changed and rejected later."""
OLD = timedelta(days=30)


def row(number: int, project_id: ScaleId) -> NewTask:
    """A task to write."""
    return NewTask(
        id=new_scale_id(), type="imageannotation", role=Role.TASK, status=Status.PENDING, scale_project_id=project_id,
        scale_batch_id=None, project_id=None, item_id=None, unique_id=f"u{number}",
        tags=[f"half {number % 2}", f"rare {number % RARE}"], metadata={}, instruction="", params={}, callback_url="",
        priority=30, clears_unique_id=False,
    )  # fmt: skip


class Account:
    """An organisation of its own, and its project."""

    def __init__(self, db: Database, org_id: OrgId) -> None:
        self.db = db
        self.org_id = org_id
        self.actor = Actor(kind=ActorKind.KEY, org_id=org_id, mode=Mode.LIVE)
        self.project_id = new_scale_id()
        self.ids: list[ScaleId] = []

    def begin(self) -> Any:
        """A transaction as pages are listed in."""
        return self.db.begin(self.org_id, actor=self.actor, bulk=True)

    async def fill(self, tx: Tx, tasks: int) -> None:
        """The project with so many tasks, in groups as they are written."""
        project = Project(
            id=self.project_id, mode=Mode.LIVE, name="p", type="imageannotation", history=[], is_rapid=False,
            is_studio=False, dataset_id=None, archived_at=None, created_at=tx.now,
        )  # fmt: skip
        assert await store.add_project(tx, project)
        for first in range(0, tasks, 500):
            rows = [row(number, self.project_id) for number in range(first, min(first + 500, tasks))]
            assert await tasks_store.add_tasks(tx, rows) == {each.id for each in rows}
            self.ids += [each.id for each in rows]


async def account(db: Database) -> Account:
    """A fresh one."""
    async with db.begin(actor=SYSTEM) as tx:
        return Account(db, (await identity.create_organisation(tx, f"Lists {uuid4().hex[:8]}")).id)


@pytest.fixture(scope="module")
async def many(db: Database, owner_url: str) -> Account:
    """Many tasks a month old, the last few of them rejected today. The tables were analyzed, and what the planner knows
    of times is wrong here: as many tasks of another organisation were all changed today.
    """
    other, made = await account(db), await account(db)
    async with other.begin() as tx:
        await other.fill(tx, TASKS)
    async with made.begin() as tx:
        await made.fill(tx, TASKS)
    owner = await asyncpg.connect(owner_url)
    await owner.execute("UPDATE scale_tasks SET updated_at = $2 WHERE org_id = $1", made.org_id, now() - OLD)
    async with made.begin() as tx:
        for id in made.ids[-CHANGED:]:
            await tasks_store.set_review(tx, id, "rejected", None, [])
    await owner.execute("VACUUM ANALYZE scale_tasks, scale_task_tags")
    await owner.close()
    return made


async def looked_at(tx: Tx, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], Awaitable[object]]) -> int:
    """How many rows of tasks and tags the database looks at, through indexes or not, to answer what `ask` asks."""
    seen: list[int] = []
    plain = Tx.all, Tx.maybe

    async def explained(tx: Tx, statement: Statement, **params: Any) -> None:
        connection = await tx.bare()
        values = [params[name] for name in statement.params]
        plan = await connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement.sql}", *values)
        seen.append(sum(_rows_of(json.decode(plan)[0]["Plan"])))

    async def every(tx: Tx, statement: Statement, **params: Any) -> Any:
        await explained(tx, statement, **params)
        return await plain[0](tx, statement, **params)

    async def first(tx: Tx, statement: Statement, **params: Any) -> Any:
        await explained(tx, statement, **params)
        return await plain[1](tx, statement, **params)

    with monkeypatch.context() as patched:
        patched.setattr(Tx, "all", every)
        patched.setattr(Tx, "maybe", first)
        await ask()
    return sum(seen)


def _rows_of(node: Mapping[str, Any]) -> list[int]:
    """What each scan of tasks or tags below a node of a plan gave and threw away."""
    found = [rows for child in node.get("Plans", []) for rows in _rows_of(child)]
    if node.get("Relation Name") in ("scale_tasks", "scale_task_tags"):
        gone = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
        found.append(round((node["Actual Rows"] + gone) * node["Actual Loops"]))
    return found


class TestTasks:
    @pytest.mark.parametrize(
        "wanted",
        [
            {"tags": ("rare 7",)},
            {"updated_from": now() - timedelta(days=1)},
            {"review": ("rejected", "fixed")},
        ],
        ids=["tags", "updated_from", "review"],
    )  # fmt: skip
    @pytest.mark.parametrize("is_placed", [True, False])
    async def test_few_that_fit_are_found_and_counted_without_a_look_at_the_others(
        self, many: Account, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any], is_placed: bool
    ) -> None:
        asked = TaskFilter(scale_project_id=many.project_id if is_placed else None, **wanted)
        expected = [id for n, id in enumerate(many.ids) if n % RARE == 7] if "tags" in wanted else many.ids[-CHANGED:]
        async with many.begin() as tx:
            assert [task.id for task in await tasks_store.tasks(tx, asked, ABOVE_ALL, PAGE)] == sorted(expected)[::-1]
            assert await tasks_store.count_tasks(tx, asked) == len(expected)
            looks = await looked_at(tx, monkeypatch, lambda: tasks_store.tasks(tx, asked, ABOVE_ALL, PAGE))
            counts = await looked_at(tx, monkeypatch, lambda: tasks_store.count_tasks(tx, asked))
        # Each that fits is found by tag or index for each of four statuses, and read once more to be told: 6 x (4 + 1)
        # and some; 6,000 would be all.
        assert looks < 100
        assert counts < 100

    @pytest.mark.parametrize("wanted", [{}, {"tags": ("half 1",)}, {"review": ("pending",)}], ids=str)
    async def test_the_last_page_costs_what_the_first_does(
        self, many: Account, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, Any]
    ) -> None:
        asked = TaskFilter(scale_project_id=many.project_id, **wanted)
        behind = sorted(many.ids)[4 * PAGE]
        async with many.begin() as tx:
            first = await looked_at(tx, monkeypatch, lambda: tasks_store.tasks(tx, asked, ABOVE_ALL, PAGE))
            last = await looked_at(tx, monkeypatch, lambda: tasks_store.tasks(tx, asked, behind, PAGE))
        # A page of 20, found and then told; a tag's rows are read beside their tasks: 3 x 20, and few more.
        assert 2 * PAGE <= first <= 3 * PAGE + 10
        assert 2 * PAGE <= last <= 3 * PAGE + 10

    async def test_a_task_with_two_of_the_tags_is_listed_and_counted_once(self, many: Account) -> None:
        asked = TaskFilter(tags=("rare 7", "half 1", "no such"))  # the six of "rare 7" have odd numbers
        async with many.begin() as tx:
            assert await tasks_store.count_tasks(tx, asked) == TASKS // 2
            page = await tasks_store.tasks(tx, asked, ABOVE_ALL, 1000)
        assert len(page) == len({task.id for task in page}) == 1000

    async def test_review_pending_means_not_audited_yet(self, many: Account) -> None:
        async with many.begin() as tx:
            assert await tasks_store.count_tasks(tx, TaskFilter(review=("pending",))) == TASKS - CHANGED
            assert await tasks_store.count_tasks(tx, TaskFilter(review=("pending", "rejected"))) == TASKS


class TestSetTags:
    async def test_lists_follow_the_tags_of_a_task(self, db: Database) -> None:
        made = await account(db)
        async with made.begin() as tx:
            await made.fill(tx, 2)
            await tasks_store.set_tags(tx, made.ids[0], ["new", "half 0", "new"])

            async def having(tag: str) -> list[ScaleId]:
                return [task.id for task in await tasks_store.tasks(tx, TaskFilter(tags=(tag,)), ABOVE_ALL, PAGE)]

            assert await having("new") == await having("half 0") == [made.ids[0]]
            assert await having("rare 0") == []
            assert await having("rare 1") == [made.ids[1]]


class TestAddTasks:
    async def test_those_whose_unique_id_is_taken_are_left_out(self, db: Database) -> None:
        made = await account(db)
        async with made.begin() as tx:
            await made.fill(tx, 1)
            rows = [row(number, made.project_id) for number in (0, 1, 1, 2)]
            there = await tasks_store.add_tasks(tx, rows)
            assert len(there) == 2
            assert rows[0].id not in there
            assert rows[3].id in there
            assert await tasks_store.held_unique_ids(tx, ["u0", "u1", "u9"]) == {"u0", "u1"}
