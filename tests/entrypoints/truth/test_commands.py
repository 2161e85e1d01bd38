import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from fairmark.entrypoints.truth import commands
from fairmark.entrypoints.truth.commands import app
from fairmark.kernel.errors import Invalid


def _csv(path: Path, *rows: tuple[object, ...]) -> str:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return str(path)


def _run(*arguments: str) -> str:
    done = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def _answers(path: Path) -> dict[str, tuple[str, float]]:
    with path.open() as file:
        return {row["task"]: (row["label"], float(row["confidence"])) for row in csv.DictReader(file)}


HEAD = ("worker", "task", "label")


class TestInferTruth:
    def test_classes(self, tmp_path: Path) -> None:
        rows = [(w, t, "cat" if t % 2 else "dog") for t in range(8) for w in ("ann", "bob", "cy")]
        labels = _csv(tmp_path / "labels.csv", HEAD, *rows, ("dan", 0, "cat"))
        _run("infer", labels, "--out", str(tmp_path / "a.csv"))
        found = _answers(tmp_path / "a.csv")
        assert found["0"][0] == "dog"
        assert found["1"][0] == "cat"
        assert 0.5 < found["0"][1] < found["2"][1] < 1

    def test_gold_is_certain(self, tmp_path: Path) -> None:
        labels = _csv(tmp_path / "labels.csv", HEAD, ("a", "t", "x"), ("b", "t", "x"), ("c", "u", "y"))
        gold = _csv(tmp_path / "gold.csv", ("task", "truth"), ("t", "y"))
        _run("infer", labels, "--out", str(tmp_path / "a.csv"), "--gold", gold, "--method", "majority")
        assert _answers(tmp_path / "a.csv")["t"] == ("y", 1.0)

    @pytest.mark.parametrize(
        ("kind", "label", "answer"),
        [
            ("number", "7.5", 7.5),
            ("text", "hello world", "hello world"),
            ("spans", '[[0, 2, "PER"]]', [[0, 2, "PER"]]),
            ("segments", '[[5, 6.25, "b"], [0.5, 2, "a"]]', [[0.5, 2.0, "a"], [5.0, 6.25, "b"]]),
            ("boxes", '[[1, 2, 11, 22, "car"]]', [[1.0, 2.0, 11.0, 22.0, "car"]]),
            ("set", '["red", "blue"]', ["blue", "red"]),
            ("set", "[]", []),
            ("ranking", '["b", "c", "a"]', ["b", "c", "a"]),
            ("ranking", '["b"]', ["b"]),
        ],
    )
    def test_other_kinds(self, tmp_path: Path, kind: str, label: str, answer: object) -> None:
        rows = [(w, t, label) for t in range(5) for w in "abcd"]
        _run("infer", _csv(tmp_path / "l.csv", HEAD, *rows), "--out", str(tmp_path / "a.csv"), "--kind", kind)
        found = _answers(tmp_path / "a.csv")["0"][0]
        assert (found if kind == "text" else json.loads(found)) == answer

    @pytest.mark.parametrize(
        ("kind", "label", "known"),
        [
            ("spans", '[[0, 2, "PER"]]', '[[0, 3, "PER"]]'),
            ("segments", '[[0.5, 2.0, "a"]]', '[[0.5, 2.5, "b"]]'),
            ("boxes", '[[1, 2, 11, 22, "car"]]', '[[1.0, 2.0, 12.0, 22.0, "bus"]]'),
        ],
    )
    def test_known_marks_are_the_answer(self, tmp_path: Path, kind: str, label: str, known: str) -> None:
        labels = _csv(tmp_path / "l.csv", HEAD, *[(w, t, label) for t in "tu" for w in "abc"])
        gold, out = _csv(tmp_path / "g.csv", ("task", "truth"), ("t", known)), tmp_path / "a.csv"
        _run("infer", labels, "--out", str(out), "--kind", kind, "--gold", gold)
        answer, sure = _answers(out)["t"]
        assert (json.loads(answer), sure) == (json.loads(known), 1.0)
        bad = _csv(tmp_path / "b.csv", ("task", "truth"), ("t", "[[1]]"))
        with pytest.raises(Invalid, match="The known answer of t"):
            _run("infer", labels, "--out", str(out), "--kind", kind, "--gold", bad)

    def test_of_texts_nothing_can_be_known(self, tmp_path: Path) -> None:
        gold = _csv(tmp_path / "g.csv", ("task", "truth"), ("t", "x"))
        labels = _csv(tmp_path / "l.csv", HEAD, ("a", "t", "x"))
        with pytest.raises(Invalid, match="Gold cannot be given for text"):
            _run("infer", labels, "--out", str(tmp_path / "a.csv"), "--kind", "text", "--gold", gold)

    def test_rankings_of_several_tasks_share_their_workers(self, tmp_path: Path) -> None:
        orders = [(w, t, '["x", "y", "z"]') for w in "abc" for t in range(6)]
        turned = [("d", t, '["z", "y", "x"]') for t in range(6)]
        labels = _csv(tmp_path / "l.csv", HEAD, *orders, *turned)
        _run("infer", labels, "--out", str(tmp_path / "a.csv"), "--kind", "ranking")
        found = _answers(tmp_path / "a.csv")
        assert {json.loads(label)[0] for label, _ in found.values()} == {"x"}
        assert all(0.5 < sure < 1 for _, sure in found.values())

    def test_pairs_are_ranked(self, tmp_path: Path) -> None:
        rows = [(w, left, right, "left") for w in "abc" for left, right in (("x", "y"), ("y", "z"), ("x", "z"))]
        labels = _csv(tmp_path / "l.csv", ("worker", "left", "right", "label"), *rows)
        _run("infer", labels, "--out", str(tmp_path / "a.csv"), "--kind", "pairs")
        assert {item: rank for item, (rank, _) in _answers(tmp_path / "a.csv").items()} == {
            "x": "1",
            "y": "2",
            "z": "3",
        }

    @pytest.mark.parametrize(
        ("head", "row", "kind", "names"),
        [
            (("worker", "task"), ("a", "t"), "categorical", "label"),
            (HEAD, ("a", "t", "many"), "number", "line 2"),
            (HEAD, ("a", "t", "here"), "boxes", "line 2"),
            (HEAD, ("a", "t", "[[1]]"), "spans", "line 2"),
            (HEAD, ("a", "t", "[[1, 2]]"), "segments", "line 2"),
            (HEAD, ("a", "t", '[["0:01", "0:02", "a"]]'), "segments", "line 2"),
            (HEAD, ("a", "t"), "categorical", "line 2"),
            (HEAD, ("a", "t", "x"), "smell", "smell"),
            (HEAD, ("a", "t", '["x", "x"]'), "ranking", "line 2: the label is not a JSON list of different names"),
            (HEAD, ("a", "t", "x"), "set", "line 2"),
            (("worker", "left", "right", "label"), ("a", "x", "y", "up"), "pairs", "up"),
        ],
    )
    def test_bad_files_are_named(
        self, tmp_path: Path, head: tuple[str, ...], row: tuple[str, ...], kind: str, names: str
    ) -> None:
        with pytest.raises(Invalid, match=names):
            _run("infer", _csv(tmp_path / "l.csv", head, row), "--out", str(tmp_path / "a.csv"), "--kind", kind)

    def test_says_what_is_missing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def nothing(_: str) -> None:
            return None

        monkeypatch.setattr(commands, "find_spec", nothing)
        done = CliRunner().invoke(app, ["infer", _csv(tmp_path / "l.csv", HEAD), "--out", str(tmp_path / "a.csv")])
        assert done.exit_code == 2


