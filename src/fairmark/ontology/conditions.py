"""When a field is asked: evaluation of `when`, and the order in which fields have to be decided."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from fairmark.ontology.model import Field, FieldValue, When

Values = Mapping[str, FieldValue]
Predicate = Callable[[Values], bool]
"""Takes the values of the visible fields in the same place and says whether a condition holds."""


def is_answered(value: FieldValue | None) -> bool:
    """Whether `value` says something: an empty list and a text of blanks do not."""
    if isinstance(value, str):
        return bool(value.strip())
    return value is not None and value != []


def leaves(when: When) -> Iterator[When]:
    """The tests of a condition, without the groups around them."""
    todo = [when]
    while todo:
        part = todo.pop()
        if part.field is not None:
            yield part
        todo.extend((*(part.all or ()), *(part.any or ()), *((part.not_,) if part.not_ else ())))


def predicate(when: When) -> Predicate:
    """A function that evaluates `when`. A test of an absent value does not hold."""
    if when.all is not None:
        parts = [predicate(part) for part in when.all]
        return lambda values: all(part(values) for part in parts)
    if when.any is not None:
        parts = [predicate(part) for part in when.any]
        return lambda values: any(part(values) for part in parts)
    if when.not_ is not None:
        inner = predicate(when.not_)
        return lambda values: not inner(values)
    field = when.field or ""
    if when.in_ is not None:
        return _one_of(field, frozenset(when.in_))
    return _equal(field, when.is_)


def _one_of(field: str, wanted: frozenset[str]) -> Predicate:
    def holds(values: Values) -> bool:
        value = values.get(field)
        return not wanted.isdisjoint(value) if isinstance(value, list) else value in wanted

    return holds


def _equal(field: str, wanted: FieldValue | None) -> Predicate:
    def holds(values: Values) -> bool:
        value = values.get(field)
        if isinstance(value, list):
            return set(value) == set(wanted) if isinstance(wanted, list) else wanted in value
        # True equals 1.0 in Python, and a switch that is on is not the number one.
        return value is not None and value == wanted and isinstance(value, bool) == isinstance(wanted, bool)

    return holds


def in_order(fields: Sequence[Field]) -> tuple[list[Field], list[Field]]:
    """Each field after those that its `when` tests, otherwise as given; and the fields that wait for one another.

    Tests of unknown fields are ignored.
    """
    known = {field.id for field in fields}
    waits = {
        field.id: {test.field for test in leaves(field.when) if test.field in known} if field.when else set()
        for field in fields
    }
    ordered: list[Field] = []
    placed: set[str] = set()
    rest: list[Field] = list(fields)
    while rest:
        ready = [field for field in rest if waits[field.id] <= placed]
        if not ready:
            break
        ordered.extend(ready)
        placed.update(field.id for field in ready)
        rest = [field for field in rest if field.id not in placed]
    return ordered, rest


def visible(ordered: Iterable[tuple[str, Predicate | None]], values: Values) -> set[str]:
    """The ids of the fields that are asked, given `values`. `ordered`: ids and conditions, as `in_order` puts them."""
    shown: set[str] = set()
    known: dict[str, FieldValue] = {}
    for field, holds in ordered:
        if holds is None or holds(known):
            shown.add(field)
            if field in values:
                known[field] = values[field]
    return shown
