"""Names that survive the way into files and back: class names, slugs, safe and unique file names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import PurePosixPath

from fairmark.formats.model import NAME_CHARS_MAX, OverLimit, PathOutside
from fairmark.ontology.model import ItemClass

SLUG_CHARS_MAX = 64
TITLE_CHARS_MAX = 200
PATH_CHARS_MAX = 800
"""A path made safe: short enough for a split before it and an extension behind."""
PART_BYTES_MAX = 200
"""One folder or file name. File systems take 255 bytes; the rest is room for an extension and a suffix."""

_MARK_ID = re.compile(r"[!-~]{1,64}")
_SLUG = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_NOT_SLUG = re.compile(r"[^a-z0-9_.-]+")
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\ud800-\udfff]')
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\ufeff]+")
_DRIVE = re.compile(r"^[A-Za-z]:")
_JUNK_NAMES = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_LABEL_ENDINGS = (".txt", ".xml", ".json", ".jsonl")
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)")


def is_slug(text: str) -> bool:
    """Whether `text` can be an id in an ontology as it is."""
    return _SLUG.fullmatch(text) is not None


def slug_of(name: str, taken: Iterable[str] = ()) -> str:
    """An id for a thing that a file calls `name`: the same for the same name, and never one of `taken`.

    Latin letters lose their accents; a name without any Latin letter or digit becomes "class_" and a hash of it.
    """
    slug = name
    if not is_slug(name):
        folded = unicodedata.normalize("NFKD", name.casefold())
        bare = "".join(letter for letter in folded if not unicodedata.combining(letter))
        slug = _NOT_SLUG.sub("_", bare).strip("_.-")[:SLUG_CHARS_MAX] or f"class_{_digest(name, 4)}"
    unique, number = slug, 1
    used = taken if isinstance(taken, set | dict) else set(taken)
    while unique in used:
        number += 1
        ending = f"_{number}"
        unique = slug[: SLUG_CHARS_MAX - len(ending)] + ending
    return unique


def title_of(name: str) -> str:
    """`name` as a title on one line, without characters that XML, YAML or a terminal refuse; "?" if nothing stays."""
    return _UNPRINTABLE.sub(" ", name).strip()[:TITLE_CHARS_MAX].strip() or "?"


def class_names(classes: Iterable[ItemClass]) -> dict[str, str]:
    """Class id -> the name written into files: its title, followed by the id in brackets where titles clash."""
    titles = [(each.id, title_of(each.name)) for each in classes]
    count = Counter(title.casefold() for _, title in titles)
    names: dict[str, str] = {}
    used: set[str] = set()
    for id, title in titles:
        name = title if count[title.casefold()] == 1 else f"{title} ({id})"
        while name.casefold() in used:
            name = f"{name} ({id})"
        used.add(name.casefold())
        names[id] = name
    return names


def relative_path(raw: str, *, file: str) -> str:
    """`raw` with "/" between its parts and no "." in them.

    Raises PathOutside, naming `file`, if it leads elsewhere, and OverLimit above NAME_CHARS_MAX.
    """
    if len(raw) > NAME_CHARS_MAX:
        raise OverLimit(f"A name has more than {NAME_CHARS_MAX} characters: {raw[:60]}...", file=file)
    path = raw.replace("\\", "/")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if path.startswith("/") or _DRIVE.match(path) or ".." in parts or not parts or "\x00" in path:
        shown = raw[:100].encode("utf-8", "backslashreplace").decode()
        raise PathOutside(
            f"The name {shown!r} leads out of its folder.",
            file=file,
            mend='Use names relative to the data set\'s folder, without ".." and without a drive or a leading slash.',
        )
    return "/".join(parts)


def is_listed(path: str) -> bool:
    """False for what desktops leave behind: __MACOSX/, ._x, .DS_Store, Thumbs.db, desktop.ini."""
    last = path.rpartition("/")[2]
    return not (last in _JUNK_NAMES or last.startswith("._") or path.startswith("__MACOSX"))


def without_root(raw: str) -> str:
    """`raw` with "/" between its parts, and without the drive and the slashes that an absolute name starts with."""
    return _DRIVE.sub("", raw.replace("\\", "/")).lstrip("/")


def safe_path(raw: str) -> str:
    """`raw` as a relative path that any file system and archive takes. Names that are fine already stay as they are."""
    parts = [_safe_part(part) for part in without_root(raw).split("/") if part not in ("", ".", "..")]
    # A folder "a.txt" would stand where the label file of an image "a.jpg" has to go.
    parts[:-1] = [f"{part}_" if part.lower().endswith(_LABEL_ENDINGS) else part for part in parts[:-1]]
    path = "/".join(parts) or "_"
    return path if len(path) <= PATH_CHARS_MAX else f"{_digest(path, 8)}/{parts[-1]}"


def _safe_part(part: str) -> str:
    clean = _FORBIDDEN.sub("_", part).rstrip(". ").strip() or "_"
    return _shortened(f"_{clean}" if _RESERVED.match(clean) else clean)


def _shortened(part: str) -> str:
    if len(part.encode()) <= PART_BYTES_MAX:
        return part
    suffix = PurePosixPath(part).suffix
    suffix = suffix if len(suffix.encode()) <= 10 else ""
    ending = f"-{_digest(part, 4)}{suffix}"
    kept = part.encode()[: PART_BYTES_MAX - len(ending.encode())].decode("utf-8", "ignore")
    return kept + ending


def stem_of(path: str) -> str:
    """`path` without the extension of its last part: "a/b.c.jpg" -> "a/b.c"; ".jpg" stays ".jpg"."""
    folder, slash, last = path.rpartition("/")
    dot = last.rfind(".")
    return folder + slash + (last if dot <= 0 else last[:dot])


def suffix_of(path: str) -> str:
    """The extension of the last part, with its dot: "a/b.c.jpg" -> ".jpg"; "" if it has none."""
    return path[len(stem_of(path)) :]


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).hexdigest()


class MarkIds:
    """Ids of the marks of one image: what the file calls them, where a mark can be called so and none is yet."""

    def __init__(self, letter: str) -> None:
        """letter: what new ids begin with."""
        self._letter = letter
        self._taken: set[str] = set()

    def claim(self, given: str) -> str:
        """`given`, or a new id."""
        id, number = given, len(self._taken)
        while not _MARK_ID.fullmatch(id) or id in self._taken:
            number += 1
            id = f"{self._letter}{number}"
        self._taken.add(id)
        return id


class NameTable:
    """Gives every name once, in constant memory, so that a million files never overwrite one another.

    A Bloom filter of 2^27 bits (16 MiB) with four probes remembers what was given. It never forgets a name; after a
    million names about one in a million new ones is taken for a known one and gets a suffix that it did not need.
    """

    _BITS = 27
    _MASK = (1 << _BITS) - 1

    def __init__(self) -> None:
        self._filter = bytearray(1 << (self._BITS - 3))

    def claim(self, path: str, identity: str, *, by_stem: bool = True) -> str:
        """`path`, or `path` with a suffix made from `identity` before its extension if it is taken.

        Names are equal if they differ only in case or in Unicode composition, and, `by_stem`, in the extension.
        """
        stem, suffix = stem_of(path), suffix_of(path)
        unique, tries = stem, 0
        while not self._enter(unique if by_stem else unique + suffix):
            unique = f"{stem}-{_digest(identity if tries == 0 else f'{identity} {tries}', 4)}"
            tries += 1
        return unique + suffix

    def _enter(self, name: str) -> bool:
        """Remembers `name`. False if it was there (or, rarely, seems to have been)."""
        key = name if name.isascii() else unicodedata.normalize("NFC", name)
        value = int.from_bytes(blake2b(key.casefold().encode(), digest_size=14).digest(), "little")
        bits, mask, new = self._filter, self._MASK, False
        for shift in (0, 28, 56, 84):
            place = (value >> shift) & mask
            bit = 1 << (place & 7)
            if not bits[place >> 3] & bit:
                bits[place >> 3] |= bit
                new = True
        return new
