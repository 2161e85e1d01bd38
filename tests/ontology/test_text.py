import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from fairmark.kernel.errors import FairmarkError, TooLarge
from fairmark.ontology.model import Field, FieldKind, InvalidDocument, ItemClass, Ontology, Option, When
from fairmark.ontology.text import LENGTH_MAX, line_of, lines_of, read_text, to_json, to_yaml

from .strategies import ontologies

STREET = """\
# What is on the street.
classes:
  - id: car
    name: Car
    color: '#1F77B4'
    key: 1
    marks: [box, tag]
    attributes: &shared
      - id: parked
        name: Parked?
        kind: single
        options:
          - {id: yes, name: Yes}
          - {id: no, name: No}
        default: no
  - id: bus
    name: Bus
    color: "#ff7f0e"
    marks: [box]
    attributes: *shared
    help:
questions:
  - id: hour
    name: 12:30
    kind: number
    min: 0
    max: 2.5
    when: {not: {field: day, is: 2024-01-01}}
  - {id: day, name: Day, kind: date}
"""


class TestReadText:
    def test_reads_yaml_as_people_mean_it(self) -> None:
        ontology = read_text(STREET)
        car, bus = ontology.classes
        assert (car.key, car.color, car.marks) == ("1", "#1f77b4", ("box", "tag"))
        assert [option.id for option in car.attributes[0].options] == ["yes", "no"]
        assert car.attributes[0].default == "no"
        assert bus.attributes == car.attributes
        assert bus.help == ""
        hour = ontology.questions[0]
        assert (hour.name, hour.min, hour.max) == ("12:30", 0, 2.5)
        assert hour.when is not None
        assert hour.when.not_ is not None
        assert hour.when.not_.is_ == "2024-01-01"

    def test_reads_json_and_bytes_with_a_byte_order_mark(self) -> None:
        wanted = read_text(STREET)
        assert read_text(to_json(wanted)) == wanted
        assert read_text(b"\xef\xbb\xbf" + STREET.encode()) == wanted
        assert read_text("\ufeff" + STREET) == wanted

    def test_reads_json_with_tabs_and_surrogate_escapes(self) -> None:
        text = '{\t"questions": [{"id": "a", "name": "\\ud83d\\ude00", "kind": "text"}]}'
        assert read_text(text).questions[0].name == "😀"

    def test_an_empty_text_is_an_empty_ontology(self) -> None:
        assert read_text("") == read_text("# nothing yet\n") == Ontology()

    @pytest.mark.parametrize(
        ("text", "line", "says", "mend"),
        [
            ("classes:\n  - id: car\n    name: Car\n    colour: x\n", 2, "unknown field `colour`", "color?"),
            ("classes:\n  - id: car\n    name: Car\n    color: #1f77b4\n", 4, "colour is empty", "in quotes"),
            ("classes:\n- id: car\n  id: bus\n", 3, "id is written twice", "Keep one"),
            ("questions:\n- id: a\n  name: A\n  kind: selct\n", 4, "'selct'", "single, multiple"),
            ("questions:\n- id: a\n  kind: text\n", 2, "missing required field `name`", "name: ..."),
            ("questions:\n- id: a\n  name: A\n  kind: text\n  required: 3\n", 5, "Expected `bool`", "JSON Schema"),
            ("questions:\n- id: A b\n  name: A\n  kind: text\n", 2, "matching regex", "JSON Schema"),
            ("questions: [\n", 2, "column 1", "Check the indentation"),
            ("questions:\n\t- id: a\n", 2, "token", "Indent with spaces"),
            ("- a\n- b\n", 1, "is a mapping", "classes:"),
            ("3", 1, "is a mapping", "classes:"),
            ("a: {? {b: c} : d}\n", 1, "where a name belongs", "plain name"),
            ("classes: !!python/object:os.system x\n", 1, "the tag", "without a tag"),
            ("classes: !!binary aGk=\n", 1, "the tag", "without a tag"),
            ("a: *gone\n", 1, "names nothing", "further up"),
            ("a: &a [*a]", 1, "names nothing", "complete"),
            ("*a: 1", 1, "names nothing", "only as a value"),
            ("version: 1\n---\nversion: 1\n", 2, "second document", "Keep one"),
            ("? [a]\n: b", 1, "where a name belongs", "plain name"),
            ("a: \ud800", 1, "surrogate", "UTF-8"),
            ("version: 2\n", 1, "reads up to 1", "Upgrade"),
            ('{"questions":\n[{"id": "a",\n"name": "A", "kind": "selct"}]}', 3, "'selct'", "single"),
            ('{"questions": [\n}', 2, "column 1", "Check"),
            ("a: \x01\n", 1, "0x1", "Remove"),
        ],
    )
    def test_names_line_reason_and_mending(self, text: str, line: int, says: str, mend: str) -> None:
        with pytest.raises(InvalidDocument) as refusal:
            read_text(text)
        assert refusal.value.fields["line"] == line
        assert says in refusal.value.message
        assert mend in refusal.value.mend

    def test_refuses_what_is_not_utf_8(self) -> None:
        with pytest.raises(InvalidDocument, match="not UTF-8") as refusal:
            read_text(b"classes:\n  - \xff")
        assert refusal.value.fields["line"] == 2

    def test_refuses_files_that_are_too_long(self) -> None:
        with pytest.raises(TooLarge):
            read_text(" " * (LENGTH_MAX + 1))

    def test_refuses_aliases_that_multiply(self) -> None:
        # Each line holds the one before ten times: a million values from ten short lines.
        lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
        with pytest.raises(InvalidDocument, match="too big"):
            read_text("\n".join(lines))

    @pytest.mark.parametrize("text", ["a: " + "[" * 1_500_000, "a: " + "[" * 100 + "]" * 100, '{"a":' * 3000])
    def test_refuses_nesting_without_end(self, text: str) -> None:
        with pytest.raises(InvalidDocument, match="too deep"):
            read_text(text)

    @given(st.text(max_size=80) | st.text("{}[]:,-#&*!|>'\"%@`\\ \n\tab01", max_size=80))
    @example("questions: 1e400")
    @example("version: .inf")
    @example("a: !!float x")
    @example("a: !!int 0x1")
    def test_any_text_is_read_or_refused_by_name(self, text: str) -> None:
        try:
            read = read_text(text)
        except FairmarkError as refusal:
            assert refusal.mend, refusal.message  # noqa: PT017
        else:
            assert isinstance(read, Ontology)


