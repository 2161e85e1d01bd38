"""What several submissions say together, apart from geometry: the same for every modality.

A modality finds out which marks mean the same thing, and merges their geometry; the votes are counted here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from fairmark.methods.majority import confidence, majority
from fairmark.methods.median import weighted_low_median
from fairmark.modalities.answers import Asked, merge_values
from fairmark.modalities.jury import Jury
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Link, Mark, Source

Member = tuple[int, Mark]
"""A mark, and the index of the submission it is from."""
Origins = Mapping[tuple[int, str], str]
"""The merged id of each mark that was kept, by submission and own id."""


class Cluster(NamedTuple):
    """Marks that mean one thing, at most one per submission. share: of the weight of all submissions, 0 to 1.

    confidence: probability that the thing is there and of class `class_`. tied: another class had as many votes.
    absent: probability that it is not there. kept: whether it is part of the answer, apart from greatest counts.
    """

    members: list[Member]
    class_: str
    share: float
    confidence: float
    tied: bool
    absent: float
    kept: bool


def is_half(share: float) -> bool:
    """Whether a share of the weight is at least half, but for the last digits of a sum."""
    return share >= 0.5 - 1e-9


def weighed(members: list[Member], shares: Sequence[float], jury: Jury | None = None) -> Cluster:
    """The verdict on one cluster. shares: the weight of each submission, with mean 1.

    Without a jury: the class is that with the greatest weight, among equals that of the earliest submission; a
    submission that lacks the thing votes for its absence; it is kept if at least half of the weight marked it.
    """
    if (heard := heard_of(members, shares, jury)) is not None:
        return heard
    present = [shares[index] for index, _ in members]
    said: list[str | None] = [None] * len(shares)
    for index, mark in members:
        said[index] = mark.class_
    # Members without weight still need a class, in case nobody with weight marked the thing.
    verdict = majority([mark.class_ for _, mark in members], present if any(present) else None)
    sure, absent = confidence(verdict.value, said, shares), confidence(None, said, shares)
    share = sum(present) / len(shares)
    return Cluster(members, verdict.value, share, sure, verdict.tied, absent, is_half(share))


def heard_of(members: list[Member], shares: Sequence[float], jury: Jury | None) -> Cluster | None:
    """What the jury says of one cluster; None without a jury, or if it leaves this one to the vote."""
    found = jury.thing(members) if jury is not None else None
    if found is None:
        return None
    share = sum(shares[index] for index, _ in members) / len(shares)
    return Cluster(members, found.class_, share, found.confidence, found.tied, found.absent, found.kept)


def sorted_out(clusters: Sequence[Cluster], compiled: CompiledOntology | None) -> tuple[list[Cluster], list[Cluster]]:
    """The clusters to keep and those to drop.

    With `compiled`, also the least sure ones of each class that would else have more marks than it may.
    """
    surplus: set[int] = {number for number, cluster in enumerate(clusters) if not cluster.kept}
    for item_class in compiled.counted if compiled is not None else ():
        if item_class.max_count is not None:
            own = [n for n, cluster in enumerate(clusters) if cluster.class_ == item_class.id and n not in surplus]
            own.sort(key=lambda number: (-clusters[number].confidence, -clusters[number].share, number))
            surplus.update(own[item_class.max_count :])
    kept = [cluster for number, cluster in enumerate(clusters) if number not in surplus]
    return kept, [clusters[number] for number in sorted(surplus)]


def ids_of(clusters: Sequence[Cluster]) -> list[str]:
    """An id for each cluster: the one that most of its marks have, among equals that of the earliest submission.

    So merging again, or with one more submission behind the others, gives the same ids, and a mark that began as one
    prediction for all keeps its id. If two clusters want the same, the later one gets a number behind it.
    """
    return _distinct([Counter(mark.id for _, mark in cluster.members).most_common(1)[0][0] for cluster in clusters])


def _distinct(wanted: Sequence[str]) -> list[str]:
    """`wanted` with a number behind each id that came before."""
    taken: set[str] = set()
    numbers: dict[str, int] = {}
    ids: list[str] = []
    for name in wanted:
        id = name
        while id in taken:
            numbers[name] = numbers.get(name, 1) + 1
            id = f"{name[:56]}~{numbers[name]}"
        taken.add(id)
        ids.append(id)
    return ids


def merged_mark(
    id: str,
    cluster: Cluster,
    geometry: dict[str, Any],
    shares: Sequence[float],
    compiled: CompiledOntology | None,
    jury: Jury | None = None,
) -> Mark:
    """The mark that stands for `cluster`. Attributes are voted on by those who gave it its class."""
    first = cluster.members[0][1]
    named = [(index, mark) for index, mark in cluster.members if mark.class_ == cluster.class_]
    weights = [shares[index] for index, _ in named]
    item_class = compiled.classes.get(cluster.class_) if compiled is not None else None
    fields = item_class.attributes if item_class is not None else None
    asked = Asked(jury, f"attribute:{cluster.class_}", [index for index, _ in named], id)
    attributes, _ = merge_values([mark.attributes for _, mark in named], weights, fields, asked)
    return Mark(
        id=id,
        kind=first.kind,
        class_=cluster.class_,
        geometry=geometry,
        attributes=attributes,
        asset=first.asset,
        z=int(weighted_low_median([mark.z for _, mark in cluster.members])),
        source=Source.CONSENSUS,
        score=min(cluster.confidence, 1.0),
    )


def merged_groups(submissions: Sequence[Annotation], shares: Sequence[float], origins: Origins) -> dict[str, str]:
    """The group of each merged mark that has one: half of the weight put just the marks of a group together."""
    behind: dict[frozenset[str], float] = {}
    for index, annotation in enumerate(submissions):
        groups: dict[str, set[str]] = {}
        for mark in annotation.marks:
            if mark.group is not None and (index, mark.id) in origins:
                groups.setdefault(mark.group, set()).add(origins[index, mark.id])
        for members in {frozenset(members) for members in groups.values() if len(members) > 1}:
            behind[members] = behind.get(members, 0.0) + shares[index]
    found: dict[str, str] = {}
    kept = [members for members, weight in behind.items() if is_half(weight / len(shares))]
    for number, members in enumerate(sorted(kept, key=lambda members: (-behind[members], sorted(members)))):
        for id in members:
            found.setdefault(id, f"group-{number + 1}")
    return found


def link_key(
    type: str, from_: str | None, to: str | None, compiled: CompiledOntology | None
) -> tuple[str, str, str] | None:
    """What makes two links the same: type and ends, in any order if undirected. None if an end is missing."""
    if from_ is None or to is None or from_ == to:
        return None
    kind = compiled.links.get(type) if compiled is not None else None
    if kind is not None and not kind.link_type.directed and to < from_:
        from_, to = to, from_
    return type, from_, to


def merged_links(
    submissions: Sequence[Annotation],
    shares: Sequence[float],
    origins: Origins,
    marks: Sequence[Mark],
    compiled: CompiledOntology | None,
) -> tuple[Link, ...]:
    """The links that half of the weight has between the same `marks`, which are the merged ones."""
    classes = {mark.id: mark.class_ for mark in marks}
    behind: dict[tuple[str, str, str], float] = {}
    first: dict[tuple[str, str, str], Link] = {}
    for index, annotation in enumerate(submissions):
        for link in annotation.links:
            ends = (origins.get((index, link.from_)), origins.get((index, link.to)))
            key = link_key(link.type, *ends, compiled)
            if key is not None and _is_allowed(key, classes, compiled):
                behind[key] = behind.get(key, 0.0) + shares[index]
                first.setdefault(key, Link(link.id, link.type, ends[0] or "", ends[1] or "", link.attributes))
    kept = [first[key] for key, weight in behind.items() if is_half(weight / len(shares))]
    ids = _distinct([link.id for link in kept])
    return tuple(Link(id, link.type, link.from_, link.to, link.attributes) for id, link in zip(ids, kept, strict=True))


def _is_allowed(key: tuple[str, str, str], classes: Mapping[str, str], compiled: CompiledOntology | None) -> bool:
    """Whether the link still joins classes that it may: the vote can have changed them."""
    if compiled is None or key[0] not in compiled.links:
        return True
    from_, to = (compiled.classes.get(classes[id]) for id in key[1:])
    return from_ is None or to is None or compiled.links[key[0]].allows(from_, to)
