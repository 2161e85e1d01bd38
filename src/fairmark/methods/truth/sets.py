"""Sets and trees of classes: several may be right at once."""

from collections.abc import Hashable, Mapping, Sequence
from typing import NamedTuple

from fairmark.methods.truth.hierarchical import hierarchical
from fairmark.methods.truth.labels import Floats, labels_of

KEEP_MIN = 0.5


class Choice(NamedTuple):
    """One worker's choice for a task: any number of classes, none is an answer too. worker: number from 0."""

    worker: int
    classes: frozenset[Hashable]


class SetInference(NamedTuple):
    """answers: per task, each class with the probability that it belongs to the answer, the surest first; those below
    KEEP_MIN too. skill: [workers], how often a worker judges one class rightly.
    """

    answers: list[list[tuple[Hashable, float]]]
    skill: Floats

    def chosen(self, task: int, keep_min: float = KEEP_MIN) -> frozenset[Hashable]:
        """The classes that belong to the answer of a task."""
        return frozenset(name for name, probability in self.answers[task] if probability >= keep_min)


def infer_sets(
    tasks: Sequence[Sequence[Choice]], workers: int, *, parents: Mapping[Hashable, Hashable] | None = None
) -> SetInference:
    """Each class is a yes or no of its own, all of them answered by one `hierarchical` model of the workers.

    Only classes that somebody chose for a task are asked about there (the rest is no). parents: of a tree, child to
    parent; a choice then includes its ancestors, and no class is surer than its parent, so the answer is closed
    upwards. Pooling the classes learns who overlooks and who chooses too much from few labels; classes that exclude
    each other belong into one question instead. O(choices * workers of the task). Source: binary relevance, as in
    Duan et al., Separate or Joint? Estimation of Multiple Labels from Crowdsourced Annotations, 2014.
    """
    closed = [[Choice(c.worker, _closed(c.classes, parents)) for c in choices] for choices in tasks]
    asked = [
        (task, name)
        for task, choices in enumerate(closed)
        for name in sorted({name for choice in choices for name in choice.classes}, key=repr)
    ]
    rows = [
        (question, choice.worker, int(name in choice.classes))
        for question, (task, name) in enumerate(asked)
        for choice in closed[task]
    ]
    questions, who, said = zip(*rows, strict=True) if rows else ((), (), ())
    found = hierarchical(labels_of(questions, who, said, shape=(len(asked), workers, 2)))
    yes = [dict[Hashable, float]() for _ in tasks]
    for (task, name), probability in zip(asked, found.posterior[:, 1].tolist(), strict=True):
        yes[task][name] = probability
    answers = [[(name, _capped(name, own, parents)) for name in own] for own in yes]
    return SetInference([sorted(own, key=lambda pair: -pair[1]) for own in answers], found.skill)


def _lineage(name: Hashable, parents: Mapping[Hashable, Hashable] | None) -> list[Hashable]:
    """The class and its ancestors; a ring of parents ends where it closes."""
    line = [name]
    while parents is not None and line[-1] in parents and parents[line[-1]] not in line:
        line.append(parents[line[-1]])
    return line


def _closed(classes: frozenset[Hashable], parents: Mapping[Hashable, Hashable] | None) -> frozenset[Hashable]:
    return frozenset(each for name in classes for each in _lineage(name, parents))


def _capped(name: Hashable, own: Mapping[Hashable, float], parents: Mapping[Hashable, Hashable] | None) -> float:
    return min(own[each] for each in _lineage(name, parents) if each in own)
