"""What a jury makes of answers that have no list of values: numbers and free answers. Pure."""

import math
from collections.abc import Sequence

import numpy as np

from fairmark.methods.median import weighted_low_median
from fairmark.methods.truth.free import Said, weighed
from fairmark.methods.truth.labels import Floats
from fairmark.methods.truth.text import Text, medoid, weave
from fairmark.ontology.model import Field, FieldKind, FieldValue
from fairmark.quality.judging.state import Book
from fairmark.quality.judging.subjects import Subject, code_of
from fairmark.quality.judging.voting import VOTE_ODDS, blended, ranked, trust, votes

OWN_SPREAD = 2.0
"""Errors of numbers are taken for so much more than the model makes of them: people share mistakes."""


def number(book: Book, subject: Subject, judges: Sequence[int], values: Sequence[float],
           weights: Sequence[float], method: str = "bias-and-spread") -> tuple[float, float, float, float]:  # fmt: skip
    """The number, how sure it is, within what, and how far the model of the judges was trusted.

    Between the weighted median of a vote and the mean without everybody's bias, weighed by what each is off by; the
    median alone with the method "median".
    """
    state = book.project.numbers.get(subject.key) if method != "median" else None
    usual = weighted_low_median(list(values), list(weights))
    near = subject.near or 0.1 * max(abs(usual), 1e-9)
    for_it = sum(weight for value, weight in zip(values, weights, strict=True) if abs(value - usual) <= near)
    simple = 1 / (1 + math.exp(-VOTE_ODDS * (2 * for_it - sum(weights))))
    if state is None:
        return usual, simple, near, 0.0
    known = trust(state.units, len(values))
    own = [book.states[judge].numbers.get(subject.key, (0.0, state.spread)) for judge in judges]
    precision = [1 / max(spread, 1e-9) ** 2 for _, spread in own]
    mean = sum((value - bias) * p for (bias, _), p, value in zip(own, precision, values, strict=True)) / sum(precision)
    error = OWN_SPREAD / math.sqrt(sum(precision))
    found = _on_grid((1 - known) * usual + known * mean, subject.field)
    sure = (1 - known) * simple + known * math.erf(near / max(error, 1e-12) / math.sqrt(2))
    return found, sure, near, known


def text(
    book: Book, subject: Subject, said: Sequence[Said], codes: Sequence[str], weights: Sequence[float],
    method: str = "one-coin",
) -> tuple[list[tuple[str, float]], Floats, float]:  # fmt: skip
    """What was said, the likeliest first, with its probability; everybody's skill, [judges of the book]; and how far
    the model was trusted, which with the method "majority" is not at all. codes: what is counted as the same, of each
    of `said`.
    """
    state = book.project.free.get(subject.key) if method != "majority" else None
    known = trust(state.units, len(said)) if state is not None else 0.0
    simple = votes(list(zip(codes, weights, strict=True)))
    skill = np.array([each.free.get(subject.key, state.skill if state else 0.75) for each in book.states])
    modelled = {str(code): chance for code, chance in weighed(said, skill)}
    return ranked(blended(simple, modelled, known)), skill, known


def _on_grid(value: float, field: Field | None) -> float:
    """The nearest number that the field takes."""
    if field is None:
        return value
    step = field.step or (1.0 if field.kind is FieldKind.SCALE else None)
    if step is not None:
        origin = field.min or 0.0
        value = origin + round((value - origin) / step) * step
    value = value if field.min is None else max(value, field.min)
    return value if field.max is None else min(value, field.max)


def prose(subject: Subject, heard: Sequence[FieldValue | None], method: str = "one-coin") -> tuple[str, float] | None:
    """One text made of several, and how sure it is; None where answers are counted as they are.

    With "medoid" the text nearest to all, of three or more; with "weave" one put together from the words of all, of two
    or more; with "one-coin" the nearest too, but only where all differ, which makes counting useless.
    """
    texts = [value for value in heard if isinstance(value, str) and " " in value.strip()]
    is_text = subject.field is not None and subject.field.kind is FieldKind.TEXT
    if not is_text or len(texts) < len(heard) or method == "majority":
        return None
    if method == "weave" and len(texts) > 1:
        found = weave([[Text(n, each.split()) for n, each in enumerate(texts)]], len(texts)).answers[0]
        return " ".join(found.words), found.overall
    if len(texts) < 3 or (method == "one-coin" and len({code_of(text) for text in texts}) < len(texts)):
        return None
    words = [text.casefold().split() for text in texts]
    found = medoid([[Text(n, each) for n, each in enumerate(words)]], len(words)).answers[0]
    return texts[words.index(list(found.words))], found.overall
