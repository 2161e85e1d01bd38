"""The classes of Open Images: machine names such as /m/0cmf2, what they mean, and the tree that they stand in."""

from collections.abc import Iterator
from typing import Any

import msgspec

from fairmark.formats.classes import ClassTable
from fairmark.formats.contract import Source
from fairmark.formats.json_rows import JSON_ERRORS, refuse_file
from fairmark.formats.model import OverLimit, RowFault
from fairmark.formats.source import read_document
from fairmark.formats.tables import plain_csv_rows
from fairmark.ontology.model import CLASSES_MAX

_NAMES_MAX = 200_000
"""The data set describes 20,000 classes, of which a project uses a few."""
_HEADER = "labelname"


class _Node(msgspec.Struct, frozen=True):
    LabelName: str
    Subcategory: list["_Node"] = []
    Part: list[Any] = []


class ClassNames:
    """Machine names as classes. One becomes a class when it is first used, with those above it in the tree."""

    def __init__(self, table: ClassTable) -> None:
        self._table = table
        self._titles: dict[str, str] = {}
        self._above: dict[str, str] = {}
        self._classes: dict[str, str] = {}

    def read_names(self, source: Source, path: str) -> Iterator[RowFault]:
        """A table of machine names and titles, with a line of column names or without."""
        with source.open(path) as file:
            for line, cells in plain_csv_rows(file, path, source.limits):
                if isinstance(cells, RowFault):
                    yield cells
                elif len(cells) != 2 or not all(cells):
                    message = f"The row has {len(cells)} cells; it needs a machine name and a title."
                    yield RowFault("wrong_columns", message, "Write /m/0cmf2,Airplane.", path, line)
                elif cells[0].lower() != _HEADER:
                    self._titles.setdefault(cells[0], cells[1])
                if len(self._titles) > _NAMES_MAX:
                    raise OverLimit(f"{path} describes more than {_NAMES_MAX} classes.", file=path)

    def read_tree(self, source: Source, path: str) -> None:
        """The tree of classes. Raises WrongFormat, FileDamaged and their kin for one that is broken."""
        try:
            root = msgspec.json.decode(read_document(source, path), type=_Node)
        except JSON_ERRORS as error:
            raise refuse_file(error, path) from error
        left = [root]
        while left:
            node = left.pop()
            for child in node.Subcategory:
                self._above.setdefault(child.LabelName, node.LabelName)
            left.extend(reversed(node.Subcategory))

    def learn_all_if_known(self) -> None:
        """Makes classes of all that are described, if a project can have so many."""
        if len(self._titles) <= CLASSES_MAX:
            for name in self._titles:
                self.class_of(name)

    def class_of(self, name: str) -> str:
        """The class that a machine name means. Raises OverLimit past CLASSES_MAX classes."""
        known = self._classes.get(name)
        if known is not None:
            return known
        class_id = self._classes[name] = self._table.id_of(self._titles.get(name, name))
        below, above = class_id, self._above.get(name)
        seen = {name}
        # What has no title, such as the root, is only there to hold the tree together.
        while above is not None and above not in seen and above in self._titles:
            seen.add(above)
            parent = self._classes.get(above) or self._table.id_of(self._titles[above])
            self._classes[above] = parent
            self._table.is_below(below, parent)
            below, above = parent, self._above.get(above)
        return class_id
