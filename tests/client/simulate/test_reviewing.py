from random import Random

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.client.simulate.comparing import score
from fairmark.client.simulate.reviewing import look
from fairmark.ontology.model import Annotation
from fairmark.ontology.rules import check_annotation, errors
from fairmark.tasks.model import Decision

from .scenes import COMPILED, TRUTH, box, truths

LOOSE = replace(TRUTH.marks[0], geometry={"x": 30, "y": 30, "w": 100, "h": 80})
SLOPPY = replace(
    TRUTH,
    marks=(LOOSE, *TRUTH.marks[1:], box("x", 300, 9, 9, 9)),
    answers={"open": True, "score": 1.0, "words": "as written"},
)


class TestLook:
    def test_what_is_right_is_accepted(self) -> None:
        assert look(TRUTH, TRUTH, COMPILED, 1.0, Random(0)).decision is Decision.ACCEPT

    def test_a_sharp_eye_mends_every_mistake(self) -> None:
        verdict = look(SLOPPY, TRUTH, COMPILED, 1.0, Random(0))
        assert verdict.decision is Decision.FIX
        assert verdict.annotation is not None
        found = score(verdict.annotation, TRUTH)
        assert (found.f1, found.iou, found.answers) == (1, 1, 1)
        assert verdict.reasons == [
            "Something is marked that is not there.", "A box or its class is wrong.", "A question is answered wrongly.",
        ]  # fmt: skip

    def test_a_blind_eye_accepts_everything(self) -> None:
        assert look(SLOPPY, TRUTH, COMPILED, 0.0, Random(0)).decision is Decision.ACCEPT

    def test_what_is_mostly_wrong_is_sent_back_with_reasons(self) -> None:
        wrong = Annotation(marks=tuple(box(f"x{n}", 20 * n, 200, 10, 10) for n in range(5)), answers=TRUTH.answers)
        verdict = look(wrong, TRUTH, COMPILED, 1.0, Random(0))
        assert (verdict.decision, verdict.annotation) == (Decision.REJECT, None)
        assert verdict.reasons

    @given(truths(), truths(), st.floats(0, 1), st.integers(0, 1000))
    def test_whatever_it_decides_can_be_handed_in(
        self, given_: Annotation, truth: Annotation, sharpness: float, seed: int
    ) -> None:
        verdict = look(given_, truth, COMPILED, sharpness, Random(seed))
        assert (verdict.annotation is not None) == (verdict.decision is Decision.FIX)
        assert (verdict.reasons == []) == (verdict.decision is Decision.ACCEPT)
        if verdict.annotation is not None:
            assert errors(check_annotation(verdict.annotation, COMPILED)) == []
