"""A simulated crowd of known skill, and what it says about tasks of known truth."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np

from fairmark.kernel.ids import BatchId, ItemId, SubmissionId, TaskId, new_id
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Mark, Ontology, Option
from fairmark.quality.judging.consensus import Said
from fairmark.quality.judging.gathering import Handed, TaskRow

COLORS = ("red", "green", "blue")
ONTOLOGY = compile_ontology(
    Ontology(
        classes=(
            ItemClass("car", "Car", "#1f77b4", ("box",)),
            ItemClass("bus", "Bus", "#ff7f0e", ("box",)),
        ),
        questions=(
            Field("colour", "Colour", FieldKind.SINGLE, tuple(Option(c, c.title()) for c in COLORS)),
            Field("things", "Things", FieldKind.MULTIPLE, (Option("a", "A"), Option("b", "B"), Option("c", "C"))),
            Field("count", "Count", FieldKind.NUMBER, min=0, max=100),
            Field("day", "Day", FieldKind.DATE),
        ),
    )
)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def box(x: float, y: float, class_: str = "car", id: str = "m0") -> Mark:
    """A box of 80 x 60."""
    return Mark(id, "box", class_, {"x": x, "y": y, "w": 80.0, "h": 60.0})


class People:
    """Workers with a chance each to answer rightly, and to see a thing."""

    def __init__(self, skills: Sequence[float], seed: int = 1) -> None:
        self.skills = list(skills)
        self.ids: list[UUID] = [new_id() for _ in skills]
        self.rng = np.random.default_rng(seed)

    def answer(self, worker: int, truth: str) -> str:
        """The colour that a worker names."""
        if self.rng.random() < self.skills[worker]:
            return truth
        return str(self.rng.choice([c for c in COLORS if c != truth]))

    def colour(self, worker: int, truth: str) -> Annotation:
        """An annotation with nothing but a colour."""
        return Annotation(answers={"colour": self.answer(worker, truth)})

    def boxes(self, worker: int, truth: Sequence[tuple[float, float, str]]) -> Annotation:
        """Boxes of what the worker saw, a little off, sometimes one too many."""
        marks: list[Mark] = []
        for n, (x, y, name) in enumerate(truth):
            if self.rng.random() < self.skills[worker]:
                other = "bus" if name == "car" else "car"
                said = name if self.rng.random() < self.skills[worker] else other
                dx, dy = self.rng.normal(0, 3, 2).tolist()
                marks.append(box(x + dx, y + dy, said, f"m{n}"))
        if self.rng.random() > self.skills[worker]:
            marks.append(box(float(self.rng.uniform(0, 1500)), float(self.rng.uniform(900, 1000)), "car", "extra"))
        return Annotation(marks=tuple(marks))

    def some(self, count: int) -> list[int]:
        """Different workers."""
        return [int(w) for w in self.rng.choice(len(self.ids), count, replace=False)]

    def said(self, workers: Sequence[int], annotations: Sequence[Annotation]) -> list[Said]:
        """Submissions as consensus takes them."""
        pairs = zip(workers, annotations, strict=True)
        return [Said(SubmissionId(new_id()), self.ids[worker], annotation) for worker, annotation in pairs]

    def row(
        self, workers: Sequence[int], annotations: Sequence[Annotation], truth: Annotation | None = None, *,
        ms: Callable[[int], int] = lambda worker: 10_000, at: datetime = NOW, open: bool = False,
    ) -> TaskRow:  # fmt: skip
        """A task as the settling sees it."""
        handed = [
            Handed(SubmissionId(new_id()), self.ids[worker], annotation, ms(worker), at + timedelta(minutes=n))
            for n, (worker, annotation) in enumerate(zip(workers, annotations, strict=True))
        ]
        source = "gold" if truth is not None else None
        return TaskRow(
            TaskId(new_id()), ItemId(new_id()), BatchId(new_id()), {}, open, False, False, None, handed, truth, source
        )

    def colours(self, tasks: int, each: int, *, gold: int = 0) -> tuple[list[TaskRow], list[str]]:
        """Tasks about colours, `each` people per task, the first `gold` of them with a known answer; and the truth."""
        truths = [str(self.rng.choice(COLORS)) for _ in range(tasks)]
        rows: list[TaskRow] = []
        for n, truth in enumerate(truths):
            workers = self.some(each)
            known = Annotation(answers={"colour": truth}) if n < gold else None
            rows.append(self.row(workers, [self.colour(w, truth) for w in workers], known))
        return rows, truths
