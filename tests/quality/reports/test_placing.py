import pytest

from fairmark.kernel.ids import BatchId, new_id
from fairmark.ontology.model import Annotation
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import TaskRow
from fairmark.quality.reports.model import AgreementFigure, SliceKind
from fairmark.quality.reports.placing import SHARED_MIN, figures
from tests.quality.crowds import ONTOLOGY, People, box

NAMES = Names(ONTOLOGY)


def only(found: list[AgreementFigure], slice: SliceKind, key: str = "") -> AgreementFigure:
    return next(each for each in found if each.slice is slice and each.slice_key == key)


def drawn(people: People, tasks: int, workers: int) -> list[TaskRow]:
    """Tasks with a car and a bus, in other places each, drawn by so many; in two batches."""
    batches = [BatchId(new_id()), BatchId(new_id())]
    rows: list[TaskRow] = []
    for n in range(tasks):
        truth = [(100.0 + 37 * n, 50.0, "car"), (40.0, 200.0 + 41 * n, "bus")]
        said = [people.boxes(w, truth) for w in range(workers)]
        rows.append(people.row(range(workers), said)._replace(batch_id=batches[n % 2]))
    return rows


class TestFigures:
    def test_the_same_boxes_agree_wholly_and_boxes_elsewhere_not_at_all(self) -> None:
        people = People([1.0, 1.0])
        same = [Annotation(marks=(box(10.0 + 300 * n, 10),)) for n in range(12)]
        rows = [people.row([0, 1], [each, each]) for each in same]
        whole = only(figures("image", ONTOLOGY, rows, NAMES), SliceKind.ALL)
        assert (whole.subject, whole.title, whole.level) == ("places:box", "Places: box", "place")
        assert (whole.figure.value, whole.observed, whole.units, whole.judgements) == (1.0, 1.0, 12, 24)
        # The other person draws what belongs to the next item: no more alike than any two items.
        rows = [people.row([0, 1], [each, same[n - 1]]) for n, each in enumerate(same)]
        whole = only(figures("image", ONTOLOGY, rows, NAMES), SliceKind.ALL)
        assert whole.observed == 0.0
        assert whole.figure.value is not None
        assert whole.figure.value < 0.15

    def test_a_share_of_missed_boxes_is_worked_out(self) -> None:
        # Of two boxes, the second person draws one: F1 = 2 x 1 / 3, so they are 1/3 apart; items share nothing.
        people = People([1.0, 1.0])
        rows = [
            people.row([0, 1], [Annotation(marks=(box(300.0 * n, 10, id="a"), box(300.0 * n, 900, id="b"))),
                                Annotation(marks=(box(300.0 * n, 10, id="a"),))])
            for n in range(1, 9)
        ]  # fmt: skip
        for n, row in enumerate(rows):  # where b lies differs as well
            mark = box(300.0 * n, 900.0 + 200 * n, id="b")
            first = row.handed[0]._replace(annotation=Annotation(marks=(row.handed[0].annotation.marks[0], mark)))
            rows[n] = row._replace(handed=[first, row.handed[1]])
        whole = only(figures("image", ONTOLOGY, rows, NAMES), SliceKind.ALL)
        assert whole.observed == pytest.approx(2 / 3)
        assert whole.figure.value == pytest.approx(2 / 3)

    def test_has_classes_slices_and_pairs_with_intervals(self) -> None:
        people = People([0.95, 0.9, 0.6], seed=4)
        rows = drawn(people, 40, 3)
        found = figures("image", ONTOLOGY, rows, NAMES)
        assert {each.slice for each in found} >= {SliceKind.ALL, SliceKind.CLASS, SliceKind.BATCH, SliceKind.WEEK,
                                                  SliceKind.PAIR}  # fmt: skip
        assert {each.slice_key for each in found if each.slice is SliceKind.CLASS} == {"car", "bus"}
        whole = only(found, SliceKind.ALL)
        low, value, high = whole.figure.low, whole.figure.value, whole.figure.high
        assert low is not None
        assert value is not None
        assert high is not None
        assert 0 < low < value < high < 1
        pairs = {frozenset(each.slice_key.split("|")): each for each in found if each.slice is SliceKind.PAIR}
        assert all(each.units >= SHARED_MIN for each in pairs.values())
        best = pairs[frozenset((str(people.ids[0]), str(people.ids[1])))].figure.value or 0
        worst = pairs[frozenset((str(people.ids[1]), str(people.ids[2])))].figure.value or 0
        assert best > worst

    def test_of_nothing_is_nothing(self) -> None:
        people = People([0.9, 0.9])
        assert figures("image", ONTOLOGY, [], NAMES) == []
        assert figures("image", ONTOLOGY, [people.row([0, 1], [Annotation(), Annotation()])], NAMES) == []
