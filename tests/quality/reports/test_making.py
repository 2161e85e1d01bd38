"""Every figure of a project, from a crowd whose skill and truth are known."""

import json

import numpy as np
import pytest

from fairmark.kernel.ids import BatchId, ProjectId, new_id
from fairmark.ontology.model import Annotation
from fairmark.projects.model import LabelStage, Overlap, Pipeline
from fairmark.quality.judging.explaining import Names
from fairmark.quality.judging.gathering import TaskRow, gather
from fairmark.quality.judging.settling import settle
from fairmark.quality.judging.window import Work
from fairmark.quality.reports import agreeing, confusing, making, piloting
from fairmark.quality.reports.model import SliceKind
from tests.quality.crowds import NOW, ONTOLOGY, People

NAMES = Names(ONTOLOGY)


@pytest.fixture(scope="module")
def people() -> People:
    return People([0.95, 0.9, 0.85, 0.8, 0.6], seed=2)


@pytest.fixture(scope="module")
def rows(people: People) -> list[TaskRow]:
    made, _ = people.colours(120, 4, gold=40)
    batches = [BatchId(new_id()), BatchId(new_id())]
    return [
        row._replace(batch_id=batches[n % 2], meta={"site": "north" if n % 3 else "south", "n": n}, confidence=0.8)
        for n, row in enumerate(made)
    ]


class TestAgreement:
    def test_has_the_whole_then_slices_and_pairs(self, rows: list[TaskRow]) -> None:
        found = agreeing.figures(gather("image", ONTOLOGY, rows), rows, NAMES)
        whole = found[0]
        assert (whole.subject, whole.slice, whole.units, whole.judgements) == ("question:colour", "all", 120, 480)
        assert whole.figure.value is not None
        assert whole.figure.low is not None
        assert whole.figure.high is not None
        assert whole.figure.low < whole.figure.value < whole.figure.high
        # Two people of skill s and t agree on s t + (1 - s)(1 - t) / 2: 0.683 on average over the pairs of these five,
        # give or take 0.03 for 120 tasks.
        assert whole.observed == pytest.approx(0.683, abs=0.07)
        kinds = {figure.slice for figure in found}
        assert kinds == set(SliceKind)
        meta = [figure for figure in found if figure.slice is SliceKind.META]
        assert {figure.slice_key for figure in meta} == {"site=north", "site=south"}  # `n` has too many values
        assert len([figure for figure in found if figure.slice is SliceKind.PAIR]) == 10

    def test_boxes_count_what_was_not_marked(self, people: People) -> None:
        truth = [(100.0, 100.0, "car"), (500.0, 300.0, "bus")]
        made = [people.row(range(3), [people.boxes(w, truth) for w in range(3)]) for _ in range(30)]
        found = agreeing.figures(gather("image", ONTOLOGY, made), made, NAMES)
        assert found[0].subject == "marks:box"
        assert {figure.slice_key for figure in found if figure.slice is SliceKind.CLASS} == {"bus", "car", ""}

    def test_numbers_have_slices_and_pairs(self, people: People) -> None:
        rng = np.random.default_rng(3)
        made: list[TaskRow] = []
        for n in range(40):
            truth = rng.uniform(20, 80)
            counts = [truth + rng.normal(0, 1), truth + rng.normal(0, 1), truth + rng.normal(0, 20)]
            said = [Annotation(answers={"count": float(np.clip(count, 0, 100))}) for count in counts]
            made.append(people.row(range(3), said)._replace(meta={"site": "north" if n % 4 else "south"}))
        found = agreeing.figures(gather("image", ONTOLOGY, made), made, NAMES)
        assert {figure.subject for figure in found} == {"question:count"}
        assert (found[0].slice, found[0].units, found[0].judgements) == (SliceKind.ALL, 40, 120)
        assert {f.slice_key: f.units for f in found if f.slice is SliceKind.META} == {
            "site=north": 30,
            "site=south": 10,
        }
        pairs = {frozenset(f.slice_key.split("|")): f.figure.value for f in found if f.slice is SliceKind.PAIR}
        ours = frozenset(str(id) for id in people.ids[:2])
        # The first two differ by 1.4, where truths are spread by 17: 1 - (1.4 / 17)^2 / 2; the third is 20 off.
        assert pairs.pop(ours) == pytest.approx(0.997, abs=0.005)
        assert all(value is not None and value < 0.8 for value in pairs.values())
        assert len(pairs) == 2

    def test_sets_have_pairs_by_masi(self, people: People) -> None:
        def said(n: int, worker: int) -> Annotation:
            chosen = [["a"], ["a", "b"], ["c"]][n % 3]
            return Annotation(answers={"things": ["c"] if worker == 2 and n % 3 == 0 else chosen})

        made = [people.row(range(3), [said(n, worker) for worker in range(3)]) for n in range(30)]
        found = agreeing.figures(gather("image", ONTOLOGY, made), made, NAMES)
        pairs = {frozenset(f.slice_key.split("|")): f for f in found if f.slice is SliceKind.PAIR}
        alike = pairs.pop(frozenset(str(id) for id in people.ids[:2]))
        assert (alike.coefficient, alike.level, alike.figure.value) == ("alpha", "set", 1.0)
        # Ten of 30 units are 1 apart (a, c): D_o = 1/3. Of 60 sets 10 are {a}, 20 {a, b}, 30 {c}, and {a} is 2/3 from
        # {a, b}, both 1 from {c}: D_e = 2 (10 * 20 * 2/3 + 10 * 30 + 20 * 30) / (60 * 59) = 0.5838.
        assert [pair.figure.value for pair in pairs.values()] == [pytest.approx(1 - (1 / 3) / 0.5838, abs=1e-3)] * 2

        # Option by option. a: chosen by all in 10 units, by two of three in 10, by none in 10; b: by all or none.
        options = {f.slice_key: f for f in found if f.slice is SliceKind.CLASS}
        assert list(options) == ["a", "c", "b"]
        assert {key: f.level for key, f in options.items()} == dict.fromkeys("abc", "nominal")
        assert options["b"].figure.value == 1.0
        # a: of 90 yes or no 50 are yes; D_o: 10 units with 2 and 1: 10 * (2 * 2 * 1 / 2) / 90 = 2/9;
        # D_e = 2 * 50 * 40 / (90 * 89) = 0.4994; alpha = 0.555. AC1: P = (20 + 10 / 3) / 30 = 7/9;
        # share of yes 5/9: P_e = 2 * (5/9) * (4/9) = 0.4938; AC1 = (7/9 - 0.4938) / 0.5062 = 0.561.
        assert options["a"].figure.value == pytest.approx(0.555, abs=1e-3)
        assert options["a"].ac1 is not None
        assert options["a"].ac1.value == pytest.approx(0.561, abs=1e-3)

    def test_ac1_stays_where_one_answer_is_very_common(self, people: People) -> None:
        # Red but for two units, in which one of three says blue: alpha sees nothing but chance, AC1 agreement.
        def said(n: int, worker: int) -> Annotation:
            return Annotation(answers={"colour": "blue" if n < 2 and worker == n else "red"})

        made = [people.row(range(3), [said(n, worker) for worker in range(3)]) for n in range(40)]
        whole = agreeing.figures(gather("image", ONTOLOGY, made), made, NAMES)[0]
        assert whole.figure.value is not None
        assert whole.figure.value < 0.05
        assert whole.ac1 is not None
        assert whole.ac1.value is not None
        assert whole.ac1.value > 0.95
        assert whole.ac1.low is not None
        assert whole.ac1.low <= whole.ac1.value

    def test_nothing_is_no_figure(self) -> None:
        assert agreeing.figures(gather("image", ONTOLOGY, []), [], NAMES) == []