class TestScoreAnswers:
    def test_accuracy_and_calibration(self, tmp_path: Path) -> None:
        rows = (("t", "x", 0.9), ("u", "x", 0.7), ("v", "x", 0.5))
        answers = _csv(tmp_path / "a.csv", ("task", "label", "confidence"), *rows)
        known = _csv(tmp_path / "t.csv", ("task", "truth"), ("t", "x"), ("u", "y"), ("w", "x"))
        figures = json.loads(_run("score", answers, known, "--json"))
        # One of two right; gaps of 0.1 (0.9 to 1) and 0.7 (0.7 to 0), half of the tasks each: 0.4.
        assert figures["accuracy"] == 0.5
        assert figures["calibration_error"] == pytest.approx(0.4)
        # -ln 0.9 for the one that is right, -ln (1 - 0.7) for the other: (0.105 + 1.204) / 2.
        assert figures["negative_log_likelihood"] == pytest.approx(0.6547, abs=1e-4)
        assert (figures["tasks"], figures["without_answer"]) == (2, 1)

    @pytest.mark.parametrize(
        ("kind", "said", "true", "figure", "value"),
        [
            ("number", "3", "5", "mae", 2.0),
            ("text", "A b, c", "a b d", "word_error_rate", 1 / 3),
            ("spans", '[[0,1,"A"],[2,3,"A"]]', '[[0,1,"A"]]', "f1", 2 / 3),
            # 8 of 10 s are shared; the second segment is not there: 2 * 1 / 3.
            ("segments", '[[0,10,"a"]]', '[[0,8,"a"]]', "mean_iou", 0.8),
            ("segments", '[[0,10,"a"],[20,21,"a"]]', '[[0,8,"a"]]', "f1_at_0.5", 2 / 3),
            ("boxes", "[[0,0,10,10]]", "[[0,0,10,8]]", "mean_iou", 0.8),
            # One of two said is right, one of one: 2 * 1 / 3.
            ("set", '["a","b"]', '["a"]', "f1", 2 / 3),
            ("set", '["a","b"]', '["b","a"]', "accuracy", 1.0),
            # Of three pairs two stand rightly: (2 - 1) / 3.
            ("ranking", '["a","b","c"]', '["a","c","b"]', "kendall_tau", 1 / 3),
        ],
    )
    def test_other_kinds(self, tmp_path: Path, kind: str, said: str, true: str, figure: str, value: float) -> None:
        answers = _csv(tmp_path / "a.csv", ("task", "label", "confidence"), ("t", said, 1))
        known = _csv(tmp_path / "t.csv", ("task", "truth"), ("t", true))
        assert json.loads(_run("score", answers, known, "--kind", kind, "--json"))[figure] == pytest.approx(value)

    def test_nothing_in_common(self, tmp_path: Path) -> None:
        answers = _csv(tmp_path / "a.csv", ("task", "label", "confidence"), ("t", "x", 1))
        with pytest.raises(Invalid, match="no task in common"):
            _run("score", answers, _csv(tmp_path / "t.csv", ("task", "truth"), ("u", "x")))


