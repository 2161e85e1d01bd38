"""The ontology as a file that people write: YAML or JSON in, with errors that name the line; YAML or JSON out.

YAML is read by version 1.2's rules, not PyYAML's 1.1: `no` is a word, `12:30` and `2024-01-01` are texts, and only
`true` and `false` are truth values. Members that hold names take their words as they stand, so `key: 1` and `id: 007`
need no quotes.
"""

import difflib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import yaml

from fairmark.kernel.errors import TooLarge
from fairmark.ontology.fields import pointer
from fairmark.ontology.model import (
    Field,
    FieldKind,
    InvalidDocument,
    ItemClass,
    LinkType,
    Ontology,
    Option,
    Skeleton,
    SkeletonPoint,
    When,
)
from fairmark.ontology.upgrade import plain_ontology, read_ontology

LENGTH_MAX = 2_000_000
"""Characters of one file."""
VALUES_MAX = 500_000
"""Values in one file, those that an alias repeats counted each time."""
DEPTH_MAX = 60

# Members whose value is a word even where it looks like a number or a truth value.
_WORDS = {
    "id",
    "name",
    "key",
    "color",
    "parent",
    "help",
    "field",
    "pattern",
    "kind",
    "marks",
    "from",
    "to",
    "in",
    "edges",
    "mirrored",
}
_STRUCTS = (Ontology, ItemClass, Field, Option, When, LinkType, Skeleton, SkeletonPoint)
_MEMBERS = sorted({member for struct in _STRUCTS for member in struct.__struct_encode_fields__})
_CORE = "tag:yaml.org,2002:"
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
# Words that every version of YAML, and of its readers, takes for a text; all else is put in quotes.
_PLAIN = re.compile(r"[^\W\d_]\w*(?:[ ./()+-]\w+)*\)?")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def read_text(text: str | bytes) -> Ontology:
    """The ontology in `text`, YAML or JSON in UTF-8. Raises InvalidDocument, with `line` and `path` where known.

    Only the shape is checked; give the ontology to `rules.check_ontology` next, and find the lines of its faults by
    `line_of`.
    """
    plain, lines = _plain(text)
    if not isinstance(plain, dict):
        raise InvalidDocument(
            "Line 1: an ontology is a mapping with classes, questions and links.",
            mend="Begin with a line such as classes:",
            path="",
            line=1,
        )
    try:
        return read_ontology(cast("dict[str, Any]", plain))
    except InvalidDocument as error:
        path = str(error.fields.get("path", ""))
        line = line_of(lines, path)
        raise InvalidDocument(
            f"Line {line}: {error.message}", mend=_mend(error.message, path) or error.mend, path=path, line=line
        ) from None


def lines_of(text: str | bytes) -> dict[str, int]:
    """The line, from 1, of every value in `text`, by JSON Pointer. Raises InvalidDocument."""
    return _plain(text)[1]


def line_of(lines: dict[str, int], path: str) -> int:
    """The line of `path`, or of the nearest thing around it."""
    while path and path not in lines:
        path = path.rpartition("/")[0]
    return lines.get(path, 1)


def to_yaml(ontology: Ontology) -> str:
    """`ontology` as YAML, members that hold their default left out. `read_text` gives the same ontology back."""
    return "".join(f"{line}\n" for line in _block(plain_ontology(ontology), ""))


def _block(members: dict[str, Any], indent: str) -> Iterator[str]:
    """The lines of a mapping. Written here because PyYAML's dumper takes 20 seconds for 5,000 classes."""
    for name, value in members.items():
        if isinstance(value, dict) and value:
            yield f"{indent}{name}:"
            yield from _block(cast("dict[str, Any]", value), indent + "  ")
        elif isinstance(value, (list, tuple)) and any(isinstance(part, dict) for part in cast("list[Any]", value)):
            yield f"{indent}{name}:"
            for part in cast("list[dict[str, Any]]", value):
                first, *rest = _block(part, indent + "    ") if part else ["{}"]
                yield f"{indent}  - {first.lstrip()}"
                yield from rest
        elif isinstance(value, (list, tuple)):
            yield f"{indent}{name}: [{', '.join(_scalar(part) for part in cast('list[Any]', value))}]"
        else:
            yield f"{indent}{name}: {_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_scalar(part) for part in cast('list[Any]', value))}]"
    if not isinstance(value, str):
        return "{}" if isinstance(value, dict) else repr(value)
    if _PLAIN.fullmatch(value) and value.lower() not in _RESERVED:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    # \U takes every character; the pairs of \u that JSON has for rare ones are not YAML.
    return '"' + "".join(char if char.isprintable() else f"\\U{ord(char):08X}" for char in escaped) + '"'