class TestHeadline:
    def test_is_of_the_subject_with_the_most_units(self, people: People) -> None:
        # Every one of 30 tasks has two things that somebody marked; ten have a colour too.
        truth = [(100.0, 100.0, "car"), (500.0, 300.0, "bus")]
        made = []
        for n in range(30):
            said = [people.boxes(w, truth) for w in range(3)]
            if n < 10:
                said = [Annotation(marks=each.marks, answers={"colour": "red"}) for each in said]
            made.append(people.row(range(3), said))
        found = agreeing.figures(gather("image", ONTOLOGY, made), made, NAMES)
        best = agreeing.headline(found)
        assert best is not None
        assert (best.subject, best.title) == ("marks:box", "Marks: box")
        wholes = [figure.units for figure in found if figure.slice is SliceKind.ALL]
        assert wholes == sorted(wholes, reverse=True)
        assert agreeing.headline([]) is None


class TestConfusion:
    def test_puts_what_is_said_beside_what_is_right(self, people: People) -> None:
        # The last always says blue for green.
        made = []
        for n in range(90):
            truth = ("red", "green", "blue")[n % 3]
            odd = "blue" if truth == "green" else truth
            said = [Annotation(answers={"colour": each}) for each in (truth, truth, truth, odd)]
            made.append(people.row([0, 1, 2, 4], said))
        said = gather("image", ONTOLOGY, made)
        found = confusing.judgements(said, settle("image", ONTOLOGY, made, said, 0.1))
        told = confusing.told(found, said, made, NAMES)
        table = told.tables[0]
        assert (table.values, table.titles, table.judges) == (["red", "green", "blue"], ["Red", "Green", "Blue"], 4)
        counts = np.array(table.counts)
        assert counts[1, 2] == pytest.approx(30, abs=2)
        assert counts[1, 0] == counts[0, 1] == pytest.approx(0, abs=2)
        cell = told.examples[json.dumps(["question:colour", "green", "blue"], separators=(",", ":"))]
        assert len(cell) == confusing.EXAMPLES_MAX
        odd_ones = {each.id for row in made for each in row.handed if each.worker == people.ids[4]}
        assert {each.submission_id for each in cell} <= odd_ones


