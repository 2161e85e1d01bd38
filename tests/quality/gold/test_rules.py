from fairmark.kernel.ids import SubmissionId, WorkerId, new_id
from fairmark.ontology.model import Annotation
from fairmark.quality.gold.rules import SUSPENDED_FROM, Answered, ambiguity, leaked, suspicions


def answered(right: bool, quality: float = 0.95, pace: float | None = None, same_as: int = 0) -> Answered:
    score = 1.0 if right else 0.3
    return Answered(SubmissionId(new_id()), WorkerId(new_id()), Annotation(), score, right, quality, pace, same_as)


class TestAmbiguity:
    def test_good_people_who_differ_raise_it_and_bad_ones_hardly(self) -> None:
        good = ambiguity([answered(False)] * 3)
        bad = ambiguity([answered(False, 0.45)] * 3)
        assert good > SUSPENDED_FROM > 0.2 > bad

    def test_those_who_agree_lower_it(self) -> None:
        assert ambiguity([answered(True)] * 5) < 0.01
        assert ambiguity([answered(False), *[answered(True)] * 6]) < 0.05

    def test_one_alone_says_little(self) -> None:
        assert ambiguity([answered(False)]) < 0.5
        assert ambiguity([]) == 0.03


class TestSuspicions:
    def test_the_same_wrong_answer_by_many(self) -> None:
        answers = [answered(False, 0.5, same_as=2)] * 3 + [answered(True)] * 3
        found = suspicions(answers, 0.1)
        assert [each.kind for each in found] == ["same_wrong_answer"]
        assert "3 people" in found[0].text

    def test_sudden_speed_by_many(self) -> None:
        answers = [answered(True, pace=0.1)] * 4 + [answered(True, pace=0.9)]
        assert [each.kind for each in suspicions(answers, 0.01)] == ["too_fast"]
        assert suspicions([answered(True, pace=0.1)] * 2, 0.01) == []

    def test_nothing_is_suspicious_about_ordinary_mistakes(self) -> None:
        answers = [answered(False, 0.6), answered(False, 0.6), answered(True, pace=0.8)]
        assert suspicions(answers, 0.2) == []


class TestLeaked:
    def test_names_those_who_were_fast(self) -> None:
        answers = [answered(True, pace=0.1)] * 4 + [answered(True, pace=0.9)]
        assert len(leaked(answers, suspicions(answers, 0.01))) == 4

    def test_the_same_wrong_answer_alone_may_be_the_items_fault(self) -> None:
        slow = [answered(False, 0.9, 1.0, 2)] * 3
        assert leaked(slow, suspicions(slow, 0.9)) == []
        fast = [answered(False, 0.9, 0.1, 2)] * 3
        assert len(leaked(fast, suspicions(fast, 0.3))) == 3