def to_json(ontology: Ontology) -> str:
    """`ontology` as indented JSON, members that hold their default left out."""
    return json.dumps(plain_ontology(ontology), indent=2, ensure_ascii=False) + "\n"


def _plain(text: str | bytes) -> tuple[Any, dict[str, int]]:
    """Plain data, and the line of each value."""
    if len(text) > LENGTH_MAX:
        raise TooLarge(
            f"The ontology has {len(text)} characters, {LENGTH_MAX} at most.", mend="Split it into several projects."
        )
    text = _decoded(text)
    try:
        return _from_yaml(text)
    except InvalidDocument:
        # JSON is not quite YAML: it allows tabs, and writes a rare character as two \u escapes.
        if not text.lstrip().startswith("{"):
            raise
        try:
            return json.loads(text, object_pairs_hook=_once), {}
        except (ValueError, RecursionError):
            pass
        raise


def _decoded(text: str | bytes) -> str:
    try:
        if isinstance(text, bytes):
            return text.decode("utf-8-sig")
        text.encode()
        return text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        what = f"byte {error.start} is {error.object[error.start]:#x}"
    except UnicodeEncodeError as error:
        line = error.object[: error.start].count("\n") + 1
        what = f"character {error.start} is half of a surrogate pair"
    raise InvalidDocument(f"Line {line}: not UTF-8, {what}.", mend="Save the file as UTF-8.", path="", line=line)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; ValueError if it has a member twice."""
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a member is written twice")
    return made


def _from_yaml(text: str) -> tuple[Any, dict[str, int]]:
    builder = _Builder()
    try:
        builder.read(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        said = ", ".join(part for part in (error.context, error.problem) if part)
        mend = "Check the indentation and the quotes around this place."
        if "token" in said:
            mend = "Indent with spaces, and put texts that begin with a special character in quotes."
        raise InvalidDocument(f"Line {line}, column {column}: {said}.", mend=mend, path="", line=line) from None
    except yaml.reader.ReaderError as error:
        # Its position counts bytes or characters, depending on the parser; the character itself is the same in both.
        line = text.partition(chr(error.character))[0].count("\n") + 1
        message = f"Line {line}: the character {error.character:#x} is not allowed."
        raise InvalidDocument(message, mend="Remove it.", path="", line=line) from None
    return builder.root, builder.lines


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet. `key`: the name whose value comes next in a mapping."""

    made: "list[Any] | dict[str, Any]"
    path: str
    member: str
    anchor: str | None
    values_before: int
    height: int = 1
    key: str | None = None