class TestListWorkers:
    def test_best_first(self, tmp_path: Path) -> None:
        rows = [(w, t, (t + (w == "z")) % 2) for t in range(30) for w in "xyvz"]
        found = json.loads(_run("workers", _csv(tmp_path / "l.csv", HEAD, *rows), "--json"))
        assert found[-1]["worker"] == "z"
        assert found[-1]["skill"] < 0.3 < 0.8 < found[0]["skill"]
        assert found[0]["labels"] == 30


class TestMeasureAgreement:
    def test_names_in_all_by_label_and_by_pair(self, tmp_path: Path) -> None:
        # Two workers, 20 tasks: both say yes to 5, only ann to 5 more, and both no to 10.
        said = [("yes", "yes")] * 5 + [("yes", "no")] * 5 + [("no", "no")] * 10
        rows = [(who, t, label) for t, both in enumerate(said) for who, label in zip(("ann", "bob"), both, strict=True)]
        found = json.loads(_run("agreement", _csv(tmp_path / "l.csv", HEAD, *rows), "--json"))
        by = {(each["of"], each["coefficient"]): each for each in found}
        # 15 of 20 alike; yes is said 15 times of 40. Fleiss: by chance (3/8)^2 + (5/8)^2 = 17/32. AC1: by chance
        # 2 * 3/8 * 5/8 = 15/32. Cohen: by chance 1/2 * 1/4 + 1/2 * 3/4 = 1/2. Alpha: D_o = 10/40,
        # D_e = 2 * 15 * 25 / (40 * 39).
        assert by["all", "Fleiss' kappa"]["value"] == pytest.approx((3 / 4 - 17 / 32) / (15 / 32))
        assert by["all", "Gwet's AC1"]["value"] == pytest.approx((3 / 4 - 15 / 32) / (17 / 32))
        assert by["ann and bob", "Cohen's kappa"]["value"] == pytest.approx(1 / 2)
        assert by["all", "Krippendorff's alpha"]["value"] == pytest.approx(1 - (10 / 40) / (750 / 1560))
        assert all(each["low"] < each["value"] < each["high"] and each["tasks"] == 20 for each in found)
        assert len(found) == 4

    def test_each_of_several_labels_has_a_figure(self, tmp_path: Path) -> None:
        rows = [(who, t, "abc"[t % 3] if who != "z" or t % 3 else "b") for t in range(30) for who in "xyz"]
        found = json.loads(_run("agreement", _csv(tmp_path / "l.csv", HEAD, *rows), "--json"))
        by = {each["of"]: each["value"] for each in found if each["coefficient"] == "Krippendorff's alpha"}
        # z says b for a: only c is clear to all.
        assert by["label c"] == 1.0
        assert max(by["label a"], by["label b"]) < 1.0

    @pytest.mark.parametrize(
        ("level", "near", "far"),
        [
            ("ordinal", "2", "5"),
            ("interval", "2", "5"),
            ("ratio", "2", "5"),
            ("set", '["1","2"]', '["5"]'),
        ],
    )
    def test_at_other_levels_near_misses_count_less(self, tmp_path: Path, level: str, near: str, far: str) -> None:
        def figures(other: str) -> list[dict[str, float]]:
            label = '["{}"]' if level == "set" else "{}"
            rows = [("x", t, label.format(t % 5 + 1)) for t in range(30)]
            rows += [("y", t, other if t == 0 else label.format(t % 5 + 1)) for t in range(30)]
            rows += [("alone", 99, label.format(1))]
            return json.loads(_run("agreement", _csv(tmp_path / "l.csv", HEAD, *rows), "--level", level, "--json"))

        assert [each["of"] for each in figures(near)] == ["all", "x and y"]
        assert all(a["value"] > b["value"] for a, b in zip(figures(near), figures(far), strict=True))

    def test_says_when_there_is_too_little(self, tmp_path: Path) -> None:
        labels = _csv(tmp_path / "l.csv", HEAD, ("a", "t", "x"), ("b", "u", "x"))
        assert {each["value"] for each in json.loads(_run("agreement", labels, "--json"))} == {None}
        assert "Gwet's AC1" in _run("agreement", labels)

    @pytest.mark.parametrize(
        ("level", "label", "names"), [("smell", "x", "smell"), ("ratio", "x", "line 2"), ("set", "x", "line 2")]
    )
    def test_bad_files_are_named(self, tmp_path: Path, level: str, label: str, names: str) -> None:
        with pytest.raises(Invalid, match=names):
            _run("agreement", _csv(tmp_path / "l.csv", HEAD, ("a", "t", label)), "--level", level)
