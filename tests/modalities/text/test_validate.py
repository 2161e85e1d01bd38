from typing import Any

import pytest

from fairmark.modalities import MODALITIES, MediaSize
from fairmark.ontology.compiled import compile_ontology
from fairmark.ontology.model import Annotation, ItemClass, Mark, Ontology, Severity

TEXT = MODALITIES["text"]
COMPILED = compile_ontology(Ontology(classes=(ItemClass("person", "Person", "#1f77b4", ("span", "box")),)))
SIZE = [MediaSize(17, 1)]


def span(id: str, start: Any, end: Any, class_: str = "person", **members: Any) -> Mark:
    return Mark(id, "span", class_, {"start": start, "end": end}, **members)


class TestFaults:
    def test_a_span_up_to_the_last_character_is_good(self) -> None:
        assert TEXT.faults(Annotation(marks=(span("a", 0, 3), span("b", 13, 17))), COMPILED, SIZE) == []

    @pytest.mark.parametrize(
        ("mark", "code", "path"),
        [
            (span("a", 3, 3), "empty_span", "/marks/0/geometry"),
            (span("a", 4, 3), "empty_span", "/marks/0/geometry"),
            (span("a", 13, 18), "outside", "/marks/0/geometry"),
            (span("a", -1, 3), "outside", "/marks/0/geometry"),
            (span("a", "0", 3), "bad_geometry", "/marks/0/geometry/start"),
            (span("a", 0.5, 3), "bad_geometry", "/marks/0/geometry/start"),
            (Mark("a", "span", "person", {"start": 0}), "bad_geometry", "/marks/0/geometry"),
            (span("a", 0, 3, asset=1), "unknown_asset", "/marks/0/asset"),
            (span("a", 0, 3, "place"), "unknown_class", "/marks/0/class"),
            (Mark("a", "box", "person", {"x": 1}), "unknown_kind", "/marks/0/kind"),
        ],
    )
    def test_names_what_is_wrong_and_where(self, mark: Mark, code: str, path: str) -> None:
        found = TEXT.faults(Annotation(marks=(mark,)), COMPILED, SIZE)
        assert [(fault.code, fault.path) for fault in found] == [(code, path)]

    def test_the_same_twice_is_a_warning(self) -> None:
        found = TEXT.faults(Annotation(marks=(span("a", 0, 3), span("b", 0, 3))), COMPILED, SIZE)
        assert [(fault.code, fault.severity) for fault in found] == [("duplicate_mark", Severity.WARNING)]
