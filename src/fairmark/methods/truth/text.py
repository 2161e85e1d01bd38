"""Free text of several workers: the text nearest to all, or one woven from the words most agree on."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from fairmark.methods.truth.labels import Floats, Indices

WORDS_MAX = 2_000
"""Most words of a text: alignment takes their square."""
ROUNDS = 6
_PRIOR_COUNT, _BLOCK = 4.0, 2_000_000


class Text(NamedTuple):
    """One worker's text of a task, as words. worker: number from 0."""

    worker: int
    words: Sequence[str]


class Woven(NamedTuple):
    """words: the answer. confidence: [words], share of the weight behind each. overall: mean of it, gaps included."""

    words: list[str]
    confidence: list[float]
    overall: float


class TextInference(NamedTuple):
    """answers: per task. error: [workers], how far a worker's texts are from the answers, in edits per word."""

    answers: list[Woven]
    error: Floats


def distances(pairs: Sequence[tuple[Indices, Indices]]) -> Indices:
    """Edit distance of each pair of sequences of numbers (insert, delete, replace: 1 each): [pairs].

    All pairs at once, row by row of the table of Wagner and Fischer 1974. O(sum of lengths squared); blocks of pairs.
    """
    result = np.zeros(len(pairs), dtype=np.int64)
    order = sorted(range(len(pairs)), key=lambda i: (len(pairs[i][0]), len(pairs[i][1])))
    start = 0
    while start < len(order):
        width = 1
        stop = start
        while stop < len(order) and (stop - start + 1) * max(width, len(pairs[order[stop]][1]) + 1) <= _BLOCK:
            width = max(width, len(pairs[order[stop]][1]) + 1)
            stop += 1
        stop = max(stop, start + 1)
        block = order[start:stop]
        result[block] = _distances([pairs[i] for i in block])
        start = stop
    return result


def _distances(pairs: Sequence[tuple[Indices, Indices]]) -> Indices:
    rows = np.array([len(a) for a, _ in pairs])
    columns = np.array([len(b) for _, b in pairs])
    left = np.full((len(pairs), int(rows.max(initial=0))), -1)
    right = np.full((len(pairs), int(columns.max(initial=0))), -2)
    for i, (a, b) in enumerate(pairs):
        left[i, : len(a)] = a
        right[i, : len(b)] = b
    steps = np.arange(right.shape[1] + 1)
    line = np.tile(steps, (len(pairs), 1))
    done = line[np.arange(len(pairs)), columns].copy()
    for row in range(left.shape[1]):
        change = line[:, :-1] + (right != left[:, row, None])
        best = np.minimum(line + 1, np.concatenate([line[:, :1] + 1, change], axis=1))
        # Insertions run along the row: the least of (value - place) so far, plus the place.
        line = np.minimum.accumulate(best - steps, axis=1) + steps
        ends = rows == row + 1
        done[ends] = line[ends, columns[ends]]
    return done


def align(ours: Indices, theirs: Indices) -> list[tuple[int, int]]:
    """A least-cost alignment of two sequences: pairs of places, -1 for a gap, in order. O(len * len)."""
    n, m = len(ours), len(theirs)
    table = np.zeros((n + 1, m + 1), dtype=np.int64)
    steps = np.arange(m + 1)
    table[0] = steps
    for row in range(n):
        line = table[row]
        best = np.minimum(line + 1, np.concatenate([line[:1] + 1, line[:-1] + (theirs != ours[row])]))
        table[row + 1] = np.minimum.accumulate(best - steps) + steps
    path: list[tuple[int, int]] = []
    grid: list[list[int]] = table.tolist()
    while n or m:
        if n and m and grid[n][m] == grid[n - 1][m - 1] + int(ours[n - 1] != theirs[m - 1]):
            n, m = n - 1, m - 1
            path.append((n, m))
        elif n and grid[n][m] == grid[n - 1][m] + 1:
            n -= 1
            path.append((n, -1))
        else:
            m -= 1
            path.append((-1, m))
    return path[::-1]


class _Numbered(NamedTuple):
    """Texts as numbers of words, flat, with each text's task and worker, and the names of the words."""

    words: list[Indices]
    tasks: Indices
    workers: Indices
    names: list[str]


def medoid(tasks: Sequence[Sequence[Text]], workers: int) -> TextInference:
    """The text with the least mean distance to the others of its task, distances weighted by the other's reliability.

    A text's distance is edits per word of the longer one; a worker's error is the mean distance of his texts to the
    chosen ones, drawn to everybody's mean, and his weight the inverse: ROUNDS rounds. Always a text that somebody
    wrote, hence fit where word order is free (translation). Confidence: 1 less the mean distance. Quadratic in the
    texts of a task and in their words. Source: the generalised median string of Kohonen 1985; weights as in Li and
    Fukumoto, A Dataset of Crowdsourced Word Sequences, 2019 (RASA, there with embeddings).
    """
    texts = _numbered(tasks)
    groups = _by_task(texts.tasks, len(tasks))
    tables = _tables(texts, groups)
    chosen, error, _ = _reliable(texts, groups, tables, workers)
    answers: list[Woven] = []
    for group, table, best in zip(groups, tables, chosen, strict=True):
        if not len(group):
            answers.append(Woven([], [], 0.0))
            continue
        sure = 1.0 - float(table[best].sum() / max(len(group) - 1, 1)) if len(group) > 1 else 0.5
        words = [texts.names[word] for word in texts.words[int(group[best])].tolist()]
        answers.append(Woven(words, [max(sure, 0.0)] * len(words), max(sure, 0.0)))
    return TextInference(answers, error)


