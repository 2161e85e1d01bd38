"""What a request says, checked and sorted; decisions on what may become of a task."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.actor import Mode
from fairmark.kernel.clock import now
from fairmark.ontology.model import Annotation, Link, Mark, Source
from fairmark.scale_api import rules
from fairmark.scale_api.model import (
    BadRequest,
    Batch,
    BatchStatus,
    Json,
    Project,
    Role,
    Status,
    Task,
    new_scale_id,
)
from fairmark.scale_api.rules import Extras
from fairmark.scale_api.types.table import TYPES, translated

BOXES: Json = {"box": {"objects_to_annotate": ["car"]}}
JSON = st.recursive(st.integers() | st.text(max_size=5), lambda inner: st.dictionaries(st.text(max_size=3), inner))


def project(**changed: object) -> Project:
    """A project of imageannotation."""
    made = Project(
        id=new_scale_id(), mode=Mode.LIVE, name="p", type="imageannotation", history=[], is_rapid=False,
        is_studio=False, dataset_id=None, archived_at=None, created_at=now(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def batch(**changed: object) -> Batch:
    """A batch of it."""
    made = Batch(
        id=new_scale_id(), name="b", project_id=new_scale_id(), project="p", is_staged=False, is_studio=False,
        status=BatchStatus.IN_PROGRESS, callback="", metadata={}, is_calibration=False, is_self_label=False,
        priority=None, groups=[], created_at=now(), completed_at=None,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def task(status: Status, params: Json | None = None) -> Task:
    """A task of imageannotation."""
    return Task(
        id=new_scale_id(), mode=Mode.LIVE, type="imageannotation", role=Role.TASK, status=status, project=None,
        batch=None, scale_project_id=None, scale_batch_id=None, project_id=None, item_id=None, unique_id=None, tags=[],
        metadata={}, instruction="", params=params or {}, callback_url="", priority=30, clears_unique_id=False,
        response=None, error=None, review_status=None, review_comments=None, audits=[], callback_succeeded=None,
        callback_at=None, created_at=now(), updated_at=now(), completed_at=None,
    )  # fmt: skip


def mark(id: str, x: float = 0.0, source: Source = Source.HUMAN) -> Mark:
    """A box."""
    return Mark(id=id, kind="box", class_="car", geometry={"x": x, "y": 0, "w": 9, "h": 9}, source=source)


class TestReadEnvelope:
    def test_what_is_left_out_has_its_default(self) -> None:
        found = rules.read_envelope({"geometries": {}})
        assert (found.priority, found.tags, found.metadata, found.unique_id) == (30, [], {}, None)

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("project", 1), ("batch", []), ("instruction", 1), ("callback_url", "nowhere"), ("unique_id", ""),
            ("clear_unique_id_on_error", "yes"), ("metadata", []), ("metadata", {"a": "x" * 10_300}),
            ("tags", ["a"] * 6), ("tags", [""]), ("priority", 101), ("priority", "high"),
        ],
    )  # fmt: skip
    def test_what_is_wrong_is_named(self, member: str, value: object) -> None:
        with pytest.raises(BadRequest) as refused:
            rules.read_envelope({member: value})
        assert f"`{member}" in refused.value.message


class TestCheckCallback:
    @pytest.mark.parametrize("target", [None, "", "https://a.example/x", "http://127.0.0.1:80/", "ada@example.com"])
    def test_addresses_of_both_kinds_are_good(self, target: str | None) -> None:
        rules.check_callback(target, "callback_url")

    @pytest.mark.parametrize("target", ["nowhere", "ftp://a.example", "http://", "http://[1", "a@b", "http:// x"])
    def test_anything_else_is_not(self, target: str) -> None:
        with pytest.raises(BadRequest, match="`callback_url`"):
            rules.check_callback(target, "callback_url")


class TestIsEmail:
    def test_what_is_no_address_of_the_web_would_be_mailed(self) -> None:
        assert rules.is_email("ada@example.com")
        assert not rules.is_email("https://a.example/ada@example.com")


class TestLaidOver:
    def test_objects_are_merged_level_by_level_and_all_else_is_replaced(self) -> None:
        below = {"a": {"b": 1, "c": [1, 2]}, "d": 1}
        assert rules.laid_over(below, {"a": {"c": [3]}, "d": {"e": 1}}) == {"a": {"b": 1, "c": [3]}, "d": {"e": 1}}

    @given(below=st.dictionaries(st.text(max_size=3), JSON), above=st.dictionaries(st.text(max_size=3), JSON))
    def test_what_is_laid_over_is_found_and_a_second_time_changes_nothing(self, below: Json, above: Json) -> None:
        once = rules.laid_over(below, above)
        assert set(once) == set(below) | set(above)
        assert rules.laid_over(once, above) == once
        assert rules.laid_over({}, above) == above


class TestMergedParams:
    def test_a_task_has_its_own_before_its_projects(self) -> None:
        history = [{"version": 0, "created_at": "x", "instruction": "One.", "geometries": BOXES, "padding": 5}]
        params, instruction = rules.merged_params({"padding": 7, "tags": ["a"]}, project(history=history))
        assert (params, instruction) == ({"geometries": BOXES, "padding": 7}, "One.")
        assert rules.merged_params({"instruction": "Two."}, project(history=history))[1] == "Two."
        assert rules.merged_params({}, None) == ({}, "")


class TestCheckDestination:
    def test_the_type_is_the_projects_and_rapid_needs_a_batch(self) -> None:
        type = TYPES["imageannotation"]
        rules.check_destination(type, None, None)
        rules.check_destination(type, project(), None)
        rules.check_destination(type, project(is_rapid=True), batch())
        with pytest.raises(BadRequest, match="`project`"):
            rules.check_destination(TYPES["comparison"], project(), None)
        for kind in ({"is_rapid": True}, {"is_studio": True}):
            with pytest.raises(BadRequest, match="`batch`"):
                rules.check_destination(type, project(**kind), None)


class TestCheckBatchOpen:
    def test_staged_batches_take_tasks_until_they_are_finalized_and_others_always(self) -> None:
        for status in set(BatchStatus) - {BatchStatus.CANCELLED}:
            rules.check_batch_open(batch(status=status))
        rules.check_batch_open(batch(is_staged=True, status=BatchStatus.STAGING))
        for status in set(BatchStatus) - {BatchStatus.STAGING}:
            with pytest.raises(BadRequest, match="`batch`"):
                rules.check_batch_open(batch(is_staged=True, status=status))
        with pytest.raises(BadRequest, match="cancelled"):
            rules.check_batch_open(batch(status=BatchStatus.CANCELLED))


class TestFormHash:
    def test_tasks_share_a_form_if_they_ask_for_the_same_in_whatever_order(self) -> None:
        type = TYPES["imageannotation"]
        plain: Json = {"attachment": "https://a.example/1.png", "geometries": BOXES, "padding": 1}
        other = {"geometries": BOXES, "attachment": "https://a.example/2.png", "annotation_attributes": None}
        hashes = [rules.form_hash(type, translated(type, plain), each) for each in (plain, other)]
        assert hashes[0] == hashes[1]
        wider = plain | {"geometries": {"box": {"objects_to_annotate": ["car", "bus"]}}}
        assert rules.form_hash(type, translated(type, wider), wider) != hashes[0]


class TestStartOf:
    def test_a_hypothesis_lies_over_base_annotations_and_they_are_known_by_their_source(self) -> None:
        type = TYPES["imageannotation"]
        translation = translated(type, {"attachment": "https://a.example/1.png", "geometries": BOXES})
        said: Json = {"type": "box", "label": "car", "left": 1, "top": 2, "width": 3, "height": 4}
        base = {"annotations": [said | {"uuid": "a"}]}
        more = {"annotations": [said | {"uuid": "a", "left": 9}, said | {"uuid": "b"}]}
        assert rules.start_of(translation, Extras()) is None
        found = rules.start_of(translation, Extras(base_annotations=base, hypothesis=more))
        assert found is not None
        assert [(each.id, each.source, each.geometry["x"]) for each in found.marks] == [
            ("a", Source.IMPORT, 1), ("b", Source.PREDICTION, 1),
        ]  # fmt: skip


class TestCheckCancel:
    def test_only_what_nobody_has_begun(self) -> None:
        rules.check_cancel(task(Status.PENDING), is_begun=False)
        with pytest.raises(BadRequest, match="begun"):
            rules.check_cancel(task(Status.PENDING), is_begun=True)
        for status in set(Status) - {Status.PENDING}:
            with pytest.raises(BadRequest, match=f"is {status.value} and cannot be canceled"):
                rules.check_cancel(task(status), is_begun=False)


class TestCheckAudit:
    def test_only_what_is_done(self) -> None:
        rules.check_audit(task(Status.COMPLETED))
        for status in set(Status) - {Status.COMPLETED}:
            with pytest.raises(BadRequest, match="only a completed task"):
                rules.check_audit(task(status))


class TestLockedBack:
    START = Annotation(marks=(mark("a", 1, Source.IMPORT), mark("b", 2, Source.IMPORT)))

    def back(self, annotation: Annotation, **locks: bool) -> Annotation:
        """What is left of an annotation under locks."""
        params = {"base_annotations": {"annotations": []}, **locks}
        return rules.locked_back(annotation, task(Status.PENDING, params), self.START)

    def test_without_base_annotations_and_locks_it_is_what_people_said(self) -> None:
        said = Annotation(marks=(mark("c"),))
        assert rules.locked_back(said, task(Status.PENDING), self.START) == said
        assert self.back(said) == said

    def test_what_may_not_be_deleted_is_there_again(self) -> None:
        left = self.back(Annotation(marks=(mark("c"), mark("b", 5))), can_delete_base_annotations=False)
        assert [each.id for each in left.marks] == ["c", "b", "a"]

    def test_what_may_not_be_changed_is_as_it_was(self) -> None:
        left = self.back(Annotation(marks=(mark("a", 7), mark("c", 8))), can_edit_base_annotations=False)
        assert [(each.id, each.geometry["x"]) for each in left.marks] == [("a", 1), ("c", 8)]

    def test_labels_may_be_locked_alone(self) -> None:
        turned = msgspec.structs.replace(mark("a", 7), class_="bus")
        left = self.back(Annotation(marks=(turned,)), can_edit_base_annotation_labels=False)
        assert [(each.class_, each.geometry["x"]) for each in left.marks] == [("car", 7)]

    def test_where_nothing_may_be_added_new_marks_go_with_their_links(self) -> None:
        said = Annotation(
            marks=(mark("a"), mark("b"), mark("c")), links=(Link("l", "t", "a", "c"), Link("m", "t", "a", "b"))
        )
        left = self.back(said, can_add_base_annotations=False)
        assert [each.id for each in left.marks] == ["a", "b"]
        assert [each.id for each in left.links] == ["m"]


class TestTagsWith:
    @given(tags=st.lists(st.sampled_from("abc"), unique=True), more=st.lists(st.sampled_from("abcd")))
    def test_old_ones_stay_where_they_are_and_each_is_there_once(self, tags: list[str], more: list[str]) -> None:
        found = rules.tags_with(tags, more)
        assert found[: len(tags)] == tags
        assert len(found) == len(set(found))
        assert set(found) == {*tags, *more}


class TestChangedHistory:
    def test_versions_count_up_and_a_patch_lies_over_the_last(self) -> None:
        first = rules.changed_history([], {"a": 1, "b": 2}, patch=False, at_="t0")
        second = rules.changed_history(first, {"b": 3}, patch=True, at_="t1")
        third = rules.changed_history(second, {"c": 4}, patch=False, at_="t2")
        assert third == [
            {"version": 0, "created_at": "t0", "a": 1, "b": 2},
            {"version": 1, "created_at": "t1", "a": 1, "b": 3},
            {"version": 2, "created_at": "t2", "c": 4},
        ]


class TestPageToken:
    @given(total=st.integers(0, 10**10))
    def test_it_comes_back(self, total: int) -> None:
        id = new_scale_id()
        token = rules.page_token(id, total)
        assert rules.read_page_token(token) == (id, total)
        assert not set(token) - set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")

    @given(token=st.text(max_size=60))
    def test_anything_else_is_named(self, token: str) -> None:
        with pytest.raises(BadRequest, match="`next_token`"):
            rules.read_page_token(token)
