"""Answers and attributes of several people: how alike they are, and which one they give together.

The same for every modality: a field is a field. `Field` may be unknown (None); then its kind is told from the values.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from fairmark.methods.majority import confidence, majority
from fairmark.methods.median import weighted_low_median
from fairmark.modalities.jury import Jury, Opinion
from fairmark.modalities.model import MergedAnswer
from fairmark.ontology.conditions import is_answered
from fairmark.ontology.fields import CompiledFields
from fairmark.ontology.model import Field, FieldKind, FieldValue

_NEAR = 0.9
"""Two numbers this much alike count as the same vote."""
_Given = FieldValue | None


def value_agreement(ours: _Given, theirs: _Given, field: Field | None = None) -> float:
    """How alike two values of one field are, 0 to 1; symmetric; 0.0 if only one is answered, 1.0 if neither is.

    Options, truth values and dates: the same or not. Several options: the shared among the chosen (Jaccard 1901).
    Numbers: 1 - difference / range, the range that of the field or else the greater of the two amounts. Texts: words in
    both, counted twice, over the words of each (Dice 1945), case ignored.
    """
    if not is_answered(ours) or not is_answered(theirs):
        return float(is_answered(ours) == is_answered(theirs))
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return float(ours is theirs)
    if isinstance(ours, (int, float)) and isinstance(theirs, (int, float)):
        return _number_agreement(ours, theirs, field)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(set(ours) & set(theirs)) / len(set(ours) | set(theirs))
    if isinstance(ours, str) and isinstance(theirs, str):
        if ours == theirs:
            return 1.0
        # Without the field, a text with a blank in it is taken for prose: ids and dates have none.
        is_text = field.kind is FieldKind.TEXT if field is not None else " " in ours.strip() or " " in theirs.strip()
        return _text_agreement(ours, theirs) if is_text else 0.0
    return 0.0


def _number_agreement(ours: float, theirs: float, field: Field | None) -> float:
    if ours == theirs:
        return 1.0
    if field is not None and field.min is not None and field.max is not None and field.max > field.min:
        span = field.max - field.min
    else:
        span = max(abs(ours), abs(theirs))
    return max(0.0, 1.0 - abs(ours - theirs) / span)


def _text_agreement(ours: str, theirs: str) -> float:
    first, second = Counter(ours.casefold().split()), Counter(theirs.casefold().split())
    return 2 * (first & second).total() / (first.total() + second.total())


def values_agreement(
    ours: Mapping[str, FieldValue], theirs: Mapping[str, FieldValue], fields: CompiledFields | None = None
) -> dict[str, float]:
    """The agreement of each field that either side answers, by its id."""
    keys = dict.fromkeys((*ours, *theirs))
    known = fields.by_id if fields is not None else {}
    return {
        key: value_agreement(ours.get(key), theirs.get(key), known[key].field if key in known else None)
        for key in keys
        if is_answered(ours.get(key)) or is_answered(theirs.get(key))
    }


class Asked(NamedTuple):
    """Who decides on the fields of a place. place: "question" or "attribute:CLASS". indices: the submission of each.
    mark_id: of the merged mark that attributes belong to.
    """

    jury: Jury | None
    place: str
    indices: Sequence[int]
    mark_id: str | None = None


def merge_values(
    given: Sequence[Mapping[str, FieldValue]],
    weights: Sequence[float],
    fields: CompiledFields | None = None,
    asked_of: Asked | None = None,
) -> tuple[dict[str, FieldValue], dict[str, MergedAnswer]]:
    """The values that several people give together, and how each came about, by field id.

    given, weights: at least one, one weight each. A field is voted on by those who were asked it, given their own other
    answers; whether it is asked at all follows from the merged answers so far. Leaving a field open is a vote too,
    unless it is required. A field that all left open is not reported; one that most left open is, without a value.
    asked_of: whose verdict counts instead of the vote, where there are `fields`.
    """
    values: dict[str, FieldValue] = {}
    votes: dict[str, MergedAnswer] = {}
    if fields is None:
        for key in dict.fromkeys(key for answers in given for key in answers):
            _vote(key, [answers.get(key) for answers in given], weights, None, values, votes)
        return values, votes
    asked = [fields.visible(answers) for answers in given]
    for key, holds in fields.ordered:
        if holds is not None and not holds(values):
            continue
        voters = [index for index, shown in enumerate(asked) if key in shown]
        field = fields.by_id[key].field
        if field.required and any(is_answered(given[index].get(key)) for index in voters):
            voters = [index for index in voters if is_answered(given[index].get(key))]
        said, counted = [given[index].get(key) for index in voters], [weights[index] for index in voters]
        if any(counted):
            _vote(key, said, counted, field, values, votes)
            if asked_of is not None and asked_of.jury is not None and key in votes:
                who, place = [asked_of.indices[index] for index in voters], f"{asked_of.place}:{key}"
                _overrule(key, asked_of.jury.answer(place, field, said, who, asked_of.mark_id), values, votes)
            if key in values and fields.by_id[key].check(values[key]) is not None:
                values[key] = _as_one(said, counted)
    return values, votes


def _overrule(key: str, opinion: Opinion | None, values: dict[str, FieldValue], votes: dict[str, MergedAnswer]) -> None:
    """Puts a jury's opinion on a field in the place of the vote's."""
    if opinion is None:
        return
    votes[key] = MergedAnswer(opinion.confidence, votes[key].agreement)
    if opinion.value is None:
        values.pop(key, None)
    else:
        values[key] = opinion.value


def _as_one(said: Sequence[_Given], weights: Sequence[float]) -> FieldValue:
    """The value that most gave as a whole: for a list whose options, voted one by one, break the field's bounds."""
    answered = [index for index, value in enumerate(said) if is_answered(value)]
    best = majority([_vote_of(said[index]) for index in answered], [weights[index] for index in answered]).value
    return next(value for value in said if value is not None and _vote_of(value) == best)


