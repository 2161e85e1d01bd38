"""What Scale's guides show, written anew: nothing in it but the address is fairmark's."""

from pathlib import Path

import pytest
from scaleapi.batches import BatchStatus
from scaleapi.exceptions import ScaleDuplicateResource
from scaleapi.tasks import TaskStatus, TaskType

from fairmark.client.model import Annotation
from tests.stories.scale_side import Scale, files, labeled, scale, until

__all__ = ["files", "scale"]


class TestExamples:
    def test_a_first_project(self, scale: Scale) -> None:
        client = scale.test
        project = client.create_project(
            project_name="Street signs", task_type=TaskType.ImageAnnotation,
            params={"instruction": "Box every sign.",
                    "geometries": {"box": {"objects_to_annotate": ["stop sign", "yield sign"], "min_height": 10}}},
        )  # fmt: skip
        batch = client.create_batch(project=project.name, batch_name="2026-01", callback=scale.callback)
        for number in range(3):
            try:
                client.create_task(
                    TaskType.ImageAnnotation, project=project.name, batch=batch.name, unique_id=f"sign-{number}",
                    attachment=scale.picture(number), metadata={"frame": number},
                )  # fmt: skip
            except ScaleDuplicateResource as err:
                raise AssertionError(err.message) from err
        batch.finalize()
        labels: list[str] = []
        for task in client.get_tasks(project_name="Street signs", status=TaskStatus.Completed):
            labels += [each["label"] for each in task.response["annotations"]]
        assert set(labels) <= {"stop sign", "yield sign"}
        assert batch.get_status()["completed"] == 3

    async def test_work_that_is_done_and_audited(self, scale: Scale) -> None:
        client = scale.client
        client.create_project(
            "Tone", TaskType.Categorization, {"instruction": "Is it kind?", "categories": ["yes", "no"]}
        )
        task = client.create_task(
            TaskType.Categorization, project="Tone", attachment="Well done!", attachment_type="text"
        )
        await labeled(scale, "Tone", lambda asked: Annotation(answers={asked.questions[0].id: "yes"}))
        await until(lambda: client.get_task(task.id).status == "completed")
        done = client.get_task(task.id)
        assert done.response["category"] == "yes"
        done.audit(False, comments="Look again.")
        assert client.get_task(task.id).status == "pending"

    def test_a_batch_from_its_files_to_its_results(self, scale: Scale, tmp_path: Path) -> None:
        client = scale.test
        client.create_project("Shelves", TaskType.ImageAnnotation, {"instruction": "Outline the goods."}, rapid=True)
        batch = client.create_batch("Shelves", "first", calibration_batch=True, metadata={"shop": 7})
        assert (batch.status, batch.metadata) == ("staging", {"shop": 7})
        with (tmp_path / "files" / "shape-000.png").open("rb") as file:
            uploaded = client.upload_file(file=file, project_name="Shelves", reference_id="a")
        imported = client.import_file(file_url=scale.picture(1), project_name="Shelves")
        for number, each in enumerate((uploaded, imported)):
            client.create_task(
                TaskType.ImageAnnotation, project="Shelves", batch="first", attachment=each.attachment_url,
                geometries={"polygon": {"objects_to_annotate": ["tin", "box"], "min_vertices": 3}},
                unique_id=f"shelf-{number}", tags=["shelf"],
            )  # fmt: skip
        batch.finalize()
        assert client.batch_status("first")["status"] == "completed"
        assert [
            each.name for each in client.get_batches(project_name="Shelves", batch_status=BatchStatus.Completed)
        ] == ["first"]
        tasks = list(client.get_tasks(project_name="Shelves", batch_name="first", tags="shelf"))
        assert len(tasks) == 2
        assert all(len(each["vertices"]) >= 3 for task in tasks for each in task.response["annotations"])

    def test_a_task_that_is_asked_for_twice_is_there_once(self, scale: Scale) -> None:
        client = scale.client
        asked = {
            "attachment": scale.picture(),
            "geometries": {"box": {"objects_to_annotate": ["car"]}},
            "unique_id": "frame-1",
        }
        first = client.create_task(TaskType.ImageAnnotation, **asked)
        with pytest.raises(ScaleDuplicateResource) as refused:
            client.create_task(TaskType.ImageAnnotation, **asked)
        assert (refused.value.code, "frame-1" in refused.value.message) == (409, True)
        [known] = client.tasks(unique_id="frame-1")
        assert known.id == first.id
        client.cancel_task(first.id, clear_unique_id=True)
        again = client.create_task(TaskType.ImageAnnotation, **asked)
        assert (again.id != first.id, again.as_dict()["unique_id"]) == (True, "frame-1")
        assert client.get_task(first.id).status == "canceled"

    def test_an_instruction_that_is_changed_holds_for_tasks_to_come(self, scale: Scale) -> None:
        client = scale.client
        client.create_project(
            "Rooms", TaskType.Categorization, {"instruction": "Which room?", "categories": ["a", "b"]}
        )
        sort = {"project": "Rooms", "attachment": "a kitchen", "attachment_type": "text"}
        before = client.create_task(TaskType.Categorization, **sort)
        changed = client.update_project("Rooms", patch=True, instruction="Which kind of room?")
        after = client.create_task(TaskType.Categorization, **sort)
        assert (changed.version, len(changed.as_dict()["param_history"])) == (1, 2)
        assert [client.get_task(task.id).as_dict()["instruction"] for task in (before, after)] == [
            "Which room?", "Which kind of room?",
        ]  # fmt: skip
