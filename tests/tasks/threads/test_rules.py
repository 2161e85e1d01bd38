"""Who hears what, decided without a database."""

import pytest

from fairmark.kernel.ids import WorkerId, new_id
from fairmark.tasks.model import Kind, TurnState
from fairmark.tasks.threads import rules
from fairmark.tasks.threads.model import COMMENTS_MAX, THREADS_MAX, Role, Speaker, TooManyComments, TurnLeft
from fairmark.tasks.threads.rules import Voice

ANN, BEN, REVIEWER = WorkerId(new_id()), WorkerId(new_id()), WorkerId(new_id())


def labeler(id: WorkerId, round: int = 0) -> Voice:
    return Voice(id, Role.LABELER, round)


class TestVoiceOf:
    def test_is_a_labeler_at_labeling_and_a_reviewer_at_a_review(self) -> None:
        assert rules.voice_of(ANN, Kind.LABEL, TurnState.LEASED, 2) == Voice(ANN, Role.LABELER, 2)
        assert rules.voice_of(ANN, Kind.REVIEW, TurnState.SUBMITTED, 0) == Voice(ANN, Role.REVIEWER, 0)

    @pytest.mark.parametrize("state", [TurnState.SKIPPED, TurnState.RETURNED, TurnState.CANCELLED])
    def test_whoever_left_the_task_has_none(self, state: TurnState) -> None:
        with pytest.raises(TurnLeft, match=state.value):
            rules.voice_of(ANN, Kind.LABEL, state, 0)


class TestHearsThread:
    @pytest.mark.parametrize("about", [None, ANN, BEN])
    @pytest.mark.parametrize("opened_as", list(Role))
    def test_a_reviewer_and_a_lead_see_every_thread(self, opened_as: Role, about: WorkerId | None) -> None:
        for role in (Role.REVIEWER, Role.LEAD):
            assert rules.hears_thread(Voice(REVIEWER, role, 0), opened_as, about, 0)

    def test_a_labeler_sees_what_is_about_their_own_work_or_everybodys(self) -> None:
        assert rules.hears_thread(labeler(ANN), Role.REVIEWER, ANN, 0)
        assert rules.hears_thread(labeler(ANN), Role.REVIEWER, None, 0)
        assert rules.hears_thread(labeler(ANN), Role.LABELER, ANN, 0)

    def test_a_labeler_sees_nothing_of_anothers_in_the_same_round(self) -> None:
        assert not rules.hears_thread(labeler(ANN), Role.REVIEWER, BEN, 0)
        assert not rules.hears_thread(labeler(ANN), Role.LABELER, BEN, 0)

    def test_whoever_does_it_again_sees_what_the_reviewer_said_and_not_what_the_labeler_did(self) -> None:
        assert rules.hears_thread(labeler(BEN, round=1), Role.REVIEWER, ANN, 0)
        assert not rules.hears_thread(labeler(BEN, round=1), Role.LABELER, ANN, 0)


class TestHearsComment:
    def test_of_labelers_a_labeler_hears_only_themselves(self) -> None:
        heard = [
            rules.hears_comment(labeler(ANN), role, by)
            for role, by in [(Role.LABELER, ANN), (Role.LABELER, BEN), (Role.REVIEWER, REVIEWER), (Role.LEAD, BEN)]
        ]
        assert heard == [True, False, True, True]

    def test_a_reviewer_hears_everybody(self) -> None:
        assert rules.hears_comment(Voice(REVIEWER, Role.REVIEWER, 0), Role.LABELER, BEN)


class TestSpeaker:
    def test_names_nobody(self) -> None:
        assert rules.speaker(labeler(ANN), Role.LABELER, ANN) is Speaker.YOU
        assert rules.speaker(labeler(ANN), Role.REVIEWER, REVIEWER) is Speaker.REVIEWER


class TestAbout:
    work = ((ANN, frozenset({"a", "both"})), (BEN, frozenset({"b", "both"})))
    reviewer = Voice(REVIEWER, Role.REVIEWER, 0)

    def test_a_labeler_speaks_about_their_own_work(self) -> None:
        assert rules.about(labeler(BEN), "a", self.work) == BEN

    @pytest.mark.parametrize(
        ("mark_id", "whose"), [("a", ANN), ("b", BEN), ("both", None), ("merged", None), (None, None)]
    )
    def test_a_mark_tells_whose_work_is_meant(self, mark_id: str | None, whose: WorkerId | None) -> None:
        assert rules.about(self.reviewer, mark_id, self.work) == whose

    @pytest.mark.parametrize("mark_id", [None, "a", "the reviewer's own"])
    def test_the_only_submission_is_meant_by_everything(self, mark_id: str | None) -> None:
        assert rules.about(self.reviewer, mark_id, self.work[:1]) == ANN

    def test_without_a_submission_it_is_everybodys(self) -> None:
        assert rules.about(self.reviewer, None, ()) is None


class TestCheckRoom:
    def test_the_last_place_may_be_taken_and_no_more(self) -> None:
        rules.check_room(THREADS_MAX - 1, COMMENTS_MAX - 1)
        with pytest.raises(TooManyComments, match="threads"):
            rules.check_room(THREADS_MAX, 0)
        with pytest.raises(TooManyComments, match="comments"):
            rules.check_room(0, COMMENTS_MAX)
