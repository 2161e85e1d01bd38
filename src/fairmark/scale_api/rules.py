"""What a request for a task says, checked and sorted; decisions on what may become of a task. Nothing is touched."""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from fairmark.kernel import json
from fairmark.kernel.actor import Mode
from fairmark.ontology.model import Annotation, Source
from fairmark.scale_api.model import (
    METADATA_BYTES_MAX,
    NAME_CHARS_MAX,
    TAGS_MAX,
    BadRequest,
    Batch,
    BatchStatus,
    Json,
    Project,
    ScaleId,
    Status,
    Task,
)
from fairmark.scale_api.shapes import at, read, wrong
from fairmark.scale_api.types.annotation import outlines
from fairmark.scale_api.types.model import Attachment, Show, TaskType, Translation

Text = Annotated[str, Meta(max_length=2000)]
Name = Annotated[str, Meta(min_length=1, max_length=NAME_CHARS_MAX)]
Tag = Annotated[str, Meta(min_length=1, max_length=200)]
UniqueId = Annotated[str, Meta(min_length=1, max_length=500)]

_URL = re.compile(r"https?://[^\s/?#]+\S*", re.IGNORECASE)
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_TOKEN = re.compile(r"([0-9a-f]{24})\.([0-9]{1,11})")
_NO_PICTURE = (".pdf", ".mp4", ".webm", ".mov", ".ogg", ".mp3", ".wav", ".json", ".html", ".csv", ".zip")


class Envelope(msgspec.Struct, frozen=True):
    """What every task may say of itself, and that is no parameter of its type."""

    project: str | None = None
    batch: str | None = None
    instruction: Annotated[str, Meta(max_length=200_000)] | None = None
    callback_url: Text | None = None
    unique_id: UniqueId | None = None
    clear_unique_id_on_error: bool = False
    metadata: dict[str, Any] = {}
    tags: Annotated[list[Tag], Meta(max_length=TAGS_MAX)] = []
    priority: Annotated[int, Meta(ge=0, le=100)] = 30


class ContextAttachment(msgspec.Struct, frozen=True):
    """Something to look at beside the attachment."""

    attachment: Annotated[str, Meta(min_length=1)]


class Extras(msgspec.Struct, frozen=True):
    """Parameters that all types share."""

    context_attachments: list[ContextAttachment] = []
    hypothesis: dict[str, Any] | None = None
    layers: dict[str, Any] = {}
    base_annotations: dict[str, Any] | None = None
    can_add_base_annotations: bool = True
    can_edit_base_annotations: bool = True
    can_delete_base_annotations: bool = True
    can_edit_base_annotation_labels: bool = True


def hypothesis_in(body: Json) -> Json | None:
    """The hypothesis of a request's body. Raises BadRequest."""
    found = body.get("hypothesis")
    return None if found is None else read(found, dict[str, Any], "hypothesis")


ENVELOPE = frozenset(Envelope.__struct_fields__)


def read_envelope(body: Json) -> Envelope:
    """The envelope of a request. Raises BadRequest, naming the member."""
    found = read({key: value for key, value in body.items() if key in ENVELOPE}, Envelope)
    check_callback(found.callback_url, "callback_url")
    check_metadata(found.metadata)
    return found


def check_callback(target: str | None, place: str) -> None:
    """Raises BadRequest unless `target` is empty, an address or an e-mail address."""
    if target and not _is_address(target) and not _EMAIL.fullmatch(target):
        raise wrong(place, "an http or https address, or an e-mail address, is wanted.")


def _is_address(target: str) -> bool:
    try:
        return _URL.fullmatch(target) is not None and bool(urlsplit(target).hostname)
    except ValueError:
        return False


def is_email(target: str) -> bool:
    """Whether callbacks to `target` would have to be mailed."""
    return not _is_address(target)


def check_metadata(metadata: Json) -> None:
    """Raises BadRequest for more than may be kept."""
    if (size := len(json.encode_bytes(metadata))) > METADATA_BYTES_MAX:
        raise wrong("metadata", f"it has {size} bytes, {METADATA_BYTES_MAX} at most.")


def laid_over(below: Json, above: Json) -> Json:
    """Objects laid over one another, level by level; anything but objects is replaced."""
    both = {**below, **above}
    for key, value in above.items():
        under = below.get(key)
        if isinstance(value, dict) and isinstance(under, dict):
            both[key] = laid_over(under, value)  # type: ignore[arg-type]
    return both


