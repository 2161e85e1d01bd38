"""docs/events.md has a paragraph for every type of event, with all of its fields, and for no other."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import fairmark
from fairmark.delivery.rules import TEST_TYPE
from fairmark.kernel.events import Event, type_of

DOCS = Path(__file__).parents[2] / "docs"
COMMON = {"project_id", "task_id"}


def event_classes() -> list[type[Event]]:
    """Every event of every package, found by its module's name, so that a new package cannot be forgotten."""
    found: list[type[Event]] = []
    for module in pkgutil.walk_packages(fairmark.__path__, "fairmark."):
        if module.name.rpartition(".")[2] == "events" and module.name != "fairmark.kernel.events":
            names = vars(importlib.import_module(module.name)).values()
            found += [
                each for each in names if isinstance(each, type) and issubclass(each, Event) and each is not Event
            ]
    return sorted(set(found), key=type_of)


EVENTS = event_classes()


def described() -> dict[str, str]:
    parts = re.split(r"^### `([\w.]+)`\n", (DOCS / "events.md").read_text(encoding="utf-8"), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


class TestEvents:
    def test_finds_events_of_every_part(self) -> None:
        nouns = {type_of(each).partition(".")[0] for each in EVENTS}
        assert nouns >= {"project", "task", "export", "webhook", "member", "asset", "worker"}

    def test_each_type_has_its_paragraph_and_nothing_else_has(self) -> None:
        assert sorted(described()) == [type_of(each) for each in EVENTS]

    @pytest.mark.parametrize("kind", EVENTS, ids=type_of)
    def test_the_paragraph_names_every_field(self, kind: type[Event]) -> None:
        paragraph = described()[type_of(kind)]
        fields = set(kind.__struct_fields__) - COMMON
        assert {field for field in fields if f"`{field}`" not in paragraph} == set()

    @pytest.mark.parametrize("kind", EVENTS, ids=type_of)
    def test_types_can_be_filtered_by(self, kind: type[Event]) -> None:
        assert re.fullmatch(r"[a-z_]{1,40}\.[a-z_]{1,40}", type_of(kind))
        assert type_of(kind) != TEST_TYPE

    @pytest.mark.parametrize("kind", EVENTS, ids=type_of)
    def test_every_event_says_what_it_means(self, kind: type[Event]) -> None:
        assert kind.__doc__
        assert kind.__doc__.strip().endswith(".")