class TestPlan:
    def test_is_measured_against_gold_and_rises_with_labels(self, rows: list[TaskRow]) -> None:
        said = gather("image", ONTOLOGY, rows)
        found = piloting.plan(said, settle("image", ONTOLOGY, rows, said, 0.1), rows, NOW)
        assert found is not None
        assert (found.basis, found.against, found.pilot_tasks) == ("pilot", "gold", 40)
        fixed = [point.accuracy.value or 0 for point in found.points if not point.adaptive]
        assert len(fixed) == 4
        assert fixed[-1] > fixed[0]
        adaptive = [point for point in found.points if point.adaptive]
        assert all(point.labels <= 4 for point in adaptive)
        assert [point.labels for point in adaptive] == sorted(point.labels for point in adaptive)

    def test_counts_what_the_first_few_overlook(self) -> None:
        # Boxes of one class: 8 of 10 are seen by each. One person alone misses a fifth, three together a hundredth.
        crowd, truth = People([0.8] * 5, seed=4), [(100.0, 100.0, "car"), (500.0, 300.0, "car")]
        made = [crowd.row(range(5), [crowd.boxes(w, truth) for w in range(5)]) for _ in range(60)]
        said = gather("image", ONTOLOGY, made)
        found = piloting.plan(said, settle("image", ONTOLOGY, made, said, 0.1), made, NOW)
        assert found is not None
        assert found.against == "consensus"
        fixed = [point.accuracy.value or 0.0 for point in found.points if not point.adaptive]
        assert fixed[0] == pytest.approx(0.8, abs=0.1)
        assert fixed[4] > 0.95

    def test_knows_numbers_and_texts(self, people: People) -> None:
        rng = np.random.default_rng(2)
        made: list[TaskRow] = []
        for n in range(40):
            numbers = [50 + n / 4 + rng.normal(0, 12) for _ in range(3)]
            days = ["2026-03-01" if rng.random() < 0.8 else f"2026-03-{rng.integers(2, 28):02}" for _ in range(3)]
            answers = zip(numbers, days, strict=True)
            made.append(people.row(range(3), [Annotation(answers={"count": float(c), "day": d}) for c, d in answers]))
        said = gather("image", ONTOLOGY, made)
        found = piloting.plan(said, settle("image", ONTOLOGY, made, said, 0.1), made, NOW)
        assert found is not None
        assert found.pilot_tasks == 40
        fixed = [point.accuracy.value or 0.0 for point in found.points if not point.adaptive]
        assert (len(fixed), fixed[2]) == (3, 1.0)  # what all three say together is what it is measured against
        assert fixed[0] < fixed[1] <= 1.0

    def test_is_none_of_a_handful(self, people: People) -> None:
        few, _ = people.colours(10, 3)
        said = gather("image", ONTOLOGY, few)
        assert piloting.plan(said, settle("image", ONTOLOGY, few, said, 0.1), few, NOW) is None


class TestMade:
    def test_says_how_sure_of_the_same_results_everywhere(self) -> None:
        people, target = People([0.9] * 4), 0.9
        several, _ = people.colours(20, 3)
        alone, _ = people.colours(5, 1)
        unfinished, _ = people.colours(5, 3)
        rows = [
            *(row._replace(confidence=0.85 if n < 7 else 0.95) for n, row in enumerate(several)),
            *(row._replace(confidence=0.8) for row in alone),
            *(row._replace(confidence=0.5, open=True) for row in unfinished),
        ]
        report = making.confidence(rows, [], NOW)
        work = Work(ProjectId(new_id()), "image", ONTOLOGY, Pipeline((LabelStage(Overlap(2, 5, target)),)), [], [])
        overview = making.overview(work, rows, [], None, None, NOW)
        # What one person said alone, and what is still being asked, is in neither.
        assert (overview.judged, overview.unsure) == (20, 7)
        assert sum(report.histogram) == 20
        assert sum(report.histogram[: round(target * making.STEPS)]) == 7

    def test_is_everything_at_once_even_of_nothing(self) -> None:
        pipeline = Pipeline((LabelStage(Overlap(2, 5, 0.9)),))
        work = Work(ProjectId(new_id()), "image", ONTOLOGY, pipeline, [], [])
        found = making.made(work, 0.1, NOW)
        assert found.overview.answers == 0
        assert found.overview.accuracy.value is None
        assert (found.agreement.figures, found.confusion.tables, found.plan, found.noticed) == ([], [], None, [])
        assert found.confidence.histogram == [0] * making.STEPS
