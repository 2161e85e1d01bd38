"""Buckets and folders that the operator has opened."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from fairmark.assets.fetching import buckets
from fairmark.assets.fetching.service import fetch_pending
from fairmark.kernel.db import Database
from tests.assets.imports.test_service import items
from tests.assets.place import Place, make_place, picture


@pytest.fixture
async def folder(tmp_path: Path) -> Path:
    """An opened folder of pictures, and a closed one beside it."""
    for name in ("a.png", "deep/er/b.PNG", "deep/c d#%.png", "deep/notes.txt", ".hidden/DS", "caf\u00e9.png"):
        path = tmp_path / "open" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture(seed=len(name)))
    (tmp_path / "open-not").mkdir()
    (tmp_path / "open-not" / "secret.png").write_bytes(picture())
    return tmp_path


@pytest.fixture
async def opened(owner: asyncpg.Connection, db: Database, folder: Path) -> AsyncIterator[Place]:
    made = await make_place(owner, db, folder / "data", bucket_allow=f"file://{folder}/open/, {uuid4()}=file:///etc/")
    yield made
    await made.http.aclose()


async def bring(place: Place, url: str, **more: Any) -> Any:
    return await place.bring({"kind": "bucket", "url": url, **more})


class TestBucket:
    async def test_brings_pictures_and_their_bytes(self, opened: Place, folder: Path) -> None:
        done = await bring(opened, f"file://{folder}/open/")
        assert (done.state, done.rows_new, done.rows_bad) == ("done", 4, 0), done.fault
        found = {row["external_id"]: row["name"] for row in await items(opened)}
        assert found == {
            "a.png": "a.png", "caf\u00e9.png": "caf\u00e9.png", "deep/c d#%.png": "c d#%.png", "deep/er/b.PNG": "b.PNG",
        }  # fmt: skip
        assert await fetch_pending(opened.site, opened.org_id) is None
        states = await opened.rows("SELECT state, fault FROM assets WHERE org_id = $1", opened.org_id)
        assert {row["state"] for row in states} == {"ready"}, states

    async def test_again_brings_only_what_is_new(self, opened: Place, folder: Path) -> None:
        await bring(opened, f"file://{folder}/open/")
        (folder / "open" / "new.png").write_bytes(picture(seed=99))
        done = await bring(opened, f"file://{folder}/open/")
        assert (done.rows_new, done.rows_there) == (1, 4)

    async def test_goes_below_a_folder_and_takes_what_matches(self, opened: Place, folder: Path) -> None:
        done = await bring(opened, f"file://{folder}/open/deep/", match="*.txt")
        assert done.rows_new == 1
        assert (await items(opened))[0]["external_id"] == "deep/notes.txt"
        assert (await bring(opened, f"file://{folder}/open/deep", match="er/*")).rows_new == 1

    async def test_goes_on_page_by_page(self, opened: Place, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(buckets, "PAGE", 2)
        done = await bring(opened, f"file://{folder}/open/")
        assert (done.state, done.rows_new) == ("done", 4)

    @pytest.mark.parametrize("below", ["open-not/", "", "open/../open-not/", "open/deep/../../open-not/"])
    async def test_leads_nowhere_else(self, opened: Place, folder: Path, below: str) -> None:
        body = {"source": {"kind": "bucket", "url": f"file://{folder}/{below}"}}
        answer = await opened.http.post(f"/api/v1/projects/{opened.project_id}/imports", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, "bucket_forbidden")

    async def test_of_another_organisation_is_closed(self, opened: Place) -> None:
        body = {"source": {"kind": "bucket", "url": "file:///etc/"}}
        answer = await opened.http.post(f"/api/v1/projects/{opened.project_id}/imports", json=body)
        assert answer.json()["error"]["code"] == "bucket_forbidden"

    async def test_does_not_follow_links(self, opened: Place, folder: Path) -> None:
        (folder / "open" / "way.png").symlink_to(folder / "open-not" / "secret.png")
        done = await bring(opened, f"file://{folder}/open/")
        assert (done.state, done.fault and done.fault.code) == ("failed", "link_refused")

    async def test_that_is_not_there_fails_by_name(self, opened: Place, folder: Path) -> None:
        done = await bring(opened, f"file://{folder}/open/nowhere/")
        assert (done.state, done.fault and done.fault.code) == ("failed", "file_missing")