def check_tags(tags: Sequence[str]) -> None:
    """Raises BadRequest for too many tags."""
    if len(tags) > TAGS_MAX:
        raise wrong("tags", f"a task has {TAGS_MAX} at most, and these are {len(tags)}.")


def merged_params(body: Json, project: Project | None) -> tuple[Json, str]:
    """The parameters of a task, those of its project below its own; and its instruction."""
    inherited = project.params if project is not None else {}
    own = {key: value for key, value in body.items() if key not in ENVELOPE}
    params = {**{key: value for key, value in inherited.items() if key not in ENVELOPE}, **own}
    instruction = body.get("instruction") or inherited.get("instruction") or ""
    return params, str(instruction)


def check_destination(type: TaskType, project: Project | None, batch: Batch | None) -> None:
    """Whether a task of this type may go there. Raises BadRequest."""
    if project is None:
        return
    if project.type != type.name:
        raise wrong("project", f"'{project.name}' is for tasks of the type {project.type}, and this is {type.name}.")
    if batch is None and (project.is_rapid or project.is_studio):
        raise wrong("batch", f"it is missing: tasks of '{project.name}' lie in batches.")


def check_batch_open(batch: Batch) -> None:
    """Whether tasks can be added to a batch. Raises BadRequest."""
    if batch.status is BatchStatus.CANCELLED:
        raise wrong("batch", f"'{batch.name}' was cancelled.")
    if batch.is_staged and batch.status is not BatchStatus.STAGING:
        raise wrong("batch", f"'{batch.name}' was finalized and takes no more tasks.")


def check_instruction(type: TaskType, instruction: str) -> None:
    """Raises BadRequest where a type cannot do without one."""
    if type.needs_instruction and not instruction.strip():
        raise wrong("instruction", f"it is missing: tasks of the type {type.name} need one.")


def form_params(type: TaskType, params: Json) -> Json:
    """The parameters that make the classes and questions of a task."""
    return {key: params[key] for key in sorted(type.form) if params.get(key) is not None}


def form_hash(type: TaskType, translation: Translation, params: Json) -> bytes:
    """What two tasks of one fairmark project have in common."""
    said = [type.name, translation.modality, form_params(type, params)]
    return hashlib.blake2b(msgspec.json.encode(said, order="sorted"), digest_size=16).digest()


def seen(translation: Translation, extras: Extras) -> tuple[list[Attachment], list[int]]:
    """All that is looked at, and which of it is there for reference only. Raises BadRequest."""
    shown = list(translation.attachments)
    own = {attachment.content for attachment in shown}
    references: list[int] = []
    for number, context in enumerate(extras.context_attachments):
        place = at(at("context_attachments", number), "attachment")
        if context.attachment in own:
            raise wrong(place, "it is the attachment itself.")
        path = context.attachment.partition("?")[0].lower()
        show = Show.LINK if path.endswith(_NO_PICTURE) else Show.IMAGE
        references.append(len(shown))
        shown.append(Attachment(show, context.attachment, place))
    return shown, references


def start_of(translation: Translation, extras: Extras) -> Annotation | None:
    """The annotation that people begin with: base annotations, and a hypothesis over them. Raises BadRequest."""
    parts: list[Annotation] = []
    if extras.base_annotations is not None:
        base = translation.annotation(extras.base_annotations, "base_annotations")
        marks = tuple(msgspec.structs.replace(mark, source=Source.IMPORT) for mark in base.marks)
        parts.append(msgspec.structs.replace(base, marks=marks))
    if extras.hypothesis is not None:
        parts.append(translation.annotation(extras.hypothesis, "hypothesis"))
    if not parts:
        return None
    first = parts[0]
    known = {mark.id for mark in first.marks}
    for more in parts[1:]:
        first = Annotation(
            marks=(*first.marks, *(mark for mark in more.marks if mark.id not in known)),
            answers={**first.answers, **more.answers},
            links=(*first.links, *more.links),
        )
    return first


