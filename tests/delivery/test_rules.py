"""Decisions of delivery, without a database."""

import hashlib
import hmac
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.delivery import rules
from fairmark.delivery.model import (
    BadSplit,
    Delivery,
    DeliveryState,
    ExportOptions,
    ExportRow,
    ExportState,
    Parcel,
    Split,
    UnknownEventType,
    Webhook,
)
from fairmark.delivery.rules import Answer, Verdict
from fairmark.kernel.actor import Mode
from fairmark.kernel.events import Cursor, StoredEvent
from fairmark.kernel.ids import DeliveryId, ExportId, ItemId, ProjectId, WebhookId, new_id
from fairmark.ontology.model import Annotation, ItemClass, Link, LinkType, Ontology

from .world import box

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
KNOWN = ["task.created", "task.done", "tasks.created", "webhook.paused"]


def webhook(**changes: Any) -> Webhook:
    made = Webhook(
        id=WebhookId(UUID(int=1)), mode=Mode.LIVE, project_id=None, url="https://example.com", description="", types=[],
        paused_at=None, pause_reason="", failures=0, resume_at=None, created_at=NOON, updated_at=NOON,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def parcel(attempts: int = 0, type: str = "task.done", queued_at: datetime = NOON) -> Parcel:
    delivery = Delivery(
        id=DeliveryId(UUID(int=2)), webhook_id=WebhookId(UUID(int=1)), cursor="1.2.3", type=type,
        state=DeliveryState.WAITING, attempts=attempts, next_at=NOON, status=None, response="", error="", took_ms=None,
        created_at=queued_at, updated_at=queued_at,
    )  # fmt: skip
    return Parcel(delivery=delivery, body="{}", queued_at=queued_at)


def event(**changes: Any) -> StoredEvent:
    made = StoredEvent(Cursor(1, 2, 3), NOON, "task.done", None, None, "system", msgspec.Raw(b"{}"))
    return msgspec.structs.replace(made, **changes)


class TestExpand:
    def test_takes_names_and_nouns(self) -> None:
        assert rules.expand(["task.*", "webhook.paused"], KNOWN) == ["task.created", "task.done", "webhook.paused"]

    def test_refuses_a_name_that_nothing_has(self) -> None:
        for wanted in ("task.don", "tas.*", "task.done.*"):
            with pytest.raises(UnknownEventType, match=wanted.replace("*", r"\*")):
                rules.expand([wanted], KNOWN)


class TestWants:
    def test_everything_without_a_filter(self) -> None:
        assert rules.wants(webhook(), event(), Mode.LIVE)

    def test_not_what_is_of_the_other_mode(self) -> None:
        assert not rules.wants(webhook(), event(), Mode.TEST)

    def test_not_what_happened_before_it_was_made(self) -> None:
        assert not rules.wants(webhook(created_at=NOON + timedelta(seconds=1)), event(), Mode.LIVE)

    def test_only_its_project(self) -> None:
        mine, other = ProjectId(new_id()), ProjectId(new_id())
        assert rules.wants(webhook(project_id=mine), event(project_id=mine), Mode.LIVE)
        assert not rules.wants(webhook(project_id=mine), event(project_id=other), Mode.LIVE)
        assert not rules.wants(webhook(project_id=mine), event(), Mode.LIVE)

    def test_only_its_types(self) -> None:
        assert rules.wants(webhook(types=["a.b", "task.*"]), event(), Mode.LIVE)
        assert not rules.wants(webhook(types=["tasks.*"]), event(), Mode.LIVE)


class TestModeOf:
    def test_is_the_projects_and_live_for_the_organisation(self) -> None:
        project = ProjectId(new_id())
        assert rules.mode_of(project, {project: Mode.TEST}) is Mode.TEST
        assert rules.mode_of(None, {project: Mode.TEST}) is Mode.LIVE


class TestJudge:
    @pytest.mark.parametrize("status", [200, 201, 204, 299])
    def test_2xx_is_success_and_forgets_failures(self, status: int) -> None:
        outcome = rules.judge(parcel(3), webhook(failures=9), Answer(status=status), NOON, 0.5)
        assert (outcome.verdict, outcome.failures, outcome.rest_until) == (Verdict.DELIVERED, 0, None)

    def test_410_is_the_end(self) -> None:
        assert rules.judge(parcel(), webhook(), Answer(status=410), NOON, 0.5).verdict is Verdict.GONE

    @pytest.mark.parametrize("answer", [Answer(status=500), Answer(status=404), Answer(status=302), Answer(error="x")])
    def test_all_else_is_tried_again(self, answer: Answer) -> None:
        assert rules.judge(parcel(), webhook(), answer, NOON, 0.5).verdict is Verdict.AGAIN

    def test_follows_the_schedule(self) -> None:
        """Chance 0.5 means no jitter: 10 s after the first attempt, 12 h after the eighth, then nothing."""
        waits: list[float | None] = []
        for attempts in range(9):
            outcome = rules.judge(parcel(attempts), webhook(), Answer(status=500), NOON, 0.5)
            waits.append(outcome.next_at and (outcome.next_at - NOON).total_seconds())
        assert waits == [10, 30, 120, 600, 3600, 10_800, 21_600, 43_200, None]

    @given(chances=st.lists(st.floats(0, 0.999999), min_size=8, max_size=8))
    def test_whatever_the_chance_all_nine_attempts_fit_into_a_day(self, chances: list[float]) -> None:
        at = NOON
        for attempts, chance in enumerate(chances):
            outcome = rules.judge(parcel(attempts), webhook(), Answer(status=500), at, chance)
            assert outcome.verdict is Verdict.AGAIN
            assert outcome.next_at is not None
            assert at < outcome.next_at
            at = outcome.next_at + timedelta(seconds=10)  # the attempt itself
        assert at < NOON + timedelta(days=1)

    def test_retry_after_puts_off_and_never_brings_forward(self) -> None:
        later = rules.judge(parcel(), webhook(), Answer(status=503, retry_after="77"), NOON, 0.5)
        assert later.next_at == NOON + timedelta(seconds=77)
        sooner = rules.judge(parcel(1), webhook(), Answer(status=503, retry_after="1"), NOON, 0.5)
        assert sooner.next_at == NOON + timedelta(seconds=30)

    def test_retry_after_beyond_the_day_is_the_end(self) -> None:
        outcome = rules.judge(parcel(), webhook(), Answer(status=503, retry_after="90000"), NOON, 0.5)
        assert outcome.verdict is Verdict.FAILED

    def test_a_test_is_never_tried_again_and_counts_for_nothing(self) -> None:
        outcome = rules.judge(parcel(type=rules.TEST_TYPE), webhook(failures=2), Answer(status=500), NOON, 0.5)
        assert (outcome.verdict, outcome.failures, outcome.rest_until) == (Verdict.FAILED, 2, None)

    def test_from_the_third_failure_in_a_row_the_webhook_rests(self) -> None:
        """10 s after the third failure in a row, doubled each time, at most ten minutes."""
        rests = [
            rules.judge(parcel(), webhook(failures=failures), Answer(status=500), NOON, 0.5).rest_until
            for failures in (0, 1, 2, 3, 4, 50)
        ]
        assert [rest and (rest - NOON).total_seconds() for rest in rests] == [None, None, 10, 20, 40, 600]


class TestRetryAfter:
    @pytest.mark.parametrize(
        ("header", "seconds"),
        [
            ("", 0),
            ("120", 120),
            (" 7 ", 7),
            ("-5", 0),
            ("1e9", 0),
            ("99999999999", 0),
            ("Thu, 01 Jan 2026 12:01:00 GMT", 60),
            ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
            ("soon", 0),
            ("٣", 0),
        ],
    )
    def test_reads_seconds_and_dates(self, header: str, seconds: float) -> None:
        assert rules.retry_after_s(header, NOON) == seconds


class TestSign:
    def test_is_hmac_sha256_over_time_and_body(self) -> None:
        # 2026-01-01T12:00:00Z is 1767268800 in Unix seconds.
        digest = hmac.new(b"secret", b"1767268800.{}", hashlib.sha256).hexdigest()
        assert rules.sign(["secret"], b"{}", NOON) == f"t=1767268800,v1={digest}"

    def test_signs_with_each_secret_in_force(self) -> None:
        assert rules.sign(["new", "old"], b"", NOON).count("v1=") == 2


class TestExcerpt:
    def test_is_short_printable_text(self) -> None:
        assert rules.excerpt(b"a" * 9999) == "a" * 1000
        assert rules.excerpt(b"ok\x00\xff\x1b[31m") == "ok \ufffd [31m"

    @given(st.binary(max_size=300))
    def test_is_always_text_that_the_database_takes(self, body: bytes) -> None:
        text = rules.excerpt(body)
        assert "\x00" not in text
        text.encode()


class TestSplit:
    def test_shares_must_add_up(self) -> None:
        rules.check_split(Split(train=0.7, val=0.2, test=0.1))
        with pytest.raises(BadSplit, match=r"0\.9"):
            rules.check_split(Split(train=0.7, val=0.1, test=0.1))

    def test_an_items_place_hangs_on_its_id_alone(self) -> None:
        item = ItemId(new_id())
        assert rules.split_of(item, Split()) == rules.split_of(item, Split())

    def test_the_shares_come_out(self) -> None:
        """10,000 items at 0.8, 0.1, 0.1: four standard deviations are 4 * sqrt(10000 * 0.8 * 0.2) = 160."""
        counts = Counter[str]()
        for number in range(10_000):
            counts[rules.split_of(ItemId(UUID(int=number)), Split())] += 1
        assert abs(counts["train"] - 8000) < 160
        assert abs(counts["val"] - 1000) < 120
        assert abs(counts["test"] - 1000) < 120

    @given(st.uuids())
    def test_a_larger_training_share_takes_nothing_out_of_training(self, item: UUID) -> None:
        before = rules.split_of(ItemId(item), Split(train=0.6, val=0.2, test=0.2))
        after = rules.split_of(ItemId(item), Split(train=0.8, val=0.1, test=0.1))
        assert before != "train" or after == "train"

    @given(st.uuids())
    def test_a_share_of_nothing_gets_nothing(self, item: UUID) -> None:
        assert rules.split_of(ItemId(item), Split(train=0.9, val=0.1, test=0)) != "test"
        assert rules.split_of(ItemId(item), Split(train=1, val=0, test=0)) == "train"


class TestOnlyClasses:
    def test_keeps_marks_and_the_links_between_them(self) -> None:
        annotation = Annotation(
            marks=(box("a", "car", 0, 0, 1, 1), box("b", "dog", 0, 0, 1, 1), box("c", "car", 1, 1, 1, 1)),
            links=(
                Link(id="1", type="tows", from_="a", to="c"),
                Link(id="2", type="tows", from_="a", to="b"),
            ),
            answers={"weather": "rain"},
        )
        kept = rules.only_classes(annotation, frozenset({"car"}))
        assert [mark.id for mark in kept.marks] == ["a", "c"]
        assert [link.id for link in kept.links] == ["1"]
        assert kept.answers == {"weather": "rain"}


class TestNarrowed:
    def test_leaves_a_sound_ontology(self) -> None:
        ontology = Ontology(
            classes=(
                ItemClass(id="vehicle", name="Vehicle", color="#000000", marks=("box",)),
                ItemClass(id="car", name="Car", color="#111111", marks=("box",), parent="vehicle"),
                ItemClass(id="dog", name="Dog", color="#222222", marks=("box",)),
            ),
            links=(
                LinkType(id="any", name="Any"),
                LinkType(id="tows", name="Tows", from_=("car", "dog"), to=("car",)),
                LinkType(id="walks", name="Walks", from_=("dog",), to=("car",)),
            ),
        )
        kept = rules.narrowed(ontology, frozenset({"car"}))
        assert [(each.id, each.parent) for each in kept.classes] == [("car", None)]
        # "walks" starts at dogs alone: without them an empty list would let it start anywhere.
        assert [(each.id, each.from_) for each in kept.links] == [("any", ()), ("tows", ("car",))]


class TestFileName:
    @pytest.mark.parametrize(
        ("project", "name"),
        [
            ("Traffic Signs 2", "traffic-signs-2-coco-2026-01-01.zip"),
            ("Straßen & Füße", "stra-en-fu-e-coco-2026-01-01.zip"),
            ("道路", "project-coco-2026-01-01.zip"),
            ('../"x"\r\n', "x-coco-2026-01-01.zip"),
        ],
    )
    def test_is_plain(self, project: str, name: str) -> None:
        row = ExportRow(
            id=ExportId(UUID(int=1)), project_id=ProjectId(UUID(int=2)), project_name=project, mode=Mode.LIVE,
            format="coco", options=ExportOptions(), state=ExportState.DONE, rows_total=1, rows_done=1, blob="b",
            bytes=1, report=None, fault=None, created_at=NOON, updated_at=NOON,
        )  # fmt: skip
        assert rules.file_name(row) == name
        assert rules.expires_at(row) == NOON + timedelta(days=14)
