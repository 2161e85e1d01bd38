"""How many marks the older types of image tasks ask for."""

from typing import Any

import pytest

from fairmark.scale_api.model import BadRequest
from fairmark.scale_api.types.annotation import OldTask


def counts(*labels: str, **params: Any) -> list[tuple[int, int | None]]:
    """(least, most) marks of each class."""
    given = {"attachment": "https://example.com/a.png", "objects_to_annotate": list(labels), **params}
    return [(each.min_count, each.max_count) for each in OldTask(given, "box").ontology.classes]


class TestOldTask:
    def test_one_label_has_the_counts_of_all(self) -> None:
        assert counts("car") == [(0, None)]
        assert counts("car", min_annotations=2, max_annotations=5) == [(2, 5)]

    def test_each_of_several_may_have_as_many_as_all(self) -> None:
        assert counts("car", "bus", min_annotations=2, max_annotations=5) == [(0, 5), (0, 5)]

    def test_the_most_is_not_below_the_least(self) -> None:
        with pytest.raises(BadRequest, match="`max_annotations`"):
            counts("car", min_annotations=3, max_annotations=2)
