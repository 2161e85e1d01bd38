"""The pipeline's decisions, without anything around them."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.kernel.ids import AssignmentId, TaskId, WorkerId, new_id
from fairmark.methods.truth.stopping import Next, Outlook, Rule, decide
from fairmark.ontology.model import Annotation, Fault, Severity
from fairmark.projects.model import LabelStage, OnReject, Overlap, Pipeline, ReviewStage, Sampling, Target
from fairmark.tasks import rules
from fairmark.tasks.model import (
    BadAnnotation,
    BadReview,
    Decision,
    Kind,
    Origin,
    TaskClosed,
    TaskState,
    TurnClosed,
    TurnState,
    WrongKind,
)
from fairmark.tasks.rules import Enter, Facts, Finish, Halt, Open, Turn, next_step

TASK = TaskId(UUID(int=1))
AUTHOR = WorkerId(UUID(int=2))
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


def facts(**known: object) -> Facts:
    start = {"task_id": TASK, "state": TaskState.OPEN, "stage": 0, "round": 0, "submitted": 0, "leased": 0, "open": 0}
    return Facts(**{**start, **known})  # type: ignore[arg-type]


def pipeline(low: int = 1, high: int | None = None, target: float | None = None, *reviews: ReviewStage) -> Pipeline:
    return Pipeline((LabelStage(Overlap(low, high or low, target)), *reviews))


class TestLabelStage:
    def test_opens_what_the_overlap_lacks(self) -> None:
        assert next_step(pipeline(3), facts(submitted=1, leased=1)) == [Open(0, 1)]

    def test_waits_while_turns_are_out(self) -> None:
        assert next_step(pipeline(2), facts(submitted=1, leased=1)) == []

    def test_one_submission_needs_no_judge(self) -> None:
        assert next_step(pipeline(1), facts(submitted=1)) == [Finish(Origin.SINGLE)]

    def test_waits_until_the_newest_submission_is_judged(self) -> None:
        assert next_step(pipeline(2), facts(submitted=2, judged=1, confidence=0.9)) == []

    def test_finishes_when_sure_enough(self) -> None:
        sure = facts(submitted=2, judged=2, agreement=0.9, confidence=0.8)
        assert next_step(pipeline(2, 4, 0.8), sure) == [Finish(Origin.CONSENSUS)]

    def test_asks_one_more_when_unsure(self) -> None:
        unsure = facts(submitted=2, judged=2, agreement=0.5, confidence=0.79)
        assert next_step(pipeline(2, 4, 0.8), unsure) == [Open(0, 1)]

    def test_stops_asking_at_the_maximum(self) -> None:
        unsure = facts(submitted=4, judged=4, agreement=0.5, confidence=0.1)
        assert next_step(pipeline(2, 4, 0.8), unsure) == [Finish(Origin.CONSENSUS)]

    def test_rework_goes_to_its_author_first(self) -> None:
        assert next_step(pipeline(2), facts(round=1, author=AUTHOR)) == [Open(0, 2, AUTHOR)]

    def test_a_first_round_is_reserved_for_nobody(self) -> None:
        assert next_step(pipeline(1), facts(author=AUTHOR)) == [Open(0, 1, None)]


class TestGain:
    def test_asks_while_one_more_is_worth_its_price(self) -> None:
        worth = facts(submitted=3, judged=3, confidence=0.7, gain=0.01)
        not_worth = facts(submitted=3, judged=3, confidence=0.7, gain=0.002)
        assert next_step(pipeline(3, 9, 0.9), worth) == [Open(0, 1)]
        assert next_step(pipeline(3, 9, 0.9), not_worth) == [Finish(Origin.CONSENSUS)]

    def test_the_hopeless_go_to_an_expert_if_there_is_one(self) -> None:
        lost = facts(submitted=3, judged=3, confidence=0.55, gain=0.0)
        with_expert = pipeline(3, 9, 0.9, ReviewStage(share=0, skills=("expert",)))
        assert next_step(with_expert, lost) == [Enter(1, 0)]
        assert next_step(pipeline(3, 9, 0.9), lost) == [Finish(Origin.CONSENSUS)]
        elsewhere = pipeline(3, 9, 0.9, ReviewStage(share=0, escalated=False))
        assert next_step(elsewhere, lost) == [Finish(Origin.CONSENSUS)]

    def test_what_has_a_target_of_its_own_is_held_to_it(self) -> None:
        overlap = Overlap(2, 5, 0.8, (Target("pedestrian", 0.95),))
        careful = Pipeline((LabelStage(overlap),))
        fine = facts(submitted=2, judged=2, confidence=0.9, groups=(("pedestrian", 0.96), ("", 0.85)))
        short = facts(submitted=2, judged=2, confidence=0.9, groups=(("pedestrian", 0.94), ("", 0.99)))
        absent = facts(submitted=2, judged=2, confidence=0.7, groups=(("", 0.7),))
        assert next_step(careful, fine) == [Finish(Origin.CONSENSUS)]
        assert next_step(careful, short) == [Open(0, 1)]
        assert next_step(careful, absent) == [Open(0, 1)]

    def test_one_known_worker_can_be_enough(self) -> None:
        assert next_step(pipeline(1, 3, 0.9), facts(submitted=1, judged=1, confidence=0.93)) == [Finish(Origin.SINGLE)]
        assert next_step(pipeline(1, 3, 0.9), facts(submitted=1)) == [Open(0, 1)]

    @given(
        st.floats(0, 1), st.floats(0, 0.1), st.integers(1, 9), st.integers(1, 4), st.integers(4, 9),
        st.floats(0.5, 0.99), st.floats(0.0001, 0.05),
    )  # fmt: skip
    def test_decides_as_the_published_rule_does(
        self, confidence: float, gain: float, voices: int, least: int, most: int, target: float, price: float
    ) -> None:
        overlap = Overlap(least, most, target, price=price)
        expert = Pipeline((LabelStage(overlap), ReviewStage(share=0)))
        found = next_step(expert, facts(submitted=voices, judged=voices, confidence=confidence, gain=gain))
        seen = Outlook(np.array([[confidence, 1 - confidence]]), np.array([confidence]), np.array([gain]))
        [wanted] = decide(seen, np.array([voices]), Rule(target, price, least, most, overlap.hopeless))
        # A task that is sure enough is never hopeless here, whatever the two thresholds are.
        if wanted is Next.ESCALATE and confidence >= target:
            wanted = Next.STOP
        [action] = found
        said = Next.ASK if isinstance(action, Open) else Next.ESCALATE if isinstance(action, Enter) else Next.STOP
        assert said is wanted


class TestRisk:
    def test_more_is_drawn_where_mistakes_are_expected_and_the_share_stays(self) -> None:
        half = ReviewStage(share=0.3)
        tasks = [TaskId(UUID(int=n)) for n in range(1, 4001)]
        drawn = {
            risk: sum(rules.needs_review(half, 1, facts(task_id=id, risk=risk)) for id in tasks) / len(tasks)
            for risk in (None, 0.01, 0.5, 1.0, 1.5, 100.0)
        }
        assert drawn[None] == drawn[1.0] == pytest.approx(0.3, abs=0.03)
        assert drawn[0.5] == pytest.approx(0.15, abs=0.03)
        assert drawn[1.5] == pytest.approx(0.45, abs=0.03)
        # Nothing is so sure that it is never looked at.
        assert drawn[0.01] == pytest.approx(0.3 * rules.RISK_MIN, abs=0.02)
        assert drawn[100.0] == 1.0

    def test_even_sampling_and_full_reviews_know_no_risk(self) -> None:
        even = ReviewStage(share=0.3, sampling=Sampling.EVEN)
        tasks = [TaskId(UUID(int=n)) for n in range(1, 500)]
        same = [rules.needs_review(even, 1, facts(task_id=id)) for id in tasks]
        assert [rules.needs_review(even, 1, facts(task_id=id, risk=3.0)) for id in tasks] == same
        assert all(rules.needs_review(ReviewStage(), 1, facts(task_id=id, risk=0.01)) for id in tasks)


class TestReviewStage:
    def test_everything_is_reviewed_with_share_one(self) -> None:
        assert next_step(pipeline(1, None, None, ReviewStage()), facts(submitted=1)) == [Enter(1, 0)]

    def test_nothing_is_reviewed_with_share_zero(self) -> None:
        lenient = pipeline(1, None, None, ReviewStage(share=0))
        assert next_step(lenient, facts(submitted=1)) == [Finish(Origin.SINGLE)]

    def test_the_unsure_are_reviewed_in_any_case(self) -> None:
        by_doubt = pipeline(2, None, None, ReviewStage(share=0, below=0.7))
        sure = facts(submitted=2, judged=2, confidence=0.7)
        unsure = facts(submitted=2, judged=2, confidence=0.69)
        assert next_step(by_doubt, sure) == [Finish(Origin.CONSENSUS)]
        assert next_step(by_doubt, unsure) == [Enter(1, 0)]

    def test_the_unlike_are_reviewed_in_any_case(self) -> None:
        by_doubt = pipeline(2, None, None, ReviewStage(share=0, agreement_below=0.5))
        alike = facts(submitted=2, judged=2, agreement=0.5, confidence=0.9)
        unlike = facts(submitted=2, judged=2, agreement=0.49, confidence=0.9)
        assert next_step(by_doubt, alike) == [Finish(Origin.CONSENSUS)]
        assert next_step(by_doubt, unlike) == [Enter(1, 0)]

    def test_opens_one_review(self) -> None:
        reviewed = pipeline(1, None, None, ReviewStage())
        assert next_step(reviewed, facts(stage=1, submitted=1)) == [Open(1, 1)]
        assert next_step(reviewed, facts(stage=1, submitted=1, leased=1)) == []

    @pytest.mark.parametrize("decision", [Decision.ACCEPT, Decision.FIX])
    def test_a_good_word_finishes(self, decision: Decision) -> None:
        reviewed = pipeline(1, None, None, ReviewStage())
        assert next_step(reviewed, facts(stage=1, submitted=1, decision=decision)) == [Finish(Origin.REVIEW)]

    def test_a_second_review_follows_the_first(self) -> None:
        twice = pipeline(1, None, None, ReviewStage(), ReviewStage())
        assert next_step(twice, facts(stage=1, submitted=1, decision=Decision.ACCEPT)) == [Enter(2, 0)]

    def test_a_rejection_sends_back_to_the_first_stage(self) -> None:
        reviewed = pipeline(1, None, None, ReviewStage(rounds_max=1))
        assert next_step(reviewed, facts(stage=1, submitted=1, decision=Decision.REJECT)) == [Enter(0, 1)]

    def test_too_many_rejections_wait_for_the_lead(self) -> None:
        reviewed = pipeline(1, None, None, ReviewStage(rounds_max=1))
        again = facts(stage=1, round=1, submitted=1, decision=Decision.REJECT)
        assert next_step(reviewed, again) == [Halt("Rejected 2 times.")]

    def test_the_sample_is_drawn_by_the_task(self) -> None:
        # 4,000 draws at 0.3: the standard deviation is sqrt(4000 * .3 * .7) = 29, so 1,200 +- 145 is five of them.
        half = ReviewStage(share=0.3)
        drawn = sum(rules.needs_review(half, 1, facts(task_id=TaskId(UUID(int=n)))) for n in range(4000))
        assert 1055 < drawn < 1345
        assert all(
            rules.needs_review(half, 1, facts(task_id=TaskId(UUID(int=n))))
            == rules.needs_review(half, 1, facts(task_id=TaskId(UUID(int=n)), round=2, submitted=5))
            for n in range(50)
        )


class TestClosedTasks:
    @pytest.mark.parametrize("state", [s for s in TaskState if s is not TaskState.OPEN])
    def test_nothing_happens_to_them(self, state: TaskState) -> None:
        assert next_step(pipeline(1), facts(state=state, submitted=1)) == []


reviews = st.builds(
    ReviewStage,
    share=st.sampled_from([0.0, 0.5, 1.0]),
    below=st.none() | st.floats(0, 1),
    on_reject=st.sampled_from(OnReject),
    rounds_max=st.integers(0, 2),
)
overlaps = st.integers(1, 3).flatmap(
    lambda low: st.integers(low, 4).map(lambda high: Overlap(low, high, 0.8 if high > low else None))
)


class TestEveryPipelineEnds:
    @given(
        overlap=overlaps,
        stages=st.lists(reviews, max_size=2),
        confidences=st.lists(st.floats(0, 1), min_size=30, max_size=30),
        decisions=st.lists(st.sampled_from(Decision), min_size=30, max_size=30),
        task=st.integers(0, 2**64),
    )
    def test_work_that_gets_done_leads_to_an_end(
        self,
        overlap: Overlap,
        stages: list[ReviewStage],
        confidences: list[float],
        decisions: list[Decision],
        task: int,
    ) -> None:
        """Whatever people say, a task ends within (rounds + 1) * (labels + reviews) answers, and no more than
        `overlap.max` labels are ever asked for in one round."""
        line = Pipeline((LabelStage(overlap), *stages))
        now = facts(task_id=TaskId(UUID(int=task)))
        answers = 0
        limit = 4 * (overlap.max + len(stages))
        while answers <= limit:
            actions = next_step(line, now)
            assert len(actions) <= 1
            if not actions:
                assert now.open > 0, "nothing to do, nothing under way, not finished: stuck"
                answers += 1
                now = self._answered(line, now, confidences[answers % 30], decisions[answers % 30])
                continue
            action = actions[0]
            if isinstance(action, Open):
                now = rules_replace(now, open=now.open + action.count)
                assert now.submitted + now.open <= overlap.max or now.stage > 0
            elif isinstance(action, Enter):
                fresh = action.round > now.round
                now = rules_replace(now, stage=action.stage, round=action.round, open=0, decision=None)
                now = rules_replace(now, submitted=0, judged=0) if fresh else now
            else:
                return
        raise AssertionError(f"no end after {answers} answers")

    @staticmethod
    def _answered(line: Pipeline, now: Facts, confidence: float, decision: Decision) -> Facts:
        if isinstance(line.stages[now.stage], LabelStage):
            submitted = now.submitted + 1
            return rules_replace(now, open=now.open - 1, submitted=submitted, judged=submitted, confidence=confidence)
        return rules_replace(now, open=now.open - 1, decision=decision)


def rules_replace(now: Facts, **changes: object) -> Facts:
    from dataclasses import replace

    return replace(now, **changes)  # type: ignore[arg-type]


def turn(**known: object) -> Turn:
    start = {
        "id": AssignmentId(new_id()), "kind": Kind.LABEL, "state": TurnState.LEASED, "round": 0,
        "leased_until": NOW + timedelta(minutes=5), "task_state": TaskState.OPEN, "task_round": 0,
    }  # fmt: skip
    return Turn(**{**start, **known})  # type: ignore[arg-type]


class TestCheckMayClose:
    def test_a_leased_turn_may_end(self) -> None:
        assert rules.check_may_close(turn(), Kind.LABEL, NOW) is False

    def test_an_expired_turn_may_end_late(self) -> None:
        assert rules.check_may_close(turn(state=TurnState.EXPIRED), Kind.LABEL, NOW) is True

    @pytest.mark.parametrize("state", [TurnState.SUBMITTED, TurnState.SKIPPED, TurnState.RETURNED, TurnState.CANCELLED])
    def test_a_closed_turn_may_not(self, state: TurnState) -> None:
        with pytest.raises(TurnClosed, match=state.value):
            rules.check_may_close(turn(state=state), Kind.LABEL, NOW)

    def test_a_review_is_no_submission(self) -> None:
        with pytest.raises(WrongKind, match="review turn"):
            rules.check_may_close(turn(kind=Kind.REVIEW), Kind.LABEL, NOW)

    def test_a_task_that_moved_on_takes_no_answer(self) -> None:
        with pytest.raises(TaskClosed):
            rules.check_may_close(turn(task_round=1), Kind.LABEL, NOW)
        with pytest.raises(TaskClosed):
            rules.check_may_close(turn(task_state=TaskState.CANCELLED), Kind.LABEL, NOW)


class TestCheckAnnotation:
    def test_warnings_pass(self) -> None:
        warning = Fault("twin", "/marks/1", "two marks lie on each other", severity=Severity.WARNING)
        assert rules.check_annotation([warning]) == [warning]

    def test_an_error_says_where_and_how_to_mend(self) -> None:
        fault = Fault("small", "/marks/0/geometry/w", "the box is 0 pixels wide", "Draw it larger.")
        with pytest.raises(BadAnnotation, match="/marks/0/geometry/w") as caught:
            rules.check_annotation([fault, fault])
        assert caught.value.mend == "Draw it larger."
        assert len(caught.value.fields["faults"]) == 2


class TestCheckReview:
    def test_no_rejection_without_a_reason(self) -> None:
        with pytest.raises(BadReview):
            rules.check_review(Decision.REJECT, [], "  ", None)
        rules.check_review(Decision.REJECT, ["wrong class"], "", None)
        rules.check_review(Decision.REJECT, [], "Look at the mirror.", None)

    def test_a_fix_and_only_a_fix_has_an_annotation(self) -> None:
        with pytest.raises(BadReview):
            rules.check_review(Decision.FIX, [], "", None)
        with pytest.raises(BadReview):
            rules.check_review(Decision.ACCEPT, [], "", Annotation())
        rules.check_review(Decision.FIX, [], "", Annotation())
