"""A customer's words as ids of the ontology, and back; labels that may be a plain text or described."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Annotated, NamedTuple
from uuid import UUID, uuid5

import msgspec
from msgspec import Meta

from fairmark.ontology.model import Option
from fairmark.scale_api.shapes import at, wrong

SLUG_CHARS_MAX = 56
NAME_CHARS_MAX = 200
HELP_CHARS_MAX = 2000
COLORS = (
    "#1f77b4", "#e76f51", "#2a9d8f", "#9467bd", "#d62728", "#8c564b", "#e377c2", "#bcbd22", "#17becf", "#f4a261",
    "#457b9d", "#6a994e", "#b5179e", "#7f7f7f",
)  # fmt: skip
_SPACE = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")

Word = Annotated[str, Meta(min_length=1, max_length=500)]


class LabelDescription(msgspec.Struct, frozen=True):
    """A label with more about it. One with subchoices is a heading: only what lies below it can be chosen."""

    choice: Word
    subchoices: "list[str | LabelDescription]" = []
    instance_label: bool = False
    display: str | None = None
    description: str | None = None


Label = Word | LabelDescription


class Leaf(NamedTuple):
    """A label that can be chosen. name: what people read; place: where it stands in the request. is_instance: things of
    it are told apart.
    """

    choice: str
    name: str
    help: str
    place: str
    is_instance: bool = False


def leaves(
    labels: Sequence[str | LabelDescription], place: str, above: str = "", *, headings: bool = False,
    is_instance: bool = False,
) -> Iterator[Leaf]:  # fmt: skip
    """The labels that can be chosen, with the headings they lie under in their names. Raises BadRequest.

    headings: they can be chosen as well. is_instance: things of the heading above are told apart.
    """
    for number, label in enumerate(labels):
        here = at(place, number)
        if isinstance(label, str):
            if not label.strip():
                raise wrong(here, "a label needs a name.")
            yield Leaf(label, above + label, "", here, is_instance)
            continue
        name = above + (label.display or label.choice)
        apart = is_instance or label.instance_label
        if headings or not label.subchoices:
            yield Leaf(label.choice, name, label.description or "", here, apart)
        yield from leaves(label.subchoices, at(here, "subchoices"), f"{name} / ", headings=headings, is_instance=apart)


def distinct(labels: Sequence[str | LabelDescription], place: str, *, headings: bool = False) -> list[Leaf]:
    """`leaves`, at least one and each once. Raises BadRequest."""
    found = list(leaves(labels, place, headings=headings))
    if not found:
        raise wrong(place, "at least one label is needed.")
    seen: set[str] = set()
    for leaf in found:
        if leaf.choice in seen:
            raise wrong(leaf.place, f"the label '{leaf.choice}' is named twice.")
        seen.add(leaf.choice)
    return found


class Names:
    """Ids for words, the same every time the same words come in the same order.

    learned: words whose order may change, as the members of an object: they get their ids first, in alphabetical order.
    """

    def __init__(self, learned: Iterable[str] = ()) -> None:
        self._slugs: dict[str, str] = {}
        self._words: dict[str, str] = {}
        for word in sorted(learned):
            self.slug(word)

    def slug(self, word: str) -> str:
        """The id of `word`; a new one if it was not asked for before."""
        known = self._slugs.get(word)
        if known is not None:
            return known
        folded = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9]+", "_", folded).strip("_")[:SLUG_CHARS_MAX] or "x"
        slug, number = stem, 1
        while slug in self._words:
            number += 1
            slug = f"{stem}-{number}"
        self._slugs[word], self._words[slug] = slug, word
        return slug

    def known(self, word: str) -> str | None:
        """The id of `word`, if it has one."""
        return self._slugs.get(word)

    def word(self, slug: str) -> str:
        """The word behind an id; the id itself if it is none of these: somebody may have added to the ontology."""
        return self._words.get(slug, slug)


def title(text: str, fallback: str) -> str:
    """`text` as a name that people read: one line, cut to what a name may have."""
    line = " ".join(text.split()) or fallback
    return line if len(line) <= NAME_CHARS_MAX else f"{line[: NAME_CHARS_MAX - 1]}…"


def options(found: Sequence[Leaf], names: Names) -> tuple[Option, ...]:
    """The labels as options of a field, in their order; where two would read alike, with their word behind them."""
    read = [leaf.name for leaf in found]
    return tuple(
        Option(
            id=names.slug(leaf.choice),
            name=title(leaf.name if read.count(leaf.name) == 1 else f"{leaf.name} ({leaf.choice})", leaf.choice),
        )
        for leaf in found
    )


def uuid_of(seed: str, id: str) -> str:
    """The UUID that stands for an id in responses: itself if it is one, else always the same of one task."""
    try:
        return str(UUID(id))
    except ValueError:
        return str(uuid5(_SPACE, f"{seed}/{id}"))


def plain(number: float) -> float | int:
    """A number without `.0` behind it."""
    return int(number) if float(number).is_integer() and abs(number) < 2**53 else number
