"""The table of task types. To open a type that stands here without a translation, give its line one."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Final

import msgspec

from fairmark.scale_api.model import NoSuch, NotEnabled
from fairmark.scale_api.types.annotation import ImageAnnotation, ImageTask, OldAnnotation, OldTask
from fairmark.scale_api.types.documents import DocumentTask, DocumentTranscription
from fairmark.scale_api.types.entities import EntityRecognition, EntityTask
from fairmark.scale_api.types.forms import (
    Categorization,
    CategorizationTask,
    CollectionTask,
    Comparison,
    ComparisonTask,
    TextCollection,
    Transcription,
    TranscriptionTask,
)
from fairmark.scale_api.types.model import Json, TaskType, Translation
from fairmark.scale_api.types.segmentation import SegmentAnnotation, SegmentTask, pictures_in


class Unread(msgspec.Struct, frozen=True):
    """The parameters of a type that is not labeled here: none is looked at."""


_IMAGE = frozenset({"geometries", "annotation_attributes", "global_attributes", "links"})
_OLD = frozenset({"objects_to_annotate", "min_width", "min_height", "min_annotations", "max_annotations"})
_SEGMENTS = frozenset({"labels", "instance_labels", "annotation_attributes", "allow_unlabeled", "allow_parent_labels"})
_VIDEO = "video"
_LIDAR = "LiDAR and other sensors"
_CHAT = "conversations"

TYPES: Final[Mapping[str, TaskType]] = {
    type.name: type
    for type in (
        TaskType("imageannotation", ImageAnnotation, _IMAGE, ImageTask),
        TaskType("annotation", OldAnnotation, _OLD, partial(OldTask, kind="box")),
        TaskType("polygonannotation", OldAnnotation, _OLD, partial(OldTask, kind="polygon")),
        TaskType("lineannotation", OldAnnotation, _OLD, partial(OldTask, kind="line")),
        TaskType("pointannotation", OldAnnotation, _OLD, partial(OldTask, kind="point")),
        TaskType("cuboidannotation", OldAnnotation, _OLD, partial(OldTask, kind="cuboid")),
        TaskType("segmentannotation", SegmentAnnotation, _SEGMENTS, SegmentTask, pictures=pictures_in),
        TaskType(
            "categorization", Categorization, frozenset({"categories", "category_ids", "allow_multiple"}),
            CategorizationTask, needs_instruction=True,
        ),
        TaskType("comparison", Comparison, frozenset({"choices"}), ComparisonTask),
        TaskType("textcollection", TextCollection, frozenset({"fields", "responses_required"}), CollectionTask),
        TaskType("namedentityrecognition", EntityRecognition, frozenset({"labels", "relationships"}), EntityTask),
        TaskType("documenttranscription", DocumentTranscription, frozenset({"features"}), DocumentTask),
        TaskType(
            "transcription", Transcription, frozenset({"fields", "repeatable_fields"}), TranscriptionTask,
            needs_instruction=True,
        ),
        TaskType(
            "datacollection", Transcription, frozenset({"fields", "repeatable_fields"}),
            partial(TranscriptionTask, is_timed=True), needs_instruction=True,
        ),
        TaskType("videoannotation", Unread, frozenset(), None, _VIDEO),
        TaskType("videoplaybackannotation", Unread, frozenset(), None, _VIDEO),
        TaskType("videoboxannotation", Unread, frozenset(), None, _VIDEO),
        TaskType("videocuboidannotation", Unread, frozenset(), None, _VIDEO),
        TaskType("federal2dvideoannotation", Unread, frozenset(), None, _VIDEO),
        TaskType("laneannotation", Unread, frozenset(), None, "lanes"),
        TaskType("lidarannotation", Unread, frozenset(), None, _LIDAR),
        TaskType("lidarsegmentation", Unread, frozenset(), None, _LIDAR),
        TaskType("lidartopdown", Unread, frozenset(), None, _LIDAR),
        TaskType("lidarlinking", Unread, frozenset(), None, _LIDAR),
        TaskType("sensorfusion", Unread, frozenset(), None, _LIDAR),
        TaskType("audiotranscription", Unread, frozenset(), None, "sound"),
        TaskType("documentmodel", Unread, frozenset(), None, "models of documents"),
        TaskType("chat", Unread, frozenset(), None, _CHAT),
        TaskType("chatlite", Unread, frozenset(), None, _CHAT),
        TaskType("chatexperimental", Unread, frozenset(), None, _CHAT),
        TaskType("multichat", Unread, frozenset(), None, _CHAT),
        TaskType("multistage", Unread, frozenset(), None, _CHAT),
    )
}  # fmt: skip


def task_type(name: str) -> TaskType:
    """The type of this name. Raises NoSuch."""
    found = TYPES.get(name)
    if found is None:
        raise NoSuch(f"There is no task type '{name[:60]}'.", mend=f"Use one of: {', '.join(TYPES)}.")
    return found


def translated(type: TaskType, params: Json) -> Translation:
    """The parameters of a task, understood. Raises BadRequest; NotEnabled for what nobody here can label yet."""
    if type.translate is None:
        raise NotEnabled(f"Tasks of the type {type.name} cannot be labeled here yet: {type.lacking} is missing.")
    found = type.translate(params)
    if found.lacking is not None:
        raise NotEnabled(f"This task cannot be labeled here yet: {found.lacking} are missing.")
    return found


def with_defaults(type: TaskType, params: Json) -> Json:
    """The parameters as they are told back: with the plain defaults of what was left out."""
    return {**params, **{name: value for name, value in _defaults(type.shape).items() if name not in params}}


@cache
def _defaults(shape: type[msgspec.Struct]) -> Json:
    return {
        info.encode_name: info.default
        for info in msgspec.structs.fields(shape)
        if isinstance(info.default, bool | int | str | float) and info.default != ""
    }
