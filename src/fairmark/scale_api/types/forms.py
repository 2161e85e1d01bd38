"""Questions about attachments: categorization, comparison, textcollection, transcription, datacollection."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from fairmark.ontology.model import Annotation, Field, FieldKind, FieldValue, Ontology, Source
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.fields import INSIDE, Questionnaire, UnitField, turn_path, unit_fields
from fairmark.scale_api.types.model import Answer, Attachment, Json, Show
from fairmark.scale_api.types.words import Label, Names, distinct, options, plain, title

AttachmentType = Literal["image", "text", "website", "video", "audio", "pdf"]
ATTACHMENTS_MAX = 100
REPEATABLE = "\x03repeatable"
"""The set of a transcription's repeatable fields: no field can be called so."""
RESPONSES_MAX = 50
_SHOW = {"image": Show.IMAGE, "text": Show.TEXT}
_ADDRESS = re.compile(r"(?:https?|s3|gs|scaledata)://\S+")


class CollectionAttachment(msgspec.Struct, frozen=True):
    """An attachment of textcollection."""

    type: Literal["pdf", "image", "text", "video", "website", "audio"]
    content: Annotated[str, Meta(min_length=1)]
    forms: list[Any] = []


class Categorization(msgspec.Struct, frozen=True):
    """The documented parameters of categorization."""

    attachment: str | None = None
    attachments: list[str] = []
    attachment_type: AttachmentType = "image"
    categories: list[Label] = []
    category_ids: dict[str, str] = {}
    allow_multiple: bool = False
    layers: dict[str, Any] = {}
    hypothesis: dict[str, Any] | None = None


class Comparison(msgspec.Struct, frozen=True):
    """The documented parameters of comparison."""

    attachments: Annotated[list[str], Meta(min_length=1, max_length=ATTACHMENTS_MAX)]
    choices: Annotated[list[Label], Meta(min_length=1)]
    attachment_type: AttachmentType = "image"
    hypothesis: dict[str, Any] | None = None


class TextCollection(msgspec.Struct, frozen=True):
    """The documented parameters of textcollection."""

    attachments: Annotated[list[CollectionAttachment], Meta(max_length=ATTACHMENTS_MAX)]
    fields: list[Any]
    title: str = ""
    description: str = ""
    responses_required: Annotated[int, Meta(ge=1, le=RESPONSES_MAX)] = 1
    hypothesis: dict[str, Any] | None = None


class Transcription(msgspec.Struct, frozen=True):
    """The documented parameters of transcription and datacollection."""

    attachment: Annotated[str, Meta(min_length=1)]
    attachment_type: AttachmentType = "image"
    fields: dict[str, str] = {}
    repeatable_fields: dict[str, str] = {}
    hypothesis: dict[str, Any] | None = None


class _Form:
    """What the types here have in common. One picture alone is shown in the image editor, anything else as a page."""

    overlap = 1
    lacking: str | None = None
    attachments: Sequence[Attachment]
    questions: Sequence[Field]

    @property
    def modality(self) -> str:
        is_picture = len(self.attachments) == 1 and self.attachments[0].show is Show.IMAGE
        return "image" if is_picture else "text"

    @property
    def ontology(self) -> Ontology:
        return Ontology(questions=tuple(self.questions))


def shown(content: str, type: str, place: str) -> Attachment:
    """An attachment by what its type says it is."""
    return Attachment(_SHOW.get(type, Show.LINK), content, place)


def is_address(content: str) -> bool:
    """Whether a text attachment is an address to fetch the text from."""
    return _ADDRESS.fullmatch(content.strip()) is not None


class _Choice:
    """One question with choices: what categorization and comparison are made of."""

    def __init__(
        self,
        labels: Sequence[Label],
        place: str,
        question: str,
        *,
        allow_multiple: bool,
        learned: Iterable[str] = (),
    ) -> None:
        self.id, self.many = "choice", allow_multiple
        self.names = Names(learned)
        kind = FieldKind.MULTIPLE if allow_multiple else FieldKind.SINGLE
        choices = options(distinct(labels, place), self.names)
        self.field = Field(id=self.id, name=question, kind=kind, options=choices, required=True)

    def said(self, answers: Mapping[str, FieldValue]) -> str | list[str] | None:
        value = answers.get(self.id)
        if isinstance(value, list):
            return [self.names.word(option) for option in value]
        return self.names.word(value) if isinstance(value, str) else None

    def heard(self, value: object, place: str) -> Annotation:
        if value is None:
            return Annotation()
        wanted = read(value, list[str], place) if isinstance(value, list) else [read(value, str, place)]
        for each in wanted:
            if self.names.known(each) is None:
                raise wrong(place, f"'{each}' is not one of the choices.")
        chosen = [self.names.slug(each) for each in wanted]
        return Annotation(answers={self.id: chosen if self.many else chosen[0]} if chosen else {})


