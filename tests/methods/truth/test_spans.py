from fairmark.methods.truth.spans import Marking, infer_spans


class TestInferSpans:
    def test_most_agree(self) -> None:
        right = [(0, 2, "PER"), (5, 6, "LOC")]
        items = [[Marking(0, right), Marking(1, right), Marking(2, right), Marking(3, [(0, 1, "PER")])]] * 10
        found = infer_spans(items, 4)
        assert [(s.start, s.end, s.class_) for s in found.spans[0]] == right
        assert found.skill[3] < found.skill[0]

    def test_one_of_two_that_overlap(self) -> None:
        items = [[Marking(0, [(0, 2, "A")]), Marking(1, [(0, 2, "A")]), Marking(2, [(1, 3, "A")])]] * 5
        assert len(infer_spans(items, 3, keep_min=0.0).spans[0]) == 1
        assert len(infer_spans(items, 3, keep_min=0.0, overlapping=True).spans[0]) == 2

    def test_the_class_is_inferred(self) -> None:
        items = [[Marking(w, [(0, 2, "ORG" if w == 3 else "LOC")]) for w in range(4)]] * 10
        assert {s.class_ for spans in infer_spans(items, 4).spans for s in spans} == {"LOC"}

    def test_nothing(self) -> None:
        assert infer_spans([[], [Marking(0, [])]], 1).spans == [[], []]

    def test_gold_is_the_answer_and_teaches_whose_ends_are_right(self) -> None:
        items = [[Marking(0, [(0, 4, "PER")]), Marking(1, [(0, 5, "PER")])] for _ in range(30)]
        known = [Marking(0, [(0, 4, "PER"), (2, 3, "LOC")])] * 20 + [None] * 10
        found = infer_spans(items, 2, gold=known)
        # What is known is kept as it is, also where it overlaps, and where nobody said it.
        assert [(*span,) for span in found.spans[0]] == [(0, 4, "PER", 1.0), (2, 3, "LOC", 1.0)]
        assert [(span.start, span.end) for span in found.spans[-1]] == [(0, 4)]
        assert found.skill[0] > found.skill[1]
