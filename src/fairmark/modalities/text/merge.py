"""Several annotations of a text made into one."""

from collections.abc import Sequence
from itertools import combinations, pairwise

from fairmark.kernel.errors import Invalid
from fairmark.methods.majority import confidence, relative
from fairmark.methods.truth.spans import Marking, infer_spans
from fairmark.modalities import consensus
from fairmark.modalities.answers import Asked, merge_values
from fairmark.modalities.consensus import Cluster, Member
from fairmark.modalities.jury import Jury
from fairmark.modalities.model import Merged, MergedMark
from fairmark.modalities.text.compare import agreement
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation
from fairmark.ontology.rules import prune

Place = tuple[int, int, int]
"""Asset, start and end: what makes two spans the same."""


def merge(
    submissions: Sequence[Annotation],
    weights: Sequence[float] | None = None,
    *,
    compiled: CompiledOntology | None = None,
    jury: Jury | None = None,
) -> Merged:
    """One annotation from `submissions`. See `Merged` for what comes with it, and `Modality.merge` for the arguments.

    Each span that somebody marked, exact to the character, is a question to all: `methods.truth.spans` says of what
    class it is, if it is there at all. Spans overlap in the result only if one person's own do. Attributes and answers
    are voted on by weight; a link or group is kept if half of the weight has it between the same spans. Spans must be
    free of faults. Raises Invalid for no submission or bad weights.
    """
    if not submissions:
        raise Invalid("There is nothing to merge.", mend="Give at least one submission.")
    shares = relative(weights, len(submissions))
    if compiled is not None:
        submissions = [prune(annotation, compiled) for annotation in submissions]
    kept, left_out = _decided(submissions, shares, compiled, jury)
    named = dict(zip(consensus.ids_of(kept), kept, strict=True))
    origins = {(index, mark.id): name for name, cluster in named.items() for index, mark in cluster.members}
    marks = [
        consensus.merged_mark(name, cluster, cluster.members[0][1].geometry, shares, compiled, jury)
        for name, cluster in named.items()
    ]
    links = consensus.merged_links(submissions, shares, origins, marks, compiled)
    fields = compiled.questions if compiled is not None else None
    asked = Asked(jury, "question", range(len(submissions)))
    values, answers = merge_values([annotation.answers for annotation in submissions], shares, fields, asked)
    backed, scores = _backing(submissions, compiled)
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


def _decided(
    submissions: Sequence[Annotation], shares: Sequence[float], compiled: CompiledOntology | None, jury: Jury | None
) -> tuple[list[Cluster], list[Cluster]]:
    """The spans to keep and those to leave out, by their place in the text."""
    places: dict[Place, list[Member]] = {}
    for index, annotation in enumerate(submissions):
        seen: set[Place] = set()
        for mark in annotation.marks:
            place = (mark.asset, int(mark.geometry["start"]), int(mark.geometry["end"]))
            if place not in seen:  # a second mark of one person at one place says nothing more
                places.setdefault(place, []).append((index, mark))
                seen.add(place)
    if len(submissions) == 1:
        return consensus.sorted_out([consensus.weighed(members, shares, jury) for members in places.values()], compiled)
    overlapping = any(_overlaps(annotation) for annotation in submissions)
    sure = _inferred(submissions, places, overlapping)
    found: list[Cluster] = []
    for place in sorted(places):
        cluster = consensus.heard_of(places[place], shares, jury)
        if cluster is None:
            voted = consensus.weighed(places[place], shares)
            class_, chance = sure.get(place, (voted.class_, min(voted.confidence, 0.5)))
            cluster = voted._replace(class_=class_, confidence=chance, absent=1.0 - chance, kept=place in sure)
        found.append(cluster)
    return consensus.sorted_out(found if overlapping else _apart(found), compiled)


def _apart(clusters: Sequence[Cluster]) -> list[Cluster]:
    """The clusters, of which none is kept that overlaps a surer one."""
    taken: list[tuple[int, int, int]] = []
    kept: set[int] = set()
    for number in sorted(range(len(clusters)), key=lambda n: (-clusters[n].confidence, n)):
        mark = clusters[number].members[0][1]
        place = (mark.asset, int(mark.geometry["start"]), int(mark.geometry["end"]))
        if clusters[number].kept and not any(a == place[0] and s < place[2] and place[1] < e for a, s, e in taken):
            taken.append(place)
            kept.add(number)
    return [cluster._replace(kept=number in kept) for number, cluster in enumerate(clusters)]


def _inferred(
    submissions: Sequence[Annotation], places: dict[Place, list[Member]], overlapping: bool
) -> dict[Place, tuple[str, float]]:
    """The spans that are part of the answer: class and probability, by place."""
    found: dict[Place, tuple[str, float]] = {}
    for asset in sorted({place[0] for place in places}):
        markings = [
            Marking(
                index,
                [
                    (start, end, mark.class_)
                    for (at, start, end), members in places.items()
                    for who, mark in members
                    if at == asset and who == index
                ],
            )
            for index in range(len(submissions))
        ]
        for span in infer_spans([markings], len(submissions), overlapping=overlapping).spans[0]:
            found[asset, int(span.start), int(span.end)] = (str(span.class_), span.confidence)
    return found


def _overlaps(annotation: Annotation) -> bool:
    """Whether two spans of one person overlap: where they do, they may."""
    spans = sorted((mark.asset, mark.geometry["start"], mark.geometry["end"]) for mark in annotation.marks)
    return any(one[0] == next_[0] and next_[1] < one[2] for one, next_ in pairwise(spans))


def _figures(cluster: Cluster, sure: float, backed: Sequence[dict[str, float]]) -> MergedMark:
    """How `cluster` came about. backed: how well each mark of each submission is backed by the others."""
    members = tuple((index, mark.id) for index, mark in cluster.members)
    alike = sum(backed[index][name] for index, name in members) / len(backed)
    return MergedMark(members, cluster.share, sure, alike, cluster.tied)


def _backing(
    submissions: Sequence[Annotation], compiled: CompiledOntology | None
) -> tuple[list[dict[str, float]], list[float]]:
    """For each submission the mean agreement of each of its marks with the others; and the score of each pair."""
    alone = 1.0 if len(submissions) == 1 else 0.0
    backed = [dict.fromkeys((mark.id for mark in annotation.marks), alone) for annotation in submissions]
    scores: list[float] = []
    for first, second in combinations(range(len(submissions)), 2):
        found = agreement(submissions[first], submissions[second], compiled=compiled)
        scores.append(found.score)
        for index, marks in ((first, found.ours), (second, found.theirs)):
            for name, alike in marks.items():
                backed[index][name] += alike / (len(submissions) - 1)
    return backed, scores
