import numpy as np

from fairmark.methods.truth.boxes import KEEP_MIN, Submission, infer_boxes


def _boxes(*boxes: tuple[float, float, float, float]) -> np.ndarray:
    return np.array(boxes, dtype=np.float64).reshape(-1, 4)


class TestInferBoxes:
    def test_finds_what_most_marked_and_drops_what_one_imagined(self) -> None:
        items = [
            [
                Submission(0, _boxes((10, 10, 20, 20))),
                Submission(1, _boxes((11, 10, 20, 20))),
                Submission(2, _boxes((12, 10, 20, 20), (300, 300, 9, 9))),
                Submission(3, _boxes((10, 11, 20, 20))),
            ]
            for _ in range(20)
        ]
        found = infer_boxes(items, 4)
        for things in found.things:
            assert len([thing for thing in things if thing.confidence >= KEEP_MIN]) == 1
            # Medians of 10, 11, 12, 10 and of 10, 10, 10, 11, whatever the weights within these bounds.
            assert 10 <= things[0].box[0] <= 11.5
            assert 10 <= things[0].box[1] <= 10.5
            assert {k for k, _ in things[0].members} == {0, 1, 2, 3}
        assert found.precision[2] < 0.7 < found.precision[0]

    def test_two_boxes_of_one_worker_are_two_things(self) -> None:
        twice = _boxes((0, 0, 10, 10), (1, 0, 10, 10))
        found = infer_boxes([[Submission(0, twice), Submission(1, twice)]], 2)
        assert sorted(len(thing.members) for thing in found.things[0]) == [2, 2]

    def test_classes_are_voted_on_with_skill(self) -> None:
        box = _boxes((0, 0, 10, 10))
        items = [[Submission(w, box, ["car" if w < 3 else "bus"]) for w in range(4)] for _ in range(12)]
        found = infer_boxes(items, 4)
        assert {things[0].class_ for things in found.things} == {"car"}

    def test_nothing_is_an_answer(self) -> None:
        found = infer_boxes([[], [Submission(0, _boxes())]], 1)
        assert found.things == [[], []]

    def test_localisation_tells_the_careful_from_the_sloppy(self) -> None:
        rng = np.random.default_rng(2)
        spread = [0.5, 0.5, 0.5, 4.0]
        items = [
            [Submission(w, np.array([[50, 50, 40, 40]]) + rng.normal(0, spread[w], (1, 4))) for w in range(4)]
            for _ in range(30)
        ]
        found = infer_boxes(items, 4).localisation
        assert found[3] < found[:3].min()


class TestGold:
    def test_is_the_answer_and_teaches_who_imagines_and_who_finds(self) -> None:
        real, imagined = (10.0, 10.0, 20.0, 20.0), (200.0, 200.0, 20.0, 20.0)
        items = [[Submission(0, _boxes(real)), Submission(1, _boxes(imagined))] for _ in range(30)]
        known = [Submission(0, _boxes((11, 10, 20, 20)))] * 20 + [None] * 10
        found = infer_boxes(items, 2, gold=known)
        assert [thing.confidence for thing in found.things[0]] == [1.0, 0.0]
        assert found.things[0][0].box.tolist() == [11, 10, 20, 20]
        assert found.things[0][0].members == [(0, 0)]
        # Of one against one nothing could be said without gold.
        [first, second] = found.things[-1]
        assert (first.box.tolist(), second.box.tolist()) == (list(real), list(imagined))
        assert first.confidence > 0.9 > 0.2 > second.confidence
        assert found.recall[0] > found.recall[1]
        assert found.precision[0] > 0.9 > 0.1 > found.precision[1]

    def test_what_nobody_marked_is_part_of_it(self) -> None:
        [things] = infer_boxes([[Submission(0, _boxes())]], 1, gold=[Submission(0, _boxes((1, 2, 3, 4)))]).things
        assert [(thing.box.tolist(), thing.confidence, thing.members) for thing in things] == [([1, 2, 3, 4], 1.0, [])]

    def test_of_classes_teaches_who_confuses_them(self) -> None:
        box = _boxes((0, 0, 10, 10))
        items = [[Submission(w, box, ["car" if w else "bus"]) for w in range(3)] for _ in range(40)]
        known = [Submission(0, box, ["bus"])] * 30 + [None] * 10
        assert {things[0].class_ for things in infer_boxes(items, 3, gold=known).things} == {"bus"}
