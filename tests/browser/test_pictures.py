"""The guide for annotators shows every tool as it looks now."""

import re
from pathlib import Path

import pytest

from tests.browser.conftest import OpenEditor
from tests.browser.pictures import CAR, FOLDER, SCENES, look, select, take

pytestmark = pytest.mark.xdist_group("image_editor")

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "labeling.md"
BYTES_MAX = 60_000


class TestScenes:
    async def test_there_is_one_for_every_tool(self, open_editor: OpenEditor) -> None:
        editor = await open_editor()
        tools = await editor.page.evaluate("harness.inside.workspace.tools.map(({ id }) => id)")
        assert set(tools) <= set(SCENES)

    async def test_one_can_be_taken_anew(self, open_editor: OpenEditor) -> None:
        editor = await open_editor("shelf=memory")
        taken = await take(editor, select)
        assert taken.startswith(b"RIFF")
        assert len(taken) < BYTES_MAX
        await look(editor, CAR, 0)
        assert len(await editor.boxes()) == 1


class TestGuide:
    def test_shows_every_picture_and_none_that_is_not_there(self) -> None:
        shown = re.findall(r"pictures/labeling/(\w+)\.webp", GUIDE.read_text())
        assert sorted(shown) == sorted(SCENES)

    def test_pictures_are_small(self) -> None:
        sizes = {path.stem: path.stat().st_size for path in FOLDER.glob("*.webp")}
        assert set(sizes) == set(SCENES)
        assert max(sizes.values()) < BYTES_MAX
