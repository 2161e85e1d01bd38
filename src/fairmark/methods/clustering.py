"""Things of several sources put together, at most one of each source in a cluster."""

from collections.abc import Sequence

from fairmark.methods.matching import Candidates


def clusters(sources: Sequence[int], candidates: Candidates, order: Sequence[int]) -> list[list[int]]:
    """Clusters of the things 0..n-1, where two things of one source never meet: their numbers, ascending.

    sources: the source of each thing, 0 or more. candidates: pairs of things that could be the same. order: the
    candidates' numbers, the likeliest pair first. Each pair in turn joins its two clusters if these share no source:
    single linkage (Sneath 1957; by Kruskal's algorithm, Gower and Ross 1969) under cannot-link constraints (Wagstaff
    and Cardie 2000). Things that nothing joins are clusters of one.
    """
    cluster = list(range(len(sources)))
    held = [1 << source for source in sources]

    def root(thing: int) -> int:
        while cluster[thing] != thing:
            cluster[thing] = cluster[cluster[thing]]
            thing = cluster[thing]
        return thing

    left, right = candidates.left.tolist(), candidates.right.tolist()
    for number in order:
        ours, theirs = root(left[number]), root(right[number])
        # A bit per source: two clusters share one exactly if their sets of bits meet.
        if ours != theirs and not held[ours] & held[theirs]:
            keep, drop = min(ours, theirs), max(ours, theirs)
            cluster[drop] = keep
            held[keep] |= held[drop]
    members: dict[int, list[int]] = {}
    for thing in range(len(sources)):
        members.setdefault(root(thing), []).append(thing)
    return list(members.values())