def _vote_of(value: _Given) -> object:
    """`value` as something that can be counted: the order of options, blanks around and case do not matter."""
    if isinstance(value, list):
        return frozenset(value) or None
    if isinstance(value, str):
        return " ".join(value.casefold().split()) or None
    # True equals 1.0, and they are different votes.
    return (type(value) is bool, value) if value is not None else None


def _vote(
    key: str,
    said: Sequence[_Given],
    weights: Sequence[float],
    field: Field | None,
    values: dict[str, FieldValue],
    votes: dict[str, MergedAnswer],
) -> None:
    """Adds the verdict on one field to `values` and `votes`."""
    answers = [(value, weight) for value, weight in zip(said, weights, strict=True) if _is_given(value)]
    if not answers or not any(weight for _, weight in answers):
        return
    pairs = [value_agreement(a, b, field) for a, b in combinations(said, 2) if is_answered(a) or is_answered(b)]
    alike = sum(pairs) / len(pairs) if pairs else 1.0
    present = majority([is_answered(value) for value in said], weights)
    if not present.value and not present.tied:
        votes[key] = MergedAnswer(present.confidence, alike)
        return
    given, counted = [value for value, _ in answers], [weight for _, weight in answers]
    if all(isinstance(value, list) for value in given):
        values[key] = _options([value for value in given if isinstance(value, list)], counted)
    elif all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in given):
        numbers = [float(value) for value in given if isinstance(value, (int, float))]
        values[key] = weighted_low_median(numbers, counted)
    else:
        values[key] = _as_one(said, weights)
    votes[key] = MergedAnswer(_confidence(values[key], said, weights, field), alike)


def _is_given(value: _Given) -> bool:
    return value is not None and is_answered(value)


def _options(chosen: Sequence[list[str]], weights: Sequence[float]) -> list[str]:
    """The options with at least half of the weight, in the order in which they were first chosen."""
    half = sum(weights) / 2 - 1e-9 * sum(weights)
    options = dict.fromkeys(option for options in chosen for option in options)
    behind = {
        option: sum(weight for options, weight in zip(chosen, weights, strict=True) if option in options)
        for option in options
    }
    kept = [option for option, weight in behind.items() if weight >= half]
    return kept or [max(behind, key=lambda option: behind[option])]


def _confidence(value: FieldValue, said: Sequence[_Given], weights: Sequence[float], field: Field | None) -> float:
    """The probability that `value` is right: numbers that come close to it vote for it, other values as they are."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return confidence(True, [value_agreement(value, other, field) >= _NEAR for other in said], weights)
    return confidence(_vote_of(value), [_vote_of(other) for other in said], weights)
