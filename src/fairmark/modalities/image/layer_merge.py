"""What merging does about layers: one mask of stuff, and masks that share no pixel where they may not."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy import ndimage

from fairmark.methods.masks import around
from fairmark.modalities.consensus import Cluster, Member
from fairmark.modalities.image.marks.mask import MASK, decode, encode
from fairmark.modalities.jury import Jury
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Mark, Overlap


class Backed(NamedTuple):
    """Masks that mean one thing, and the weight of each."""

    marks: Sequence[Mark]
    weights: Sequence[float]


def parted(masks: Mapping[str, Backed], *, whole: bool) -> dict[str, dict[str, Any] | None]:
    """The geometry of each of `masks`, which are on one asset, by the same names; None where nothing is left.

    A pixel goes to the one with the most weight there, among equals to the first, if that is half of its own weight at
    least. whole: it goes to somebody in any case, where nobody has it to the nearest, as far as the box around all.
    """
    if not masks:
        return {}
    crops = {name: [decode(MASK.read(mark.geometry)) for mark in backed.marks] for name, backed in masks.items()}
    left, top, width, height = around([crop for each in crops.values() for crop in each])
    best = np.zeros((height, width), dtype=np.float32)
    owner = np.full((height, width), -1, dtype=np.int32)
    for number, (name, backed) in enumerate(masks.items()):
        x, y, wide, high = around(crops[name])
        support = np.zeros((high, wide), dtype=np.float32)
        for crop, weight in zip(crops[name], backed.weights, strict=True):
            support[crop.y - y : crop.y - y + crop.height, crop.x - x : crop.x - x + crop.width] += weight * crop.pixels
        window = np.s_[y - top : y - top + high, x - left : x - left + wide]
        enough = 0.0 if whole else sum(backed.weights) * (0.5 - 1e-6)
        wins = (support > best[window]) & (support >= enough)
        best[window][wins] = support[wins]
        owner[window][wins] = number
    if whole and (owner < 0).any() and (owner >= 0).any():
        nearest = np.zeros((2, height, width), dtype=np.int32)
        ndimage.distance_transform_edt(owner < 0, return_distances=False, return_indices=True, indices=nearest)
        owner = owner[nearest[0], nearest[1]]
    return {name: encode(owner == number, left, top) for number, name in enumerate(masks)}


def weights_of(cluster: Cluster, shares: Sequence[float], jury: Jury | None) -> list[float]:
    """What each member of `cluster` counts: the share of its submission, by the care that the jury knows of."""
    kind = cluster.members[0][1].kind
    cares = [1.0 if jury is None else jury.care(kind, index) for index, _ in cluster.members]
    return [shares[index] * care for (index, _), care in zip(cluster.members, cares, strict=True)]


def parted_masks(
    named: Mapping[str, Cluster], shares: Sequence[float], compiled: CompiledOntology | None, jury: Jury | None
) -> dict[str, dict[str, Any] | None]:
    """The geometry of each mask among `named` where no two may share a pixel, None where nothing is left of it; nothing
    where they may."""
    layers = compiled.ontology.layers if compiled is not None else None
    if layers is None or layers.overlap is Overlap.ALLOWED:
        return {}
    assets: dict[int, dict[str, Backed]] = {}
    for name, cluster in named.items():
        marks = [mark for _, mark in cluster.members]
        if marks[0].kind == MASK.name:
            assets.setdefault(marks[0].asset, {})[name] = Backed(marks, weights_of(cluster, shares, jury))
    return {name: part for masks in assets.values() for name, part in parted(masks, whole=layers.whole).items()}


def one_of_stuff(clusters: list[list[Member]], compiled: CompiledOntology | None) -> list[list[Member]]:
    """The masks that all people have of one stuff mean the same thing, however little they overlap."""
    made: list[list[Member]] = []
    first: dict[tuple[int, str], list[Member]] = {}
    for members in clusters:
        _, mark = members[0]
        classes = {each.class_ for _, each in members}
        if mark.kind != MASK.name or len(classes) > 1 or not _is_stuff(mark.class_, compiled):
            made.append(members)
            continue
        known = first.setdefault((mark.asset, mark.class_), members)
        if known is members:
            made.append(members)
        elif {index for index, _ in known}.isdisjoint(index for index, _ in members):
            known += members
            known.sort(key=lambda member: member[0])
        else:
            made.append(members)
    return made


def without_second_masks(
    kept: Sequence[Cluster], compiled: CompiledOntology | None
) -> tuple[list[Cluster], list[Cluster]]:
    """(kept, left out): of several masks of one stuff on one asset only the surest stays."""
    surest: dict[tuple[int, str], int] = {}
    places = [(cluster.members[0][1].asset, cluster.class_) for cluster in kept]
    stuff = [cluster.members[0][1].kind == MASK.name and _is_stuff(cluster.class_, compiled) for cluster in kept]
    for number, cluster in enumerate(kept):
        best = surest.setdefault(places[number], number) if stuff[number] else number
        if (cluster.confidence, cluster.share) > (kept[best].confidence, kept[best].share):
            surest[places[number]] = number
    stays = [not stuff[number] or surest[places[number]] == number for number in range(len(kept))]
    return (
        [cluster for cluster, stay in zip(kept, stays, strict=True) if stay],
        [cluster for cluster, stay in zip(kept, stays, strict=True) if not stay],
    )


def _is_stuff(class_: str, compiled: CompiledOntology | None) -> bool:
    known = compiled.classes.get(class_) if compiled is not None else None
    return known is not None and not known.item_class.instances
