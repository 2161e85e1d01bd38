"""Boxes with their text on pages: documenttranscription."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fairmark.ontology.model import Annotation, Field, FieldKind, ItemClass, Link, LinkType, Mark, Ontology, Source
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.annotation import MARK_ID_CHARS_MAX
from fairmark.scale_api.types.geometries import GEOMETRIES, BoxSaid
from fairmark.scale_api.types.model import Answer, Attachment, Json, Show
from fairmark.scale_api.types.words import COLORS, Names, Word, title, uuid_of

TEXT = "text"
REFERS = "refers_to"


class Feature(msgspec.Struct, frozen=True):
    """What is marked on the pages."""

    type: Literal["block", "word", "line"]
    label: Word
    description: str = ""


class DocumentTranscription(msgspec.Struct, frozen=True):
    """The documented parameters of documenttranscription."""

    features: Annotated[list[Feature], Meta(min_length=1)]
    attachment: str | None = None
    attachments: list[str] = []
    attachment_type: Literal["image", "pdf"] = "image"
    relationships: list[Any] = []
    hypothesis: dict[str, Any] | None = None


class BlockSaid(msgspec.Struct, frozen=True):
    """A block of a response."""

    label: str
    location: dict[str, Any]
    page: Annotated[int, Meta(ge=0)] = 0
    uuid: str = ""
    text: str = ""
    refs: list[str] = []


class DocumentTask:
    """documenttranscription. Pages are pictures; what refers to what is a link."""

    modality = "image"
    overlap = 1

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, DocumentTranscription)
        pages = given.attachments or ([given.attachment] if given.attachment else [])
        if not pages:
            raise wrong("attachment", "it is missing, and so are attachments.")
        is_pdf = given.attachment_type == "pdf" or any(page.lower().endswith(".pdf") for page in pages)
        self.lacking = "pages of PDF files" if is_pdf else None
        self.attachments = [Attachment(Show.IMAGE, page, at("attachments", n)) for n, page in enumerate(pages)]
        self.names = Names()
        self.class_ids: dict[str, str] = {}
        for number, feature in enumerate(given.features):
            if feature.label in self.class_ids:
                raise wrong(at(at("features", number), "label"), f"the label '{feature.label}' is named twice.")
            self.class_ids[feature.label] = self.names.slug(feature.label)
        text = Field(id=TEXT, name="Text", kind=FieldKind.TEXT, required=True)
        classes = tuple(
            ItemClass(
                id=self.class_ids[feature.label], name=title(feature.label, "block"), color=COLORS[n % len(COLORS)],
                marks=("box",), attributes=(text,), help=feature.description[:2000],
            )
            for n, feature in enumerate(given.features)
        )  # fmt: skip
        self.ontology = Ontology(classes=classes, links=(LinkType(id=REFERS, name="refers to"),))

    def response(self, answer: Answer, seed: str) -> Json:
        ids = {mark.id: uuid_of(seed, mark.id) for mark in answer.annotation.marks}
        refs: dict[str, list[str]] = {}
        for link in answer.annotation.links:
            refs.setdefault(link.from_, []).append(ids[link.to])
        said = GEOMETRIES["box"].said
        return {
            "annotations": [
                {
                    "uuid": ids[mark.id], "page": mark.asset, "label": self.names.word(mark.class_),
                    "text": mark.attributes.get(TEXT, ""), "location": {"type": "box"} | said(mark.geometry, None)[0],
                    "refs": refs.get(mark.id, []),
                }
                for mark in answer.annotation.marks
            ]
        }  # fmt: skip

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        where = at(place, "annotations")
        marks: list[Mark] = []
        links: list[Link] = []
        for number, block in enumerate(read(response.get("annotations") or [], list[BlockSaid], where)):
            here = at(where, number)
            if block.label not in self.class_ids:
                raise wrong(at(here, "label"), f"'{block.label}' is not one of the labels.")
            if block.location.get("type", "box") != "box":
                raise wrong(at(at(here, "location"), "type"), "only boxes can be shown here.")
            box = read(block.location, BoxSaid, at(here, "location"))
            id = block.uuid[:MARK_ID_CHARS_MAX] or f"b{number}"
            marks.append(
                Mark(
                    id=id, kind="box", class_=self.class_ids[block.label], asset=block.page, source=source,
                    geometry={"x": box.left, "y": box.top, "w": box.width, "h": box.height},
                    attributes={TEXT: block.text} if block.text else {},
                )
            )  # fmt: skip
            links += [Link(f"r{number}-{n}", REFERS, id, ref) for n, ref in enumerate(block.refs)]
        known = {mark.id for mark in marks}
        for link in links:
            if link.to not in known:
                raise wrong(where, f"`refs` names '{link.to}', which is not one of the annotations.")
        return Annotation(marks=tuple(marks), links=tuple(links))
