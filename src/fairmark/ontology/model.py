"""The ontology and the annotation document, as the wire, the database and every package see them.

Both are JSON documents with a `version` of their shape. Readers take every version ever written
(`fairmark.ontology.upgrade`), writers write the newest. The JSON Schemas in `docs/schemas/` are made from these types.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from fairmark.kernel.errors import Invalid

ANNOTATION_VERSION = 1
ONTOLOGY_VERSION = 1

MARKS_MAX = 100_000
FIELDS_MAX = 500
CLASSES_MAX = 5_000
OPTIONS_MAX = 1_000
TEXT_MAX = 100_000
"""Most characters of one text value, whatever the field's own `max` says."""
Z_MAX = 1_000_000
JOINTS_MAX = 200
"""Most points of a skeleton."""
EDGES_MAX = 1_000
FAULTS_MAX = 1_000
"""A check stops after this many faults: nobody reads more, and a hostile document must not fill the answer."""

Slug = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_.-]{0,63}$", description="A short name that never changes.")]
Title = Annotated[str, Meta(min_length=1, max_length=200)]
Color = Annotated[str, Meta(pattern=r"^#[0-9a-f]{6}$", description="sRGB, lower-case hex: #1f77b4.")]
KeyboardKey = Annotated[str, Meta(pattern=r"^[a-z0-9]$", description="One key: a to z or 0 to 9.")]
MarkId = Annotated[str, Meta(min_length=1, max_length=64, description="Unique within the document.")]
FieldValue = bool | float | str | list[str]
"""What a field can hold: bool for `boolean`, a number for `number` and `scale`, an option's id for `single`, option
ids for `multiple`, text for `text`, YYYY-MM-DD for `date`. Absent means unanswered; null is never written."""


class FieldKind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    BOOLEAN = "boolean"
    TEXT = "text"
    NUMBER = "number"
    SCALE = "scale"
    DATE = "date"


