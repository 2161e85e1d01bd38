"""Run lengths as text, against the library that the format comes from."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as reference

from fairmark.formats.coco_masks import packed, unpacked


class TestPacked:
    def test_numbers_are_groups_of_five_bits(self) -> None:
        # 5 is one group: 48 + 5 is "5". 40 is 01000 and, one more to follow (32), 00001: chr(48 + 8 + 32) is "X", then
        # "1". 2 is "2". 45 comes fourth: as 45 - 40, "5".
        assert packed([5, 40, 2, 45]) == "5X125"

    @given(st.lists(st.integers(0, 2**30), min_size=1, max_size=30))
    def test_it_comes_back(self, runs: list[int]) -> None:
        assert unpacked(packed(runs)) == runs

    @given(st.lists(st.integers(1, 4000), min_size=1, max_size=30), st.booleans())
    def test_the_reference_writes_the_same(self, runs: list[int], first_is_on: bool) -> None:
        runs = [0, *runs] if first_is_on else runs
        plain: Any = {"size": [sum(runs), 1], "counts": runs}
        told = reference.frPyObjects(plain, sum(runs), 1)
        assert packed(runs) == told["counts"].decode()
