"""Several annotations of an image made into one."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
from msgspec.structs import replace

from fairmark.kernel.errors import Invalid
from fairmark.methods.clustering import clusters
from fairmark.methods.majority import confidence, relative
from fairmark.methods.matching import Candidates, Floats
from fairmark.modalities import consensus
from fairmark.modalities.answers import Asked, merge_values
from fairmark.modalities.consensus import Cluster, Member
from fairmark.modalities.image.compare import IOU_MIN, Place, agreement, weight_of
from fairmark.modalities.image.layer_merge import (
    one_of_stuff,
    parted_masks,
    weights_of,
    without_second_masks,
)
from fairmark.modalities.image.marks import KINDS
from fairmark.modalities.jury import Jury
from fairmark.modalities.model import Merged, MergedMark
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import prune


def merge(
    submissions: Sequence[Annotation],
    weights: Sequence[float] | None = None,
    *,
    compiled: CompiledOntology | None = None,
    jury: Jury | None = None,
    iou_min: float = IOU_MIN,
) -> Merged:
    """One annotation from `submissions`. See `Merged` for what comes with it, and `Modality.merge` for the arguments.

    Marks that overlap are clustered, one per submission at most, the best pair first. Without a jury, a cluster is
    kept if at least half of the weight is behind it. Class, attributes and answers are voted on by weight, numbers by
    their median; geometry is merged by its kind; a link or group is kept if half of the weight has it between the same
    marks. Geometry must be free of faults. Raises Invalid for no submission or bad weights.
    """
    if not submissions:
        raise Invalid("There is nothing to merge.", mend="Give at least one submission.")
    shares = relative(weights, len(submissions))
    if compiled is not None:
        submissions = [prune(annotation, compiled) for annotation in submissions]
    clustered = one_of_stuff(_clustered(submissions, iou_min, compiled), compiled)
    found = [consensus.weighed(members, shares, jury) for members in clustered]
    kept, left_out = consensus.sorted_out(found, compiled)
    kept, surplus = without_second_masks(kept, compiled)
    named = dict(zip(consensus.ids_of(kept), kept, strict=True))
    parts = parted_masks(named, shares, compiled, jury)
    left_out += surplus + [cluster for name, cluster in named.items() if parts.get(name, cluster) is None]
    named = {name: cluster for name, cluster in named.items() if parts.get(name, cluster) is not None}
    origins = {(index, mark.id): name for name, cluster in named.items() for index, mark in cluster.members}
    groups = consensus.merged_groups(submissions, shares, origins)
    marks = [
        _mark(name, cluster, groups.get(name), shares, compiled, jury, parts.get(name))
        for name, cluster in named.items()
    ]
    links = consensus.merged_links(submissions, shares, origins, marks, compiled)
    fields = compiled.questions if compiled is not None else None
    asked = Asked(jury, "question", range(len(submissions)))
    values, answers = merge_values([annotation.answers for annotation in submissions], shares, fields, asked)

    backed, scores = _backing(submissions, compiled, iou_min)
    figures = {name: _figures(cluster, cluster.confidence, backed) for name, cluster in named.items()}
    dropped = tuple(_figures(cluster, cluster.absent, backed) for cluster in left_out)
    decisions = [part.confidence for parts in (figures.values(), dropped, answers.values()) for part in parts]
    # If everyone found nothing, that is a decision too, with all votes for it.
    decisions = decisions or [confidence(None, [None] * len(submissions), shares)]
    return Merged(
        annotation=Annotation(marks=tuple(marks), answers=values, links=links),
        confidence=sum(decisions) / len(decisions),
        agreement=sum(scores) / len(scores) if scores else 1.0,
        marks=figures,
        dropped=dropped,
        answers=answers,
        submission_marks=tuple(backed),
    )


def _clustered(
    submissions: Sequence[Annotation], iou_min: float, compiled: CompiledOntology | None
) -> list[list[Member]]:
    """The marks that mean the same thing, in the order in which the things were first marked."""
    places: dict[Place, list[Member]] = {}
    for index, annotation in enumerate(submissions):
        for mark in annotation.marks:
            places.setdefault((mark.asset, mark.kind), []).append((index, mark))
    return [
        cluster for place, members in places.items() for cluster in _clusters_of(place[1], members, iou_min, compiled)
    ]


def _clusters_of(
    kind: str, members: list[Member], iou_min: float, compiled: CompiledOntology | None
) -> list[list[Member]]:
    """The clusters among the marks of one place; `members` come submission by submission."""
    if kind not in KINDS:
        return [[member] for member in members]
    numbers: dict[int, list[int]] = {}
    for number, (index, _) in enumerate(members):
        numbers.setdefault(index, []).append(number)
    parts: list[Candidates] = []
    weights = [np.empty(0)]
    for ours, theirs in combinations(numbers.values(), 2):
        left, right = [members[number][1] for number in ours], [members[number][1] for number in theirs]
        found = KINDS[kind].pairs(left, right, iou_min, compiled)
        # Numbers of one submission are consecutive, so its first one is the offset.
        parts.append(Candidates(found.left + ours[0], found.right + theirs[0], found.similarity))
        weights.append(weight_of(found, left, right))
    if not parts:
        return [[member] for member in members]
    pairs = Candidates(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    made = clusters([index for index, _ in members], pairs, _best_first(pairs, np.concatenate(weights), members))
    return [[members[number] for number in cluster] for cluster in made]


def _best_first(pairs: Candidates, weight: Floats, members: list[Member]) -> list[int]:
    """The numbers of `pairs`, heaviest first. Among equals the content decides, not who handed in first."""
    by_content = sorted(range(len(members)), key=lambda number: _content(members[number][1]))
    rank = np.empty(len(members), dtype=np.int64)
    rank[by_content] = np.arange(len(members))
    low = np.minimum(rank[pairs.left], rank[pairs.right])
    high = np.maximum(rank[pairs.left], rank[pairs.right])
    return np.lexsort((high, low, -weight)).tolist()


def _content(mark: Mark) -> tuple[str, str, str]:
    return str(sorted(mark.geometry.items())), mark.class_, mark.id


def _mark(
    name: str,
    cluster: Cluster,
    group: str | None,
    shares: Sequence[float],
    compiled: CompiledOntology | None,
    jury: Jury | None,
    geometry: dict[str, Any] | None,
) -> Mark:
    """The merged mark of `cluster`. geometry: of one whose pixels have been parted from those of others."""
    marks = [mark for _, mark in cluster.members]
    kind = KINDS.get(marks[0].kind)
    if geometry is None:
        geometry = marks[0].geometry if kind is None else kind.merged(marks, weights_of(cluster, shares, jury))
    return replace(consensus.merged_mark(name, cluster, geometry, shares, compiled, jury), group=group)


def _figures(cluster: Cluster, sure: float, backed: Sequence[dict[str, float]]) -> MergedMark:
    """How `cluster` came about. backed: how well each mark of each submission is backed by the others."""
    members = tuple((index, mark.id) for index, mark in cluster.members)
    # Submissions that lack the thing agree with nobody on it, so the sum is over all of them.
    alike = sum(backed[index][name] for index, name in members) / len(backed)
    return MergedMark(members, cluster.share, sure, alike, cluster.tied)


def _backing(
    submissions: Sequence[Annotation], compiled: CompiledOntology | None, iou_min: float
) -> tuple[list[dict[str, float]], list[float]]:
    """For each submission the mean agreement of each of its marks with the others; and the score of each pair."""
    alone = 1.0 if len(submissions) == 1 else 0.0
    backed = [dict.fromkeys((mark.id for mark in annotation.marks), alone) for annotation in submissions]
    scores: list[float] = []
    for first, second in combinations(range(len(submissions)), 2):
        found = agreement(submissions[first], submissions[second], compiled=compiled, iou_min=iou_min)
        scores.append(found.score)
        for index, marks in ((first, found.ours), (second, found.theirs)):
            for name, alike in marks.items():
                backed[index][name] += alike / (len(submissions) - 1)
    return backed, scores
