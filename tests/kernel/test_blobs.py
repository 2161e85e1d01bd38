"""The object store over a local folder."""

import hashlib
import io
from pathlib import Path

import pytest

from fairmark.kernel.blobs import CHUNK, BlobMissing, Blobs, BlobsDown, asset_key, folder_of, thumbnail_key
from fairmark.kernel.ids import OrgId, new_id

ORG = OrgId(new_id())


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    return Blobs((tmp_path / "blobs").as_uri())


class TestKeys:
    def test_start_with_the_organisation(self) -> None:
        sha256 = hashlib.sha256(b"x").digest()
        assert asset_key(ORG, sha256).startswith(f"{ORG}/assets/{sha256.hex()[:2]}/{sha256.hex()}")
        assert thumbnail_key(ORG, sha256, 256).endswith("-256.webp")


class TestFolderOf:
    def test_reads_the_address_as_addresses_are_written(self, tmp_path: Path) -> None:
        for name in ("plain", "with a space", "100%", "Bäume"):
            assert folder_of((tmp_path / name).as_uri()) == tmp_path / name
        assert folder_of("s3://bucket/folder") is None


class TestBlobs:
    async def test_writes_and_reads_back_bytes_files_and_paths(self, blobs: Blobs, tmp_path: Path) -> None:
        place = tmp_path / "file"
        place.write_bytes(b"path")
        await blobs.put("a/bytes", b"bytes")
        await blobs.put("a/file", io.BytesIO(b"file"))
        await blobs.put("a/path", place)
        assert [await blobs.read(f"a/{name}") for name in ("bytes", "file", "path")] == [b"bytes", b"file", b"path"]
        assert await blobs.size("a/path") == 4

    async def test_reads_parts(self, blobs: Blobs) -> None:
        await blobs.put("a", b"0123456789")
        assert await blobs.read("a", 2, 5) == b"234"
        assert await blobs.read("a", 8) == b"89"

    async def test_streams_in_pieces(self, blobs: Blobs) -> None:
        data = bytes(range(256)) * ((2 * CHUNK + 512) // 256)
        await blobs.put("a", data)
        pieces = [piece async for piece in blobs.stream("a", 5, len(data))]
        assert b"".join(pieces) == data[5:]
        assert max(map(len, pieces)) <= CHUNK

    async def test_fetches_into_a_file(self, blobs: Blobs, tmp_path: Path) -> None:
        await blobs.put("a", b"there")
        await blobs.fetch("a", tmp_path / "here")
        assert (tmp_path / "here").read_bytes() == b"there"
        with pytest.raises(BlobMissing):
            await blobs.fetch("gone", tmp_path / "nothing")

    async def test_lists_by_prefix(self, blobs: Blobs) -> None:
        for key in ("one/a", "one/b", "two/c"):
            await blobs.put(key, b"xyz")
        assert sorted([entry async for entry in blobs.keys("one")]) == [("one/a", 3), ("one/b", 3)]

    async def test_misses_by_name(self, blobs: Blobs) -> None:
        for wait in (blobs.size("gone"), blobs.read("gone"), blobs.read("gone", 0, 4)):
            with pytest.raises(BlobMissing, match="gone"):
                await wait

    async def test_deletes_twice_without_complaint(self, blobs: Blobs) -> None:
        await blobs.put("a", b"x")
        await blobs.delete("a")
        await blobs.delete("a")
        with pytest.raises(BlobMissing):
            await blobs.size("a")

    async def test_overwrites_whole(self, blobs: Blobs) -> None:
        await blobs.put("a", b"longer")
        await blobs.put("a", b"new")
        assert await blobs.read("a") == b"new"

    async def test_checks_itself(self, blobs: Blobs) -> None:
        await blobs.check()
        assert [entry async for entry in blobs.keys("health")] == []

    async def test_says_when_the_store_cannot_be_written(self, tmp_path: Path) -> None:
        blobs = Blobs((tmp_path / "blobs").as_uri())
        (tmp_path / "blobs" / "a").write_bytes(b"a file where a folder belongs")
        with pytest.raises(BlobsDown):
            await blobs.put("a/b", b"x")

    def test_says_when_the_store_cannot_be_opened(self, tmp_path: Path) -> None:
        (tmp_path / "file").write_bytes(b"")
        for url in ((tmp_path / "file" / "below").as_uri(), "nothing://known"):
            with pytest.raises(BlobsDown, match=url) as refused:
                Blobs(url)
            assert "FAIRMARK_BLOBS_URL" in refused.value.mend
