"""Looking at files in another process: what it says, and what happens when it dies."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from fairmark.assets.inspection import service
from fairmark.assets.inspection.model import FileRefused, InspectionFailed
from fairmark.assets.inspection.service import Inspector
from tests.assets.place import picture
from tests.patience import PATIENCE_S


@pytest.fixture
def inspector() -> Iterator[Inspector]:
    made = Inspector(1_000_000, 2)
    yield made
    made.close()


def children() -> list[psutil.Process]:
    """The inspecting processes of this one."""
    return [child for child in psutil.Process().children() if service.CHILD in child.cmdline()]


class TestInspect:
    async def test_says_what_a_file_is(self, inspector: Inspector, tmp_path: Path) -> None:
        data = picture(300, 200, form="JPEG")
        path = tmp_path / "a.jpg"
        path.write_bytes(data)
        for source in (data, path):
            found = await inspector.inspect("a.jpg", source)
            assert (found.media_type, found.width, found.height) == ("image/jpeg", 300, 200)
            assert (found.probe["orientation"], found.probe["viewable"]) == (1, True)

    async def test_refuses_by_the_name_of_the_error(self, inspector: Inspector) -> None:
        with pytest.raises(FileRefused) as refused:
            await inspector.inspect("a.jpg", b"<html>")
        assert refused.value.code == "not_an_image"
        assert refused.value.mend

    async def test_keeps_its_limit_of_pixels(self, inspector: Inspector) -> None:
        assert (await inspector.inspect("a.png", picture(1000, 1000))).width == 1000
        with pytest.raises(FileRefused) as refused:
            await inspector.inspect("a.png", picture(1001, 1000))
        assert refused.value.code == "image_too_large"

    async def test_goes_on_after_a_refusal_in_the_same_process(self, inspector: Inspector) -> None:
        await inspector.inspect("a.png", picture())
        before = {child.pid for child in children()}
        with pytest.raises(FileRefused):
            await inspector.inspect("a.png", b"nothing")
        await inspector.inspect("a.png", picture())
        assert {child.pid for child in children()} == before

    async def test_looks_at_many_with_few_processes(self, inspector: Inspector) -> None:
        before = len(children())
        found = await asyncio.gather(*(inspector.inspect("a.png", picture(50 + n, 40, seed=n)) for n in range(20)))
        assert [each.width for each in found] == [50 + n for n in range(20)]
        assert len(children()) - before <= 2

    async def test_gives_its_processes_nothing_of_our_settings(
        self, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("FAIRMARK_SECRET", "a secret of ours")
        before = {child.pid for child in children()}
        await inspector.inspect("a.png", picture())
        new = next(child for child in children() if child.pid not in before)
        assert "FAIRMARK_SECRET" not in new.environ()


class TestShrink:
    async def test_makes_pictures_by_their_longer_side(self, inspector: Inspector, tmp_path: Path) -> None:
        from io import BytesIO

        from PIL import Image

        path = tmp_path / "a.jpg"
        path.write_bytes(picture(300, 200, form="JPEG"))
        pictures = await inspector.shrink("a.jpg", path, (128, 256, 512))
        sizes = {size: Image.open(BytesIO(data)).size for size, data in pictures.items()}
        # 200 x 256 / 300 = 170.7; from that 171 x 128 / 256 = 85.5; nothing is enlarged.
        assert sizes == {128: (128, 86), 256: (256, 171), 512: (300, 200)}

    async def test_refuses_what_is_no_image(self, inspector: Inspector, tmp_path: Path) -> None:
        path = tmp_path / "a.jpg"
        path.write_bytes(b"<html>")
        with pytest.raises(FileRefused) as refused:
            await inspector.shrink("a.jpg", path, (128,))
        assert refused.value.code == "not_an_image"


class TestDeath:
    async def test_of_the_process_is_a_named_error_and_the_next_file_is_looked_at(self, inspector: Inspector) -> None:
        before = {child.pid for child in children()}
        await inspector.inspect("a.png", picture())
        child = next(each for each in children() if each.pid not in before)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(5)
        with pytest.raises(InspectionFailed) as failed:
            await inspector.inspect("b.png", picture())
        assert failed.value.code == "file_unreadable"
        assert (await inspector.inspect("c.png", picture())).width == 64

    async def test_is_given_to_one_that_takes_too_long(
        self, inspector: Inspector, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        # A pipe that nobody writes to: reading it never ends.
        pipe = tmp_path / "endless.png"
        os.mkfifo(pipe)
        with monkeypatch.context() as patched:
            patched.setattr(service, "ANSWER_S", 1.0)
            with pytest.raises(InspectionFailed) as failed:
                await inspector.inspect("endless.png", pipe)
        assert "1 s" in failed.value.message
        assert (await inspector.inspect("c.png", picture())).width == 64

    async def test_comes_to_idle_ones(self, inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(service, "IDLE_S", 0.2)
        before = {child.pid for child in children()}
        await inspector.inspect("a.png", picture())
        new = [child for child in children() if child.pid not in before]
        assert len(new) == 1
        assert psutil.wait_procs(new, timeout=PATIENCE_S)[1] == []

    async def test_comes_to_one_that_has_seen_many_files(
        self, inspector: Inspector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "FILES_MAX", 2)
        before = {child.pid for child in children()}
        pids: set[int] = set()
        for _ in range(4):
            await inspector.inspect("a.png", picture())
            pids |= {child.pid for child in children()} - before
        # Two files for the first; it is gone by then, so only what was alive between files is seen.
        assert len(pids) == 2
