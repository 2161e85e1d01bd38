"""The files of `fairmark truth`: labels in, answers out, one reader per kind of answer. Needs NumPy and SciPy."""

import csv
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from fairmark.kernel.errors import Invalid
from fairmark.methods.truth.boxes import KEEP_MIN, BoxInference, Submission
from fairmark.methods.truth.labels import Inference, agreement_with, named
from fairmark.methods.truth.numbers import NumberInference, Numbers
from fairmark.methods.truth.pairs import LEFT, RIGHT, TIE, Comparisons, PairInference
from fairmark.methods.truth.rankings import RankInference, Ranking
from fairmark.methods.truth.scoring import box_f1, calibration_error, set_f1, word_errors, words
from fairmark.methods.truth.segments import SegmentInference, Timed, as_boxes
from fairmark.methods.truth.sets import Choice, SetInference
from fairmark.methods.truth.spans import Marking, SpanInference
from fairmark.methods.truth.table import method_of
from fairmark.methods.truth.text import Text, TextInference

ROWS_MAX = 20_000_000
_SAID = {"left": LEFT, "tie": TIE, "right": RIGHT}


class Row(NamedTuple):
    """A judgement and the line it stands on."""

    line: int
    worker: str
    task: str
    label: str


class SizedRow(NamedTuple):
    """A judgement on an image, its size as it is written, and the line it stands on."""

    line: int
    worker: str
    task: str
    label: str
    width: str
    height: str


class Answer(NamedTuple):
    """label: as the labels are written. confidence: 0 to 1; of a number, its standard deviation in its own unit."""

    task: str
    label: str
    confidence: float


def infer(path: Path, kind: str, method: str | None, gold: Path | None) -> list[Answer]:
    """The answers of a file of labels. Raises Invalid: unknown kind or method, a missing column, a bad row."""
    chosen = method_of(kind, method)
    if kind not in _KINDS:
        raise Invalid(f"Files of the kind '{kind}' cannot be read here.", mend=f"Use one of: {', '.join(_KINDS)}.")
    if gold is not None and kind in ("text", "pairs", "set", "ranking"):
        raise Invalid(f"Gold cannot be given for {kind}.", mend="Leave out --gold.")
    if kind == "pairs":
        return _pairs(path, chosen)
    rows = rows_of(path)
    known = _by_task(gold, "truth") if gold is not None else {}
    return _KINDS[kind](rows, chosen, known, path)


