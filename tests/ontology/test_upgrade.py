import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairmark.ontology.model import Annotation, InvalidDocument, Mark, Ontology
from fairmark.ontology.upgrade import (
    place_and_reason,
    read_annotation,
    read_ontology,
    write_annotation,
    write_ontology,
)

from .strategies import annotations, ontologies

DOCUMENT = {"version": 1, "marks": [{"id": "m1", "kind": "box", "class": "car", "geometry": {"x": 1}}]}

NAMES = st.sampled_from(["version", "marks", "answers", "links", "id", "kind"])
PLAIN = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
)


def things_to_shapes(old: dict[str, Any]) -> dict[str, Any]:
    return {"shapes": old["things"]}


def shapes_to_marks(old: dict[str, Any]) -> dict[str, Any]:
    """From an invented version 0, in which marks were called shapes."""
    return {"marks": old["shapes"]}


class TestReadAnnotation:
    def test_takes_bytes_text_and_plain_data(self) -> None:
        wanted = Annotation(marks=(Mark("m1", "box", "car", {"x": 1}),))
        text = json.dumps(DOCUMENT)
        assert read_annotation(text) == read_annotation(text.encode()) == read_annotation(DOCUMENT) == wanted

    def test_a_document_without_version_is_of_version_1(self) -> None:
        assert read_annotation(b"{}").version == 1

    def test_a_document_that_says_nothing_of_how_its_marks_were_made_reads_as_ever(self) -> None:
        (mark,) = read_annotation(DOCUMENT).marks
        assert mark.made is None
        assert b"made" not in write_annotation(read_annotation(DOCUMENT))

    @pytest.mark.parametrize("as_bytes", [True, False])
    def test_upgrades_an_old_document_step_by_step(self, as_bytes: bool) -> None:
        old = {"version": 0, "shapes": DOCUMENT["marks"]}
        source = json.dumps(old).encode() if as_bytes else old
        assert read_annotation(source, upgrades={0: shapes_to_marks}) == read_annotation(DOCUMENT)

    def test_upgrades_over_several_versions(self) -> None:
        oldest = {"version": -1, "things": DOCUMENT["marks"]}
        assert read_annotation(oldest, upgrades={-1: things_to_shapes, 0: shapes_to_marks}) == read_annotation(DOCUMENT)

    @pytest.mark.parametrize(
        ("source", "path", "says"),
        [
            (b'{"marks":[{"id":3}]}', "/marks/0/id", "Expected `str`, got `int`"),
            (b'{"marks":[{"id":"a","kind":"box"}]}', "/marks/0", "missing required field `class`"),
            (b'{"answers":{"a":null}}', "/answers", "got `null`"),
            (b'{"marks":{}}', "/marks", "Expected `array`"),
            (b'{"shapes":[]}', "", "unknown field `shapes`"),
            (b'{"version":2}', "/version", "reads up to 1"),
            (b'{"version":0}', "/version", "never was a version 0"),
            (b'{"version":"1"}', "/version", "Expected `int`"),
            (b"[]", "", "Expected `object`"),
            (b'{"marks":', "", "not JSON"),
            (b"\xff\xfe{}", "", "not JSON"),
            (b'{"answers":{"\xff":1}}', "", "not JSON"),
            (b'{"answers":{"a":"\\ud800"}}', "", "not JSON"),
            (b'{"answers":{"a":1e999}}', "/answers", "out of range"),
            (b"", "", "not JSON"),
            (b'{"marks":[{"geometry":{"x":' + b"[" * 5000 + b"]" * 5000 + b"}}]}", "", "too deep"),
        ],
    )
    def test_says_what_is_wrong_and_where(self, source: bytes, path: str, says: str) -> None:
        with pytest.raises(InvalidDocument) as refusal:
            read_annotation(source)
        assert refusal.value.fields["path"] == path
        assert says in refusal.value.message
        assert refusal.value.mend

    @given(st.binary(max_size=60) | st.text(max_size=60))
    def test_any_bytes_are_read_or_refused_by_name(self, source: bytes | str) -> None:
        with pytest.raises(InvalidDocument):
            read_annotation(b"x" + source if isinstance(source, bytes) else "x" + source)

    @given(PLAIN)
    def test_any_plain_document_is_read_or_refused_by_name(self, source: Any) -> None:
        document = source if isinstance(source, dict) else {"marks": source}
        try:
            read = read_annotation(document)
        except InvalidDocument as refusal:
            read = None
            said = refusal.message
        else:
            said = ""
        assert isinstance(read, Annotation) or said

    @given(st.data())
    def test_reads_back_what_was_written(self, data: st.DataObject) -> None:
        annotation = data.draw(annotations(data.draw(ontologies())))
        assert read_annotation(write_annotation(annotation)) == annotation


class TestReadOntology:
    @given(ontologies())
    def test_reads_back_what_was_written(self, ontology: Ontology) -> None:
        assert read_ontology(write_ontology(ontology)) == ontology

    def test_upgrades_an_old_document(self) -> None:
        labels = {"version": 0, "labels": [{"id": "car", "name": "Car", "color": "#1f77b4", "marks": ["box"]}]}
        upgraded = read_ontology(labels, upgrades={0: lambda old: {"classes": old["labels"]}})
        assert [item_class.id for item_class in upgraded.classes] == ["car"]

    def test_refuses_conditions_nested_without_end(self) -> None:
        when = b'{"not":' * 5000 + b"{}" + b"}" * 5000
        with pytest.raises(InvalidDocument, match="too deep"):
            read_ontology(b'{"questions":[{"id":"a","name":"A","kind":"text","when":' + when + b"}]}")


class TestWrite:
    def test_always_writes_the_version(self) -> None:
        assert json.loads(write_ontology(Ontology())) == {"version": 1}
        assert json.loads(write_annotation(Annotation()))["version"] == 1


class TestPlaceAndReason:
    def test_stops_at_a_member_without_a_name(self) -> None:
        with pytest.raises(msgspec.ValidationError) as error:
            msgspec.convert({"answers": {"a/b": None}}, Annotation)
        assert place_and_reason(error.value)[0] == "/answers"
