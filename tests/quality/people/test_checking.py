from fairmark.ontology.model import Annotation
from fairmark.quality.people.checking import NOTHING, compared
from tests.quality.crowds import ONTOLOGY, box


def check(truth: Annotation, said: Annotation):
    return compared("image", ONTOLOGY, truth, said)


class TestCompared:
    def test_the_same_is_right_in_every_part(self) -> None:
        same = Annotation(marks=(box(1, 1), box(500, 1, "bus", "b")), answers={"colour": "red"})
        found = check(same, same)
        assert found.parts == {"car": (1, 0), "bus": (1, 0), "colour": (1, 0)}
        assert (found.is_right, found.faults, found.score) == (True, [], 1.0)

    def test_each_kind_of_mistake_counts_and_is_named(self) -> None:
        truth = Annotation(
            marks=(box(1, 1), box(500, 1, "bus", "b"), box(900, 1, "car", "c")), answers={"colour": "red"}
        )
        said = Annotation(
            marks=(box(1, 1), box(500, 1, "car", "x"), box(100, 700, "bus", "y")), answers={"colour": "blue"}
        )
        found = check(truth, said)
        # One car right, one missing; the bus was taken for a car, and a bus was made up.
        assert found.parts == {"car": (1, 1), "bus": (0, 2), "colour": (0, 1)}
        assert found.faults == [
            "It is Bus, not Car.", "Car is missing.", "There is no Bus there.", "Colour: Red, not Blue.",
        ]  # fmt: skip
        assert not found.is_right

    def test_seeing_rightly_that_nothing_is_there_counts(self) -> None:
        assert check(Annotation(), Annotation()).parts == {NOTHING: (1.0, 0.0)}
        assert check(Annotation(), Annotation(marks=(box(1, 1),))).parts == {"car": (0, 1)}