def write(path: Path, answers: Sequence[Answer]) -> None:
    """Writes task,label,confidence."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("task", "label", "confidence"))
        out.writerows((task, label, f"{confidence:.6g}") for task, label, confidence in answers)


def score(answers: Path, truth: Path, kind: str) -> dict[str, float]:
    """Figures of merit over the tasks that have both. Raises Invalid: no task in common, a bad row."""
    said, known, sure = _by_task(answers, "label"), _by_task(truth, "truth"), _by_task(answers, "confidence")
    tasks = sorted(said.keys() & known.keys())
    if not tasks:
        raise Invalid(f"{answers} and {truth} have no task in common.", mend="Check the column 'task' of both.")
    ours, right = [said[task] for task in tasks], [known[task] for task in tasks]
    figures = {"tasks": float(len(tasks)), "without_answer": float(len(known.keys() - said.keys()))}
    if kind == "categorical":
        hits = np.array([float(a == b) for a, b in zip(ours, right, strict=True)])
        confidence = np.array([number_of(sure[task], answers, task) for task in tasks])
        error = calibration_error(np.clip(confidence, 0, 1), hits)
        # Of the probability given to what turned out to be so: that the answer is right, or that it is not.
        surprise = -np.log(np.clip(np.where(hits > 0, confidence, 1 - confidence), 1e-12, 1.0))
        return figures | {
            "accuracy": float(hits.mean()), "calibration_error": error,
            "negative_log_likelihood": float(surprise.mean()),
        }  # fmt: skip
    if kind == "number":
        off = np.array(
            [number_of(a, answers, t) - number_of(b, truth, t) for a, b, t in zip(ours, right, tasks, strict=True)]
        )
        return figures | {"mae": float(np.abs(off).mean()), "rmse": float(np.sqrt(np.square(off).mean()))}
    if kind == "text":
        overall, mean = word_errors([words(text) for text in ours], [words(text) for text in right])
        return figures | {"word_error_rate": overall, "word_error_rate_mean": mean}
    if kind in ("set", "ranking"):
        chosen, wanted = (
            [_listed(text, f"{path}, {task}") for text, task in zip(column, tasks, strict=True)]
            for column, path in ((ours, answers), (right, truth))
        )
        if kind == "ranking":
            return figures | {"kendall_tau": _mean_tau(chosen, wanted)}
        exact = [set(a) == set(b) for a, b in zip(chosen, wanted, strict=True)]
        f1 = set_f1([set(each) for each in chosen], [set(each) for each in wanted])
        return figures | {"f1": f1, "accuracy": float(np.mean(exact))}
    marks = [[_marks(text, f"{path}, {task}") for text, task in zip(column, tasks, strict=True)]
             for column, path in ((ours, answers), (right, truth))]  # fmt: skip
    if kind == "spans":
        said_so, wanted = ([{tuple(mark) for mark in each} for each in column] for column in marks)
        return figures | {"f1": set_f1(said_so, wanted)}
    if kind in ("boxes", "segments"):
        shaped = _boxes_of if kind == "boxes" else _times_of
        drawn, wanted = ([shaped(each) for each in column] for column in marks)
        f1, iou = box_f1(drawn, wanted)
        return figures | {"f1_at_0.5": f1, "mean_iou": iou}
    raise Invalid(
        f"Answers of the kind '{kind}' cannot be scored.", mend=f"Use {', '.join(sorted(_KINDS.keys() - {'pairs'}))}."
    )


def workers(path: Path, method: str | None, gold: Path | None) -> list[dict[str, Any]]:
    """worker, labels, skill and agreement (with the answers) of each worker, best first."""
    rows = rows_of(path)
    found, data = _categorical(rows, method_of("categorical", method), _by_task(gold, "truth") if gold else {})
    agreement = agreement_with(data.labels, found.posterior)
    count = np.bincount(data.labels.workers, minlength=len(data.workers))
    table = [
        {"worker": name, "labels": int(n), "skill": float(skill), "agreement": float(with_all)}
        for name, n, skill, with_all in zip(data.workers, count, found.skill, agreement, strict=True)
    ]
    return sorted(table, key=lambda row: (-np.nan_to_num(row["skill"]), row["worker"]))


def rows_of(path: Path) -> list[Row]:
    """The lines of worker,task,label. Raises Invalid: a missing column or cell, too many lines."""
    return [
        Row(line, row["worker"], row["task"], row["label"]) for line, row in _table(path, "worker", "task", "label")
    ]


def sized_rows_of(path: Path) -> list[SizedRow]:
    """The lines of worker,task,label,width,height. Raises as `rows_of` does."""
    columns = ("worker", "task", "label", "width", "height")
    return [SizedRow(line, *(row[name] for name in columns)) for line, row in _table(path, *columns)]


def _table(path: Path, *columns: str) -> list[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in columns if name not in (reader.fieldnames or ())]
        if missing:
            raise Invalid(f"{path} has no column '{missing[0]}'.", mend=f"Its first line names {', '.join(columns)}.")
        found: list[tuple[int, dict[str, str]]] = []
        for row in reader:
            if any(row[name] is None for name in columns):
                raise Invalid(
                    f"{path}, line {reader.line_num}: a cell is missing.", mend="Complete or remove the line."
                )
            if len(found) == ROWS_MAX:
                raise Invalid(f"{path} has more than {ROWS_MAX:,} lines.", mend="Split it by tasks.")
            found.append((reader.line_num, row))
    return found


def _by_task(path: Path, column: str) -> dict[str, str]:
    return {row["task"]: row[column] for _, row in _table(path, "task", column)}


def number_of(text: str, path: Path, where: object) -> float:
    """A cell as a number. Raises Invalid, with where it stands."""
    try:
        return float(text)
    except ValueError:
        raise Invalid(f"{path}, {where}: '{text[:40]}' is not a number.", mend="Write it with a point.") from None


def _marks(text: str, place: str) -> list[list[Any]]:
    try:
        marks = json.loads(text)
    except ValueError:
        marks = None
    if not isinstance(marks, list) or not all(isinstance(mark, list) for mark in marks):
        raise Invalid(f"{place}: the label is not a JSON list of lists.", mend='Such as [[0,2,"PER"]].')
    return marks


def _categorical(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str]) -> tuple[Inference, Any]:
    data = named([row.task for row in rows], [row.worker for row in rows], [row.label for row in rows])
    value_of = {value: number for number, value in enumerate(data.values)}
    gold = np.array([value_of.get(known[task], -1) if task in known else -1 for task in data.tasks], dtype=np.int64)
    return method(data.labels, gold), data


def _classes(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    found, data = _categorical(rows, method, known)
    sure = found.confidence().tolist()
    return [Answer(task, data.values[best], sure[i]) for i, (task, best) in enumerate(zip(data.tasks, found.best()))]  # noqa: B905


def _numbers(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    values = np.array([number_of(row.label, path, f"line {row.line}") for row in rows])
    data = Numbers(
        np.array([tasks[row.task] for row in rows], np.int64), np.array([who[row.worker] for row in rows], np.int64),
        values, len(tasks), len(who),
    )  # fmt: skip
    gold = np.array([number_of(known[task], path, task) if task in known else np.nan for task in tasks])
    found: NumberInference = method(data, gold=gold if known else None)
    return [
        Answer(t, f"{v:.10g}", e) for t, v, e in zip(tasks, found.values.tolist(), found.errors.tolist(), strict=True)
    ]


def _texts(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    texts: list[list[Text]] = [[] for _ in tasks]
    for row in rows:
        texts[tasks[row.task]].append(Text(who[row.worker], row.label.split()))
    found: TextInference = method(texts, len(who))
    return [Answer(t, " ".join(a.words), a.overall) for t, a in zip(tasks, found.answers, strict=True)]


def _spans(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    items: list[list[Marking]] = [[] for _ in tasks]
    for row in rows:
        items[tasks[row.task]].append(Marking(who[row.worker], _from_to(row, path, "a span")))
    gold = [Marking(0, _from_to(row, path, "a span")) if row is not None else None for row in _gold_rows(tasks, known)]
    found: SpanInference = method(items, len(who), gold=gold)
    return [
        Answer(task, json.dumps([[span.start, span.end, span.class_] for span in spans]),
               float(np.mean([span.confidence for span in spans])) if spans else 1.0)
        for task, spans in zip(tasks, found.spans, strict=True)
    ]  # fmt: skip


def _segments(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    items: list[list[Timed]] = [[] for _ in tasks]
    for row in rows:
        items[tasks[row.task]].append(_timed(row, who[row.worker], path))
    gold = [_timed(row, 0, path) if row is not None else None for row in _gold_rows(tasks, known)]
    found: SegmentInference = method(items, len(who), gold=gold)
    answers: list[Answer] = []
    for task, segments in zip(tasks, found.segments, strict=True):
        kept = sorted(each for each in segments if each.confidence >= KEEP_MIN)
        ends = [[round(each.start, 3), round(each.end, 3), each.class_] for each in kept]
        sure = float(np.mean([each.confidence for each in kept])) if kept else 1.0
        answers.append(Answer(task, json.dumps(ends), sure))
    return answers


def _timed(row: Row, worker: int, path: Path) -> Timed:
    segments = _from_to(row, path, "a segment")
    if not all(isinstance(end, (int, float)) for mark in segments for end in mark[:2]):
        raise Invalid(f"{_place(row, path)}: a time is not a number.", mend="Correct the line.")
    return Timed(worker, segments)


def _from_to(row: Row, path: Path, what: str) -> list[tuple[Any, Any, Any]]:
    """The marks of a label of [start, end, class]."""
    marks = _marks(row.label, _place(row, path))
    if any(len(mark) != 3 for mark in marks):
        raise Invalid(f"{_place(row, path)}: {what} is no [start, end, class].", mend="Correct the line.")
    return [(start, end, name) for start, end, name in marks]


def _boxes(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    items: list[list[Submission]] = [[] for _ in tasks]
    for row in rows:
        items[tasks[row.task]].append(_submission(row, who[row.worker], path))
    gold = [_submission(row, 0, path) if row is not None else None for row in _gold_rows(tasks, known)]
    found: BoxInference = method(items, len(who), gold=gold)
    answers: list[Answer] = []
    for task, things in zip(tasks, found.things, strict=True):
        kept = [thing for thing in things if thing.confidence >= KEEP_MIN]
        corners = [[*_corners(thing.box), *([thing.class_] if thing.class_ else [])] for thing in kept]
        sure = float(np.mean([thing.confidence for thing in kept])) if kept else 1.0
        answers.append(Answer(task, json.dumps(corners), sure))
    return answers


def _submission(row: Row, worker: int, path: Path) -> Submission:
    marks = _marks(row.label, _place(row, path))
    if any(len(mark) not in (4, 5) for mark in marks):
        raise Invalid(f"{_place(row, path)}: a box is no [x0, y0, x1, y1].", mend="Correct the line.")
    classes = [mark[4] if len(mark) == 5 else "" for mark in marks]
    return Submission(worker, _boxes_of(marks), classes if any(classes) else None)


def _gold_rows(tasks: Iterable[str], known: Mapping[str, str]) -> list[Row | None]:
    """The known answer of each task, if there is one, as a row of no worker."""
    return [Row(0, "", task, known[task]) if task in known else None for task in tasks]


def _place(row: Row, path: Path) -> str:
    """Where a row stands, for messages."""
    return f"{path}, line {row.line}" if row.line else f"The known answer of {row.task}"


def _pairs(path: Path, method: Callable[..., Any]) -> list[Answer]:
    rows = [row for _, row in _table(path, "worker", "left", "right", "label")]
    bad = next((row for row in rows if row["label"] not in _SAID), None)
    if bad is not None:
        raise Invalid(f"{path}: '{bad['label'][:40]}' is no answer to a pair.", mend="Write left, right or tie.")
    item_of = _names((row.get("query", ""), row[side]) for row in rows for side in ("left", "right"))
    who = _names(row["worker"] for row in rows)
    columns = (
        [who[row["worker"]] for row in rows], [item_of[row.get("query", ""), row["left"]] for row in rows],
        [item_of[row.get("query", ""), row["right"]] for row in rows], [_SAID[row["label"]] for row in rows],
    )  # fmt: skip
    by, left, right, said = (np.array(column, dtype=np.int64) for column in columns)
    found: PairInference = method(Comparisons(by, left, right, said, len(who), len(item_of)))
    answers: list[Answer] = []
    for query in dict.fromkeys(query for query, _ in item_of):
        ranked = sorted((item for item in item_of if item[0] == query), key=lambda item: -found.scores[item_of[item]])
        for rank, item in enumerate(ranked):
            after = ranked[min(rank + 1, len(ranked) - 1)]
            sure = found.better(np.array([item_of[item]]), np.array([item_of[after]]))[0] if after != item else 1.0
            answers.append(Answer("/".join(part for part in item if part), str(rank + 1), float(sure)))
    return answers


def _sets(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    tasks, who = _names(row.task for row in rows), _names(row.worker for row in rows)
    items: list[list[Choice]] = [[] for _ in tasks]
    for row in rows:
        items[tasks[row.task]].append(Choice(who[row.worker], frozenset(_listed(row.label, _place(row, path)))))
    found: SetInference = method(items, len(who))
    answers: list[Answer] = []
    for number, task in enumerate(tasks):
        chances = [max(chance, 1 - chance) for _, chance in found.answers[number]]
        chosen = sorted(str(name) for name in found.chosen(number))
        answers.append(Answer(task, json.dumps(chosen), float(np.prod(chances))))
    return answers


def _rankings(rows: Sequence[Row], method: Callable[..., Any], known: Mapping[str, str], path: Path) -> list[Answer]:
    """One order a task, the best first; sure: how likely each stands rightly before the next, on average."""
    who = _names(row.worker for row in rows)
    given = [(row.task, row.worker, _listed(row.label, _place(row, path))) for row in rows]
    item_of = _names((task, name) for task, _, names in given for name in names)
    orders = [Ranking(who[worker], [item_of[task, name] for name in names]) for task, worker, names in given]
    found: RankInference = method(orders, len(item_of), len(who))
    items: dict[str, list[tuple[str, int]]] = {task: [] for task in sorted({task for task, *_ in given})}
    for (task, name), number in item_of.items():
        items[task].append((name, number))
    answers: list[Answer] = []
    for task, own in items.items():
        ordered = sorted(own, key=lambda item: -found.scores[item[1]])
        numbers = np.array([number for _, number in ordered], dtype=np.int64)
        sure = found.better(numbers[:-1], numbers[1:])
        label = json.dumps([name for name, _ in ordered])
        answers.append(Answer(task, label, float(sure.mean()) if len(sure) else 1.0))
    return answers


def _listed(text: str, place: str) -> list[str]:
    """A label that is a JSON list of names, each at most once."""
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names) or len(set(names)) < len(names):
        raise Invalid(f"{place}: the label is not a JSON list of different names.", mend='Such as ["red", "blue"].')
    return names


def _mean_tau(ours: Sequence[list[str]], right: Sequence[list[str]]) -> float:
    """Kendall's tau of each order over the items in both, on average; of one item nothing can be told."""
    found: list[float] = []
    for said, true in zip(ours, right, strict=True):
        places = [true.index(name) for name in said if name in true]
        signs = [1.0 if ours < theirs else -1.0 for ours, theirs in combinations(places, 2)]
        if signs:
            found.append(sum(signs) / len(signs))
    return float(np.mean(found)) if found else float("nan")


def _names(values: Any) -> dict[Any, int]:
    """Each value and its number, in ascending order."""
    return {name: number for number, name in enumerate(sorted(set(values)))}


def _boxes_of(marks: Sequence[Sequence[Any]]) -> Any:
    return np.array([[m[0], m[1], m[2] - m[0], m[3] - m[1]] for m in marks], dtype=np.float64).reshape(-1, 4)


def _times_of(marks: Sequence[Sequence[Any]]) -> Any:
    return as_boxes([(mark[0], mark[1]) for mark in marks])


def _corners(box: Any) -> list[float]:
    x, y, w, h = (float(value) for value in box)
    return [round(value, 3) for value in (x, y, x + w, y + h)]


_KINDS: dict[str, Callable[[Sequence[Row], Callable[..., Any], Mapping[str, str], Path], list[Answer]]] = {
    "categorical": _classes, "number": _numbers, "text": _texts, "spans": _spans, "segments": _segments,
    "boxes": _boxes, "set": _sets, "ranking": _rankings,
    "pairs": lambda rows, method, known, path: _pairs(path, method),
}  # fmt: skip
