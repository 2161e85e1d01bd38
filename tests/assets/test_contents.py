"""Bytes become assets, and files of several pages assets of their pages."""

import os
from io import BytesIO
from pathlib import Path

from PIL import Image

from fairmark.assets import staging, store
from fairmark.assets.contents import Incoming, take
from fairmark.assets.model import Asset
from fairmark.kernel.events import SYSTEM
from tests.assets.place import Place, sha


def clip(colours: list[str]) -> bytes:
    file = BytesIO()
    frames = [Image.new("RGB", (40, 30), colour) for colour in colours]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=50)
    return file.getvalue()


class TestTake:
    async def test_cuts_a_file_once_and_keeps_bytes_once(self, place: Place) -> None:
        data = clip(["red", "blue", "red"])
        file = Incoming("a/clip.gif", data, bytes.fromhex(sha(data)), len(data))
        first, second = [await take(place.site, place.org_id, SYSTEM, [file]) for _ in range(2)]
        assert isinstance(first[0], Asset)
        assert first == second
        async with place.site.db.begin(place.org_id, actor=SYSTEM) as tx:
            pages = (await store.pages(tx, [first[0].id]))[first[0].id]
            found = await store.assets(tx, pages)
        views = [found[id] for id in pages]
        assert [view.name for view in views] == [f"a/clip.gif, frame {n}.png" for n in (1, 2, 3)]
        assert [view.probe["time_ms"] for view in views] == [0, 50, 100]
        assert {view.cut_from for view in views} == {first[0].id}
        # Red, blue, red: three assets of two files, beside the clip itself.
        assert len({view.sha256 for view in views}) == 2
        assert await place.count("assets") == 1 + 2 + 3


class TestStagedFolder:
    async def test_goes_away_with_what_is_in_it_and_is_swept_when_it_was_left(self, place: Place) -> None:
        with staging.staged_folder(place.site.settings) as folder:
            (folder / "1.png").write_bytes(b"x")
        assert not folder.exists()
        left = Path(place.site.settings.data_dir) / "staging" / "in-left"
        left.mkdir()
        (left / "1.png").write_bytes(b"x")
        os.utime(left, (0, 0))
        assert staging.sweep(place.site.settings) == 1
        assert not left.exists()