class TestLinesOf:
    def test_finds_the_line_of_a_fault(self) -> None:
        lines = lines_of(STREET)
        assert line_of(lines, "/classes/0/color") == 5
        assert line_of(lines, "/classes/0/attributes/0/options/1") == 14
        assert line_of(lines, "/questions/0/when/not/is") == 28

    def test_falls_back_to_what_is_around(self) -> None:
        assert line_of(lines_of(STREET), "/classes/1/min_count") == 16
        assert line_of({}, "/classes/1") == 1


NAMES = st.text(min_size=1, max_size=8) | st.sampled_from(
    [
        "no",
        "1e3",
        "0x10",
        "12:30",
        "2024-01-01",
        "~",
        "#1",
        "- a",
        "'",
        "null",
        ".5",
        "1_000",
        "0o7",
        "=",
        "<<",
        " x ",
        "a: b",
        "a #b",
        "\x85",
        "\u2028",
        "\ufeff",
        "\x7f",
        "😀",
        '"',
        "\\U",
        "Yes",
        "a\nb",
        "A-b (c)",
    ]
)


class TestToYaml:
    @given(ontologies())
    def test_reads_back_the_same(self, ontology: Ontology) -> None:
        assert read_text(to_yaml(ontology)) == ontology

    @given(NAMES, NAMES)
    def test_keeps_every_name(self, name: str, help: str) -> None:
        options = (Option("no", name), Option("1", name), Option("1e3", name))
        field = Field("true", name, FieldKind.SINGLE, options, default="1e3", help=help)
        ontology = Ontology(questions=(field, replace(field, id="null", default="no")))
        assert read_text(to_yaml(ontology)) == ontology

    def test_is_made_for_reading(self) -> None:
        parked = Field("parked", "Parked?", FieldKind.BOOLEAN, when=When(not_=When(field="far", is_=2.0)))
        car = ItemClass("car", "Auto für alle", "#1f77b4", ("box", "tag"), key="1", attributes=(parked,))
        assert to_yaml(Ontology(classes=(car,))).splitlines() == [
            "version: 1",
            "classes:",
            "  - id: car",
            "    name: Auto für alle",
            '    color: "#1f77b4"',
            "    marks: [box, tag]",
            '    key: "1"',
            "    attributes:",
            "      - id: parked",
            '        name: "Parked?"',
            "        kind: boolean",
            "        when:",
            "          not:",
            "            field: far",
            "            is: 2",
        ]


class TestToJson:
    @given(ontologies())
    def test_reads_back_the_same(self, ontology: Ontology) -> None:
        assert read_text(to_json(ontology)) == ontology
        assert json.loads(to_json(ontology))["version"] == 1