class CategorizationTask(_Form):
    """categorization."""

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, Categorization)
        if not given.attachment and not given.attachments:
            raise wrong("attachment", "it is missing, and so are attachments.")
        if not given.categories and not given.category_ids:
            raise wrong("categories", "it is missing, and so is category_ids.")
        contents = given.attachments or [given.attachment or ""]
        place = "attachments" if given.attachments else "attachment"
        self.attachments = [shown(each, given.attachment_type, place) for each in contents]
        self.ids = {category: id for id, category in given.category_ids.items()}
        labels: list[Label] = given.categories or list(given.category_ids.values())
        learned = () if given.categories else given.category_ids.values()
        where = "categories" if given.categories else "category_ids"
        self.choice = _Choice(labels, where, "Category", allow_multiple=given.allow_multiple, learned=learned)
        self.questions = [self.choice.field]

    def response(self, answer: Answer, seed: str) -> Json:
        category = self.choice.said(answer.annotation.answers)
        if isinstance(category, list):
            return {
                "category": category,
                "category_id": [self.ids.get(each) for each in category] if self.ids else None,
            }
        return {"category": category, "category_id": self.ids.get(category or "")}

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        return self.choice.heard(response.get("category"), at(place, "category"))


class ComparisonTask(_Form):
    """comparison."""

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, Comparison)
        self.attachments = [
            shown(each, given.attachment_type, at("attachments", n)) for n, each in enumerate(given.attachments)
        ]
        self.choice = _Choice(given.choices, "choices", "Choice", allow_multiple=False)
        self.questions = [self.choice.field]

    def response(self, answer: Answer, seed: str) -> Json:
        return {"choice": self.choice.said(answer.annotation.answers)}

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        return self.choice.heard(response.get("choice"), at(place, "choice"))


class CollectionTask(_Form):
    """textcollection. With several responses required, each person's own is told."""

    def __init__(self, params: Json) -> None:
        """Raises BadRequest."""
        given = read(params, TextCollection)
        self.overlap = given.responses_required
        self.attachments = [
            shown(each.content, each.type, at(at("attachments", number), "content"))
            for number, each in enumerate(given.attachments)
        ] or [Attachment(Show.TEXT, given.title or given.description or "—", "attachments")]
        self.fields: list[UnitField] = unit_fields(given.fields)
        self.form = Questionnaire(self.fields)
        self.questions = self.form.questions

    def response(self, answer: Answer, seed: str) -> Json:
        said = [self.form.values(each.answers) for each in answer.submissions or [answer.annotation]]
        found: Json = {}
        for field in self.fields:
            values = [value for each in said for value in each.get(field.field_id, [])]
            if values:
                found[field.field_id] = {"type": field.type, "field_id": field.field_id, "response": values}
        return {"annotations": found}

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        where = at(place, "annotations")
        values: Json = {}
        for key, said in read(response.get("annotations") or {}, dict[str, Any], where).items():
            long = isinstance(said, dict) and "response" in said
            values[key] = read(said["response"], list[Any], at(at(where, key), "response")) if long else said
        return Annotation(answers=self.form.answers(values, where))


class TranscriptionTask(_Form):
    """transcription and datacollection: texts by name, some of them as often as there is something to say.

    is_timed: the response also says how long it took.
    """

    REPEATS = 20

    def __init__(self, params: Json, *, is_timed: bool = False) -> None:
        """Raises BadRequest."""
        given = read(params, Transcription)
        if not given.fields and not given.repeatable_fields:
            raise wrong("fields", "it is missing, and so is repeatable_fields.")
        self.attachments = [shown(given.attachment, given.attachment_type, "attachment")]
        self.given, self.is_timed = given, is_timed
        self.form = Questionnaire(list(self._fields(given)), learned=self._paths(given))
        self.questions = self.form.questions

    def _paths(self, given: Transcription) -> Iterator[str]:
        """Every path of a question: the members of an object have no order of their own."""
        yield from given.fields
        for number in range(1, self.REPEATS + 1):
            yield from (f"{turn_path(REPEATABLE, number)}{INSIDE}{key}" for key in given.repeatable_fields)

    def _fields(self, given: Transcription) -> Iterator[UnitField]:
        for key, words in given.fields.items():
            yield UnitField(type="text", field_id=key, title=title(words, key), required=True)
        if given.repeatable_fields:
            inner = [
                UnitField(type="text", field_id=key, title=title(words, key))
                for key, words in given.repeatable_fields.items()
            ]
            yield UnitField(
                type="field_set", field_id=REPEATABLE, title="Entry", fields=inner, min_responses_required=1,
                max_responses_required=self.REPEATS,
            )  # fmt: skip

    def response(self, answer: Answer, seed: str) -> Json:
        said = self.form.values(answer.annotation.answers)
        entries: list[Any] = said.pop(REPEATABLE, [])
        found: Json = {"fields": {key: values[0] for key, values in said.items()}, "repeatable_fields": entries}
        return found | ({"time_spent_in_seconds": plain(round(answer.seconds, 3))} if self.is_timed else {})

    def annotation(self, response: Json, place: str, source: Source = Source.PREDICTION) -> Annotation:
        values: Json = dict(read(response.get("fields") or {}, dict[str, str], at(place, "fields")))
        entries = read(response.get("repeatable_fields") or [], list[Any], at(place, "repeatable_fields"))
        return Annotation(answers=self.form.answers(values | ({REPEATABLE: entries} if entries else {}), place))