def weave(tasks: Sequence[Sequence[Text]], workers: int) -> TextInference:
    """Word by word, the word with the most weight behind it, or none: for speech and other texts of fixed word order.

    The `medoid` is the backbone; the other texts are aligned to it one after the other, the nearest first, and may add
    places between its words; at each place each text votes with its worker's weight, for a word or for none. Weights
    as in `medoid`, sharpened by the votes. Cost as `medoid`. Sources: ROVER, Fiscus 1997; weights: see `medoid`.
    """
    texts = _numbered(tasks)
    groups = _by_task(texts.tasks, len(tasks))
    tables = _tables(texts, groups)
    chosen, error, weights = _reliable(texts, groups, tables, workers)
    answers: list[Woven] = []
    for group, table, best in zip(groups, tables, chosen, strict=True):
        answers.append(_woven(texts, group, table, best, weights) if len(group) else Woven([], [], 0.0))
    return TextInference(answers, error)


def _numbered(tasks: Sequence[Sequence[Text]]) -> _Numbered:
    number_of: dict[str, int] = {}
    words: list[Indices] = []
    of_task: list[int] = []
    workers: list[int] = []
    for task, texts in enumerate(tasks):
        for text in texts:
            numbers = [number_of.setdefault(word, len(number_of)) for word in text.words[:WORDS_MAX]]
            words.append(np.array(numbers, dtype=np.int64))
            of_task.append(task)
            workers.append(text.worker)
    return _Numbered(words, np.array(of_task, np.int64), np.array(workers, np.int64), list(number_of))


def _by_task(tasks: Indices, n: int) -> list[Indices]:
    order = np.argsort(tasks, kind="stable")
    return np.split(order, np.searchsorted(tasks[order], np.arange(1, n))) if n else []


def _tables(texts: _Numbered, groups: Sequence[Indices]) -> list[Floats]:
    """Distances of the texts of each task to each other, in edits per word of the longer: [texts, texts] each."""
    pairs = [(int(i), int(j)) for group in groups for a, i in enumerate(group) for j in group[a + 1 :]]
    raw = distances([(texts.words[i], texts.words[j]) for i, j in pairs])
    longer = [max(len(texts.words[i]), len(texts.words[j]), 1) for i, j in pairs]
    share = iter((raw / np.array(longer, dtype=np.float64)).tolist() if pairs else [])
    tables: list[Floats] = []
    for group in groups:
        table = np.zeros((len(group), len(group)))
        for a in range(len(group)):
            for b in range(a + 1, len(group)):
                table[a, b] = table[b, a] = next(share)
        tables.append(table)
    return tables


def _reliable(
    texts: _Numbered, groups: Sequence[Indices], tables: Sequence[Floats], workers: int
) -> tuple[list[int], Floats, Floats]:
    """The medoid of each task (its place in the group), the error of each worker, and each worker's weight."""
    error = np.full(workers, 0.1)
    chosen: list[int] = []
    weights = np.ones(workers)
    for _ in range(ROUNDS):
        total, count = np.zeros(workers), np.zeros(workers)
        chosen = []
        for group, table in zip(groups, tables, strict=True):
            if not len(group):
                chosen.append(-1)
                continue
            who = texts.workers[group]
            weight = weights[who]
            best = int(np.argmin(table @ weight - 1e-9 * weight))
            chosen.append(best)
            if len(group) > 2:
                # What a text is worth is measured against the others', never against itself.
                others = weight[None, :] * (1 - np.eye(len(group)))
                np.add.at(total, who, (table * others).sum(axis=1) / others.sum(axis=1))
                np.add.at(count, who, 1.0)
        usual = (total.sum() + 0.1) / (count.sum() + 1.0)
        error = (total + _PRIOR_COUNT * usual) / (count + _PRIOR_COUNT)
        weights = np.square(usual / np.maximum(error, 1e-3))
    return chosen, error, weights


def _woven(texts: _Numbered, group: Indices, table: Floats, best: int, weights: Floats) -> Woven:
    """The vote at each place of the alignment. A slot holds the weight behind each word; -1 is none."""
    order = [best, *(int(k) for k in np.argsort(table[best], kind="stable") if k != best)]
    slots: list[dict[int, float]] = []
    total = 0.0
    for place, k in enumerate(order):
        words = texts.words[int(group[k])]
        weight = float(weights[texts.workers[group[k]]])
        if place == 0:
            slots = [{word: weight} for word in words.tolist()]
        else:
            leading = np.array([max(slot, key=lambda word: slot[word]) for slot in slots], dtype=np.int64)
            merged: list[dict[int, float]] = []
            for ours, theirs in align(leading, words):
                slot = slots[ours] if ours >= 0 else {-1: total}
                said = int(words[theirs]) if theirs >= 0 else -1
                slot[said] = slot.get(said, 0.0) + weight
                merged.append(slot)
            slots = merged
        total += weight
    found = [(max(slot, key=lambda word: slot[word]), slot) for slot in slots]
    sure = [slot[word] / total for word, slot in found]
    kept = [(texts.names[word], share) for (word, _), share in zip(found, sure, strict=True) if word >= 0]
    overall = float(np.mean(sure)) if sure else 1.0
    return Woven([word for word, _ in kept], [share for _, share in kept], overall)
