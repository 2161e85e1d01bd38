"""Nothing of Scale's client is left out: each public method of it is called somewhere in these stories."""

import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from scaleapi import ScaleClient
from scaleapi.api_client.v2 import V2Api
from scaleapi.batches import Batch
from scaleapi.projects import Project, TaskTemplate
from scaleapi.tasks import Task, TaskType
from scaleapi.teams import Teammate

from tests.stories import test_scale_types

STORIES = "\n".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_scale_*.py")))
SECOND = re.compile(r"_(with_http_info|without_preload_content)$")


def methods(kind: type[Any]) -> Iterator[str]:
    """The public methods of a class; of the generated client the plain ones."""
    for name, _ in inspect.getmembers(kind, inspect.isfunction):
        if not name.startswith("_") and not SECOND.search(name):
            yield name


@pytest.mark.parametrize("kind", [ScaleClient, Task, Batch, Project, TaskTemplate, Teammate])
def test_every_method_of_version_1_is_called(kind: type[Any]) -> None:
    found = list(methods(kind))
    assert found
    assert [name for name in found if f".{name}(" not in STORIES] == []


def test_every_method_of_version_2_is_called() -> None:
    found = list(methods(V2Api))
    assert len(found) >= 20
    # `v2` is what these stories call it.
    assert [name for name in found if f"v2.{name}(" not in STORIES] == []


def test_every_type_goes_through_people_or_is_refused_by_name() -> None:
    # What is painted is told in pictures, and goes through people in a story of its own.
    through = {case.type for case in test_scale_types.CASES.values()} | {TaskType.SegmentAnnotation}
    refused = {type for type in TaskType if type not in through}
    # What nobody can label yet: sound, conversations, documents by model, video and LiDAR.
    plain = {"annotation", "categorization", "comparison", "cuboidannotation", "datacollection",
             "documenttranscription", "imageannotation", "lineannotation", "namedentityrecognition",
             "pointannotation", "polygonannotation", "segmentannotation", "textcollection",
             "transcription"}  # fmt: skip
    assert {type.value for type in through} == plain
    assert {type.value for type in refused}.isdisjoint(plain)
