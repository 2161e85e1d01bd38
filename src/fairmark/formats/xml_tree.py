"""XML from strangers, as a tree, whole or child by child: no document types, no entities, no depth, no surprise."""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import BinaryIO
from xml.parsers import expat

from fairmark.formats.model import FileDamaged, FormatFault, OverLimit, TooDeep, UnsafeXml

DEPTH_MAX = 32
ELEMENTS_MAX = 2_000_000
"""In a document, or in one child of a document that is read child by child."""
CHUNK_BYTES = 2**16


class Element:
    """An XML element: its name, its attributes, its own text, its children."""

    __slots__ = ("attributes", "children", "line", "name", "text")

    def __init__(self, name: str, line: int, attributes: dict[str, str]) -> None:
        self.name = name
        self.line = line
        self.attributes = attributes
        self.text = ""
        self.children: list[Element] = []

    def first(self, name: str) -> "Element | None":
        for child in self.children:
            if child.name == name:
                return child
        return None

    def every(self, name: str) -> Iterator["Element"]:
        return (child for child in self.children if child.name == name)

    def text_of(self, name: str) -> str:
        """The text of the first child of this name, without white space around it; "" if there is none."""
        child = self.first(name)
        return child.text.strip() if child else ""


class _Builder:
    """Collects elements as expat reports them. A fault in a callback ends the parsing."""

    def __init__(self, file: str, parser: expat.XMLParserType, *, apart: bool = False) -> None:
        """apart: children of the root go to `ready` when they are whole, and not into the tree."""
        self.root: Element | None = None
        self.ready: list[Element] = []
        self._apart = apart
        self._file = file
        self._parser = parser
        self._open: list[Element] = []
        self._count = 0
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.buffer_text = True

    def let_go(self) -> None:
        """Parts from the parser: a circle of the two would stay in memory until the collector comes by."""
        parser = self._parser
        parser.StartElementHandler = parser.EndElementHandler = parser.CharacterDataHandler = None
        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        line = self._parser.CurrentLineNumber
        self._count += 1
        if len(self._open) >= DEPTH_MAX:
            raise TooDeep(f"{self._file} is nested deeper than {DEPTH_MAX} elements.", file=self._file, line=line)
        if self._count > ELEMENTS_MAX:
            raise OverLimit(f"{self._file} has more than {ELEMENTS_MAX} elements.", file=self._file, line=line)
        element = Element(name, line, attributes)
        if self._open:
            if not (self._apart and len(self._open) == 1):
                self._open[-1].children.append(element)
        else:
            self.root = element
        self._open.append(element)

    def _end(self, name: str) -> None:
        ended = self._open.pop()
        if self._apart and len(self._open) == 1:
            self.ready.append(ended)
            self._count = 0

    def _text(self, text: str) -> None:
        # Text between children is only layout in the formats read here: the leaf's text is what counts.
        if self._open and not self._open[-1].children:
            self._open[-1].text += text

    def _refuse(self, *declaration: object) -> None:
        raise UnsafeXml(
            f"{self._file} declares a document type or an entity.",
            file=self._file,
            line=self._parser.CurrentLineNumber,
            mend="Remove the <!DOCTYPE ...> part: it is not needed.",
        )


def parse_xml(data: bytes, file: str) -> Element:
    """The root element of `data`. Raises UnsafeXml, TooDeep, OverLimit, FileDamaged; all but the last before harm."""
    parser = expat.ParserCreate()
    builder = _Builder(file, parser)
    try:
        with _named(file):
            parser.Parse(data, True)
    finally:
        builder.let_go()
    if builder.root is None:
        raise FileDamaged(f"{file} is empty.", file=file)
    return builder.root


def children_of(stream: BinaryIO, file: str) -> Iterator[Element]:
    """The root element of a document without its children, and then each of these when it is whole: constant memory.

    Raises what `parse_xml` does, when it gets there.
    """
    parser = expat.ParserCreate()
    builder = _Builder(file, parser, apart=True)
    told = False
    try:
        while True:
            data = stream.read(CHUNK_BYTES)
            with _named(file):
                parser.Parse(data, not data)
            if builder.root is not None and not told:
                told = True
                yield builder.root
            ready, builder.ready = builder.ready, []
            yield from ready
            if not data:
                return
    finally:
        builder.let_go()


@contextmanager
def _named(file: str) -> Generator[None]:
    """Says of what expat refuses in which file it is."""
    try:
        yield
    except FormatFault:
        raise
    except expat.ExpatError as error:
        raise FileDamaged(
            f"{file} is not sound XML: {expat.ErrorString(error.code)}.",
            file=file,
            line=error.lineno,
            mend="Check that the file is complete, and that & and < are written &amp; and &lt;.",
        ) from error
    except (LookupError, ValueError) as error:
        raise FileDamaged(f"{file} has an unknown encoding: {error}.", file=file, mend="Save it as UTF-8.") from error