def editor_meta(
    extras: Extras, start: Annotation | None, instruction: str | None, opens: Sequence[int], references: Sequence[int]
) -> Json:
    """What the editor is told beside the item itself: see docs/guides/data.md. Empty: nothing.

    instruction: where it differs from the guideline's. opens: attachments that hold an address to open.
    """
    locks = {
        "add": not extras.can_add_base_annotations,
        "edit": not extras.can_edit_base_annotations,
        "delete": not extras.can_delete_base_annotations,
        "relabel": not extras.can_edit_base_annotation_labels,
    }
    base = [mark.id for mark in start.marks if mark.source is Source.IMPORT] if start is not None else []
    told: Json = {}
    if extras.layers:
        told["layers"] = outlines(extras.layers, "layers")
    if any(locks.values()) and extras.base_annotations is not None:
        told["locks"] = {"marks": base} | {name: True for name, locked in locks.items() if locked}
    if instruction:
        told["note"] = instruction
    if opens:
        told["opens"] = list(opens)
    if references:
        told["references"] = list(references)
    return {"editor": told} if told else {}


def check_cancel(task: Task, is_begun: bool) -> None:
    """Whether a task can still be cancelled: only while nobody has begun it. Raises BadRequest."""
    if task.status is not Status.PENDING:
        raise BadRequest(f"The task is {task.status.value} and cannot be canceled.")
    if is_begun:
        raise BadRequest("Work on the task has begun, so it cannot be canceled.")


def check_audit(task: Task) -> None:
    """Only what is done can be audited. Raises BadRequest."""
    if task.status is not Status.COMPLETED:
        raise BadRequest(f"The task is {task.status.value}; only a completed task can be audited.")


def locked_back(annotation: Annotation, task: Task, base: Annotation | None) -> Annotation:
    """The annotation with locked base annotations as they were sent, whatever became of them in an editor.

    base: these. People's own marks stay; new ones go where none may be added.
    """
    extras = read({key: task.params[key] for key in Extras.__struct_fields__ if key in task.params}, Extras)
    if base is None or extras.base_annotations is None:
        return annotation
    sent = {mark.id: mark for mark in base.marks if mark.source is Source.IMPORT}
    kept = {mark.id: mark for mark in annotation.marks}
    marks = list(annotation.marks)
    if not extras.can_add_base_annotations:
        marks = [mark for mark in marks if mark.id in sent]
    if not extras.can_edit_base_annotations:
        marks = [sent.get(mark.id, mark) for mark in marks]
    elif not extras.can_edit_base_annotation_labels:
        marks = [
            msgspec.structs.replace(mark, class_=sent[mark.id].class_) if mark.id in sent else mark for mark in marks
        ]
    if not extras.can_delete_base_annotations:
        marks += [mark for id, mark in sent.items() if id not in kept]
    left = {mark.id for mark in marks}
    links = tuple(link for link in annotation.links if link.from_ in left and link.to in left)
    return msgspec.structs.replace(annotation, marks=tuple(marks), links=links)


def tags_with(tags: Sequence[str], added: Sequence[str]) -> list[str]:
    """The tags with more behind them, each once."""
    return list(dict.fromkeys([*tags, *added]))


def review_of(accepted: bool) -> str:
    """What an audit makes of a task."""
    return "accepted" if accepted else "rejected"


def audit_entry(result: str, comments: str | None, by: str, at_: str) -> Json:
    """One line of a task's audits."""
    return {
        "audited_by": by,
        "audited_at": at_,
        "audit_time_secs": 0,
        "audit_result": result,
        "audit_source": "customer",
        "comments": comments,
    }


def is_test(mode: Mode) -> bool:
    """Whether tasks of this world are answered at once, by nobody."""
    return mode is Mode.TEST


def changed_history(history: Sequence[Json], params: Json, *, patch: bool, at_: str) -> list[Json]:
    """The history with one version more: `params` over those in force, or instead of them."""
    newest = history[-1] if history else {}
    base = {key: value for key, value in newest.items() if key not in ("version", "created_at")} if patch else {}
    version = newest.get("version", -1) + 1
    return [*history, {"version": version, "created_at": at_, **base, **params}]


def page_token(id: ScaleId, total: int) -> str:
    """What asks for the page behind a task: its id, and how many tasks there were in all for the first page."""
    return base64.urlsafe_b64encode(f"{id}.{total}".encode()).decode().rstrip("=")


def read_page_token(token: str) -> tuple[ScaleId, int]:
    """Back from `page_token`. Raises BadRequest."""
    try:
        text = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        text = ""
    found = _TOKEN.fullmatch(text)
    if found is None:
        raise wrong("next_token", "it is not the next_token of an earlier page.")
    return ScaleId(found[1]), int(found[2])
