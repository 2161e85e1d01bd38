"""Several people's layers made into one."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fairmark.modalities import MediaSize
from fairmark.modalities.image.layer_merge import Backed, parted
from fairmark.modalities.image.marks.mask import encode
from fairmark.modalities.image.merge import merge
from fairmark.modalities.image.validate import faults
from fairmark.ontology.compiled import CompiledOntology
from fairmark.ontology.model import Annotation, Mark
from fairmark.ontology.rules import compile_ontology
from fairmark.ontology.upgrade import read_ontology

from .examples import examples

SHARED: Any = examples("layers")


def compiled(layers: dict[str, Any]) -> CompiledOntology:
    return compile_ontology(read_ontology({**SHARED["ontology"], "layers": layers}))


def mask(id: str, x: int, width: int, class_: str = "car") -> Mark:
    """In one row."""
    return Mark(id, "mask", class_, {"x": x, "y": 0, "width": width, "height": 1, "runs": [0, width]})


def rows(made: dict[str, dict[str, Any] | None]) -> dict[str, tuple[int, int] | None]:
    return {name: None if part is None else (part["x"], part["width"]) for name, part in made.items()}


class TestParted:
    def test_a_pixel_goes_to_the_one_with_the_most_weight(self) -> None:
        # Columns 4 and 5 have the weight 1 of the first and 2 of the second.
        first, second = Backed([mask("a", 0, 6)], [1]), Backed([mask("b", 4, 6)], [2])
        assert rows(parted({"a": first, "b": second}, whole=False)) == {"a": (0, 4), "b": (4, 6)}

    def test_of_equals_it_goes_to_the_first(self) -> None:
        first, second = Backed([mask("a", 0, 6)], [1]), Backed([mask("b", 0, 6)], [1])
        assert rows(parted({"a": first, "b": second}, whole=False)) == {"a": (0, 6), "b": None}

    def test_what_few_have_is_nobodys_unless_all_must_be_somebodys(self) -> None:
        backed = Backed([mask("a", 0, 6), mask("a", 0, 6), mask("a", 0, 9)], [1, 1, 1])
        other = Backed([mask("b", 12, 4)], [1])
        assert rows(parted({"a": backed, "b": other}, whole=False)) == {"a": (0, 6), "b": (12, 4)}
        # The first keeps its 9 columns, 9 to 11 lie between the two and go to the nearer one.
        made = rows(parted({"a": backed, "b": other}, whole=True))
        assert made["a"] is not None
        assert made["b"] is not None
        assert made["a"][0] == 0
        assert made["a"][1] + made["b"][1] == 16

    def test_of_nothing_is_nothing(self) -> None:
        assert parted({}, whole=True) == {}


class TestMerge:
    def test_stuff_is_one_thing_however_little_people_agree(self) -> None:
        submissions = [Annotation(marks=(mask("s", x, 4, "sky"),)) for x in (0, 3, 6)]
        made = merge(submissions, compiled=compiled({}))
        assert [mark.class_ for mark in made.annotation.marks] == ["sky"]
        assert made.marks["s"].members == ((0, "s"), (1, "s"), (2, "s"))

    def test_a_mask_that_loses_all_pixels_is_left_out(self) -> None:
        one = Annotation(marks=(mask("a", 0, 6), mask("b", 10, 2)))
        other = Annotation(marks=(mask("a", 0, 6), mask("c", 0, 2)))
        made = merge([one, one, other], [1, 1, 2], compiled=compiled({"overlap": "forbidden"}))
        assert [mark.id for mark in made.annotation.marks] == ["a", "b"]
        assert ((2, "c"),) in [mark.members for mark in made.dropped]

    @given(st.data())
    def test_what_comes_out_obeys_the_rules(self, data: st.DataObject) -> None:
        compiled_ = compiled({"overlap": "forbidden", "whole": True})
        submissions: list[Annotation] = []
        for _ in range(data.draw(st.integers(1, 4))):
            flat = data.draw(st.lists(st.integers(0, 2), min_size=48, max_size=48))
            owner = np.array(flat).reshape(6, 8)
            parts = [(encode(owner == number), "sky" if number == 0 else "car") for number in range(3)]
            submissions.append(
                Annotation(
                    marks=tuple(
                        Mark(f"m{number}", "mask", class_, geometry)
                        for number, (geometry, class_) in enumerate(parts)
                        if geometry is not None
                    )
                )
            )
        made = merge(submissions, compiled=compiled_)
        found = [fault.code for fault in faults(made.annotation, compiled_, [MediaSize(8, 6)])]
        assert "overlap" not in found
        assert "second_mask" not in found
