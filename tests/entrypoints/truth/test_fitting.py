"""How well shapes in a file fit: the figures of the agreement page, at the command line."""

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from fairmark.entrypoints.truth.commands import app
from fairmark.kernel.errors import Invalid

WALKER = {
    "points": [{"id": "head", "name": "Head", "x": 0.5, "y": 0}, {"id": "foot", "name": "Foot", "x": 0.5, "y": 1}]
}
CLASSES = [
    {"id": "leaf", "name": "Leaf", "color": "#2a9d4b", "marks": ["mask"]},
    {"id": "soil", "name": "Soil", "color": "#8d5b2c", "marks": ["mask"]},
    {"id": "lane", "name": "Lane", "color": "#8ecae6", "marks": ["polyline"]},
    {"id": "walker", "name": "Walker", "color": "#c45bb8", "marks": ["skeleton"], "skeleton": WALKER},
]
SIZE = (60, 80)
Kept = dict[tuple[str, str], Mapping[str, Any]]


def block(w: int, class_: str = "leaf", y: int = 0) -> dict[str, Any]:
    """A mask of w x 10 px at the left border."""
    geometry = {"x": 0, "y": y, "width": w, "height": 10, "runs": [0, w * 10]}
    return {"id": f"{class_}{y}", "kind": "mask", "class": class_, "geometry": geometry}


def lane(y: float) -> dict[str, Any]:
    """A straight line of 40 px across."""
    return {"id": "lane", "kind": "polyline", "class": "lane", "geometry": {"points": [[10, y], [50, y]]}}


def walker(x: float) -> dict[str, Any]:
    """Two points, one 40 px below the other."""
    return {"id": "walker", "kind": "skeleton", "class": "walker", "geometry": {"points": [[x, 10, 2], [x, 50, 2]]}}


def run(folder: Path, *rows: tuple[object, ...], overlap: str = "forbidden", as_json: bool = True) -> str:
    """What the command prints of rows of (worker, task, marks); a row may end with a size of its own."""
    (folder / "ontology.json").write_text(json.dumps({"classes": CLASSES, "layers": {"overlap": overlap}}))
    with (folder / "labels.csv").open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("worker", "task", "label", "width", "height"))
        for worker, task, label, *size in rows:
            out.writerow((worker, task, label if isinstance(label, str) else json.dumps(label), *(size or SIZE)))
    arguments = ["agreement", str(folder / "labels.csv"), "--level", "shapes"]
    arguments += ["--ontology", str(folder / "ontology.json"), *(["--json"] if as_json else [])]
    done = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def figures(folder: Path, *rows: tuple[object, ...], overlap: str = "forbidden") -> Kept:
    """The figures by what they are of and the measure."""
    return {(each["of"], each["coefficient"]): each for each in json.loads(run(folder, *rows, overlap=overlap))}


class TestShapes:
    def test_masks_by_class_and_the_mean_over_classes(self, tmp_path: Path) -> None:
        # Leaf: 20 against 16 wide, IoU 0.8 in both tasks. Soil: alike in the first task, only ann's in the second:
        # SQ 1, RQ 1 / 1.5. PQ: leaf 0.8, soil 2/3, mean (0.8 + 2/3) / 2. These are the numbers of the page's own test.
        both = [block(20), block(20, "soil", 40)]
        found = figures(
            tmp_path,
            ("ann", "one", both), ("bob", "one", [block(16), block(20, "soil", 40)]),
            ("ann", "two", both), ("bob", "two", {"version": 1, "marks": [block(16)]}),
            ("ann", "alone", both),
        )  # fmt: skip
        assert found["mask, Leaf", "PQ"]["value"] == pytest.approx(0.8)
        assert found["mask, Soil", "PQ"]["value"] == pytest.approx(2 / 3)
        assert found["mask, Soil", "SQ"]["value"] == 1
        assert found["mask, Soil", "RQ"]["value"] == pytest.approx(1 / 1.5)
        assert found["mask", "PQ"]["value"] == pytest.approx((0.8 + 2 / 3) / 2)
        # Pooled over pairs: 0.8, 0.8 and 1.
        assert found["mask", "IoU"]["value"] == pytest.approx(2.6 / 3)
        assert found["mask", "IoU"]["tasks"] == 2

    def test_edges_lines_and_points(self, tmp_path: Path) -> None:
        # The band of edges is 0.8 % of the diagonal of 100 px, at least a pixel: edges 4 px apart miss one another.
        # Lines 0.5 px apart all along are so both ways. Points that are alike have an OKS of 1.
        found = figures(
            tmp_path,
            ("ann", "t", [block(20), lane(60), walker(30)]),
            ("bob", "t", [block(16), lane(60.5), walker(30)]),
            overlap="allowed",
        )  # fmt: skip
        assert 0 < found["mask", "boundary F"]["value"] < 1
        assert found["polyline", "chamfer, px"]["value"] == pytest.approx(0.5)
        assert found["skeleton", "OKS"]["value"] == pytest.approx(1)
        assert ("mask", "PQ") not in found

    def test_the_last_label_of_a_worker_counts_and_intervals_are_those_of_tasks(self, tmp_path: Path) -> None:
        # Half of the tasks fit by 0.8, half wholly: 0.9.
        rows = [("ann", t, [block(20)]) for t in range(20)] + [("bob", 3, [block(1)])]
        rows += [("bob", t, [block(16 if t % 2 else 20)]) for t in range(20)]
        figure = figures(tmp_path, *rows)["mask", "IoU"]
        assert figure["value"] == pytest.approx(0.9)
        assert 0.8 < figure["low"] < 0.9 < figure["high"] < 1

    def test_a_table_names_the_measures(self, tmp_path: Path) -> None:
        printed = run(tmp_path, ("ann", "t", [block(20)]), ("bob", "t", [block(16)]), as_json=False)
        assert "boundary F" in printed
        assert "0.80" in printed

    @pytest.mark.parametrize(
        ("rows", "named"),
        [
            ([("a", "t", "x")], "line 2: the label is no annotation"),
            ([("a", "t", [{"id": "a"}])], "line 2: "),
            ([("a", "t", [block(20, "tree")])], "line 2: "),
            ([("a", "t", [block(90)])], "line 2: "),
            ([("a", "t", [], 0, 5)], "line 2: '0' and '5' are no size"),
            ([("a", "t", []), ("b", "t", [], 9, 9)], "line 3: task t has another size"),
        ],
        ids=["json", "shape", "class", "outside", "size", "sizes"],
    )
    def test_bad_files_are_named(self, tmp_path: Path, rows: list[tuple[object, ...]], named: str) -> None:
        with pytest.raises(Invalid, match=named):
            run(tmp_path, *rows)

    def test_needs_the_classes_and_the_sizes(self, tmp_path: Path) -> None:
        labels = tmp_path / "labels.csv"
        labels.write_text("worker,task,label\n")
        with pytest.raises(Invalid, match="by their classes"):
            CliRunner().invoke(app, ["agreement", str(labels), "--level", "shapes"], catch_exceptions=False)
        (tmp_path / "ontology.json").write_text(json.dumps({"classes": CLASSES}))
        more = ["--level", "shapes", "--ontology", str(tmp_path / "ontology.json")]
        with pytest.raises(Invalid, match="no column 'width'"):
            CliRunner().invoke(app, ["agreement", str(labels), *more], catch_exceptions=False)