class _Builder:
    """Plain data from YAML's events, and the line of each value.

    PyYAML's own composer is not used: written in C, it recurses without a bound, and a file of a million brackets
    ends the process.
    """

    def __init__(self) -> None:
        self.root: Any = {}
        self.lines: dict[str, int] = {}
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int, int]] = {}  # data, how many values in it, how many levels
        self.values = 0
        self.documents = 0

    def read(self, events: Iterable[Any]) -> None:
        for event in events:
            line = event.start_mark.line + 1
            match event:
                case yaml.DocumentStartEvent():
                    self.documents += 1
                    if self.documents > 1:
                        raise self.refused("a second document begins here", "Keep one.", "", line)
                case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                    self.begin(event, {} if isinstance(event, yaml.MappingStartEvent) else [], line)
                case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                    done = self.open.pop()
                    self.finish(done, line)
                case yaml.AliasEvent():
                    self.alias(event.anchor, line)
                case yaml.ScalarEvent():
                    self.scalar(event, line)
                case _:
                    pass

    def refused(self, what: str, mend: str, path: str, line: int) -> InvalidDocument:
        return InvalidDocument(f"Line {line}: {what}.", mend=mend, path=path, line=line)

    def place(self) -> tuple[str, str]:
        """Path and member name of the value that comes now."""
        if not self.open:
            return "", ""
        around = self.open[-1]
        if isinstance(around.made, list):
            return around.path + pointer(len(around.made)), around.member
        return around.path + pointer(around.key), around.key or ""

    def wants_name(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].made, dict) and self.open[-1].key is None

    def count(self, values: int, height: int, path: str, line: int) -> None:
        self.values += values
        if self.values > VALUES_MAX or len(self.open) + height > DEPTH_MAX:
            raise self.refused("the file is too big or nested too deep", "Use fewer levels and aliases.", path, line)

    def put(self, value: Any, path: str, member: str, line: int) -> None:
        self.lines.setdefault(path, line)
        if not self.open:
            self.root = value
            return
        around = self.open[-1]
        if isinstance(around.made, list):
            around.made.append(value)
            return
        around.key = None
        if value is None and member == "color":
            # YAML takes what follows in "color: #1f77b4" for a comment.
            raise self.refused("the colour is empty", "Put it in quotes: '#1f77b4'", path, line)
        if value is not None:
            around.made[member] = value

    def begin(self, event: Any, made: "list[Any] | dict[str, Any]", line: int) -> None:
        path, member = self.place()
        if self.wants_name():
            raise self.refused("a list or mapping stands where a name belongs", "Write a plain name.", path, line)
        if event.tag not in (None, _CORE + "map", _CORE + "seq"):
            raise self.refused(f"the tag {event.tag} is not known here", "Write it without a tag.", path, line)
        self.count(1, 1, path, line)
        self.lines.setdefault(path, line)
        self.open.append(_Open(made, path, member, event.anchor, self.values))

    def finish(self, done: _Open, line: int) -> None:
        if self.open:
            self.open[-1].height = max(self.open[-1].height, done.height + 1)
        if done.anchor is not None:
            self.anchors[done.anchor] = (done.made, self.values - done.values_before + 1, done.height)
        self.put(done.made, done.path, self.place()[1], line)

    def alias(self, anchor: str, line: int) -> None:
        path, member = self.place()
        if self.wants_name() or anchor not in self.anchors:
            mend = "Name a complete value that stands further up, and only as a value."
            raise self.refused(f"*{anchor} names nothing that could stand here", mend, path, line)
        value, values, height = self.anchors[anchor]
        self.count(values, height, path, line)
        if self.open:
            self.open[-1].height = max(self.open[-1].height, height + 1)
        self.put(value, path, member, line)

    def scalar(self, event: Any, line: int) -> None:
        path, member = self.place()
        text: str = event.value
        if event.tag not in (None, "!", _CORE + "str"):
            raise self.refused(f"the tag {event.tag} is not known here", "Write it without a tag.", path, line)
        self.count(1, 0, path, line)
        if self.wants_name():
            around = cast("dict[str, Any]", self.open[-1].made)
            here = self.open[-1].path + pointer(text)
            if text in around or here in self.lines:
                raise self.refused(f"{text} is written twice", "Keep one of the two.", here, line)
            self.lines[here] = line
            self.open[-1].key = text
            return
        value = _value(text, member) if event.implicit[0] and event.tag is None else text
        if event.anchor is not None:
            self.anchors[event.anchor] = (value, 1, 0)
        self.put(value.lower() if member == "color" and isinstance(value, str) else value, path, member, line)


def _value(text: str, member: str) -> Any:
    """What a plain scalar means, by YAML 1.2's core schema."""
    if _NULL.fullmatch(text):
        return None
    if member in _WORDS:
        return text
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    return text


def _mend(message: str, path: str) -> str:
    """How to mend what msgspec says, where that can be told."""
    if (unknown := re.search(r"unknown field `(.+?)`", message)) is not None:
        near = difflib.get_close_matches(unknown[1], _MEMBERS, 1)
        return f"Did you mean {near[0]}?" if near else "Remove it: no such member exists here."
    if path.endswith("/kind") and "enum" in message:
        return f"Use one of: {', '.join(FieldKind)}."
    if (missing := re.search(r"required field `(.+?)`", message)) is not None:
        return f"Add a line {missing[1]}: ..."
    return ""
