"""Votes: the plain majority, and majorities whose weights come from agreement with it."""

import numpy as np

from fairmark.methods.truth.labels import Floats, Indices, Inference, Labels, agreement_with, clamped, gold_of, shares


def majority(labels: Labels, gold: Indices | None = None) -> Inference:
    """One worker, one vote; the posterior is the share of the votes.

    gold: [tasks], known values, else -1. The share is no probability: with many votes it is far too unsure.
    skill: agreement with the majority. Any number of labels; linear.
    """
    return _inference(labels, clamped(shares(labels), gold_of(gold, labels)))


def weighted_majority(labels: Labels, gold: Indices | None = None) -> Inference:
    """Votes weighted by each worker's agreement with the plain majority (known as Wawa).

    The posterior is the share of the weight. Source: Appen's "worker agreement with aggregate"; described with its code
    in Ustalov et al., Learning from Crowds with Crowd-Kit, 2021. Arguments and limits as `majority`.
    """
    known = gold_of(gold, labels)
    votes = labels.votes()
    total = votes.sum(axis=1, keepdims=True)
    # Only the winners count here: a worker who is with the largest group is right, however small the group is.
    top = (votes == votes.max(axis=1, keepdims=True, initial=0.0)) & (total > 0)
    winners = np.divide(top, top.sum(axis=1, keepdims=True), out=np.zeros_like(votes), where=total > 0)
    return _inference(labels, clamped(_weighted(labels, agreement_with(labels, clamped(winners, known))), known))


def zero_based_skill(labels: Labels, gold: Indices | None = None, *, rounds: int = 100) -> Inference:
    """Votes weighted by skill, skill moved towards the agreement with the weighted votes, again and again.

    The weighting of Demartini et al. 2012 (ZenCrowd) without its priors: skill starts at 1 / K, so the name given to it
    in Crowd-Kit; each round moves it by a step that shrinks from 1 to 0.1 towards the mean weight of what the worker
    chose. Arguments and limits as `majority`; rounds: most passes over the labels.
    """
    known = gold_of(gold, labels)
    skill = np.full(labels.workers_n, 1.0 / max(labels.values_n, 1))
    step = 1.0
    for turn in range(rounds):
        if turn and turn % 10 == 0:
            step = max(step * 0.8, 0.1)
        new = np.nan_to_num(agreement_with(labels, clamped(_weighted(labels, skill), known)))
        moved = step * (new - skill)
        skill = skill + moved
        if np.abs(moved).max(initial=0.0) < 1e-6:
            break
    return _inference(labels, clamped(_weighted(labels, skill), known))


def _weighted(labels: Labels, skill: Floats) -> Floats:
    weights = np.maximum(np.nan_to_num(skill)[labels.workers], 1e-9) * labels.weights
    return shares(
        Labels(labels.tasks, labels.workers, labels.values, weights, labels.tasks_n, labels.workers_n, labels.values_n)
    )


def _inference(labels: Labels, posterior: Floats) -> Inference:
    even = np.full(labels.values_n, 1.0 / max(labels.values_n, 1))
    prior = posterior.mean(axis=0) if labels.tasks_n else even
    return Inference(posterior, agreement_with(labels, posterior), None, prior)