class Option(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One choice of a `single` or `multiple` field."""

    id: Slug
    name: Title
    key: KeyboardKey | None = None


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A condition: exactly one of `all`, `any`, `not_` (a group) or `field` (a test) is set.

    A test holds if the field in the same place (an attribute of the same mark, or a question of the item) equals `is_`,
    is one of `in_`, or, for a `multiple` field, contains it. A field that is itself hidden counts as unanswered.
    """

    all: tuple["When", ...] | None = None
    any: tuple["When", ...] | None = None
    not_: "When | None" = msgspec.field(default=None, name="not")
    field: Slug | None = None
    is_: FieldValue | None = msgspec.field(default=None, name="is")
    in_: tuple[str, ...] | None = msgspec.field(default=None, name="in")


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """An attribute of a mark, or a question about the item: the same thing in two places."""

    id: Slug
    name: Title
    kind: FieldKind
    options: tuple[Option, ...] = ()
    required: bool = False
    default: FieldValue | None = None
    when: When | None = None
    help: Annotated[str, Meta(max_length=2000)] = ""
    min: float | None = None
    max: float | None = None
    step: float | None = None
    """`min` and `max` bound the value of a `number` or `scale`, the characters of a `text` and the choices of a
    `multiple`; `step` is the grid of a `number` or `scale`, counted from `min` (or 0). Elsewhere they are faults."""
    pattern: Annotated[str, Meta(max_length=200)] | None = None
    """Regular expression that a `text` must match in full. RE2-like subset: no look-around, no back-references."""


class MarkLimits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How small marks of one kind may be, in pixels along the sides they are drawn with, and how many points each of
    their outlines has. They hold for what is handed in; predictions may fall short of them.
    """

    min_width: Annotated[float, Meta(ge=0)] = 0
    min_height: Annotated[float, Meta(ge=0)] = 0
    min_points: Annotated[int, Meta(ge=0)] = 0
    max_points: Annotated[int, Meta(ge=1)] | None = None


class SkeletonPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One named point of a skeleton.

    x, y: where it stands in the default pose, 0 to 1 from the upper left corner of its frame. sigma: how far careful
    people place it apart, as a share of the size of the thing, for object keypoint similarity; None: nobody measured.
    """

    id: Slug
    name: Title
    x: Annotated[float, Meta(ge=0, le=1)]
    y: Annotated[float, Meta(ge=0, le=1)]
    sigma: Annotated[float, Meta(gt=0, le=1)] | None = None


class Skeleton(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What marks of kind "skeleton" are made of: points in order, edges between them, and the pairs of points that
    change places when left and right are swapped; edges and pairs name points by their ids.
    """

    points: Annotated[tuple[SkeletonPoint, ...], Meta(min_length=1, max_length=JOINTS_MAX)]
    edges: Annotated[tuple[tuple[Slug, Slug], ...], Meta(max_length=EDGES_MAX)] = ()
    mirrored: Annotated[tuple[tuple[Slug, Slug], ...], Meta(max_length=JOINTS_MAX)] = ()


class ItemClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a mark can be: a car, a pedestrian. `marks` names the mark kinds it may take ("box", "tag" ...); `limits`
    what holds for marks of some of these kinds.

    instances: whether each one is a mask of its own, as of things that are counted; if not, it is stuff (sky, road), of
    which there is one mask at most on each asset. skeleton: which points its skeletons have.
    """

    id: Slug
    name: Title
    color: Color
    marks: Annotated[tuple[str, ...], Meta(min_length=1, max_length=20)]
    key: KeyboardKey | None = None
    attributes: Annotated[tuple[Field, ...], Meta(max_length=FIELDS_MAX)] = ()
    parent: Slug | None = None
    help: Annotated[str, Meta(max_length=2000)] = ""
    min_count: Annotated[int, Meta(ge=0)] = 0
    max_count: Annotated[int, Meta(ge=0)] | None = None
    limits: dict[str, MarkLimits] = {}
    instances: bool = True
    skeleton: Skeleton | None = None


class LinkType(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A relation two marks can have. Empty `from_` or `to` means any class."""

    id: Slug
    name: Title
    from_: tuple[Slug, ...] = msgspec.field(default=(), name="from")
    to: tuple[Slug, ...] = ()
    directed: bool = True


class Overlap(StrEnum):
    ALLOWED = "allowed"
    FORBIDDEN = "forbidden"


class Layers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How the masks of an annotation lie with one another on each asset. A semantic layer forbids overlap; a
    panoptic one does so too, and has classes with instances.

    overlap: "forbidden" if no pixel belongs to two masks. whole: whether every pixel has to belong to one.
    """

    overlap: Overlap = Overlap.ALLOWED
    whole: bool = False


class Rule(StrEnum):
    """Rules on finished work that a project may loosen or sharpen, by the codes of their faults. The others say what a
    document is, and always hold.
    """

    REQUIRED = "required"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    BELOW_LIMIT = "below_limit"
    TOO_FEW_POINTS = "too_few_points"
    TOO_MANY_POINTS = "too_many_points"
    NOT_WHOLE = "not_whole"
    DUPLICATE_MARK = "duplicate_mark"


class Strictness(StrEnum):
    """What a fault does: keeps work from being handed in, is shown first, or is nothing."""

    ERROR = "error"
    WARNING = "warning"
    IGNORE = "ignore"


class Ontology(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that may be said about an item of one project.

    strictness: how strict some rules are; not named: duplicate marks are a warning, everything else an error.
    """

    version: Annotated[int, Meta(ge=1, le=ONTOLOGY_VERSION)] = ONTOLOGY_VERSION
    classes: Annotated[tuple[ItemClass, ...], Meta(max_length=CLASSES_MAX)] = ()
    questions: Annotated[tuple[Field, ...], Meta(max_length=FIELDS_MAX)] = ()
    links: Annotated[tuple[LinkType, ...], Meta(max_length=FIELDS_MAX)] = ()
    layers: Layers = Layers()
    strictness: dict[Rule, Strictness] = {}


class Source(StrEnum):
    """Who made a mark."""

    HUMAN = "human"
    PREDICTION = "prediction"
    CONSENSUS = "consensus"
    IMPORT = "import"


class Making(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a mark began as, where that was no hand alone: the answer of a model, or what an assistance tool outlined.

    by: "model", or the tool: "scissors", "region", "cutout", "edges", "fit", "follow"; others may come. model, version:
    of a model, its name and which one of that name. corrected: whether a person has changed the mark since.
    """

    by: Slug
    model: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    version: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    corrected: bool = False


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing pointed at. `geometry` is opaque here: the modality that owns `kind` reads it.

    asset: index into the item's assets. z: drawing order, higher on top. score: 0 to 1, of a prediction or consensus.
    made: what it began as; absent: a person made it by hand, or nobody says.
    """

    id: MarkId
    kind: Annotated[str, Meta(min_length=1, max_length=32)]
    class_: Slug = msgspec.field(name="class")
    geometry: dict[str, Any] = {}
    attributes: dict[str, FieldValue] = {}
    asset: Annotated[int, Meta(ge=0, le=10_000)] = 0
    z: int = 0
    group: Annotated[str, Meta(max_length=64)] | None = None
    source: Source = Source.HUMAN
    score: Annotated[float, Meta(ge=0, le=1)] | None = None
    made: Making | None = None


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A relation of two marks, named by their ids."""

    id: MarkId
    type: Slug
    from_: MarkId = msgspec.field(name="from")
    to: MarkId = msgspec.field(name="to")
    attributes: dict[str, FieldValue] = {}


class Annotation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole answer for an item. `answers` maps question ids to values."""

    version: Annotated[int, Meta(ge=1, le=ANNOTATION_VERSION)] = ANNOTATION_VERSION
    marks: Annotated[tuple[Mark, ...], Meta(max_length=MARKS_MAX)] = ()
    answers: dict[str, FieldValue] = {}
    links: Annotated[tuple[Link, ...], Meta(max_length=MARKS_MAX)] = ()


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing wrong with a document: what (`code`, `message`), where (`path`, `mark_id`), how to mend it (`mend`).

    `path` is a JSON Pointer into the document: /marks/3/attributes/color.
    """

    code: str
    path: str
    message: str
    mend: str = ""
    mark_id: str | None = None
    severity: Severity = Severity.ERROR


class Change(msgspec.Struct, frozen=True, omit_defaults=True):
    """One difference between two ontologies, in words. `path` is a JSON Pointer by ids: /classes/car/attributes/color.

    `invalidates`: answers given under the old ontology can be wrong or incomplete under the new one.
    """

    code: str
    path: str
    message: str
    invalidates: bool = False


class InvalidDocument(Invalid):
    """The JSON of an annotation or ontology cannot be read. `path` is a JSON Pointer to the place, as far as known."""

    code = "invalid_document"


class InvalidOntology(Invalid):
    """An ontology that contradicts itself. `faults` says where."""

    code = "invalid_ontology"

    def __init__(self, message: str, *, faults: Sequence[Fault] = (), mend: str = "", **fields: Any) -> None:
        super().__init__(message, mend=mend, faults=tuple(faults), **fields)
        self.faults = tuple(faults)


class InvalidPattern(Invalid):
    """A regular expression outside the safe dialect, or too big for it."""

    code = "invalid_pattern"
