"""`fairmark import --from-scale`: an account copied, with another account of the same server standing for Scale's."""

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from scaleapi.tasks import TaskType

from fairmark.client import AsyncClient
from fairmark.client.commands.from_scale import Accounts, copy
from fairmark.client.model import Annotation, TaskState
from fairmark.client.requests import no_cookies
from fairmark.identity import service as identity
from fairmark.kernel.db import Database
from fairmark.kernel.events import SYSTEM
from tests.stories.conftest import Customer, key_of
from tests.stories.scale_side import BOXES, Scale, client_of, files, labeled, scale, until

__all__ = ["files", "scale"]
CHOICE = {"categories": ["kind", "rude"], "attachment_type": "text", "instruction": "Which?"}


@pytest.fixture
async def target(scale: Scale, db: Database) -> AsyncIterator[Customer]:
    """The account that is copied to."""
    async with db.begin(actor=SYSTEM) as tx:
        org_id = (await identity.create_organisation(tx, f"Copy {uuid4().hex[:8]}")).id
    key, url = await key_of(db, org_id), scale.customer.url
    async with AsyncClient(url, key) as client, httpx.AsyncClient(cookies=no_cookies()) as pool:
        yield Customer(url, org_id, key, client, pool)


def imported(
    scale: Scale, target: Customer, folder: Path, *args: str, status: int = 0, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The finished command. Asserts its exit status."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("FAIRMARK_", "SCALE_"))}
    own |= {"FAIRMARK_URL": target.url, "FAIRMARK_KEY": target.key, "SCALE_API_KEY": scale.customer.key}
    own |= {"XDG_CACHE_HOME": str(folder / "cache"), "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-m", "fairmark", "import", "--from-scale", "--scale-url", f"{target.url}/v1", *args]
    done = subprocess.run(command, env=own | environ, capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{done.returncode}\n{done.stdout}\n{done.stderr}"
    assert scale.customer.key not in done.stdout + done.stderr
    return done


def facts(task: Any) -> dict[str, Any]:
    """What a copy says as its original does."""
    own = ("task_id", "updated_at", "attachment_url", "callback_succeeded", "callback_succeeded_at")
    return {key: value for key, value in task.as_dict().items() if key not in own}


async def test_an_account_is_copied_with_all_that_was_done(scale: Scale, target: Customer, tmp_path: Path) -> None:
    there, here = scale.client, client_of(target.url, target.key)
    there.create_project("Tone", TaskType.Categorization, CHOICE)
    there.update_project("Tone", patch=True, instruction="Which one?")
    there.create_project("Signs", TaskType.ImageAnnotation, {"geometries": BOXES}, rapid=True)
    there.create_batch("Signs", "a/b", callback=scale.callback, metadata={"a": 1})
    there.create_batch("Tone", "done", callback=scale.callback)
    done = there.create_task(
        TaskType.Categorization, project="Tone", batch="done", attachment="Well done!", tags=["x"], unique_id="u1",
        metadata={"n": 1}, callback_url=scale.callback,
    )  # fmt: skip
    await labeled(scale, "Tone", lambda asked: Annotation(answers={asked.questions[0].id: "kind"}))
    await until(lambda: there.get_task(done.id).status == "completed")
    there.audit_task(done.id, True, "Right.")
    waiting = there.create_task(TaskType.Categorization, project="Tone", attachment="You fool.", unique_id="u2")
    gone = there.create_task(TaskType.Categorization, attachment="Never mind.", **CHOICE)
    gone.cancel()
    with (tmp_path / "files" / "shape-003.png").open("rb") as file:
        uploaded = there.upload_file(file=file)
    sign = there.create_task(TaskType.ImageAnnotation, project="Signs", batch="a/b", attachment=uploaded.attachment_url)
    there.finalize_batch("a/b")
    told = len(await until(lambda: scale.callbacks() if len(scale.callbacks()) >= 3 else None))

    said = imported(scale, target, tmp_path)
    assert said.stdout == "2 projects, 2 batches, 4 tasks.\n"
    for name in ("Tone", "Signs"):
        one, other = (client.get_project(name).as_dict() for client in (there, here))
        plain = [{k: v for k, v in each.items() if k != "created_at"} for each in one["param_history"]]
        assert [{k: v for k, v in each.items() if k != "created_at"} for each in other["param_history"]] == plain
        assert (other["type"], other["rapid"], other["studio"]) == (one["type"], one["rapid"], one["studio"])
    batches = {each.name: each.as_dict() for each in here.get_batches()}
    assert {name: each["status"] for name, each in batches.items()} == {"a/b": "in_progress", "done": "completed"}
    assert (batches["a/b"]["callback"], batches["a/b"]["metadata"]) == (scale.callback, {"a": 1})
    assert [each.as_dict()["created_at"] for each in here.tasks()] == [
        each.as_dict()["created_at"] for each in there.tasks()
    ]
    for original in (done, waiting, gone):
        # The old id finds it.
        assert facts(here.get_task(original.id)) == facts(there.get_task(original.id))
    assert here.get_task(sign.id).as_dict()["params"]["geometries"] == BOXES

    # What was done is done for fairmark as well; what was to do is work for people.
    project = await target.client.find_project("Tone")
    states = {task.external_id: task.state async for task in target.client.list_tasks(project.id)}
    assert set(states.values()) <= {TaskState.DONE, TaskState.OPEN}
    assert states[here.get_task(done.id).as_dict()["task_id"]] == TaskState.DONE
    [result] = [each async for each in target.client.list_results(project.id)]
    assert result.annotation.answers == {"choice": "kind"}
    at = Scale(here, here, target, scale.listener)
    await labeled(at, "Tone", lambda asked: Annotation(answers={asked.questions[0].id: "rude"}))
    await until(lambda: bool(here.get_task(waiting.id).status == "completed"))
    seen = await labeled(at, "Signs", lambda _: Annotation())
    assert len(seen.media) == 1

    # Nobody was told of what was copied, and a second time copies nothing.
    assert len(scale.callbacks()) == told
    assert imported(scale, target, tmp_path).stdout == "2 projects, 2 batches, 4 tasks.\n"
    assert here.get_task(waiting.id).status == "completed"
    assert len(here.tasks()) == 4


def test_it_goes_on_where_it_stopped_and_takes_only_what_is_named(
    scale: Scale, target: Customer, tmp_path: Path
) -> None:
    for name in ("one", "other"):
        scale.client.create_project(name, TaskType.Categorization, CHOICE)
    scale.client.create_project("films", TaskType.VideoAnnotation)
    for number in range(120):
        scale.client.create_task(
            TaskType.Categorization, project="one", attachment=f"text {number}", unique_id=f"u{number}"
        )
    here = client_of(target.url, target.key)
    here.create_task(TaskType.Categorization, attachment="mine", unique_id="u7", **CHOICE)
    # One id is taken here: that task is refused, and named; all others come.
    said = imported(scale, target, tmp_path, "--scale-project", "one", "--json", status=1)
    assert '"projects":1,"batches":0,"tasks":119' in said.stdout
    assert "unique_id" in said.stdout
    assert [each.name for each in here.projects()] == ["one"]
    here.update_task_unique_id(next(iter(here.tasks(unique_id="u7"))).id, "mine")
    said = imported(scale, target, tmp_path, "--scale-project", "one")
    assert said.stdout == "1 projects, 0 batches, 120 tasks.\n"
    assert not list((tmp_path / "cache").rglob("*.json"))
    assert here.get_tasks_count(project_name="one") == 120
    assert imported(scale, target, tmp_path).stdout.startswith("3 projects")


def test_every_uploaded_file_of_a_task_is_found(scale: Scale, target: Customer, tmp_path: Path) -> None:
    there, here = scale.client, client_of(target.url, target.key)
    sent: list[str] = []
    for number in range(3):
        with (tmp_path / "files" / f"shape-00{number}.png").open("rb") as file:
            sent.append(there.upload_file(file=file).attachment_url)
    fields = [{"type": "boolean", "field_id": "same", "title": "The same?"}]
    there.create_task(
        TaskType.TextCollection, fields=fields, attachments=[{"type": "image", "content": each} for each in sent[:2]]
    )
    there.create_task(
        TaskType.ImageAnnotation, attachment=sent[0], geometries=BOXES, context_attachments=[{"attachment": sent[2]}]
    )
    assert imported(scale, target, tmp_path).stdout == "0 projects, 0 batches, 2 tasks.\n"
    images, form = here.tasks()
    for task, contents in (
        (images, [images.params["attachment"], images.params["context_attachments"][0]["attachment"]]),
        (form, [each["content"] for each in form.params["attachments"]]),
    ):
        # Each is the address of the picture itself, good for a while.
        assert all(each.startswith(f"{target.url}/media/") for each in contents), task.type
        assert [httpx.get(each).headers["content-type"] for each in contents] == ["image/png"] * 2
        assert len(set(contents)) == 2


class Refused(Exception):
    """What Scale's client raises for a task that is not enabled."""

    code, message = 402, "cannot be labeled here yet"


class Side:
    """One side of a copy, in the place of Scale's client: an account of three tasks, or one that takes none."""

    base_api_url = api_key = next_token = ""
    total, has_more = 3, False
    docs = ("videoannotation", "lidarannotation", "videoannotation")

    @property
    def api(self) -> "Side":
        return self

    def projects(self) -> list[Any]:
        return []

    def tasks(self, **asked: Any) -> "Side":
        return self

    def __iter__(self) -> Iterator[Any]:
        return (Told({"task_id": "0" * 24, "type": type, "params": {}}) for type in self.docs)

    def post_request(self, endpoint: str, body: Any) -> None:
        raise Refused


class Told(dict[str, Any]):
    """A task."""

    def as_dict(self) -> dict[str, Any]:
        return self


class TestCopy:
    def test_types_that_cannot_be_labeled_here_are_counted_by_name(self) -> None:
        done = copy(Accounts(Side(), Side(), Refused), [])
        assert done.unlabeled == {"videoannotation": 2, "lidarannotation": 1}
        assert (done.tasks, done.refused_count) == (0, 3)


def test_what_is_missing_is_said(scale: Scale, target: Customer, tmp_path: Path) -> None:
    said = imported(scale, target, tmp_path, status=1, SCALE_API_KEY="")
    assert "SCALE_API_KEY" in said.stderr
    said = imported(scale, target, tmp_path, "--scale-project", "none", status=1)
    assert "no project 'none'" in said.stderr
    said = imported(scale, target, tmp_path, status=1, SCALE_API_KEY="live_nothing")
    assert "key" in said.stderr
    # A folder before all others in which the client of Scale's cannot be imported stands for not having it.
    (tmp_path / "scaleapi").mkdir()
    (tmp_path / "scaleapi" / "__init__.py").write_text("raise ModuleNotFoundError('scaleapi')")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).parents[2] / 'src'}"
    said = imported(scale, target, tmp_path, status=1, PYTHONPATH=path)
    assert "pip install 'fairmark[scale]'" in said.stderr
