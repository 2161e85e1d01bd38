"""Parts of a project's work by what its tasks have: batch, metadata, week. Pure."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from fairmark.quality.judging.gathering import TaskRow
from fairmark.quality.reports.model import SliceKind

SLICES_MAX, META_KEYS_MAX, META_VALUES_MAX = 20, 6, 12


class Sliced(NamedTuple):
    """A part of the units, with its name."""

    kind: SliceKind
    key: str
    title: str
    units: list[int]


def some(value: float) -> float | None:
    """A figure, or None for one that is none."""
    return None if math.isnan(value) else value


def task_slices(places: Sequence[int], rows: Sequence[TaskRow]) -> list[Sliced]:
    """Units in parts. places: [units], the place in `rows` of the task that each is about."""
    return [*_batches(places, rows), *_metas(places, rows), *_weeks(places, rows)]


def _by(places: Sequence[int], name: Callable[[int], str | None], kind: SliceKind, least: int = 2) -> list[Sliced]:
    """The units by some name of their task; the largest first."""
    parts: dict[str, list[int]] = {}
    for unit, row in enumerate(places):
        key = name(row)
        if key is not None:
            parts.setdefault(key, []).append(unit)
    if len(parts) < least:
        return []
    largest = sorted(parts.items(), key=lambda part: -len(part[1]))[:SLICES_MAX]
    return [Sliced(kind, key, key, units) for key, units in largest]


def _batches(places: Sequence[int], rows: Sequence[TaskRow]) -> list[Sliced]:
    return _by(places, lambda row: str(rows[row].batch_id), SliceKind.BATCH)


def _metas(places: Sequence[int], rows: Sequence[TaskRow]) -> list[Sliced]:
    """By the values of those keys of the items' metadata that have few."""
    values: dict[str, Counter[str]] = {}
    for row in rows:
        for key, value in row.meta.items():
            if isinstance(value, (str, bool, int)) and len(str(value)) <= 100:
                values.setdefault(key, Counter())[str(value)] += 1
    few = [key for key, counter in values.items() if 1 < len(counter) <= META_VALUES_MAX][:META_KEYS_MAX]
    found: list[Sliced] = []
    for key in few:
        parts = _by(
            places, lambda row, key=key: str(rows[row].meta[key]) if key in rows[row].meta else None, SliceKind.META
        )
        found += [part._replace(key=f"{key}={part.key}", title=f"{key}: {part.key}") for part in parts]
    return found


def _weeks(places: Sequence[int], rows: Sequence[TaskRow]) -> list[Sliced]:
    def monday(row: int) -> str | None:
        at: datetime | None = max((each.at for each in rows[row].handed), default=None)
        return None if at is None else str(at.date() - timedelta(days=at.weekday()))

    return sorted(_by(places, monday, SliceKind.WEEK, 1), key=lambda part: part.key)
